"""Mark scheme of `mlp/vanishing`: gradients that vanish, measured and explained."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, noting, on_paper

vanishing = Scheme(find("mlp/vanishing"))
# Where the terms of a gradient cancel, the roundings of the layers before it are all that is left of it.
vanishing.require(lambda given, steps: steps["grad_norm"] > 0.03)


def _chain(given):
    """Give the activations of the three hidden layers, before and after their sigmoids."""
    a1 = on_paper(given.A1 @ given.x)
    y1 = on_paper(jax.nn.sigmoid(a1))
    a2 = on_paper(given.A2 @ y1)
    y2 = on_paper(jax.nn.sigmoid(a2))
    a3 = on_paper(given.A3 @ y2)
    return (a1, a2, a3), (y1, y2, on_paper(jax.nn.sigmoid(a3)))


def _slope(a):
    return jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)


def _frobenius(A):
    return jnp.sqrt(jnp.sum(A**2))


def _gradient(given):
    """The gradient of the first layer itself."""

    def loss(A1):
        f = (given.A4 @ jax.nn.sigmoid(_chain(given._replace(A1=A1))[0][2]))[0]
        return (f - given.y) ** 2 / 2

    return jax.grad(loss)(jnp.asarray(given.A1))


def _bound_of_the_gradient(given, bound):
    f = (given.A4 @ jax.nn.sigmoid(_chain(given)[0][2]))[0]
    return jnp.abs(f - given.y) * bound[0] * _frobenius(given.x)


@vanishing.step()
def norms(given):
    r"""$\|A_j\|_2$, the largest singular value of $A_j$"""
    return jnp.stack([jnp.linalg.norm(A, 2) for A in (given.A2, given.A3, given.A4)])


@norms.slip("This is the Frobenius norm; the spectral norm is the largest singular value.", cause="frobenius")
def norms_by_frobenius(given):
    return jnp.stack([_frobenius(A) for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    "This is the largest entry; the spectral norm is the largest singular value.",
    cause="largest entry",
)
def norms_of_the_largest_entry(given):
    return jnp.stack([jnp.max(jnp.abs(A)) for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    "This is the largest sum of a row; the spectral norm is the largest singular value.",
    cause="row sum",
)
def norms_by_rows(given):
    return jnp.stack([jnp.max(jnp.sum(jnp.abs(A), axis=1)) for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    "This is the largest sum of a column; the spectral norm is the largest singular value.",
    cause="column sum",
)
def norms_by_columns(given):
    return jnp.stack([jnp.max(jnp.sum(jnp.abs(A), axis=0)) for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    r"This is the largest eigenvalue of $A^\top A$; the norm is its root.",
    cause="no root",
)
def norms_without_root(given):
    return jnp.stack([jnp.linalg.norm(A, 2) ** 2 for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    "This is the smallest singular value; the norm is the largest one.",
    cause="smallest",
)
def norms_of_the_smallest(given):
    return jnp.stack([jnp.min(jnp.linalg.svd(A, compute_uv=False)) for A in (given.A2, given.A3, given.A4)])


@norms.slip(
    "These are the norms of $A_1, A_2, A_3$; asked were those of $A_2, A_3, A_4$.",
    cause="layers",
)
def norms_one_layer_early(given):
    return jnp.stack([jnp.linalg.norm(A, 2) for A in (given.A1, given.A2, given.A3)])


@vanishing.step(range=(0.0, 0.25))
def slopes(given):
    r"""$m_j = \max_k \sigma'(\tilde y_{j,k})$ with $\sigma' = \sigma (1 - \sigma)$"""
    return jnp.stack([jnp.max(y * (1 - y)) for y in _chain(given)[1]])


@slopes.slip(
    "This is the slope at 0, the largest there is; a layer has the slopes at its own pre-activations.",
    cause="a quarter",
)
def slopes_all_a_quarter(given):
    return jnp.full(3, 0.25) + 0 * given.y


@slopes.slip(
    r"The slope is taken at the activation; it belongs to the pre-activation $\tilde y_j$.", cause="slope at y"
)
def slopes_with_slopes_at_the_activation(given):
    return jnp.stack([jnp.max(_slope(jax.nn.sigmoid(a))) for a in _chain(given)[0]])


@slopes.slip("This is the smallest slope of the layer; the bound needs the largest.", cause="smallest")
def slopes_of_the_smallest(given):
    return jnp.stack([jnp.min(_slope(a)) for a in _chain(given)[0]])


@slopes.slip(
    "This is the mean slope of the layer; the bound needs the largest.",
    cause="mean",
)
def slopes_averaged(given):
    return jnp.stack([jnp.mean(_slope(a)) for a in _chain(given)[0]])


@slopes.slip(
    r"This is the slope of the hyperbolic tangent; that of the sigmoid is $\sigma (1 - \sigma)$.",
    cause="tanh",
)
def slopes_of_tanh(given):
    return jnp.stack([jnp.max(1 - jnp.tanh(a) ** 2) for a in _chain(given)[0]])


@slopes.slip(
    r"These are the activations; the slope is $\sigma (1 - \sigma)$.",
    cause="activation",
)
def slopes_as_activations(given):
    return jnp.stack([jnp.max(jax.nn.sigmoid(a)) for a in _chain(given)[0]])


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


@bound.slip(
    "The slopes $m_j$ are missing from the product.",
    cause="no slopes",
)
def bound_without_slopes(norms):
    return jnp.cumprod(norms[::-1])[::-1]


@bound.slip(
    r"The norms $\|A_j\|_2$ are missing from the product.",
    cause="no norms",
)
def bound_without_norms(slopes):
    return jnp.cumprod(slopes[::-1])[::-1]


@bound.slip(
    "The slope of the layer itself is missing: the bound begins at its pre-activation.",
    cause="own slope",
)
def bound_without_its_own_slope(norms, slopes):
    return jnp.cumprod((norms * slopes)[::-1])[::-1] / slopes


@bound.slip(
    "The bounds stand in the wrong order: that of layer 1 comes first.",
    cause="reversed",
)
def bound_in_reverse(norms, slopes):
    return jnp.cumprod((norms * slopes)[::-1])


@bound.slip(
    "The factors were added; the bound is their product.",
    cause="sum",
)
def bound_summed(norms, slopes):
    return jnp.cumsum((norms * slopes)[::-1])[::-1]


@vanishing.step()
def grad_norm(given):
    r"""$\|\partial\ell/\partial A_1\|_F = |f - y| \cdot \|\partial f/\partial \tilde y_1\| \cdot \|x\|$"""
    _, (y1, y2, y3) = _chain(given)
    f = on_paper((given.A4 @ y3)[0])
    delta3 = on_paper((f - given.y) * given.A4[0] * y3 * (1 - y3))
    delta2 = on_paper((given.A3.T @ delta3) * y2 * (1 - y2))
    delta1 = on_paper((given.A2.T @ delta2) * y1 * (1 - y1))
    return _frobenius(delta1) * _frobenius(given.x)


def _cut(value):
    """Cut a value after two decimals, or two significant digits where that is more."""
    size = jnp.abs(value)
    digits = jnp.floor(jnp.log10(jnp.where(size > 0, size, 1.0)) + 1e-9)
    unit = 10.0 ** jnp.minimum(digits - 1, -2)
    return jnp.sign(value) * unit * jnp.floor(size / unit + 1e-9)


@vanishing.require
def cutting_leaves_the_measured_values(given, steps):
    """Who cuts on the way where the course rounds is off by less than is accepted."""
    with noting(_cut):
        cut, slope = grad_norm.function(given), slopes.function(given)
    near = jnp.all(jnp.abs(slope - steps["slopes"]) < 0.15 * steps["slopes"])
    return near & (jnp.abs(cut - steps["grad_norm"]) < 0.15 * steps["grad_norm"])


@grad_norm.slip(r"This is the gradient of $f$; the gradient of $\ell$ has the factor $f - y$.", cause="residual")
def grad_norm_without_residual(given):
    _, _, a3 = _chain(given)[0]
    f = (given.A4 @ jax.nn.sigmoid(a3))[0]
    return grad_norm.function(given) / jnp.abs(f - given.y)


@grad_norm.slip(
    r"The norm of the input is missing: $\partial\ell/\partial A_1$ is the local error times "
    r"$x^\top$.",
    cause="no input",
)
def grad_norm_without_input(given):
    return grad_norm.function(given) / _frobenius(given.x)


@grad_norm.slip(
    "This is the square of the norm; its root was asked for.",
    cause="no root",
)
def grad_norm_without_root(given):
    return grad_norm.function(given) ** 2


@grad_norm.slip(
    "This is the bound; the norm itself is smaller.",
    cause="bound for norm",
)
def grad_norm_as_bound(given, bound):
    return _bound_of_the_gradient(given, bound)


@grad_norm.slip(
    r"Twice too large: the factor $\frac12$ of the loss cancels the 2 from the square.",
    cause="half",
)
def grad_norm_doubled(given):
    return 2 * grad_norm.function(given)


@grad_norm.slip(
    "This is the largest entry of the gradient; the Frobenius norm collects all of them.",
    cause="largest entry",
)
def grad_norm_of_the_largest_entry(given):
    return jnp.max(jnp.abs(_gradient(given)))


@grad_norm.slip(
    "This is the sum of the entries' sizes; the Frobenius norm is the root of the sum of squares.",
    cause="sum",
)
def grad_norm_summed(given):
    return jnp.sum(jnp.abs(_gradient(given)))


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
