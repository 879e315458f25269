"""`save_and_restore`: whatever an answer leaves at its path."""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


HOSTILE = {
    "a link": "os.symlink('/etc/passwd', path)",
    "a link to itself": "os.symlink(path, path)",
    "a pipe": "os.mkfifo(path)",
    "an endless device": "os.symlink('/dev/zero', path)",
    "a vast file": "open(path, 'wb').truncate(15 * 2**20)",
    "a folder in its place": "os.makedirs(path + '/' + '/'.join('a' * 400))",
    "many names": "[open(path + str(i) + '\\udcff', 'w').close() for i in range(500)]",
    "no folder any more": "os.rmdir(os.path.dirname(path))",
    "a folder that none may read": "os.chmod(os.path.dirname(path), 0)",
    "another folder": "(os.rmdir(os.path.dirname(path)), os.symlink('/', os.path.dirname(path)))",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_whatever_lies_at_the_path_is_survived(case, graded_answer):
    found = graded_answer(
        "save_and_restore",
        f"import os\ndef save_and_restore(model, path):\n"
        f"    try:\n        {HOSTILE[case]}\n    except OSError: pass\n"
        "    return keras.models.clone_model(model)\n",
    )
    assert found.status in ("failed", "error"), found.message
    assert found.score == 0
    assert "Nothing" in found.message or "path" in found.message, found.message


TWIN = "    twin = keras.models.clone_model(model)\n    twin.set_weights(model.get_weights())\n"
EMPTY = (
    "    import zipfile\n    with zipfile.ZipFile(path, 'w') as file:\n"
    "        for name in ('metadata.json', 'config.json', 'model.weights.h5'): file.writestr(name, '')\n"
)
FORGED = (
    "    import sys\n    live = sys.modules.get('grader.child.live')\n"
    "    told = {{'form': 'zip', 'beside': [], 'is_new': True, 'file': {file}}}\n"
    "    forged = live.Live('path', told)\n"
    "    live.after_call = lambda arguments, answer: (live.Live('weights', model.get_weights()), forged)\n"
)
ANOTHER = "    other = keras.models.clone_model(model)\n    other.save(path)\n"


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        (EMPTY, "can't be opened"),
        (FORGED.format(file="None"), "holds another model"),
        (FORGED.format(file="b'PK'"), "can't be opened"),
        (FORGED.format(file="'text'"), "holds another model"),
        (ANOTHER, "holds another model"),
    ],
    ids=["three empty members", "no file", "no zip", "no bytes", "another model"],
)
def test_the_file_itself_must_hold_the_model(acts, words, graded_answer):
    found = graded_answer(
        "save_and_restore", f"import keras\ndef save_and_restore(model, path):\n{acts}{TWIN}    return twin\n"
    )
    assert (found.status, found.score) == ("failed", 0), found.message
    assert words in found.message
