"""From a trained model to predictions elsewhere: TFLite files, bundles and a small service.

    lite = to_tflite(model, "int8", samples=train.x)       # a LiteModel: predict, size, signature, save
    compare(model, lite, test)                             # a table: size, accuracy, agreement, latency
    save("digits.bundle", model, preprocessing, labels)    # one file that predicts from raw rows
    serve(load("digits.bundle"))                           # the same over HTTP

Which file for what:

- a bundle, to predict from raw rows with this library: it remembers the preprocessing and the labels;
- `model.save("model.keras")` and `keras.saving.load_model`, to train on, or to use the model in Keras;
- `model.export("folder")`, a SavedModel, for TensorFlow Serving and other languages: it holds the graph,
  needs no Keras to load, and can't be trained; `served = tf.saved_model.load("folder")` and
  `served.serve(x)` run it. Image layers that draw at random, such as `RandomFlip`, go on drawing in it, so
  export the part of the model behind them;
- a TFLite file, for phones, browsers and small computers: no TensorFlow, and a fraction of the size.

file                 what it has
`conversion`         `to_tflite`
`converter_process`  the process in which models are converted, from the caller's side
`converter`          the program of that process
`fidelity`           how near a converted model is to Keras's
`lite`               `LiteModel`, and the first run of a new one
`trial`              the program of that first run
`comparison`         `compare`
`bundle`             `save`, `load` and the `Bundle` between them
`service`            `serve`
`connections`        how long the service's clients may take, and how many there may be
`keras_files`        Keras's own files and errors
`claims`             what a model's file claims, held against what it holds
`rehearsal`          one row through a model that was just loaded
`environment`        how a child process is started
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.deployment.bundle import Bundle, load, save
    from dlcourse.deployment.comparison import compare
    from dlcourse.deployment.conversion import to_tflite
    from dlcourse.deployment.lite import LiteModel
    from dlcourse.deployment.service import application, serve, serving

_HOME = {
    "Bundle": "bundle",
    "LiteModel": "lite",
    "application": "service",
    "compare": "comparison",
    "load": "bundle",
    "save": "bundle",
    "serve": "service",
    "serving": "service",
    "to_tflite": "conversion",
}

__all__ = [
    "Bundle",
    "LiteModel",
    "application",
    "compare",
    "load",
    "save",
    "serve",
    "serving",
    "to_tflite",
]


# On first use: a trial run needs no TensorFlow, and only the service needs FastAPI.
def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
