"""`to_tflite` in the sandbox."""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def test_both_ways_to_convert_work_in_the_sandbox(graded_answer):
    found = graded_answer(
        "to_tflite",
        "def to_tflite(model):\n"
        "    model.export('model.tflite', format='litert')\n"
        "    with open('model.tflite', 'rb') as file: return file.read()\n",
    )
    assert found.status == "passed", found.message
