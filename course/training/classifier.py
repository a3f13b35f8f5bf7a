"""Networks that give logits for the classes of an image: their loss, and how often they are right."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from course.models import im2col, losses
from course.training import loops
from course.training.data import Dataset
from course.training.objective import Params, Scalar

EVALUATED = 256
"""Images that `accuracy` takes at a time."""

Apply = Callable[[Params, Array], Array]


def classification_loss(apply: Apply) -> Callable[[Params, Array, Array], Scalar]:
    """Return the loss of one image and label for a network that gives logits.

    >>> loss = classification_loss(lambda params, image: params @ image)
    >>> print(f"{loss(jnp.zeros((10, 4)), jnp.ones(4), jnp.array(3)):.4f}")
    2.3026
    """
    return lambda params, image, label: losses.softmax_cross_entropy_label(apply(params, image), label)


def accuracy(apply: Apply, params: Params, dataset: Dataset) -> Scalar:
    """Return the share of images whose largest logit is their label's.

    >>> images = jnp.eye(4).reshape(4, 1, 2, 2)
    >>> accuracy(lambda params, image: image.ravel(), None, Dataset(images, jnp.array([0, 1, 2, 0])))
    Array(0.75, dtype=float32)
    """
    images = jnp.asarray(dataset.images)
    if loops.platform(images) == "cpu":
        apply = im2col.preferring(apply)
    # Some at a time: the maps of a whole test set would take gigabytes.
    logits = jax.lax.map(partial(apply, params), images, batch_size=min(EVALUATED, len(images)))
    return jnp.mean(jnp.argmax(logits, axis=1) == jnp.asarray(dataset.labels), dtype=float)
