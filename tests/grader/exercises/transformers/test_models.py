"""`build_text_classifier`: other ways, wrong ones, and what is said of them."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers, ops
from asking import BY_NAME, whole_cases_of

from grader.child import live
from grader.child.examining import examine
from grader.exercise import Given
from grader.exercises.transformers.build_text_classifier import classifier
from grader.exercises.verifying.transformers_models import classifies_texts

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def judged(answer, number=0):
    """What is found of an answer on one of the two cases."""
    case = whole_cases_of("build_text_classifier")[number]
    found = examine("model", live.description(answer(*case.arguments)), case.inputs)
    if "problem" in found:
        return found["problem"]
    finding = classifies_texts(Given(case.arguments, case.secret, ()), found)
    return "right" if finding.right else finding.message


def masks_of_keras(vocabulary_size, length, num_classes):
    """Every layer hands the mask on: both embeddings make the same one, and sums are layers."""
    tokens = keras.Input((None,), dtype="int32")
    places = ops.cumsum(ops.cast(ops.not_equal(tokens, 0), "int32"), axis=1)  # 1, 2, 3, …
    places = places * ops.cast(ops.not_equal(tokens, 0), "int32")  # and 0 for padding
    x = layers.Add()(
        [
            layers.Embedding(vocabulary_size, 16, mask_zero=True)(tokens),
            layers.Embedding(length + 1, 16, mask_zero=True)(places),
        ]
    )
    found = layers.MultiHeadAttention(4, 4, dropout=0.2)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, found]))
    made = layers.Dropout(0.2)(layers.Dense(16)(layers.Dense(24, "gelu")(x)))
    x = layers.LayerNormalization()(layers.Add()([x, made]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(tokens, layers.Dense(num_classes, "softmax")(x))


def two_blocks_and_the_first_token(vocabulary_size, length, num_classes):
    tokens = keras.Input(shape=(None,))
    words = ops.cast(tokens > 0, "float32")
    x = layers.Embedding(vocabulary_size, 32)(tokens)
    x = x + layers.Embedding(length, 32)(ops.cumsum(ops.ones_like(tokens), axis=-1) - 1)
    for _ in range(2):
        seen = ops.expand_dims(words, 1) * ops.expand_dims(words, 2)
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 16)(x, x, attention_mask=seen))
        x = layers.LayerNormalization()(x + layers.Dense(32)(layers.Dense(64, activation="relu")(x)))
    model = keras.Model(tokens, layers.Softmax()(layers.Dense(num_classes)(x[:, 0])))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def attention_by_hand(vocabulary_size, length, num_classes):
    tokens = keras.Input((None,), dtype="int32")
    words = ops.cast(ops.not_equal(tokens, 0), "float32")  # (n, t)
    x = layers.Embedding(vocabulary_size, 16)(tokens)
    x = x + layers.Embedding(length, 16)(ops.cumsum(ops.ones_like(tokens), axis=1) - 1)
    q, k, v = (layers.Dense(16, use_bias=False)(x) for _ in range(3))
    scores = ops.matmul(q, ops.transpose(k, (0, 2, 1))) / 4
    shared = ops.softmax(scores - 1e9 * (1 - ops.expand_dims(words, 1)), axis=-1)
    x = layers.LayerNormalization()(x + ops.matmul(shared, v))
    x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, "relu")(x)))
    weights = ops.expand_dims(words, -1)
    mean = ops.sum(x * weights, axis=1) / ops.sum(weights, axis=1)
    return keras.Model(tokens, layers.Dense(num_classes, "softmax")(mean))


@pytest.mark.parametrize(
    "answer",
    [masks_of_keras, two_blocks_and_the_first_token, attention_by_hand],
    ids=lambda answer: answer.__name__,
)
def test_other_classifiers_pass(answer):
    assert judged(answer) == judged(answer, number=1) == "right"


def plain_sum(vocabulary_size, length, num_classes):
    """Padding is masked in the attention, and pooled."""
    return classifier(pool=lambda layers, x, mask: layers.GlobalAveragePooling1D()(x))(
        vocabulary_size, length, num_classes
    )


def largest(vocabulary_size, length, num_classes):
    return classifier(pool=lambda layers, x, mask: layers.GlobalMaxPooling1D()(x))(
        vocabulary_size, length, num_classes
    )


def last_token_unseen(vocabulary_size, length, num_classes):
    """The text's last token is cut off, whatever it is."""
    inner = classifier()(vocabulary_size, length, num_classes)
    tokens = keras.Input((None,), dtype="int32")
    place = ops.cumsum(ops.ones_like(tokens), axis=1)
    return keras.Model(tokens, inner(ops.where(ops.equal(place, 8), 0, tokens)))


def one_at_each_place(vocabulary_size, length, num_classes):
    """Softmax over the texts of a batch instead of over the classes."""
    inner = classifier(activation=None)(vocabulary_size, length, num_classes)
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, layers.Softmax(axis=0)(inner(tokens)))


def stopped(vocabulary_size, length, num_classes):
    """No gradient gets through."""
    inner = classifier()(vocabulary_size, length, num_classes)
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, ops.stop_gradient(inner(tokens)))


