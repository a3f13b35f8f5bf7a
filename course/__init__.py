"""Gradbook: a deep-learning course in JAX that marks itself the way a good human marker does."""

__version__ = "0.1.0"
