"""The reference library: deep learning as pure functions over pytrees.

One concept a module; every function is written for one example and callers ``jax.vmap`` it.
Nothing is imported here, so ``import course.models`` costs nothing:

>>> from course.models import losses, mlp
"""
