"""TensorFlow warmed up before it is forked: forks compute what any process does, each by itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.child import warming, zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")
START = f"""
import json, os, random, sys
sys.path.append({str(Path(warming.__file__).parents[2])!r})
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from grader.child import warming
"""
FORKS = """
random.seed(3)
np.random.seed(4)
wanted = random.random(), np.random.random()
random.seed(3)
np.random.seed(4)
assert warming.warm_up()
assert (random.random(), np.random.random()) == wanted
import keras, tensorflow as tf

def computed():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    weights = tf.Variable([[1.0, -1.0], [0.5, 2.0]])
    @tf.function
    def loss(x):
        return tf.reduce_sum(tf.nn.relu(x @ weights) ** 2)
    with tf.GradientTape() as tape:
        value = loss(x)
    gradient = tape.gradient(value, weights)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    history = model.fit(x, np.array([1.0, 2.0]), epochs=2, shuffle=False, verbose=0)
    return {"value": float(value), "gradient": gradient.numpy().tolist(), "losses": history.history["loss"],
            "names": [layer.name for layer in model.layers], "random": float(tf.random.uniform(()))}

found = []
for _ in range(3):
    read, write = os.pipe()
    if os.fork() == 0:
        warming.seed_anew()
        os.write(write, json.dumps(computed()).encode())
        os._exit(0)
    os.wait()
    found.append(json.loads(os.read(read, 100_000)))
print(json.dumps(found))
"""
WITHOUT = """
from tensorflow.python.eager import context
del context._reset_context
print(json.dumps(warming.warm_up()))
"""


def printed(program):
    ran = subprocess.run([sys.executable, "-c", START + program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


def test_forks_compute_what_is_right_each_with_its_own_random_numbers():
    first, *others = printed(FORKS)
    draws = [found.pop("random") for found in (first, *others)]
    assert len({*draws}) == 3
    assert others == [first, first]
    assert (first["value"], first["gradient"]) == (63.0, [[34.0, 36.0], [48.0, 52.0]])
    assert first["losses"][0] == pytest.approx(14.5)
    assert first["names"] == ["dense"]


def test_another_tensorflow_without_that_function_is_not_forked_after_it_has_computed():
    """If this fails after an upgrade: look what took the place of `_reset_context`."""
    assert printed(WITHOUT) is False


def test_a_zygote_that_could_not_be_warmed_up_is_started_anew_and_is_cold(monkeypatch):
    """The program gets itself run again with a word that says so, and then computes nothing before a fork."""
    started = []

    class Started(Exception):
        pass

    def execv(*program):
        started.append(program)
        raise Started

    class Control:
        def recv(self, *_):
            return b"."

    monkeypatch.setattr(zygote, "_preload", lambda _: None)
    monkeypatch.setattr(zygote.warming, "warm_up", lambda: False)
    monkeypatch.setattr(zygote.os, "execv", execv)
    monkeypatch.setattr(zygote.gc, "freeze", lambda: None)
    monkeypatch.setattr(zygote.gc, "disable", lambda: None)
    monkeypatch.setenv(zygote.COLD, "")
    monkeypatch.delenv(zygote.COLD)
    with pytest.raises(Started):
        zygote.main(["tensorflow"], Control())
    assert started == [(sys.executable, sys.orig_argv)]
    monkeypatch.setattr(zygote.confinement, "level", lambda: (_ for _ in ()).throw(Started("cold")))
    with pytest.raises(Started, match="cold"):  # it has gone on without
        zygote.main(["tensorflow"], Control())
