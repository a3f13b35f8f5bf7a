"""`mlp/relu-sgd-chain`: the last slide of document 000 as it stands there, and what people write instead."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import find
from course.models import losses, mlp
from tests.oracles.derivations import SLIDE_LINES
from tests.schemes.derivations import Derived, mark_lines

CHAIN = (
    r"\Delta w_{2,1}^{(1)} = -\eta \frac{\partial L}{\partial \hat y} \frac{\partial \hat y}{\partial z_1^{(2)}} "
    r"\frac{\partial z_1^{(2)}}{\partial a_1^{(1)}} \frac{\partial a_1^{(1)}}{\partial z_1^{(1)}} "
    r"\frac{\partial z_1^{(1)}}{\partial w_{2,1}^{(1)}}"
)


class TestDerived(Derived):
    pass


def test_the_last_slide_of_document_000(marker, exercise_id):
    report = mark_lines(marker, exercise_id, [text for text, _ in SLIDE_LINES])
    assert [line.state for line in report.lines] == [state for _, state in SLIDE_LINES]
    assert [line.points for line in report.lines] == [0, 2, 1, 1, 0]
    assert report.points == report.max_points == 4


@pytest.mark.parametrize("student", ["alice", "bob", "carol"])
def test_the_last_line_of_the_model_is_the_derivative(student, marker, exercise_id):
    given = find(exercise_id).given(student)

    def loss(weights):
        return losses.half_squared_error(mlp.apply(weights, given.x, activation=jax.nn.relu), given.y)

    with jax.enable_x64(True):
        gradient = jax.grad(loss)([jnp.asarray(given.W1), jnp.asarray(given.W2)])[0][0, 2]
    last = marker(exercise_id).scheme.model(given)[-1]
    assert np.isclose(float(last.removeprefix("=").removesuffix("η")), -float(gradient))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (r"= -\eta (y - \hat y) w_{1,1}^{(2)} \cdot 1 \cdot x_2", "The sign is turned"),
        (r"= -\eta (\hat y - y) w_{1,1}^{(2)} \cdot 1 \cdot x_1", "from $x_1$"),
        (r"= -\eta (\hat y - y) w_{2,1}^{(2)} \cdot 1 \cdot x_2", "$w_{1,1}^{(2)}$ is meant"),
        (r"= -\eta (\hat y - y) w_{1,1}^{(2)} \cdot 1", "is missing"),
    ],
)
def test_a_wrong_factor_is_named_and_what_follows_from_it_follows(line, said, marker, exercise_id):
    report = mark_lines(marker, exercise_id, [CHAIN, line, "= " + line.strip("= ").replace(r"\hat y", "13")])
    assert report.lines[1].state in ("edit", "slip")
    assert said in report.lines[1].remark
    assert report.steps["factors"].points == 0.5
    assert report.steps["factors"].state == "slip"
    assert report.lines[2].state == "at-numbers"


def test_another_mans_way_by_the_derivative_first(marker, exercise_id):
    lines = [
        r"\frac{\partial L}{\partial w_{2,1}^{(1)}} = " + CHAIN.partition(r"-\eta ")[2],
        r"= (\hat y - y) \cdot 1 \cdot w_{1,1}^{(2)} \cdot 1 \cdot x_2 = 18",
        r"\Delta w_{2,1}^{(1)} = -18 \eta",
    ]
    report = mark_lines(marker, exercise_id, lines)
    assert report.points == report.max_points


def test_the_result_alone_shows_nothing(marker, exercise_id):
    report = mark_lines(marker, exercise_id, [r"\Delta w_{2,1}^{(1)} = -18 \eta"])
    assert report.points == 0
    assert report.steps["numbers"].state == "wrong"
    assert "was not shown" in report.steps["numbers"].remark
