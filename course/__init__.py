"""Gradbook: a deep-learning course in JAX that marks itself the way a good human marker does."""

import time

# Every module of this package, and every one that uses it, is loaded later: `course/marking/programs/compiled.py`.
LOADED_FROM = time.time()
__version__ = "0.1.0"
