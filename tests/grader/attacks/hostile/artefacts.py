"""Models and files that act when they are opened, and answers to goals that learnt nothing.

Each gives an answer's source, and the exercise of `kinds.py` that it answers. `HELP` stands before it.
"""

from typing import NamedTuple

HELP = """
import io, json, zipfile
import keras, numpy as np
import tensorflow as tf

def right_network(features, classes, extra=()):
    layers = [keras.Input((features,)), keras.layers.Dense(16, activation='relu')]
    model = keras.Sequential([*layers, *extra, keras.layers.Dense(classes, activation='softmax')])
    model.compile('adam', 'sparse_categorical_crossentropy')
    return model

def saved(model):
    model.save('model.keras')
    return open('model.keras', 'rb').read()

def repacked(model, change=None, add=()):
    old, out = zipfile.ZipFile(io.BytesIO(saved(model))), io.BytesIO()
    with zipfile.ZipFile(out, 'w') as new:
        for name in old.namelist():
            data = old.read(name)
            if name == 'config.json' and change:
                config = json.loads(data)
                change(config)
                data = json.dumps(config).encode()
            new.writestr(name, data)
        for member, data in add:
            new.writestr(member, data)
    return as_model(out.getvalue())

def as_model(data):
    import sys
    return sys.modules['grader.child.plaindata'].Live('model', data)

def converted(model):
    return bytearray(tf.lite.TFLiteConverter.from_keras_model(model).convert())
"""


class Artefact(NamedTuple):
    """A hostile artefact: what it tries, for which exercise, and the source of the answer."""

    tries: str
    exercise: str
    source: str


def _network(tries: str, body: str) -> Artefact:
    return Artefact(tries, "small_network", f"def small_network(features, classes):\n{body}")


def _reconfigured(tries: str, change: str) -> Artefact:
    """A model's file whose layers' configuration was rewritten; `layer` is the first Dense's."""
    return Artefact(
        tries,
        "small_network",
        "def change(config):\n"
        "    layer = config['config']['layers'][1]\n"
        f"    {change}\n"
        "def small_network(features, classes): return repacked(right_network(features, classes), change)",
    )


