"""`cnn/softmax-ce`: the document's numbers, and `jax.grad`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import find
from tests.schemes.checks import CatalogueNumbers, slip_is_named
from tests.schemes.cnn.oracle import COUNT, AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"probs": [0.190, 0.424, 0.3843], "loss": 0.85618669, "dlogits": [0.191, -0.575, 0.384]}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"probs": [0.190, 0.424, 0.3843], "loss": -0.85}, "loss", "log sign", "minus sign"),
    ({"loss": 0.3718}, "loss", "log 10", "base 10"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)


def test_the_documents_softmax_of_its_outputs(marker):
    given = find("cnn/softmax-ce").seed()._replace(logits=np.array([0.5, 0.3, 0.2]))
    truth = marker("cnn/softmax-ce").truths(given)["probs"]
    np.testing.assert_allclose(truth, [0.39069383, 0.31987306, 0.28943311], atol=5e-9)


def test_the_gradient_of_the_logits_is_that_of_jax_grad(marker):
    exercise = find("cnn/softmax-ce")
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]
    found = marker(exercise.id).others({str(i): given for i, given in enumerate(givens)}).truths
    with jax.enable_x64(True):
        gradient = jax.vmap(jax.grad(lambda z, t: -t @ jax.nn.log_softmax(z)))(
            jnp.stack([g.logits for g in givens]), jnp.stack([g.target for g in givens])
        )
    np.testing.assert_allclose(found["dlogits"], gradient, rtol=1e-12, atol=1e-12)
