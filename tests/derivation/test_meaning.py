"""What formulas mean: closed forms, central differences, shapes; and what only looks alike."""

import numpy as np
import pytest

from course.derivation.meaning import Graph, GraphError, MeaningError, Points, same
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Domain, Function, Index, Symbol, Symbols
from tests.oracles.derivations import BACKPROP, BACKPROP_GRAPH, PENALTY, PENALTY_GRAPH


@pytest.fixture(scope="module")
def penalty():
    points = Points(PENALTY_GRAPH)
    return lambda text: points.value(read_formula(text, PENALTY))


@pytest.fixture(scope="module")
def backprop():
    points = Points(BACKPROP_GRAPH)
    return lambda text: points.value(read_formula(text, BACKPROP))


LAYER = Symbols(
    Symbol("A", "A", shape=(3, 2)),
    Symbol("x", "x", shape=(2,)),
    Symbol("b", "b", shape=(3,)),
    Symbol("z", "z", shape=(3,)),
    Symbol("c", "c", shape=(3,)),
    Symbol("l", r"\ell"),
    Symbol("s", "s"),
    Function("phi", r"\varphi"),
    Function("sigma", r"\sigma", meaning="sigmoid"),
    Function("f", "f", of=("s",)),
    Index("i", 3),
    Index("j", 2),
)
LAYER_GRAPH = Graph({"z": "A x + b", "l": "(z - c)^T (z - c) / 2"}, LAYER)


@pytest.fixture(scope="module")
def layer():
    points = Points(LAYER_GRAPH)
    return lambda text: points.value(read_formula(text, LAYER))


