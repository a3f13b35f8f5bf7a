r"""Losses for one example, summed over its outputs, in forms that neither overflow nor cancel.

`jax.vmap` a loss over a batch and average: ``jax.vmap(half_squared_error)(predictions, targets).mean()``.
Logarithms are natural. Prediction and target have one shape; nothing is broadcast.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import xlog1py, xlogy
from jax.typing import ArrayLike
from jaxtyping import Inexact, Int, Real

from course.models._arrays import floating


def _pair(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    # A (n, 1) prediction against a (n,) target would broadcast to (n, n) and train on nonsense.
    prediction = floating(prediction)
    target = jnp.asarray(target)
    if prediction.shape != target.shape:
        raise ValueError(
            f"prediction has shape {prediction.shape} and target {target.shape}: they must have one shape"
        )
    return prediction, target.astype(prediction.dtype)


def squared_error(prediction: Real[ArrayLike, "..."], target: Real[ArrayLike, "..."]) -> Inexact[Array, ""]:
    r"""Squared error $\sum_i (\hat y_i - y_i)^2$, without the factor ½.

    Args:
        prediction: $\hat y$, a scalar or an array.
        target: $y$, of the same shape.

    Returns:
        A scalar; its gradient is $2(\hat y - y)$.

    Source: the exercise `mlp/relu-backprop`.

    >>> squared_error(3.0, 6.0)
    Array(9., dtype=float32)
    """
    prediction, target = _pair(prediction, target)
    return jnp.sum(jnp.square(prediction - target))


def half_squared_error(prediction: Real[ArrayLike, "..."], target: Real[ArrayLike, "..."]) -> Inexact[Array, ""]:
    r"""Half the squared error, $\tfrac12 \sum_i (\hat y_i - y_i)^2$.

    Args:
        prediction: $\hat y$, a scalar or an array.
        target: $y$, of the same shape.

    Returns:
        A scalar; its gradient is $\hat y - y$.

    Source: Bishop 2006, eq. 5.11; the exercise `mlp/relu-sgd`.

    >>> half_squared_error(13.0, 10.0)
    Array(4.5, dtype=float32)
    """
    return squared_error(prediction, target) / 2


def binary_cross_entropy(
    probability: Real[ArrayLike, "..."], target: Real[ArrayLike, "..."]
) -> Inexact[Array, ""]:
    r"""Cross-entropy of probabilities, $-\sum_i y_i \ln h_i + (1 - y_i) \ln(1 - h_i)$, with $0 \ln 0 = 0$.

    From logits `sigmoid_cross_entropy` is the exact form: a probability that was rounded to 0 or 1 has lost
    what the logit still knows.

    Args:
        probability: $h$ in [0, 1], a scalar or an array.
        target: $y$ in [0, 1], of the same shape.

    Returns:
        A scalar; infinite where a probability of 0 is given to what happened.

    Source: Bishop 2006, eq. 5.21; the exercise `mlp/sigmoid-ce`.

    >>> print(f"{binary_cross_entropy(0.60299297, 1.0):.5f}")
    0.50585
    >>> bool(binary_cross_entropy(1.0, 1.0) == 0)
    True
    """
    h, y = _pair(probability, target)
    return jnp.sum(-(xlogy(y, h) + xlog1py(1 - y, -h)))


def sigmoid_cross_entropy(logit: Real[ArrayLike, "..."], target: Real[ArrayLike, "..."]) -> Inexact[Array, ""]:
    r"""Cross-entropy of $h = \sigma(a)$ from the logit, by the softplus $s(a) = \ln(1 + e^a)$.

    $$E = \sum_i y_i \, s(-a_i) + (1 - y_i) \, s(a_i)$$

    Args:
        logit: $a$, a scalar or an array.
        target: $y$ in [0, 1], of the same shape.

    Returns:
        A scalar; its gradient is $\sigma(a) - y$.

    Source: Bishop 2006, eq. 5.21 with eq. 5.19.

    >>> print(f"{sigmoid_cross_entropy(0.0, 1.0):.5f}")
    0.69315
    >>> sigmoid_cross_entropy(-1000.0, 1.0)
    Array(1000., dtype=float32)
    """
    a, y = _pair(logit, target)
    return jnp.sum(y * jax.nn.softplus(-a) + (1 - y) * jax.nn.softplus(a))


def cross_entropy(
    probabilities: Real[ArrayLike, " classes"], target: Real[ArrayLike, " classes"]
) -> Inexact[Array, ""]:
    r"""Cross-entropy of a distribution, $-\sum_k t_k \ln p_k$, with $0 \ln 0 = 0$.

    Args:
        probabilities: $p$, one per class.
        target: $t$, a distribution over the classes; one-hot for a known class.

    Returns:
        A scalar; infinite where a probability of 0 is given to what happened.

    Source: Bishop 2006, eq. 4.108.

    >>> print(f"{cross_entropy(jnp.array([0.25, 0.75]), jnp.array([1.0, 0.0])):.5f}")
    1.38629
    """
    p, t = _pair(probabilities, target)
    return -jnp.sum(xlogy(t, p))


def softmax_cross_entropy(
    logits: Real[ArrayLike, " classes"], target: Real[ArrayLike, " classes"]
) -> Inexact[Array, ""]:
    r"""Cross-entropy of $p = \operatorname{softmax}(a)$ from the logits.

    $$E = \sum_k t_k \Bigl(\ln \sum_j e^{a_j} - a_k\Bigr)$$

    Args:
        logits: $a$, one per class.
        target: $t$, a distribution over the classes; one-hot for a known class.

    Returns:
        A scalar; its gradient is $\operatorname{softmax}(a) - t$ where $t$ sums to 1.

    Source: Bishop 2006, eq. 4.108 and 4.109; the exercise `cnn/softmax-ce`.

    >>> logits, second = jnp.array([0.1, 0.9, 0.8]), jnp.array([0.0, 1.0, 0.0])
    >>> print(f"{softmax_cross_entropy(logits, second):.5f}")
    0.85619
    """
    a, t = _pair(logits, target)
    log_p = jax.nn.log_softmax(a)
    # A class masked out by a logit of -inf and not asked for contributes 0, not 0 * inf.
    return -jnp.sum(t * jnp.where(t == 0, 0, log_p))


def softmax_cross_entropy_label(
    logits: Real[ArrayLike, " classes"], label: Int[ArrayLike, ""]
) -> Inexact[Array, ""]:
    r"""Cross-entropy of a known class, $\ln \sum_j e^{a_j} - a_k$, for its index $k$.

    Args:
        logits: $a$, one per class.
        label: $k$, counted from 0.

    Returns:
        A scalar; NaN for a label that is no class, since under `jit` nothing can be raised.

    Source: Bishop 2006, eq. 4.108 with a one-hot target.

    >>> print(f"{softmax_cross_entropy_label(jnp.array([0.1, 0.9, 0.8]), 1):.5f}")
    0.85619
    """
    log_p = jax.nn.log_softmax(floating(logits))
    return -log_p.at[label].get(mode="fill", fill_value=jnp.nan, wrap_negative_indices=False)
