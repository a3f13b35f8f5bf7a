"""Mark scheme of `cnn/conv-by-hand`: one convolution."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

conv_by_hand = Scheme(find("cnn/conv-by-hand"))


def _patches(image):
    """All 2 x 2 windows, (row, column, row in the window, column in the window)."""
    return jnp.stack([jnp.stack([image[i : i + 2, j : j + 2] for j in (0, 1)]) for i in (0, 1)])


@conv_by_hand.step(points=2)
def O(given):  # noqa: E743 - the name that the exercise gives it
    r"""$O_{i,j} = \sum_{u,v} K_{u,v} \, I_{i+u,\,j+v}$

    The kernel is laid on the image, entry on entry; the products are added. Then it moves on by one.
    """
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K)


@O.slip(
    "The kernel is flipped: this is a convolution as in mathematics. Here the kernel is laid on as it stands.",
    cause="flipped",
)
def O_flipped(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K[::-1, ::-1])


@O.slip("The kernel is transposed: its rows belong on the rows of the image.", cause="kernel transposed")
def O_by_the_transposed(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K.T)


@O.slip("The output is transposed: its row counts how far the kernel moved down.", cause="output transposed")
def O_transposed(given):
    return jnp.einsum("ijuv,uv->ji", _patches(given.I), given.K)


@O.slip(
    "Window and kernel were multiplied as matrices; they are multiplied entry by entry.", cause="matrix product"
)
def O_by_matrix_products(given):
    return jnp.einsum("ijuv,vw->ij", _patches(given.I), given.K)


@O.slip("This is the mean of the products; a convolution adds them.", cause="mean")
def O_averaged(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K) / 4


@O.slip(
    "The rows of the kernel are turned: it is laid on as it stands.",
    cause="half flipped",
)
def O_upside_down(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K[::-1])


@O.slip(
    "The columns of the kernel are turned: it is laid on as it stands.",
    cause="half flipped",
)
def O_left_to_right(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K[:, ::-1])


@O.slip(
    "Only the largest product was taken; a convolution adds them all.",
    cause="maximum",
)
def O_of_the_largest(given):
    return jnp.max(_patches(given.I) * given.K, axis=(-2, -1))


@O.slip(
    "Only the diagonal of the kernel was laid on; all four products are added.",
    cause="diagonal",
)
def O_of_the_diagonal(given):
    return jnp.einsum("ijuu,uu->ij", _patches(given.I), given.K)


@O.slip(
    "The signs are lost: an output may be negative.",
    cause="absolute",
)
def O_without_signs(given):
    return jnp.abs(jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K))


@O.slip(
    "No ReLU follows here: an output may be negative.",
    cause="relu",
)
def O_activated(given):
    return jnp.maximum(jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K), 0)
