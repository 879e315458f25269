"""The same model in PyTorch: `to_torch(model)`, and checkpoints of it that can be continued.

    module = to_torch(model)              # same weights, same outputs, same inputs
    save_checkpoint("run.pt", module, optimizer, epoch)
    epoch = load_checkpoint("run.pt", module, optimizer)

PyTorch is optional: `pip install "dlcourse[torch]"`. Importing this module does not import it.

file         what it has
`__init__`   `to_torch`, `save_checkpoint` and `load_checkpoint`
`twin`       the PyTorch module that follows a Keras model's graph
`layers`     a converter for each kind of layer
`sequences`  those of embeddings, recurrent layers and attention
`settings`   what converters share
"""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

from dlcourse import files
from dlcourse.errors import BundleError

if TYPE_CHECKING:
    import keras
    import torch

    from dlcourse.frameworks.twin import Twin

__all__ = ["load_checkpoint", "save_checkpoint", "to_torch"]

PARTS = {"module", "optimizer", "epoch"}


def to_torch(model: keras.Model) -> Twin:
    """Build a `torch.nn.Module` with the layers and weights of a Keras model.

    It takes the arrays that the Keras model takes, channels last, and gives what it gives; every layer inside
    does too, under its Keras name: `module.dense.weight`, `module.conv2d.bias`. Weights are in PyTorch's own
    layout. It comes in evaluation mode; after `module.train()` an equal step of an equal optimizer, on an
    equal loss, leads to equal weights, those of normalisation included. Penalties such as L2 belong to the
    loss, which is yours: Keras adds those of its layers, the module has none. Recurrent layers have two
    biases in PyTorch and one in Keras: the other is zero and stays so.

    Args:
        model: Sequential or functional, built, of the layers in `dlcourse.frameworks.layers.CONVERTERS`.

    Returns:
        The module, on the CPU. Layers and weights that are frozen in Keras are frozen.

    Raises:
        ImportError: PyTorch is not installed.
        ModelError: a layer can't be converted; the message names it.

    Example:
        >>> import keras, numpy as np
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "relu", name="hidden")])
        >>> module, x = to_torch(model), np.ones((1, 3), np.float32)
        >>> np.allclose(module(x).detach(), model(x))
        True
        >>> list(module.state_dict())
        ['hidden.weight', 'hidden.bias']
    """
    _torch()
    from dlcourse.frameworks.twin import Twin

    module = Twin(model).eval()
    # In Keras, a weight trains if it is not frozen itself, nor the whole: layers pass their state on to it.
    return module if model.trainable else module.requires_grad_(False)


def save_checkpoint(
    path: str | os.PathLike[str],
    module: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
) -> None:
    """Save what a training run needs to go on: weights, the optimizer's state, and the epoch.

    The file is written whole or not at all: one that is there already stays until the new one is complete.

    Args:
        path: of the file.
        module: any module.
        optimizer: the one that trains it.
        epoch: how many epochs are done.

    Raises:
        ImportError: PyTorch is not installed.
        OSError: the file can't be written.

    Example:
        >>> import tempfile, torch
        >>> module = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.Adam(module.parameters())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(f"{folder}/run.pt", module, optimizer, epoch=3)
        ...     load_checkpoint(f"{folder}/run.pt", module, optimizer)
        3
    """
    torch = _torch()
    content = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": int(epoch)}
    files.write(path, lambda file: torch.save(content, file))


def load_checkpoint(
    path: str | os.PathLike[str],
    module: torch.nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    *,
    map_location: Any = "cpu",
) -> int:
    """Load a checkpoint of `save_checkpoint` into a module and its optimizer, or leave both as they were.

    Only tensors and plain values are read from the file (`weights_only=True`): a checkpoint from elsewhere
    can't run code on this machine.

    Args:
        path: of the file.
        module: of the same layers as the one that was saved.
        optimizer: of the same kind and over the same parameters; left out if the training does not go on.
        map_location: the device to load to, for a checkpoint that was saved on another.

    Returns:
        How many epochs were done.

    Raises:
        ImportError: PyTorch is not installed.
        FileNotFoundError: there is no such file.
        BundleError: the file is damaged, no checkpoint, or one of another module or optimizer.

    Source: PyTorch's tutorial "Saving and loading a general checkpoint".

    Example:
        >>> import tempfile, torch
        >>> trained, fresh = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(f"{folder}/run.pt", trained, torch.optim.SGD(trained.parameters()), epoch=3)
        ...     epoch = load_checkpoint(f"{folder}/run.pt", fresh)
        >>> epoch, torch.equal(fresh.weight, trained.weight)
        (3, True)
    """
    torch = _torch()
    try:
        content = torch.load(path, map_location=map_location, weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError, ValueError, KeyError) as error:
        raise BundleError(f"The file {path} is damaged or no checkpoint: save it again.") from error
    if not isinstance(content, dict) or content.keys() != PARTS:
        raise BundleError(f"The file {path} is no checkpoint of save_checkpoint: a part of it is missing.")
    mine, saved = module.state_dict(), content["module"]
    different = {name for name in mine.keys() | saved.keys() if _size(mine, name) != _size(saved, name)}
    if different:
        raise BundleError(
            f"The checkpoint {path} is of another module: '{min(different)}' is "
            f"{_size(saved, min(different))} in the file and {_size(mine, min(different))} in the module."
        )
    if optimizer is not None:
        try:
            optimizer.load_state_dict(content["optimizer"])  # checks everything before it changes anything
        except (ValueError, KeyError) as error:
            raise BundleError(f"The checkpoint {path} is of another optimizer: {error}.") from error
    module.load_state_dict(saved)
    return content["epoch"]


def _size(state: dict[str, torch.Tensor], name: str) -> str:
    return f"of shape {tuple(state[name].shape)}" if name in state else "missing"


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise ImportError('This needs PyTorch, which is optional: pip install "dlcourse[torch]".') from error
    return torch
