import concurrent.futures
import subprocess
import sys

import numpy as np
import pytest
from converted_models import built
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.deployment import LiteModel, lite, to_tflite
from dlcourse.errors import ConversionError, DataError


def test_saved_and_loaded_it_predicts_the_same(digits, tmp_path):
    _, (x, _), lites = digits
    path = lites["int8"].save(tmp_path / "digits.tflite")
    again = LiteModel.load(path)
    assert path.stat().st_size == again.size == lites["int8"].size
    np.testing.assert_array_equal(again.predict(x), lites["int8"].predict(x))
    np.testing.assert_array_equal(LiteModel.load(path.read_bytes()).predict(x[:3]), again.predict(x[:3]))
    assert [file.name for file in tmp_path.iterdir()] == ["digits.tflite"]
    assert repr(again) == f"<LiteModel 1 × 8 × 8 → 1 × 10, {again.size} bytes>"


def test_quantised_numbers_saturate(digits):
    _, (x, _), lites = digits
    converted = lites["int8"]
    tensor = converted.signature.inputs[0]
    highest = tensor.scale * (127 - tensor.zero_point)
    np.testing.assert_array_equal(
        converted.predict(x[:1] + 1e6), converted.predict(np.full((1, 8, 8), highest))
    )
    assert np.all(np.abs(converted.predict(x).sum(axis=1) - 1) < 10 * converted.signature.output.scale)


@given(
    values=st.lists(st.floats(-50, 50, width=32), min_size=1),
    scale=st.floats(1 / 64, 1),
    zero_point=st.integers(-128, 127),
)
def test_quantising_is_off_by_half_a_step_at_most(values, scale, zero_point):
    tensor = lite.Tensor("x", (1, 1), np.dtype(np.int8), scale, zero_point)
    q = lite._to_tensor(np.array(values, np.float32)[:, None], tensor, lite._grid(tensor))
    nearest = np.clip(values, scale * (-128 - zero_point), scale * (127 - zero_point))
    assert q.dtype == np.int8
    assert np.abs(scale * (q[:, 0].astype(float) - zero_point) - nearest).max() <= 0.501 * scale


def test_threads_share_a_model(digits):
    _, (x, _), lites = digits
    expected = lites["float"].predict(x[:200])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lites["float"].predict, np.split(x[:200], 50)))
    np.testing.assert_array_equal(np.concatenate(rows), expected)


def test_a_last_axis_of_one_comes_and_goes(digits):
    _, (x, _), lites = digits
    np.testing.assert_array_equal(lites["float"].predict(x[:2, ..., None]), lites["float"].predict(x[:2]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x[:, :7], r"rows of shape \(8, 8\), and these have \(7, 8\)"),
        (lambda x: x[0], r"rows of shape \(8, 8\), and these have \(8,\)"),
        (lambda x: x[:0], "no samples"),
        (lambda x: x[0, 0, 0], "one sample a row"),
        (lambda x: [[1.0], [1.0, 2.0]], "differ in shape"),
        (lambda x: np.where(x > 0.9, np.inf, x), "an infinite number"),
        (lambda x: np.where(x > 0.9, np.nan, x), "missing number"),
        (lambda x: x.astype(str), "not numbers"),
        (lambda x: {"a": x, "b": x}, "give a dict with an array for each"),
    ],
)
def test_wrong_inputs(digits, change, words):
    with pytest.raises(DataError, match=words):
        digits[2]["float"].predict(change(digits[1][0]))


def test_tokens_must_be_whole_and_known():
    converted = to_tflite(built("transformer"))
    with pytest.raises(DataError, match="whole numbers"):
        converted.predict(np.full((1, 6), 0.5))
    with pytest.raises(DataError, match="can't run on row 1: gather index out of bounds"):
        converted.predict([[1] * 6, [10**6] * 6])
    assert np.isfinite(converted.predict([[1] * 6])).all()


@pytest.fixture(scope="module")
def content(digits) -> bytes:
    return digits[2]["float"].content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: b"", "is no TFLite model"),
        (lambda content: b"PK\x03\x04 an archive", "is no TFLite model"),
        (lambda content: content[:8], "is damaged"),
        (lambda content: content[: len(content) // 2], "is damaged"),
        (lambda content: content[:-1000], "is damaged"),
        (lambda content: content[:100] + bytes(range(256)) * 8 + content[2148:], "is damaged"),
        (lambda content: content[:4] + b"TFL3" + b"\xff" * 1000, "is damaged"),
    ],
    ids=["empty", "foreign", "8 bytes", "half", "cut", "overwritten", "noise"],
)
def test_damaged_files_end_no_process(content, change, words, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(change(content))
    with pytest.raises(ConversionError, match=f"model.tflite {words}") as caught:
        LiteModel.load(path)
    assert "\n" not in str(caught.value)


def test_trying_a_file_needs_no_tensorflow():
    program = (
        "import dlcourse.deployment.trial, sys; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