EQUAL = [
    (r"\nabla_{w_i} \tilde{J}", r"\nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"\nabla_{w_i} \sum_j |w_j|^p", r"\nabla_{w_i} |w_i|^p"),
    (r"\nabla_{w_i} \sum_i |w_i|^p", r"p |w_i|^p / w_i"),  # the i of the sum is another one
    (r"\|w\|_2", r"\sqrt{\sum_j w_j^2}"),
    (r"\nabla_{w_i} \|w\|_2", r"w_i / \|w\|_2"),
    (r"\prod_{j=1}^{2} w_j", "w_1 w_2"),
    (r"\nabla_{w_1} \prod_j w_j", "w_2 w_3 w_4"),
    (r"\sum_k w_k", "w_1 + w_2 + w_3 + w_4"),
]
DIFFERENT = [
    (r"\nabla_{w_i} \tilde{J}", r"\nabla_{w_i} J + \alpha p w_i^{p-1}"),
    (r"\nabla_{w_i} \sum_j |w_j|^p", r"\nabla_{w_i} |w_j|^p"),
    (r"\nabla_{w_i} J", r"\nabla_{w_j} J"),
    ("w_i^p", "|w_i|^p"),
    (r"\sqrt{w_i}", r"\sqrt{|w_i|}"),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_the_same_meaning(left, right, penalty):
    assert same(penalty(left), penalty(right))


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_another_meaning(left, right, penalty):
    assert not same(penalty(left), penalty(right))


MATRICES = [
    (r"\frac{\partial \ell}{\partial z}", "z - c", True),
    (r"\frac{\partial \ell}{\partial A}", r"\frac{\partial \ell}{\partial z} x^T", True),
    (r"\frac{\partial \ell}{\partial A}", r"x^T \frac{\partial \ell}{\partial z}", False),
    (r"\frac{\partial \ell}{\partial A}", r"x \left(\frac{\partial \ell}{\partial z}\right)^T", False),
    (r"\frac{\partial \ell}{\partial b}", "z - c", True),
    (r"\frac{\partial \ell}{\partial x}", "A^T (z - c)", True),
    (r"\frac{\partial \ell}{\partial x}", "A (z - c)", False),
    (r"\frac{\partial z}{\partial x}", "A", True),
    (r"\frac{\partial z}{\partial x}", "A^T", False),
    (r"\frac{\partial \ell}{\partial A_{i,j}}", r"(z_i - c_i) x_j", True),
    ("z_i", r"\sum_j A_{ij} x_j + b_i", True),
    ("z_i", r"\sum_j A_{ji} x_j + b_i", False),
    ("diag(z) c", "z ⊙ c", True),
    (r"\frac{\partial}{\partial s} φ(s^2)", "2 s φ'(s^2)", True),
    (r"\frac{\partial}{\partial s} φ(s^2)", "2 s φ(s^2)", False),
    (r"\frac{\partial}{\partial s} φ'(s)", "φ''(s)", True),
    ("σ'(s)", "σ(s)(1-σ(s))", True),
    ("σ(s)", r"\frac{1}{1 + e^{-s}}", True),
    (r"\frac{\partial}{\partial s} \frac{\partial}{\partial s} s^3", "6s", True),
    (r"\frac{\partial f}{\partial s}", "f'", True),
]


@pytest.mark.parametrize(("left", "right", "equal"), MATRICES)
def test_vectors_matrices_and_unknown_functions(left, right, equal, layer):
    try:
        found = same(layer(left), layer(right))
    except MeaningError:
        found = False
    assert found is equal


def test_leibniz_atoms_are_derivatives_of_the_graph_by_central_differences():
    points = Points(BACKPROP_GRAPH)
    h = 1e-6
    for name in ("x", "w1_11", "w2_21", "w3_12"):
        moved = []
        for step in (-h, h):
            free = {one.name: points.values[one.name] for one in BACKPROP_GRAPH.free} | {
                name: points.values[name] + step
            }
            values = dict(free)
            for layer in (1, 2):
                for k in (1, 2):
                    if layer == 1:
                        values[f"a1_{k}"] = values[f"w1_{k}1"] * values["x"]
                    else:
                        values[f"a2_{k}"] = (
                            values[f"w2_{k}1"] * values["h1_1"] + values[f"w2_{k}2"] * values["h1_2"]
                        )
                    values[f"h{layer}_{k}"] = np.maximum(values[f"a{layer}_{k}"], 0)
            output = values["w3_11"] * values["h2_1"] + values["w3_12"] * values["h2_2"]
            moved.append((values["y"] - output) ** 2)
        latex = BACKPROP[name].latex
        found = points.value(read_formula(rf"\frac{{\partial J}}{{\partial {latex}}}", BACKPROP))
        np.testing.assert_allclose(found, (moved[1] - moved[0]) / (2 * h), rtol=1e-5, atol=1e-6)


def test_the_graph_is_cut_at_the_variable(backprop):
    assert same(backprop("∂J/∂h^{(3)}"), backprop("-2(y - h^{(3)})"))
    assert same(backprop("∂a_1^{(2)}/∂h_1^{(1)}"), backprop("w_{1,1}^{(2)}"))
    assert not same(
        backprop("∂J/∂a_1^{(1)}"), backprop(r"∂J/∂a_1^{(2)} · ∂a_1^{(2)}/∂a_1^{(1)}")
    )  # one way of two


def test_no_point_lies_on_a_kink():
    points = Points(BACKPROP_GRAPH)
    # both hidden units of the first layer off give pre-activations of exactly 0 in the second
    assert all(np.min(np.abs(points.values[f"a{layer}_{k}"])) > 1e-9 for layer in (1, 2) for k in (1, 2))
    assert np.any(points.values["a1_1"] < 0)
    assert np.any(points.values["a1_1"] > 0)


def test_the_numbers_keep_clear_of_zero_and_have_both_signs():
    values = Points(PENALTY_GRAPH).values["w"]
    assert np.min(np.abs(values)) >= 0.3
    assert np.any(values < 0)
    assert np.any(values > 0)


def test_what_is_undefined_differs_from_what_is_defined():
    nan = np.array([np.nan] * 20 + [1.0] * 44)
    assert not same(nan, np.ones(64))
    assert same(nan, nan)
    assert not same(np.full(64, np.nan), np.full(64, np.nan))  # nothing is left to compare


def test_a_circle_and_a_step_that_is_no_symbol_are_refused():
    symbols = Symbols(Symbol("a"), Symbol("b"))
    with pytest.raises(GraphError, match="a, b"):
        Graph({"a": "b", "b": "a"}, symbols)
    with pytest.raises(GraphError, match="'c'"):
        Graph({"c": "a"}, symbols)


def test_numbers_of_the_wrong_shape_are_refused():
    with pytest.raises(MeaningError, match=r"w: the shape \[4\] was expected, got \[3\]"):
        Points(PENALTY_GRAPH, numbers={"w": [1, 2, 3]})


def test_a_domain_of_few_values_has_no_other():
    points = Points(PENALTY_GRAPH, domains={"p": Domain(among=(2, 4))})
    assert set(points.values["p"]) == {2.0, 4.0}
