"""A small file of a trained network: `packed`."""

import io
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np

from dlcourse import files


def packed(model: keras.Model) -> bytes:
    """The bytes of a `.keras` file without the optimizer, compressed, of weights rounded to half precision.

    They are computed with in single precision all the same; rounded, they take half of the space.
    """
    bare = keras.Model(model.input, model.output, name=model.name)  # not compiled, so without an optimizer
    bare.set_weights([weight.astype(np.float16) for weight in model.get_weights()])
    whole = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        bare.save(path := Path(folder, "model.keras"))
        stored = zipfile.ZipFile(io.BytesIO(files.repeatable(path.read_bytes())))
    with zipfile.ZipFile(whole, "w") as archive:
        for member in stored.infolist():
            archive.writestr(member, stored.read(member), zipfile.ZIP_DEFLATED, 9)
    return whole.getvalue()
