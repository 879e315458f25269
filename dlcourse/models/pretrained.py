"""Networks that the course has trained and ships, each with a card: `pretrained("digits")`."""

from __future__ import annotations

import keras

from dlcourse.content import folder
from dlcourse.datasets import cards
from dlcourse.errors import UnknownNameError


def pretrained(name: str) -> keras.Model:
    """Load a trained network after comparing its file with the checksum on its card.

    The files and their cards lie in `datasets/backbones/`. What a network was trained on, what it expects and
    how well it does is on its card.

    Args:
        name: `"digits"`: (n, 12, 12, 1), made by `dlcourse.datasets.on_photograph`, to ten digits.
            `"language_model"`: numbers of characters and of their positions, each (n, t), to the logits of
            the next character. `"bert"`: numbers of pieces of words, (n, t), to the logits of the piece that
            stands there; what comes before its last layers are features of a text.

    Returns:
        The model, the caller's own and not compiled. All its layers are trainable.

    Raises:
        UnknownNameError: there is no trained network of this name.
        OSError: its file is missing or damaged.

    Example:
        >>> model = pretrained("digits")
        >>> model.input_shape, model.output_shape, model.count_params()
        ((None, 12, 12, 1), (None, 10), 24282)
    """
    known = {path.stem: path for path in folder("datasets").joinpath("backbones").glob("*.md")}
    if not isinstance(name, str) or name not in known:
        raise UnknownNameError("trained network", name, sorted(known))
    facts = cards.facts(known[name].read_text(encoding="utf-8"))
    path = known[name].with_name(facts["file"])
    cards.content(path, facts["sha256"], "trained network")
    return keras.saving.load_model(path, compile=False)
