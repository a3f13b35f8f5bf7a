"""`mlp/backprop`: the scheme; its wrong functions are in `tests/oracles/functions`."""

from tests.schemes.checks import Lint


class TestLint(Lint):
    pass
