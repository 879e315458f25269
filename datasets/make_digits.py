"""Writes digits.npz from scikit-learn's copy: `python datasets/make_digits.py`. Its card has the checksum."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits


def make() -> bytes:
    """The bytes of the file: the same on every machine, hence no compression, time or platform in them."""
    digits = load_digits()
    arrays = {
        "features": digits.images.astype(np.uint8),  # (1797, 8, 8)
        "target": digits.target.astype(np.uint8),  # (1797,)
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980-01-01
            entry.create_system = 3
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(entry, content.getvalue())
    return file.getvalue()


if __name__ == "__main__":
    path = Path(__file__).with_name("digits.npz")
    path.write_bytes(make())
    print(f"{path}: {path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
