"""Defining an answer: what fails on the way is reported with its cause."""


def test_a_definition_that_fails_is_reported_with_its_cause(graded):
    verdict = graded("import numpy.nowhere as nowhere\n\nrelu = nowhere.relu\n")["relu"]
    assert verdict.status == "error"
    assert (verdict.error.type, verdict.error.line) == ("ModuleNotFoundError", 1)
    verdict = graded("import numpy.nowhere as nowhere\ndef relu(x): return nowhere.relu(x)\n")["relu"]
    assert (verdict.error.type, verdict.error.line) == ("ModuleNotFoundError", 1)


def test_what_is_no_function_is_an_error(graded):
    verdict = graded("relu = 3\n")["relu"]
    assert verdict.status == "error"
    assert "No function called `relu`" in verdict.message
