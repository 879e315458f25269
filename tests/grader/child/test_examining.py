"""Artefacts are examined in a process of their own."""


def test_what_is_examined_never_met_the_learners_code(kinds, graded_answer):
    """A patched Keras in the first process changes nothing in the second."""
    found = graded_answer(
        "small_network",
        "keras.Sequential.summary = keras.Model.__call__ = lambda *a, **k: 1 / 0\n"
        "def small_network(features, classes):\n"
        "    hidden = keras.layers.Dense(16, activation='relu')\n"
        "    out = keras.layers.Dense(classes, activation='softmax')\n"
        "    model = keras.Sequential([keras.Input((features,)), hidden, out])\n"
        "    model.compile('adam', 'sparse_categorical_crossentropy')\n    return model\n",
    )
    assert found.status == "passed", found.message
