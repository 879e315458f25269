"""Lesson 7d, transformers: its exercises, in the order of the lesson."""

EXERCISES = (
    "wordpiece",
    "positional_encoding",
    "attention",
    "masked_attention",
    "causal_mask",
    "influence",
    "previous_token_head",
    "multi_head_attention",
    "layer_norm",
    "encoder_block",
    "build_text_classifier",
    "temperature_for",
    "attend_step",
)
