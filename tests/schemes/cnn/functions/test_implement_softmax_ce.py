"""`cnn/implement-softmax-ce`: scipy, JAX in float32, automatic differentiation, an overflow."""

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special

from course.exercises.cnn.functions.implement_softmax_ce import log_slope
from tests.schemes.handing_in import Functions, hand_in, outcome


def loss(logits, target):
    return -np.sum(target * scipy.special.log_softmax(logits))


def gradient(logits, target, dlog):
    p = scipy.special.softmax(logits)
    jacobian = np.diag(p) - np.outer(p, p)
    return jacobian @ (-target * np.asarray(dlog(p)))


class TestFunctions(Functions):
    right = {"loss": loss, "gradient": gradient}
    wrong_shapes = {"loss": lambda z, t: z, "gradient": lambda z, t, dlog: z[:2]}


def jax_loss(logits, target):
    return -target @ jax.nn.log_softmax(jnp.asarray(logits, float))


def jax_gradient(logits, target, dlog):
    p = jax.nn.softmax(jnp.asarray(logits, float))
    g = -target * dlog(p)
    return p * (g - g @ p)


def test_float32_earns_full_marks(marker, exercise_id):
    assert jnp.asarray(1.0).dtype == jnp.float32
    for secret in ("practice", "a", "b", "c", "d"):
        report = hand_in(marker, exercise_id, secret, loss=jax_loss, gradient=jax_gradient)
        assert outcome(report) == {"loss": "exact", "gradient": "exact"}


def test_automatic_differentiation_is_found_out(marker, exercise_id):
    def automatic(z, t, dlog):
        return jax.grad(jax_loss)(jnp.asarray(z, float), jnp.asarray(t, float))

    step = hand_in(marker, exercise_id, gradient=automatic).steps["gradient"]
    assert (step.state, step.slip) == ("slip", "surrogate")


def test_the_surrogate_is_no_derivative():
    """Otherwise the test above would show nothing."""
    assert not np.allclose(log_slope("clipped")(np.array([0.1])), 10)


def test_a_softmax_that_overflows_is_named(marker, exercise_id):
    def naive_loss(logits, target):
        e = np.exp(logits)
        return -np.sum(target * np.log(e / e.sum()))

    def naive_gradient(logits, target, dlog):
        e = np.exp(logits)
        p = e / e.sum()
        g = -target * np.asarray(dlog(p))
        return p * (g - g @ p)

    report = hand_in(marker, exercise_id, loss=naive_loss, gradient=naive_gradient)
    assert outcome(report) == {"loss": "overflow", "gradient": "overflow"}
    assert report.points == 4  # of 5: one cause, charged once
