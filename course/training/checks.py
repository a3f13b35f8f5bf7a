r"""Checks before a long training: gradients, the first loss, a tiny set learnt by heart.

A check never raises for a bad result: it returns what it found, with a plain `ok` or a named band.

Source: the practices of Stanford's CS231n, sections "Gradient checks" and "Before learning: sanity checks".
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from jax.flatten_util import ravel_pytree
from jaxtyping import Float, Inexact, PyTree

# Upper ends of the relative error, and what an error up to there means.
BANDS: tuple[tuple[float, str], ...] = (
    (1e-7, "good"),
    (1e-4, "fine at kinks"),
    (1e-2, "suspicious"),
    (float("inf"), "wrong"),
)
# Entries smaller than this share of the largest are compared with it: they are mostly rounding.
SMALL = 1e-3


class GradientCheck(NamedTuple):
    """What `check_gradients` found.

    `error` is the largest relative error, `band` its name, `worst` the place in the pytree, `claimed` and
    `numeric` the two values there, `checked` the number of entries compared.
    """

    error: float
    band: str
    worst: str
    claimed: float
    numeric: float
    checked: int


class InitialLoss(NamedTuple):
    """The first `loss`, the `expected` one, and whether they are close enough."""

    loss: float
    expected: float
    ok: bool


class TinySet(NamedTuple):
    """The losses before each step on a tiny set, and whether the last is small enough."""

    losses: Float[np.ndarray, " steps"]
    ok: bool


def band(error: float | int) -> str:
    """Give the name of a relative error: good, fine at kinks, suspicious or wrong; NaN is wrong.

    >>> [band(error) for error in (1e-9, 1e-5, 1e-3, 0.1, float("nan"))]
    ['good', 'fine at kinks', 'suspicious', 'wrong', 'wrong']
    """
    return next((name for limit, name in BANDS if error <= limit), "wrong")


def check_gradients(
    loss: Callable[[PyTree], Inexact[Array, ""]],
    params: PyTree,
    gradient: PyTree | None = None,
    *,
    step: float | int = 1e-5,
    entries: int = 1000,
) -> GradientCheck:
    r"""Compare a gradient with central differences in float64, entry by entry.

    $$\frac{|g_i - n_i|}{\max(|g_i|, |n_i|, 10^{-3} \max_j |n_j|)}, \qquad
      n_i = \frac{\ell(\theta + h e_i) - \ell(\theta - h e_i)}{2h}$$

    Args:
        loss: a scalar function of the parameters.
        params: a pytree of floating arrays.
        gradient: the claimed one, a pytree like `params`; `jax.grad(loss)` unless given.
        step: $h$.
        entries: at most so many are compared, spread evenly over the pytree.

    Returns:
        The `GradientCheck`. "fine at kinks": such an error is expected where a ReLU or a maximum changes
        sides within the step, and too much for a smooth loss.

    Raises:
        ValueError: a gradient of another structure or other shapes.

    >>> w = jnp.array([1.0, -2.0])
    >>> check_gradients(lambda w: jnp.sum(w**3), w).band
    'good'
    >>> check_gradients(lambda w: jnp.sum(w**3), w, gradient=jnp.array([3.0, 8.0])).worst
    '[1]'
    """
    with jax.enable_x64(True):
        params = jax.tree.map(_double, params)
        claimed = jax.jit(jax.grad(loss))(params) if gradient is None else jax.tree.map(_double, gradient)
        if jax.tree.map(jnp.shape, claimed) != jax.tree.map(jnp.shape, params):
            raise ValueError(
                f"the gradient's shapes {jax.tree.map(jnp.shape, claimed)} are not those of the parameters, "
                f"{jax.tree.map(jnp.shape, params)}"
            )
        flat, unravel = ravel_pytree(params)
        g = np.asarray(ravel_pytree(claimed)[0])
        if not g.size:
            return GradientCheck(0.0, band(0.0), "", 0.0, 0.0, 0)
        chosen = np.unique(np.linspace(0, g.size - 1, min(entries, g.size)).round().astype(int))

        def slope(i):
            up, down = (loss(unravel(flat.at[i].add(h))) for h in (step, -step))
            return (up - down) / (2 * step)

        n = np.asarray(jax.jit(lambda indices: jax.lax.map(slope, indices))(jnp.asarray(chosen)))
    g = g[chosen]
    scale = np.maximum(np.maximum(np.abs(g), np.abs(n)), SMALL * np.max(np.abs(n)))
    # Where both are zero they agree; NaN counts as the largest error there is.
    errors = np.nan_to_num(np.abs(g - n) / np.where(scale == 0, 1, scale), nan=np.inf)
    worst = int(np.argmax(errors))
    error = float(errors[worst])
    place = _place(params, int(chosen[worst]))
    return GradientCheck(error, band(error), place, float(g[worst]), float(n[worst]), len(chosen))


def check_initial_loss(
    loss: float | Inexact[Array, ""], classes: int, *, tolerance: float | int = 0.25
) -> InitialLoss:
    r"""Is the loss of an untrained classifier near $\ln C$, that of guessing among $C$ classes?

    A much larger one tells of weights that are too large, a smaller one of labels that leak into the input.

    Args:
        loss: mean cross-entropy over many examples before the first step, without penalties.
        classes: $C$.
        tolerance: how far off, as a share of $\ln C$.

    >>> check_initial_loss(2.35, classes=10)
    InitialLoss(loss=2.35, expected=2.302585092994046, ok=True)
    """
    expected = float(np.log(classes))
    return InitialLoss(float(loss), expected, bool(abs(float(loss) - expected) <= tolerance * expected))


def check_tiny_set(
    loss: Callable[[PyTree], Inexact[Array, ""]],
    params: PyTree,
    optimizer: optax.GradientTransformation,
    *,
    steps: int = 200,
    target: float | int = 0.01,
) -> TinySet:
    """Can the network learn a handful of examples by heart? If not, no larger set will help.

    Args:
        loss: the mean over the tiny set, a function of the parameters; without penalties.
        params: where to start.
        optimizer: any optax optimizer.
        steps: over the whole tiny set each.
        target: the loss to fall below.

    >>> found = check_tiny_set(lambda w: jnp.sum((w - 3.0) ** 2), jnp.zeros(2), optax.sgd(0.3))
    >>> found.ok, f"{found.losses[0]:.0f}"
    (True, '18')
    """

    @jax.jit
    def update(params, state):
        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimizer.update(gradient, state, params)
        return optax.apply_updates(params, updates), state, value

    state, values = optimizer.init(params), []
    for _ in range(steps):
        params, state, value = update(params, state)
        values.append(value)
    losses = np.array(values, dtype=float)
    return TinySet(losses, bool(losses.size and losses[-1] < target))


def _double(leaf) -> Array:
    return jnp.asarray(leaf, jnp.float64)


def _place(params: PyTree, index: int) -> str:
    """Give the path of the entry with this index in the flattened pytree, such as `.conv1.bias[3]`."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(params):
        if index < leaf.size:
            inside = "".join(f"[{i}]" for i in np.unravel_index(index, leaf.shape))
            return jax.tree_util.keystr(path) + inside
        index -= leaf.size
    raise IndexError(f"entry {index} beyond the end")
