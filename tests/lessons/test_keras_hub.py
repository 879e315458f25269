"""What lesson 7d does with keras-hub: a BERT in a folder of its own, loaded from there without a network."""

import numpy as np
import pytest

pytest.importorskip("keras_hub", reason="keras-hub is not installed: pip install -e .[text]")
# Keras reads TensorFlow's ragged tensors of words in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("default:__array__ implementation:DeprecationWarning")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdef", "##a", "##b", "##d", "return", "."]


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    import keras
    import keras_hub

    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    backbone = keras_hub.models.BertBackbone(len(WORDS), 1, 2, 8, 16, max_sequence_length=12)
    tokenizer = keras_hub.tokenizers.BertTokenizer(vocabulary=WORDS, lowercase=True)
    backbone.save_to_preset(str(folder))
    keras_hub.models.BertTextClassifierPreprocessor(tokenizer, sequence_length=12).save_to_preset(str(folder))
    return str(folder), backbone


def test_a_preset_comes_back_from_its_folder(preset):
    import keras_hub

    folder, saved = preset
    backbone = keras_hub.models.Backbone.from_preset(folder)
    prepare = keras_hub.models.TextClassifierPreprocessor.from_preset(folder)
    tokens = prepare(["Return bad.", "fed"])
    features, wanted = (model.predict(tokens, verbose=0)["sequence_output"] for model in (backbone, saved))
    assert features.shape == (2, 12, 8)
    np.testing.assert_array_equal(features, wanted)
    said = [WORDS[i] for i in tokens["token_ids"][0].numpy()]
    assert said[:7] == ["[CLS]", "return", "b", "##a", "##d", ".", "[SEP]"]
    assert set(said[7:]) == {"[PAD]"}


def test_the_courses_bert_comes_back_from_a_preset_with_its_features(tmp_path):
    import keras
    import keras_hub

    from dlcourse import models

    models.save_bert_preset(tmp_path)
    backbone = keras_hub.models.Backbone.from_preset(str(tmp_path))
    prepare = keras_hub.models.TextClassifierPreprocessor.from_preset(str(tmp_path))
    tokens = prepare(["Compute the median of a matrix.", "Return it"])
    bert = models.pretrained("bert")
    ours = keras.Model(bert.input, bert.get_layer("block_1").output).predict(tokens["token_ids"], verbose=0)
    theirs = backbone.predict(tokens, verbose=0)["sequence_output"]
    real = np.asarray(tokens["token_ids"]) > 0
    assert real.sum(axis=1).tolist() == [9, 4]
    np.testing.assert_allclose(theirs[real], ours[real], atol=1e-5)
