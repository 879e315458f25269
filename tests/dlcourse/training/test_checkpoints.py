import os
import signal
import subprocess
import sys
import textwrap
import time

import keras
import numpy as np
import pytest
from iris_runs import ENGINES, TRAIN, VALIDATION, classifier, weights

from dlcourse.errors import TrainingError
from dlcourse.training import train


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("patience", [None, 3])
def test_going_on_from_a_checkpoint_is_the_unbroken_run(engine, patience, tmp_path):
    settings = {"validation": VALIDATION, "engine": engine, "patience": patience, "class_weight": "balanced"}
    unbroken = classifier(optimizer="nadam")  # Keras itself forgets a part of its state
    expected = train(unbroken, TRAIN, epochs=9, **settings)
    train(classifier(optimizer="nadam"), TRAIN, epochs=4, checkpoint=tmp_path / "run", **settings)
    resumed = classifier(optimizer="nadam")
    assert train(resumed, TRAIN, epochs=9, checkpoint=tmp_path / "run", **settings) == expected
    np.testing.assert_array_equal(weights(resumed), weights(unbroken))
    again = classifier(optimizer="nadam")
    assert train(again, TRAIN, epochs=9, checkpoint=tmp_path / "run", **settings) == expected
    np.testing.assert_array_equal(weights(again), weights(unbroken))


KILLED = """
    import sys
    import keras
    from dlcourse import models
    from dlcourse.training import train
    import numpy as np
    random = np.random.default_rng(0)
    data = random.normal(size=(400, 5)).astype("float32"), random.integers(0, 2, 400)
    keras.utils.set_random_seed(0)
    model = models.mlp((5,), "binary", hidden=(16,), dropout=0.2)
    print("ready", flush=True)
    train(model, data, epochs=60, validation=data, patience=50, schedule="cosine", checkpoint=sys.argv[1],
          callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: print("epoch", flush=True))])
    np.save(sys.argv[2], np.concatenate([w.ravel() for w in model.get_weights()]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_run_ends_where_an_unbroken_one_does(tmp_path):
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(KILLED)]
    killed = subprocess.Popen(
        [*program, tmp_path / "run", tmp_path / "no.npy"], stdout=subprocess.PIPE, text=True
    )
    for line in killed.stdout:
        if line == "epoch\n" and (tmp_path / "run").exists():
            time.sleep(0.03)  # anywhere between two epochs
            killed.send_signal(signal.SIGKILL)
            break
    assert killed.wait() == -signal.SIGKILL
    killed.stdout.close()
    done = [
        subprocess.Popen([*program, tmp_path / run, tmp_path / f"{run}.npy"], stdout=subprocess.DEVNULL)
        for run in ("run", "other")
    ]
    assert [one.wait() for one in done] == [0, 0]
    np.testing.assert_array_equal(np.load(tmp_path / "run.npy"), np.load(tmp_path / "other.npy"))
    assert not (tmp_path / "no.npy").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"batch_size": 16}, "batch_size"),
        ({"seed": 3}, "seed"),
        ({"schedule": "cosine"}, "schedule"),
        ({"data": (TRAIN[0] + 1, TRAIN[1])}, "data"),
        ({"model": {"hidden": (13,)}}, "architecture"),
        ({"model": {"learning_rate": 0.5}}, "learning rate"),
        ({"model": {"optimizer": "sgd"}}, "compilation"),
        ({"validation": VALIDATION}, "validation"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_kept(change, named, tmp_path):
    file = tmp_path / "run"
    train(classifier(), TRAIN, epochs=1, checkpoint=file)  # at the learning rate 0.02
    before = file.read_bytes()
    change = dict(change)
    data, settings = change.pop("data", TRAIN), change.pop("model", {})
    model = classifier(**settings)
    with pytest.raises(TrainingError, match=f"of another run, its {named} differs"):
        train(model, data, epochs=2, checkpoint=file, **change)
    assert file.read_bytes() == before


def test_a_checkpoint_with_more_epochs_than_asked_for_is_refused(tmp_path):
    train(classifier(), TRAIN, epochs=3, checkpoint=tmp_path / "run")
    with pytest.raises(TrainingError, match="has 3 epochs, more than epochs=2"):
        train(classifier(), TRAIN, epochs=2, checkpoint=tmp_path / "run")
    with pytest.raises(TrainingError, match="is a folder: name a file in it"):
        train(classifier(), TRAIN, epochs=2, checkpoint=tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no checkpoint at all"])
def test_a_damaged_checkpoint_is_said_to_be_one(content, tmp_path):
    file = tmp_path / "run"
    file.write_bytes(content)
    with pytest.raises(TrainingError, match=r"is damaged, or is none: delete it to start anew\.$"):
        train(classifier(), TRAIN, checkpoint=file)
    assert file.read_bytes() == content


def test_inputs_by_name_are_told_apart_by_their_names_and_not_by_their_order(tmp_path):
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 24, 3)).astype("float32")

    def go_on(inputs, epochs):
        by_name = {name: keras.Input((3,), name=name) for name in "ab"}
        model = keras.Model(by_name, keras.layers.Dense(1)(keras.layers.Concatenate()([*by_name.values()])))
        model.compile("sgd", "mean_squared_error")
        run = tmp_path / "run.npz"
        return train(model, (inputs, a[:, :1]), epochs=epochs, checkpoint=run).history["loss"]

    go_on({"a": a, "b": b}, 1)
    assert len(go_on({"b": b, "a": a}, 2)) == 2
    with pytest.raises(TrainingError, match="its data differ"):
        go_on({"a": b, "b": a}, 3)
