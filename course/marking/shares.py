"""The share of the points that an answer of several words earns: a part, and nothing for giving every answer."""

import jax.numpy as jnp
from jax import Array

from course.exercises import Answer


def share(answer: Answer, value: Array, target: Array) -> Array:
    """Give the share of the points that an answer earns beside its target, 0..1.

    Nothing is earned by giving every answer at once: what is wrong is taken off what is right.
    """
    match answer.dtype:
        case "several":
            return _share_of_several(value, target)
        case "order":
            return _share_of_order(value, target)
        case "matching":
            return _share_of_matching(value, target, len(answer.choices))
    raise AssertionError(answer.dtype)


def _share_of_several(value: Array, target: Array) -> Array:
    """Take the share of the wrong choices that were made off that of the right ones."""
    right = jnp.sum(value * target) / jnp.maximum(jnp.sum(target), 1)
    wrong = jnp.sum(value * (1 - target)) / jnp.maximum(jnp.sum(1 - target), 1)
    return jnp.maximum(right - wrong, 0.0)


def _share_of_order(value: Array, target: Array) -> Array:
    """Of all pairs, those in the right order less those in the wrong one (Kendall's tau); others are neither."""
    things = jnp.arange(value.shape[0])

    def before(order: Array) -> Array:
        """1 where the first of a pair comes before the second, -1 after, 0 where one is missing."""
        at = order[None, :] == things[:, None]
        place, there = jnp.argmax(at, axis=1), jnp.any(at, axis=1)
        return jnp.sign(place[None, :] - place[:, None]) * (there[:, None] & there[None, :])

    pairs = value.shape[0] * (value.shape[0] - 1)
    return jnp.maximum(jnp.sum(before(value) * before(target)) / pairs, 0.0)


def _share_of_matching(value: Array, target: Array, choices: int) -> Array:
    """Count the right pairs; a choice that stands oftener than it fits loses what is too much."""
    numbers = jnp.arange(choices)[:, None]
    used, fits = value[None, :] == numbers, target[None, :] == numbers
    right = jnp.sum(used & fits, axis=1)
    too_often = jnp.maximum(jnp.sum(used, axis=1) - jnp.sum(fits, axis=1), 0)
    return jnp.sum(jnp.maximum(right - too_often, 0)) / value.shape[0]
