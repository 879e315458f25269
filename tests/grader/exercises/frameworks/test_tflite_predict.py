"""The edges that the cases of `tflite_predict` reach, and that no two seeds share a file."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from asking import cases_of


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_tflite_predict(seed):
    dtypes, grids, clipped = set(), set(), 0
    for file, x in cases_of("tflite_predict", seed):
        interpreter = Interpreter(model_content=file)
        (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
        assert into["dtype"] == out["dtype"]
        dtypes.add(into["dtype"])
        assert x.dtype == np.float32
        scale, zero_point = into["quantization"]
        if scale:
            assert into["quantization"] != out["quantization"]
            assert zero_point
            grids |= {into["quantization"], out["quantization"]}
            places = x / scale + zero_point
            clipped += np.any(places > 128)
            assert np.all(np.abs(places % 1 - 0.5) > 0.04)  # everybody rounds alike
    assert dtypes == {np.float32, np.int8}
    assert len(grids) > 20
    assert clipped


def test_files_differ_by_seed_in_all_that_could_be_written_into_an_answer():
    def facts(seed):
        details = []
        for file, _ in cases_of("tflite_predict", seed)[13:]:
            interpreter = Interpreter(model_content=file)
            details.append(interpreter.get_input_details()[0]["quantization"])
        return details

    assert not set(facts(0)) & set(facts(1))
