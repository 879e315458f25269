#!/usr/bin/env bash
# Gradescope runs this as root, once, when the autograder is uploaded: it makes the container's image.
set -euo pipefail
source="${AUTOGRADER:-/autograder}/source"
cd "$source"
export DEBIAN_FRONTEND=noninteractive

is_new_enough() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }

apt-get install -y libseccomp2 util-linux python3-venv
python=""
for candidate in python3 python3.13 python3.12 python3.11; do
    if is_new_enough "$candidate"; then python="$candidate"; fi
done
if [ -z "$python" ]; then # Ubuntu 22.04's own python3 is older
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv .venv
.venv/bin/python -c "import run; run.require_whole_lists('course')"
.venv/bin/python -m pip install --no-cache-dir -r requirements/course.txt
.venv/bin/python -m pip install --no-deps --no-build-isolation -e .