MODELS = {
    "lambda": _network(
        "hide code in a Lambda layer",
        "    def act(x):\n        open(CANARY, 'w').write('defaced')\n        return x\n"
        "    return right_network(features, classes, [keras.layers.Lambda(act)])",
    ),
    "lambda_switched_on": _network(
        "switch Keras's safe mode off, then hide code in a Lambda layer",
        "    keras.config.enable_unsafe_deserialization()\n"
        "    return right_network(features, classes, [keras.layers.Lambda(lambda x: x)])",
    ),
    "own_layer": _network(
        "need one's own code to be opened",
        "    @keras.saving.register_keras_serializable()\n"
        "    class Mine(keras.layers.Layer):\n        def call(self, x): return x\n"
        "    return right_network(features, classes, [Mine()])",
    ),
    "system_as_layer": _reconfigured(
        "name `os.system` as a layer's class",
        "layer.update(module='os', class_name='system', registered_name=None, config={'command': 'true'})",
    ),
    "eval_as_layer": _reconfigured(
        "name `eval` as a layer's class",
        "layer.update(module='builtins', class_name='eval', registered_name='eval', config={'source': '1'})",
    ),
    "exec_as_activation": _reconfigured(
        "name `exec` as an activation",
        "layer['config']['activation'] = {'module': 'builtins', 'class_name': 'function', "
        "'config': 'exec', 'registered_name': 'function'}",
    ),
    "lambda_by_hand": _reconfigured(
        "write marshalled code into the configuration",
        "layer['config']['activation'] = {'class_name': '__lambda__', "
        "'config': {'value': ['4wEAAAA=', None, None]}}",
    ),
    "file_reader_as_layer": _reconfigured(
        "let a layer read the solutions as its vocabulary",
        "layer.update(class_name='StringLookup', config={'vocabulary': SOLUTIONS + '/neural_networks.py'})",
    ),
    "download_as_layer": _reconfigured(
        "let the model's file download another",
        "layer.update(module='keras.utils', class_name='get_file', config={'origin': 'http://127.0.0.1/x'})",
    ),
    "billions_of_units": _reconfigured(
        "declare a layer that needs ten thousand gigabytes", "layer['config']['units'] = 2 * 10**12"
    ),
    "negative_units": _reconfigured("declare a layer of a negative size", "layer['config']['units'] = -16"),
    "nonsense": _reconfigured("write nonsense into the configuration", "config['config'] = [[[{}]]] * 9"),
    "deep_configuration": _reconfigured(
        "nest the configuration too deeply",
        "for _ in range(900): layer['config']['activation'] = [layer['config']['activation']]",
    ),
    "path_member": _network(
        "add a member that is unpacked outside",
        "    return repacked(right_network(features, classes), add=[('../../escaped', b'x')])",
    ),
    "absolute_member": _network(
        "add a member with an absolute path",
        "    return repacked(right_network(features, classes), add=[(CANARY, b'defaced')])",
    ),
    "assets": _network(
        "add assets to the model",
        "    return repacked(right_network(features, classes), add=[('assets/x', b'x')])",
    ),
    "zip_bomb": _network(
        "add a member that unpacks to a gigabyte",
        "    out = io.BytesIO()\n"
        "    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as new:\n"
        "        with new.open('model.weights.h5', 'w', force_zip64=True) as member:\n"
        "            for _ in range(100): member.write(bytes(10**6))\n"
        "    return as_model(out.getvalue())",
    ),
    "not_a_zip": _network("return text as a model", "    return as_model(b'model' * 999)"),
    "no_bytes": _network("return a dict as a model", "    return as_model({'layers': ['Dense', 'Dense']})"),
    "pickled_weights": _network(
        "give a pickle as the weights",
        "    import pickle\n"
        "    class Bomb:\n        def __reduce__(self): return open, (CANARY, 'w')\n"
        "    return as_model(pickle.dumps(Bomb()))",
    ),
    "hdf5_link": _network(
        "let the weights be a link to a file outside",
        "    import h5py\n"
        "    model = right_network(features, classes)\n"
        "    with h5py.File('model.weights.h5', 'w') as file:\n"
        "        file['layers'] = h5py.ExternalLink(CANARY, '/')\n"
        "    old, out = zipfile.ZipFile(io.BytesIO(saved(model))), io.BytesIO()\n"
        "    with zipfile.ZipFile(out, 'w') as new:\n"
        "        for name in ('metadata.json', 'config.json'): new.writestr(name, old.read(name))\n"
        "        new.write('model.weights.h5')\n"
        "    return as_model(out.getvalue())",
    ),
    "claimed_findings": _network(
        "return what the examiner would write about a right model",
        "    dense = {'class': 'Dense', 'config': {'activation': 'relu'}}\n"
        "    return {'layers': [dense, dense], 'input_shape': [None, features],\n"
        "            'output_shape': [None, classes], 'outputs': np.full((5, classes), 1 / classes),\n"
        "            'compiled': {'optimizer': {'class': 'Adam'}}}",
    ),
    "lying_model": _network(
        "return a model that saves another and calls itself right",
        "    class Liar(keras.Sequential):\n"
        "        def save(self, path, **k): open(path, 'wb').write(b'forged')\n"
        "        def get_config(self): raise SystemExit\n"
        "    Liar.__module__ = 'keras.src'\n"
        "    return Liar([keras.Input((features,))])",
    ),
    "patched_saving": _network(
        "patch Keras, so that every model is saved as a right one",
        "    keras.Model.__call__ = lambda *a, **k: np.full((5, classes), 1 / classes)\n"
        "    keras.Sequential.layers = property(lambda self: [])\n"
        "    return keras.Sequential([keras.Input((features,))])",
    ),
    "weights_not_numbers": _network(
        "return a right network whose weights are no numbers",
        "    model = right_network(features, classes)\n"
        "    model.set_weights([w * np.nan for w in model.get_weights()])\n    return model",
    ),
    "large_model": _network(
        "return a model of forty megabytes",
        "    return right_network(features, classes, [keras.layers.Dense(10**5), keras.layers.Dense(9)])",
    ),
}


