import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from twins import BUILDERS, randomised

from dlcourse.errors import BundleError
from dlcourse.frameworks import load_checkpoint, save_checkpoint, to_torch


def trained(epochs: int, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    x = torch.linspace(-1, 1, 20).reshape(10, 2)
    for _ in range(epochs):
        optimizer.zero_grad()
        torch.mean((module(x) - 1) ** 2).backward()
        optimizer.step()


def pair(seed: int = 0, width: int = 3) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.Tanh(), torch.nn.Linear(width, 1))
    return module, torch.optim.Adam(module.parameters(), 0.1)


def test_run_that_is_interrupted_and_continued_is_the_same_run(tmp_path):
    whole, optimizer = pair()
    trained(7, whole, optimizer)
    first, optimizer = pair()
    trained(3, first, optimizer)
    save_checkpoint(tmp_path / "run.pt", first, optimizer, 3)
    second, optimizer = pair(seed=1)
    assert load_checkpoint(tmp_path / "run.pt", second, optimizer) == 3
    trained(4, second, optimizer)
    for name, value in whole.state_dict().items():
        assert torch.equal(second.state_dict()[name], value)
    # Without the optimizer's state, which the cheat sheet leaves out, it is another run.
    third, optimizer = pair(seed=1)
    load_checkpoint(tmp_path / "run.pt", third)
    trained(4, third, optimizer)
    assert not torch.equal(third[0].weight, whole[0].weight)


def test_twin_goes_through_a_checkpoint(tmp_path):
    one, other = to_torch(randomised(BUILDERS["cnn"]())), to_torch(BUILDERS["cnn"]())
    names = dict(zip(other.state_dict(), one.state_dict(), strict=True))
    save_checkpoint(tmp_path / "twin.pt", one, torch.optim.SGD(one.parameters()), 1)
    with pytest.raises(
        BundleError, match="of another module"
    ):  # Keras numbered the layers of the second one on
        load_checkpoint(tmp_path / "twin.pt", other)
    other.load_state_dict({name: one.state_dict()[names[name]] for name in names})
    x = np.ones((2, 10, 12), np.float32)
    assert torch.equal(one(x), other(x))


def test_writing_that_fails_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    module, optimizer = pair()
    save_checkpoint(tmp_path / "run.pt", module, optimizer, 1)
    before = (tmp_path / "run.pt").read_bytes()

    def broken(content, file):
        file.write(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path / "run.pt", module, optimizer, 2)
    assert (tmp_path / "run.pt").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize(
    ("width", "kind", "words"),
    [
        (4, torch.optim.Adam, r"another module: '0.bias' is of shape \(3,\) in the file and of shape \(4,\)"),
        (3, torch.optim.LBFGS, "another optimizer"),
    ],
    ids=["module", "optimizer"],
)
def test_checkpoint_of_something_else_changes_nothing(tmp_path, width, kind, words):
    save_checkpoint(tmp_path / "run.pt", *pair(), 1)
    module, _ = pair(seed=1, width=width)
    optimizer = kind(list(module.parameters())[: None if width == 4 else 2])
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(BundleError, match=words):
        load_checkpoint(tmp_path / "run.pt", module, optimizer)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not optimizer.state


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


@pytest.mark.parametrize("damage", ["cut", "text", "weights alone", "code"])
def test_file_that_is_no_checkpoint_is_refused(tmp_path, damage, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module, optimizer = pair()
    path = tmp_path / "run.pt"
    save_checkpoint(path, module, optimizer, 1)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "text":
        path.write_text("hello")
    else:
        torch.save(module.state_dict() if damage == "weights alone" else {"module": Bomb()}, path)
    with pytest.raises(BundleError, match=r"run\.pt is (damaged or )?no checkpoint"):
        load_checkpoint(path, module)
    assert not (tmp_path / "exploded").exists()


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.pt"):
        load_checkpoint(tmp_path / "missing.pt", pair()[0])


@pytest.mark.parametrize(
    "call",
    ["to_torch(None)", "save_checkpoint('a.pt', Any(), Any(), 1)", "load_checkpoint('a.pt', None)"],
    ids=["to_torch", "save", "load"],
)
def test_without_pytorch_it_says_how_to_get_it(call, tmp_path):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from dlcourse.frameworks import *\n"
        "class Any:\n    state_dict = dict\n"
        f"try: {call}\nexcept ImportError as error: print(error)"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'This needs PyTorch, which is optional: pip install "dlcourse[torch]".\n'
    assert not list(tmp_path.iterdir())


def test_importing_frameworks_loads_none():
    code = "import sys, dlcourse.frameworks; print({'torch', 'tensorflow', 'keras'} & set(sys.modules))"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
