"""Activations and their derivatives, as probes name them."""

from collections.abc import Callable


def activation(name: str) -> Callable:
    """Give the activation that a probe names."""
    import jax.numpy as jnp

    return {
        "tanh": jnp.tanh,
        "softplus": lambda a: jnp.logaddexp(a, 0.0),
        "square": lambda a: a * a,
        "sigmoid": lambda a: 1 / (1 + jnp.exp(-a)),
        "relu": lambda a: jnp.maximum(a, 0.0),
    }[name]


def derivative(name: str) -> Callable:
    """Give the derivative, or the surrogate for one, that a probe of `mlp/backprop` hands over."""
    import jax.numpy as jnp

    return {
        "tanh": lambda a: 1 - jnp.tanh(a) ** 2,
        "sigmoid": lambda a: jnp.exp(-a) / (1 + jnp.exp(-a)) ** 2,
        "fast sigmoid": lambda a: 1 / (1 + jnp.abs(a)) ** 2,
        "triangle": lambda a: jnp.maximum(1 - jnp.abs(a) / 4, 0.125),
    }[name]
