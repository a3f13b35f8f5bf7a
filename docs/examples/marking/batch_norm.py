import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

scheme = Scheme(find("stats/batch-norm"))


@scheme.step()
def variance(given):
    r"""$\sigma^2 = \frac1n \sum_i (x_i - \mu)^2$"""
    return jnp.var(given.x)


@variance.slip("Divided by $n - 1$: batch normalisation divides by $n$.")
def with_the_sample_variance(given):
    return jnp.var(given.x, ddof=1)


@scheme.step(points=2)
def z(given, variance):
    r"""$z_i = (x_i - \mu) / \sigma$"""
    return (given.x - jnp.mean(given.x)) / jnp.sqrt(variance)


@z.slip(r"Divided by $\sigma^2$: divide by its square root $\sigma$.")
def divided_by_the_variance(given, variance):
    return (given.x - jnp.mean(given.x)) / variance
