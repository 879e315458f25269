"""The edges that the cases of `mlp_forward` reach."""

from asking import cases_of

from grader.references import neural_networks as reference


def test_edges_of_mlp_forward():
    networks = [layers for _, layers in cases_of("mlp_forward")]
    assert {len(layers) for layers in networks} == {1, 2, 3}
    assert {activation for layers in networks for *_, activation in layers} == set(reference.ACTIVATIONS)
    assert any(len({activation for *_, activation in layers}) == 3 for layers in networks)
    assert {layers[-1][2] for layers in networks} >= {None, "sigmoid", "softmax"}
