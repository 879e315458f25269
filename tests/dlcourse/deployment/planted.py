"""Bundles that were tampered with, and whose checksums were put right: `planted(path, config=…)`."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


def parts_of(archive: bytes) -> dict[str, bytes]:
    """The content of each part of a bundle, or of the `.keras` file in it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(parts: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of these parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return whole.getvalue()


def planted(
    path: Path,
    config: Callable[[dict], object] = lambda config: None,
    weights: Callable[[bytes], bytes] = lambda content: content,
    model: Callable[[dict[str, bytes]], bytes] = packed,
    preprocessing: Callable[[dict], object] | None = None,
    **manifest: object,
) -> Path:
    """Change a bundle in its place.

    Args:
        path: of the bundle.
        config: changes the model's configuration.
        weights: returns another content of the weights' file.
        model: packs the parts of the model's file.
        preprocessing: changes what was learnt of the columns.
        manifest: what it says instead.
    """
    bundle = parts_of(path.read_bytes())
    inner = parts_of(bundle["model.keras"])
    inner[CONFIG] = _changed(inner[CONFIG], config)
    inner[WEIGHTS] = weights(inner[WEIGHTS])
    bundle["model.keras"] = model(inner)
    if preprocessing is not None:
        bundle["preprocessing.json"] = _changed(bundle["preprocessing.json"], preprocessing)
    said = {**json.loads(bundle["manifest.json"]), **manifest}
    said["sha256"] = {name: hashlib.sha256(bundle[name]).hexdigest() for name in said["sha256"]}
    bundle["manifest.json"] = json.dumps(said).encode()
    path.write_bytes(packed(bundle))
    return path


def changed(kind: str, **settings: object) -> Callable[[dict], None]:
    """A change of the settings of all layers of a kind, which are then built for what comes to them."""

    def change(config: dict) -> None:
        for layer in of_kind(config, kind):
            layer["config"].update(settings)
        for item in dicts(config):
            item.pop("build_config", None)

    return change


def respelt(*pairs: tuple[str, str]) -> Callable[[dict], None]:
    """A change of what the configuration says, letter by letter."""

    def change(config: dict) -> None:
        text = json.dumps(config)
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        config.update(json.loads(text))

    return change


def of_kind(config: dict, kind: str) -> list[dict]:
    """All descriptions of objects of a class, outermost first."""
    return [item for item in dicts(config) if item.get("class_name") == kind]


def dicts(item: Any) -> Iterator[dict]:
    """All dicts inside JSON data, outermost first."""
    if isinstance(item, dict):
        yield item
    for value in list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []:
        yield from dicts(value)


def _changed(content: bytes, change: Callable[[dict], object]) -> bytes:
    data = json.loads(content)
    change(data)
    return json.dumps(data).encode()
