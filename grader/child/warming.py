"""TensorFlow warmed up before it is forked: what a process computes first takes it ten times as long.

Kernels are registered, and passes over graphs are set up. A process that has computed can't be forked as it
is, for a fork has none of the threads that computing started. So all is computed by one thread, and
afterwards TensorFlow's context is forgotten: a fork makes one of its own. A training gains no more by one
before it: what it takes goes into its own graph.
"""

import contextlib
import os
import random
import select
import signal
from collections.abc import Iterator

SECONDS = 20.0  # that a fork may take for what takes it a hundredth
_warm = False


def warm_up() -> bool:
    """Compute as learners do, then forget the context; return whether a fork of this process can compute.

    Where it can't, neither can any other fork: this process is good for nothing more, and one that has not
    been warmed up has to take its place.
    """
    try:
        with _kept_random_state():
            _compute()
            _forget()
    except Exception:  # another TensorFlow, which has no such function any more, say
        return False
    global _warm
    _warm = _can_compute_in_a_fork()
    return _warm


def seed_anew() -> None:
    """Have a fork of a process that was warmed up draw other random numbers than all other forks.

    With its context, TensorFlow has made a generator that no function reaches; all forks have a copy of it.
    """
    if _warm:
        import tensorflow as tf

        tf.random.set_seed(int.from_bytes(os.urandom(4)))


def _compute() -> None:
    """Compute something of all that learners do."""
    import keras
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    x = np.ones((4, 3), np.float32)
    weights = tf.Variable(np.ones((3, 2), np.float32))

    @tf.function
    def loss(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.nn.relu(x @ weights))

    loss(tf.ones((4, 3)))
    with tf.GradientTape() as tape:
        value = loss(tf.constant(x))
    tape.gradient(value, weights)
    keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, kernel_initializer="ones")])(x)


def _forget() -> None:
    """Make this process one in which TensorFlow has computed nothing, as far as a fork is concerned."""
    import keras
    from tensorflow.python.eager import context

    keras.backend.clear_session()
    context._reset_context()
    context.context()  # what a fork need not make anew; it starts nothing


@contextlib.contextmanager
def _kept_random_state() -> Iterator[None]:
    import numpy as np

    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _can_compute_in_a_fork() -> bool:
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            import tensorflow as tf

            product = tf.constant([[1.0, 2.0]]) @ tf.constant([[3.0], [4.0]])
            os.write(writable, b"+" if float(product[0, 0]) == 11.0 else b"-")
        os._exit(0)
    os.close(writable)
    try:
        ready, _, _ = select.select([readable], [], [], SECONDS)
        return bool(ready) and os.read(readable, 1) == b"+"
    finally:
        os.close(readable)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
