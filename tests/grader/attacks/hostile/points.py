"""Files with a wrong answer in a form, or with something beside it, by which it might pass."""

from hostile.classes import Files

TWIN = (
    "    twin = keras.models.clone_model(model)\n    twin.set_weights(model.get_weights())\n    return twin\n"
)
WITH_EPSILON = "-np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7))"


def _saving(acts: str) -> dict[str, bytes]:
    source = f"import keras, sys, zipfile\ndef save_and_restore(model, path):\n{acts}{TWIN}"
    return {"eve.py": source.encode()}


def _mistaken(form: str) -> dict[str, bytes]:
    """Return a loss to which ε is added in place of clipping, in a form in which it might pass."""
    source = f"import numpy as np, tensorflow as tf\ndef binary_cross_entropy(y, p): return {form}\n"
    return {"eve.py": source.encode()}


POINTS = {
    "file_of_nothing": Files(
        "save three empty members for a model, and return a copy of it",
        lambda: _saving(
            "    with zipfile.ZipFile(path, 'w') as file:\n"
            "        for name in 'metadata.json', 'config.json', 'model.weights.h5':\n"
            "            file.writestr(name, '')\n"
        ),
    ),
    "file_of_another": Files(
        "save another model, and return a copy of the given one",
        lambda: _saving("    keras.models.clone_model(model).save(path)\n"),
    ),
    "forged_file": Files(
        "replace what describes the saved file to the grader",
        lambda: _saving(
            "    live = sys.modules['grader.child.live']\n"
            "    told = {'form': 'zip', 'beside': [], 'is_new': True, 'file': None}\n"
            "    forged = live.Live('path', told)\n"
            "    live.after_call = lambda *_: (live.Live('weights', model.get_weights()), forged)\n"
        ),
    ),
    "single_precision": Files(
        "hide a small mistake in the width of what single precision is allowed",
        lambda: _mistaken(f"np.float32({WITH_EPSILON})"),
    ),
    "half_precision": Files(
        "hide a small mistake in what half precision rounds",
        lambda: _mistaken(f"np.float16({WITH_EPSILON})"),
    ),
    "tensor": Files(
        "hide a small mistake in a tensor of single precision",
        lambda: _mistaken(f"tf.constant({WITH_EPSILON}, tf.float32)"),
    ),
}