def _file(tries: str, body: str) -> Artefact:
    return Artefact(tries, "to_file", f"def to_file(model):\n{body}")


MANGLED = 200  # copies of a right file, with some bytes changed in each

FILES = {
    "no_file": _file("return a mark and nothing else", "    return b'\\0\\0\\0\\0TFL3'"),
    "path": _file("return a path", "    return SOLUTIONS.encode()"),
    "offsets": _file(
        "let offsets point outside the file",
        "    data = converted(model)\n    data[:4] = b'\\xff\\xff\\xff\\x7f'\n    return bytes(data)",
    ),
    "half": _file(
        "return half a file", "    data = converted(model)\n    return bytes(data[:len(data) // 2])"
    ),
    "half_zeros": _file(
        "return a file whose second half is zeros",
        "    data = converted(model)\n    half = len(data) // 2\n    return bytes(data[:half]) + bytes(half)",
    ),
    "padded": _file(
        "return a right file with megabytes behind it",
        "    return bytes(converted(model)) + bytes(5 * 10**6)",
    ),
    "huge_tensor": _file(
        "declare a tensor of gigabytes",
        "    shape = np.array([1, 4], 'i4').tobytes()\n"
        "    return bytes(converted(model)).replace(shape, np.array([1, 2**31 - 1], 'i4').tobytes())",
    ),
    "custom_operation": _file(
        "need an operation of one's own",
        "    def act(x): return tf.math.betainc(x, x, x)[:, :3]\n"
        "    traced = tf.function(act, input_signature=[tf.TensorSpec([1, 4])]).get_concrete_function()\n"
        "    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced])\n"
        "    converter.allow_custom_ops = True\n"
        "    return converter.convert()",
    ),
    "another_model": _file(
        "return the file of another model",
        "    model.set_weights([w * 0 for w in model.get_weights()])\n    return bytes(converted(model))",
    ),
}

GOALS = {
    "labels_by_heart": Artefact(
        "remember the training set instead of learning",
        "nearest_means",
        "def nearest_means(x, y): return x[:10]",
    ),
    "no_numbers": Artefact(
        "return no numbers",
        "nearest_means",
        "def nearest_means(x, y): return np.full((10, 64), np.nan)",
    ),
    "infinite": Artefact(
        "return what is near to nothing",
        "nearest_means",
        "def nearest_means(x, y): return np.full((10, 64), np.inf)",
    ),
    "too_many_means": Artefact(
        "return a hundred guesses of each mean",
        "nearest_means",
        "def nearest_means(x, y): return np.zeros((1000, 64))",
    ),
    "no_array": Artefact(
        "return words",
        "nearest_means",
        "def nearest_means(x, y): return [['a'] * 64] * 10",
    ),
    "hidden_images": Artefact(
        "find the hidden images and labels in memory",
        "nearest_means",
        "def nearest_means(x, y):\n"
        "    import gc\n"
        "    found = [o for o in gc.get_objects() if isinstance(o, dict) and {'x', 'y'} == set(o)]\n"
        "    if not found: raise LookupError\n"
        "    x, y = found[0]['x'], found[0]['y']\n"
        "    return np.stack([x[y == d].mean(axis=0) for d in range(10)])",
    ),
    "data_set_on_disk": Artefact(
        "read the embedded data set, with its labels",
        "nearest_means",
        "def nearest_means(x, y):\n"
        "    from dlcourse import datasets\n"
        "    data = datasets.load('digits')\n"
        "    z = data.features.reshape(len(data.target), -1) / 16\n"
        "    return np.stack([z[data.target == d].mean(axis=0) for d in range(10)])",
    ),
}
