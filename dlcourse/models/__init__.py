"""A builder for each architecture of the course: `models.cnn((28, 28, 1), "multiclass", 10)`, compiled.

builder        input                                 network
`mlp`          any shape                             fully connected layers
`cnn`          (height, width, channels)             convolutions, each pooled, then a dense layer
`rnn`          (steps, features)                     LSTM, GRU or simple recurrent layers
`transformer`  token numbers, 0 is padding           embeddings, blocks of self-attention, mean
`transfer`     as the backbone's                     a trained network, frozen, under a new output layer
`gan`          images from 0 to 1                    a generator, and a discriminator as its opponent

Each takes the task (see `dlcourse.tasks`), from which the output layer, the loss and the metrics follow, and
returns an ordinary `keras.Model`: train it with `fit`, or with `dlcourse.training`. `compile` does the last
step alone, for a model of your own. `fine_tune` is the second half of transfer learning, and `pretrained`
loads a network that the course has trained.

All builders but `gan` share these arguments, where the architecture has a use for them: `kernel_initializer`,
`dropout` (the rate), `l2` (the penalty's strength), `batch_normalization`, `optimizer` (a name or an object)
and `learning_rate` (the optimizer's own if `None`).

file                 what it has
`networks`           `mlp`, `cnn` and `rnn`
`attention`          `transformer`
`transfer_learning`  `transfer` and `fine_tune`
`pretrained`         `pretrained`: trained networks that come with the course
`preset`             `save_bert_preset`: one of them for keras-hub
`decoding`           `by_hand`: another in NumPy, with a key-value cache
`wordpieces`         texts as the numbers that `pretrained("bert")` takes
`adversarial`        `gan`
`compiling`          `compile`
`arguments`          checks that the builders share
"""

from dlcourse.models import decoding, wordpieces
from dlcourse.models.adversarial import GAN, gan
from dlcourse.models.attention import transformer
from dlcourse.models.compiling import compile
from dlcourse.models.networks import cnn, mlp, rnn
from dlcourse.models.preset import save_bert_preset
from dlcourse.models.pretrained import pretrained
from dlcourse.models.transfer_learning import fine_tune, transfer

__all__ = [
    "GAN",
    "cnn",
    "compile",
    "decoding",
    "fine_tune",
    "gan",
    "mlp",
    "pretrained",
    "rnn",
    "save_bert_preset",
    "transfer",
    "transformer",
    "wordpieces",
]
