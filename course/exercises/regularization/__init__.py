"""Penalties on the weights, as asked: a module for each exercise, named as its id."""
