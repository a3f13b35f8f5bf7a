"""Mark scheme of `mlp/vanishing`: gradients that vanish, measured and explained."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

vanishing = Scheme(find("mlp/vanishing"))


def _chain(given):
    a1 = given.A1 @ given.x
    a2 = given.A2 @ jax.nn.sigmoid(a1)
    a3 = given.A3 @ jax.nn.sigmoid(a2)
    return a1, a2, a3


def _slope(a):
    return jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)


def _frobenius(A):
    return jnp.sqrt(jnp.sum(A**2))


@vanishing.step()
def norms(given):
    r"""$\|A_j\|_2$, the largest singular value of $A_j$"""
    return jnp.stack([jnp.linalg.norm(A, 2) for A in (given.A2, given.A3, given.A4)])


@norms.slip("This is the Frobenius norm; the spectral norm is the largest singular value.", cause="frobenius")
def norms_by_frobenius(given):
    return jnp.stack([_frobenius(A) for A in (given.A2, given.A3, given.A4)])


@vanishing.step(tolerance=0.02, range=(0.0, 0.25))
def slopes(given):
    r"""$m_j = \max_k \sigma'(\tilde y_{j,k})$ with $\sigma' = \sigma (1 - \sigma)$"""
    return jnp.stack([jnp.max(_slope(a)) for a in _chain(given)])


@slopes.slip(
    r"The slope is taken at the activation; it belongs to the pre-activation $\tilde y_j$.", cause="slope at y"
)
def slopes_with_slopes_at_the_activation(given):
    return jnp.stack([jnp.max(_slope(jax.nn.sigmoid(a))) for a in _chain(given)])


@slopes.slip("This is the smallest slope of the layer; the bound needs the largest.", cause="smallest")
def slopes_of_the_smallest(given):
    return jnp.stack([jnp.min(_slope(a)) for a in _chain(given)])


@vanishing.step()
def bound(norms, slopes):
    r"""$B_j = m_j \|A_{j+1}\|_2 \, B_{j+1}$ with $B_4 = 1$: a product over all layers above"""
    return jnp.cumprod((norms * slopes)[::-1])[::-1]


@bound.slip("These are the factors of the single layers; the bound is their product.", cause="no product")
def bound_without_product(norms, slopes):
    return norms * slopes


@bound.slip("The product runs the wrong way: the bound of layer $j$ collects the layers above it.", cause="order")
def bound_in_the_wrong_order(norms, slopes):
    return jnp.cumprod(norms * slopes)


@vanishing.step(tolerance=0.05)
def grad_norm(given):
    r"""$\|\partial\ell/\partial A_1\|_F = |f - y| \cdot \|\partial f/\partial \tilde y_1\| \cdot \|x\|$"""
    a1, a2, a3 = _chain(given)
    upstream = given.A4[0] * _slope(a3)
    upstream = (given.A3.T @ upstream) * _slope(a2)
    upstream = (given.A2.T @ upstream) * _slope(a1)
    f = (given.A4 @ jax.nn.sigmoid(a3))[0]
    return jnp.abs(f - given.y) * _frobenius(upstream) * _frobenius(given.x)


@grad_norm.slip(r"This is the gradient of $f$; the gradient of $\ell$ has the factor $f - y$.", cause="residual")
def grad_norm_without_residual(given):
    _, _, a3 = _chain(given)
    f = (given.A4 @ jax.nn.sigmoid(a3))[0]
    return grad_norm.function(given) / jnp.abs(f - given.y)


vanishing.written(
    r"""
    $\partial\ell/\partial A_i$ is the residual times a product of one factor $A_{j}$ and one factor
    $\mathrm{diag}\,\sigma'(\tilde y_j)$ for every layer between $i$ and the loss. (i) A small $\|A_j\|$ is one
    factor of that product for every $i < j$; the other factors are bounded, $\sigma' \le 1/4$, and do not make up
    for it. (ii) For large $|\tilde y_j|$ the sigmoid is flat, $\sigma'(\tilde y_j) \approx e^{-|\tilde y_j|}$, and
    this factor is nearly 0. It is never 0, though it underflows in float32. With depth the product shrinks
    geometrically.
    """,
    [
        ("The gradient of an early layer is a product with one factor $A_j$ for each later layer, so one small "
         r"$A_j$ makes it small (bounded other factors, $\sigma' \le 1/4$).", 2),
        (r"For large $|\tilde y_j|$ the slope $\sigma'(\tilde y_j)$ is near 0, and it is a factor too.", 2),
        ("The measured part is used: bound and norm are compared on the student's own numbers.", 1),
    ],
)  # fmt: skip
