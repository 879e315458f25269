"""Trained networks that come with the course: what their cards promise, and files that are not theirs."""

import importlib
from pathlib import Path

import keras
import numpy as np
import pytest

from dlcourse import content
from dlcourse.datasets import cards, load, on_photograph
from dlcourse.errors import UnknownNameError
from dlcourse.models import pretrained, wordpieces

FOLDER = content.folder("datasets") / "backbones"
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))


def facts(name: str) -> dict:
    return cards.facts((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_card_tells_the_truth(name):
    card, model = facts(name), pretrained(name)
    assert (FOLDER / card["file"]).stat().st_size == card["bytes"] < 1_000_000
    assert model.count_params() == card["parameters"]
    assert without_batch(model.input_shape) == card["input_shape"]
    assert card["licence"]
    assert card["source"].startswith("datasets/make.py")
    assert not model.compiled
    assert all(layer.trainable for layer in model.layers)


def without_batch(shape) -> list:
    """The axes of a sample, or of each of several inputs; "t" for one that may be of any length."""
    if isinstance(shape, list):
        return [without_batch(one) for one in shape]
    return ["t" if size is None else size for size in shape[1:]]


def test_every_file_has_a_card():
    assert {path.stem for path in FOLDER.glob("*.keras")} == set(NAMES)


def unseen(photograph: str, turns: tuple[int, ...]):
    """Digits that the backbone was not trained on, each turned and elsewhere."""
    digits = load("digits")
    known = facts("digits")["known_images"]
    images, labels = digits.features[known:] / 16, digits.target[known:]
    x = np.concatenate([np.rot90(images, turn, axes=(1, 2)) for turn in turns])
    return on_photograph(x, np.random.default_rng(2), photograph), np.tile(labels, len(turns))


def share_right(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean(model.predict(x, batch_size=512, verbose=0).argmax(axis=1) == y))


def test_digits_are_recognised_as_the_card_says():
    model, card = pretrained("digits"), facts("digits")
    assert share_right(model, *unseen("china", (1, 2, 3))) == pytest.approx(card["accuracy"], abs=0.03)
    assert share_right(model, *unseen("flower", (0,))) == pytest.approx(card["accuracy_upright"], abs=0.06)


@pytest.fixture
def scripts(monkeypatch):
    """How the two networks that read were trained."""
    monkeypatch.syspath_prepend(content.folder("datasets"))
    return {name: importlib.import_module(f"backbones.{name}") for name in ("language_model", "bert")}


def test_the_language_model_is_as_good_as_its_card_says(scripts):
    train, _, test = load("docstrings").split()
    characters = sorted({"\n", *"".join(train.x)})
    bits = scripts["language_model"].bits(pretrained("language_model"), test.x, characters)
    assert bits == pytest.approx(facts("language_model")["bits_a_character"], abs=0.005)


def test_bert_guesses_as_its_card_says(scripts):
    unseen = wordpieces.numbered(load("docstrings").split().test.x)
    loss, right = scripts["bert"].judged(pretrained("bert"), unseen)
    assert loss == pytest.approx(facts("bert")["loss"], abs=0.005)
    assert right == pytest.approx(facts("bert")["right"], abs=0.005)


def test_berts_vocabulary_is_that_of_its_texts(scripts):
    pieces = (FOLDER / "bert.txt").read_text("utf-8").splitlines()
    assert pieces == scripts["bert"].vocabulary(load("docstrings").split().train.x)


def test_the_two_that_read_are_small():
    assert sum((FOLDER / f"{name}.keras").stat().st_size for name in ("language_model", "bert")) < 500_000


def test_each_load_gives_a_model_of_its_own():
    first = pretrained("digits")
    first.set_weights([weight * 0 for weight in first.get_weights()])
    assert any(np.any(weight) for weight in pretrained("digits").get_weights())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "digit",
            r"no trained network 'digit'\. Did you mean 'digits'\? Available: bert, digits, language_model",
        ),
        ("../digits", r"no trained network '\.\./digits'"),
        (None, "no trained network 'None'"),
        (["digits"], r"no trained network '\['digits'\]'"),
    ],
)
def test_unknown_name(name, words):
    with pytest.raises(UnknownNameError, match=words):
        pretrained(name)


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the network that `pretrained` reads instead of the real one."""
    (tmp_path / "backbones").mkdir()
    for file in FOLDER.glob("digits.*"):
        (tmp_path / "backbones" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setitem(pretrained.__globals__, "folder", lambda name: tmp_path)
    return tmp_path / "backbones" / "digits.keras"


def test_changed_file_is_refused(copy):
    content = bytearray(copy.read_bytes())
    content[50_000] ^= 1
    copy.write_bytes(content)
    with pytest.raises(OSError, match=r"digits\.keras is damaged.*install dlcourse again"):
        pretrained("digits")


def test_missing_file_is_named(copy):
    copy.unlink()
    with pytest.raises(FileNotFoundError, match=r"digits\.keras is missing"):
        pretrained("digits")