def block(vocabulary_size, length, num_classes, attend=None, places_of=lambda places: places, learned=True):
    """The classifier with another attention, or other positions."""
    tokens = keras.Input((None,), dtype="int32")
    words = ops.not_equal(tokens, 0)
    places = places_of(ops.cumsum(ops.ones_like(tokens), axis=1) - 1)
    x = layers.Embedding(vocabulary_size, 16)(tokens)
    if learned:
        x = x + layers.Embedding(length, 16)(places)
    else:
        x = x + ops.sin(ops.expand_dims(ops.cast(places, "float32"), -1) / np.arange(1, 17, dtype="float32"))
    attend = attend or (lambda layer, x, words: layer(x, x, attention_mask=ops.expand_dims(words, 1)))
    x = layers.LayerNormalization()(x + attend(layers.MultiHeadAttention(2, 8), x, words))
    x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, "relu")(x)))
    pooled = layers.GlobalAveragePooling1D()(x, mask=words)
    return keras.Model(tokens, layers.Dense(num_classes, "softmax")(pooled))


def unlooked(*given):
    """What the attention finds counts nothing."""

    def attend(layer, x, words):
        return 0 * layer(x, x, attention_mask=ops.expand_dims(words, 1))

    return block(*given, attend=attend)


def other_texts(*given):
    """Tokens attend along the batch."""

    def attend(layer, x, words):
        x = ops.transpose(x, (1, 0, 2))
        return ops.transpose(layer(x, x), (1, 0, 2))

    return block(*given, attend=attend)


def computed_positions(*given):
    return block(*given, learned=False)


def places_up_to(last):
    return lambda *given: block(*given, places_of=lambda places: ops.minimum(places, last))


def changed_tokens(change):
    def answer(*given):
        tokens = keras.Input((None,), dtype="int32")
        return keras.Model(tokens, block(*given)(change(tokens)))

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (plain_sum, "and padding still counts"),
        (largest, "and padding still counts"),
        (last_token_unseen, "Whatever word stands at place 7"),
        (one_at_each_place, "does softmax come last"),
        (stopped, "can't learn"),
        (unlooked, "doesn't hang on the word beside it"),
        (other_texts, "hangs on the other texts"),
        (computed_positions, "are to be learned"),
        (
            changed_tokens(lambda tokens: ops.where(ops.equal(tokens, 0), 0, tokens % 10 + 1)),
            "are one to your model",
        ),
        (changed_tokens(lambda tokens: ops.where(ops.equal(tokens, 1), 0, tokens)), "no more than padding"),
        (places_up_to(4), "places 4 and 5 can be exchanged"),
        (places_up_to(30), "last two words of a text of full length"),
        (classifier(activation=None), "does softmax come last"),
        (classifier(activation="sigmoid", units=lambda classes: 1), "a probability for each class"),
        (classifier(pool=lambda layers, x, mask: x), "something of each token"),
        (classifier(attends=False), "no attention"),
        (classifier(residuals=False), "Three sums are asked for"),
        (classifier(norms=False), "two layer normalisations"),
        (classifier(feed_forward=False), "Three dense layers"),
        (classifier(trainable=False), "frozen"),
        (classifier(units=lambda classes: classes + 1), "(12, 4) is asked for"),
        (lambda *given: keras.Input((None,)), "A Keras model is asked for"),
    ],
)
def test_another_network_is_told_why(answer, words):
    found = judged(answer)
    assert words in found, found


def pooled_otherwise(pool):
    return classifier(pool=lambda layers, x, mask: pool(x, ops.cast(ops.expand_dims(mask, -1), "float32")))


POOLED = {
    "sums": pooled_otherwise(lambda x, words: ops.sum(x * words, axis=1)),
    "the largest": pooled_otherwise(lambda x, words: ops.max(x - 1e9 * (1 - words), axis=1)),
    "the first": pooled_otherwise(lambda x, words: x[:, 0]),
}


@pytest.mark.parametrize("way", POOLED)
def test_other_pooling_passes(way):
    assert judged(POOLED[way]) == judged(POOLED[way], number=1) == "right"


def test_shared_keys_are_attention():
    def answer(*given):
        def attend(layer, x, words):
            return layers.GroupQueryAttention(8, 2, 1)(x, x, attention_mask=ops.expand_dims(words, 1))

        return block(*given, attend=attend)

    assert judged(answer) == "right"


@pytest.mark.parametrize("most", [{"vocabulary_size": 20_000}, {"length": 512}])
def test_sizes_that_do_for_most_texts_are_found(most):
    def answer(vocabulary_size, length, num_classes):
        return block(
            **{"vocabulary_size": vocabulary_size, "length": length, "num_classes": num_classes} | most
        )

    assert "can't be called on an array of shape" in judged(answer, number=1)


def test_a_length_that_is_too_short_is_found():
    assert "can't be called on an array of shape" in judged(
        lambda vocabulary_size, length, num_classes: classifier()(vocabulary_size, length - 1, num_classes)
    )


def test_what_comes_of_no_number_is_told():
    case = whole_cases_of("build_text_classifier")[1]
    outputs = [np.full((size, 2), np.nan) for size in case.secret["sizes"].values()]
    finding = BY_NAME["build_text_classifier"].verify(
        Given(case.arguments, case.secret, ()), {"outputs": outputs}
    )
    assert "no numbers" in finding.message
