#!/usr/bin/env bash
# IPython changes strings: whitespace on a line of its own inside a triple-quoted string is lost.
#
# Seen with ipython 9.18.1 and Python 3.11. A cell assigns a triple-quoted string of three lines, the second of
# which holds three spaces. Run by Python, the string has 7 characters. Run as a cell, it has 4: the spaces are
# gone, as the step that removes common indentation rewrites every whitespace-only line of a cell, strings
# included, even where there is no indentation to remove. Prompts are dealt with by another step and do not
# matter here. With ipython 8.18.1 the cell's string has all 7 characters.
#
# So a Markdown table, a template or test data pasted into a cell can differ from the same text in a module, and
# a tool that compares a notebook's code with a module's by their text is misled.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ask() {  # the version of IPython → the length of the string
    python3 -m venv "$folder/$1"
    "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "ipython==$1"
    IPYTHONDIR="$folder/home" "$folder/$1/bin/python" - <<'PYTHON'
from IPython.core.interactiveshell import InteractiveShell

cell = "s = '''a\n   \nb'''\n"
module = {}
exec(cell, module)
assert len(module["s"]) == 7, len(module["s"])
shell = InteractiveShell.instance()
shell.run_cell(cell, silent=True)
print(len(shell.user_ns["s"]))
PYTHON
}

new=$(ask 9.18.1)
old=$(ask 8.18.1)
echo "ipython 9.18.1: $new characters; ipython 8.18.1: $old characters; Python itself: 7"
[[ "$new" == 4 && "$old" == 7 ]] || { echo "This has changed."; exit 1; }
