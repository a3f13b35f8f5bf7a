"""Multilayer perceptrons, as asked: a module for each exercise, named as its id."""
