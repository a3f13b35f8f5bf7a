"""Gradient descent with momentum, as asked: a module for each exercise, named as its id."""
