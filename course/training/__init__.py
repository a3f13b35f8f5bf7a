"""Training: data, the loop over batches, checkpoints, several devices, and checks before a long run.

The networks and losses are those of ``course.models``, or any other pure functions. Nothing is imported here, so
``import course.training`` costs nothing:

>>> from course.training import classifier, data
>>> from course.training.fit import Objective, Settings, fit
"""
