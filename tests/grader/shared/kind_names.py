"""The exercises of `kinds.py`, which tests are parametrized by before that module has its place."""

NAMES = (
    "shuffled",
    "small_network",
    "to_file",
    "nearest_means",
    "fill_missing",
    "descend",
    "train_step",
    "centred",
    "likelier_side",
)
