"""`cnn/implement-pool`: loops in numpy, automatic differentiation, nonsense."""

import jax
import jax.numpy as jnp
import numpy as np

from course.models.conv import max_pool
from tests.schemes.handing_in import Functions, hand_in, outcome


def pool_windows(x, size, stride):
    rows, columns = ((n - size) // stride + 1 for n in x.shape[1:])
    for c, i, j in np.ndindex(x.shape[0], rows, columns):
        yield (c, i, j), [(c, stride * i + u, stride * j + v) for u, v in np.ndindex(size, size)]


def pool_forward(x, size, stride):
    found = {place: max(x[entry] for entry in entries) for place, entries in pool_windows(x, size, stride)}
    shape = tuple(n + 1 for n in max(found))
    return np.array([found[place] for place in np.ndindex(shape)]).reshape(shape)


def pool_backward(x, size, stride, dout, leak):
    dx = np.zeros(x.shape)
    for place, entries in pool_windows(x, size, stride):
        winner = max(entries, key=lambda entry: x[entry])
        for entry in entries:
            dx[entry] += dout[place] * (1 if entry == winner else leak)
    return dx


class TestFunctions(Functions):
    right = {"forward": pool_forward, "backward": pool_backward}
    wrong_shapes = {"forward": lambda x, *_: x, "backward": lambda x, size, stride, dout, leak: dout}


def jax_pool_backward(x, size, stride, dout, leak):
    return jax.vjp(lambda x: max_pool(x, size, stride=stride), jnp.asarray(x, float))[1](jnp.asarray(dout, float))[
        0
    ]


def test_automatic_differentiation_is_found_out(marker, exercise_id):
    step = hand_in(marker, exercise_id, backward=jax_pool_backward).steps["backward"]
    assert (step.state, step.slip) == ("slip", "surrogate")


def test_wrong_answers_of_the_pooling(marker, exercise_id):
    def first_of_all(x, size, stride, dout, leak):
        dx = pool_backward(x, size, stride, dout, leak)
        return dx[:, ::-1]

    assert outcome(hand_in(marker, exercise_id, backward=first_of_all)) == {"backward": "wrong"}
