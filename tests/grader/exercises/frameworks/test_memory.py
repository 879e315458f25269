"""Lesson 4: what Keras needs to train and to predict, it has in the sandbox."""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


TRAINED_BY_KERAS = {
    "build_and_train": (
        "def build_and_train(x, y):\n"
        "    layers = [keras.Input(x.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(64, 'relu')]\n"
        "    model = keras.Sequential([*layers, keras.layers.Dense(10, 'softmax')])\n"
        "    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "    stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)\n"
        "    model.fit(x, y, batch_size=16, epochs=60, validation_split=0.1, callbacks=[stop], verbose=0)\n"
        "    return model\n"
    ),
    "train_step": (
        "def train_step(model, optimizer, x, y):\n"
        "    model.compile(optimizer, 'sparse_categorical_crossentropy')\n"
        "    return model.fit(x, y, batch_size=len(x), verbose=0).history['loss'][0]\n"
    ),
    "save_and_restore": (
        "def save_and_restore(model, path):\n    model.save(path)\n"
        "    restored = keras.models.load_model(path)\n"
        "    restored.predict(np.zeros((1, *model.input_shape[1:])), verbose=0)\n    return restored\n"
    ),
}


@pytest.mark.parametrize("name", TRAINED_BY_KERAS)
def test_fit_and_predict_have_the_memory_they_need_in_the_sandbox(name, graded_answer):
    found = graded_answer(name, TRAINED_BY_KERAS[name])
    assert found.status == "passed", found.message
