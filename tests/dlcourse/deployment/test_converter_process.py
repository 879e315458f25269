import pytest
from converted_models import built

from dlcourse.deployment import converter_process, to_tflite
from dlcourse.errors import ConversionError


def test_a_conversion_that_hangs_is_stopped_and_the_next_one_works():
    model = built("mlp")
    with pytest.raises(ConversionError, match=r"not done after 0\.01 s, and was stopped"):
        to_tflite(model, timeout=0.01)
    assert converter_process.converter._process is None
