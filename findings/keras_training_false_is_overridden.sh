#!/usr/bin/env bash
# Keras: a nested model that was called with training=False is run in training mode by fit.
#
# Keras's guide to transfer learning calls the pre-trained model with training=False, so that its
# BatchNormalization keeps the averages it has learnt, before and after its layers are unfrozen. In a
# functional model, fit hands training=True to every layer and overrides what the call said: seen with Keras
# 3.10.0 and 3.15.1, both with TensorFlow. The averages move as if nothing had been said. So they do where the
# BatchNormalization itself was called with training=False. What keeps them is trainable=False of that layer.
#
# Reported as https://github.com/keras-team/keras/issues/20285. Exits with 1 if this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/averages.py" <<'PYTHON'
import sys

import keras
import numpy as np
from keras import layers


def moved(nested, training=None, trainable=True):
    """How far fit moves the averages of a BatchNormalization on inputs of mean 5."""
    keras.utils.set_random_seed(0)
    dense, normal = layers.Dense(4), layers.BatchNormalization(trainable=trainable)
    inputs = keras.Input((8,))
    if nested:
        features = keras.Sequential([keras.Input((8,)), dense, normal])(inputs, training=training)
    else:
        features = normal(dense(inputs), training=training)
    model = keras.Model(inputs, layers.Dense(1)(features))
    model.compile("sgd", "mean_squared_error")
    rng = np.random.default_rng(0)
    model.fit(rng.normal(5, 2, (64, 8)), rng.normal(size=(64, 1)), epochs=1, verbose=0)
    return float(np.abs(keras.ops.convert_to_numpy(normal.moving_mean)).max())


found = {
    "nested, nothing said": moved(True),
    "nested, training=False": moved(True, training=False),
    "layer, training=False": moved(False, training=False),
    "nested, trainable=False": moved(True, trainable=False),
}
print(f"Keras {keras.__version__}: the moving mean after one epoch, at first 0")
for how, mean in found.items():
    print(f"  {how:24} {mean:.3f}")
nothing, nested, layer, frozen = found.values()
sys.exit(not (nothing > 0 and nested == layer == nothing and frozen == 0))
PYTHON

for versions in "keras==3.10.0 tensorflow==2.19.1" "keras==3.15.1 tensorflow==2.21.0"; do
    python3 -m venv --clear "$folder/environment"
    # shellcheck disable=SC2086  # two requirements
    "$folder/environment/bin/pip" install --quiet --disable-pip-version-check $versions
    TF_CPP_MIN_LOG_LEVEL=3 "$folder/environment/bin/python" "$folder/averages.py"
done
