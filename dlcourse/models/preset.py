"""The course's BERT as a preset of keras-hub, from which `keras_hub.models.Backbone.from_preset` loads it."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

from dlcourse.models.pretrained import pretrained
from dlcourse.models.wordpieces import vocabulary


def save_bert_preset(to: str | Path) -> None:
    """Write `pretrained("bert")` into a folder: network and weights, and its vocabulary as a preprocessor.

    Its layers that guess are left out: a preset has the backbone.

    Args:
        to: a folder.

    Raises:
        ModuleNotFoundError: keras-hub is not installed.

    Example:
        >>> save_bert_preset("bert_of_the_course")  # doctest: +SKIP
    """
    models = importlib.import_module("keras_hub").models
    bert, length = pretrained("bert"), 24
    pieces = vocabulary()
    backbone = models.BertBackbone(
        vocabulary_size=len(pieces),
        num_layers=1,
        num_heads=2,
        hidden_dim=32,
        intermediate_dim=64,
        max_sequence_length=length,
    )
    backbone.token_embedding.set_weights(bert.get_layer("pieces").get_weights())
    backbone.position_embedding.set_weights(bert.get_layer("positions").get_weights())
    backbone.segment_embedding.set_weights([np.zeros((2, 32))])  # it has no second sentence
    backbone.embeddings_layer_norm.set_weights(bert.get_layer("embedded").get_weights())
    block = (bert.get_layer(f"{name}_1") for name in ("attention", "attended", "block", "wide", "narrow"))
    backbone.transformer_layers[0].set_weights([weight for layer in block for weight in layer.get_weights()])
    backbone.save_to_preset(str(to))
    tokenizer = models.BertTokenizer(vocabulary=pieces, lowercase=True)
    models.BertTextClassifierPreprocessor(tokenizer, sequence_length=length).save_to_preset(str(to))
