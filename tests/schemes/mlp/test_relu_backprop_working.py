"""`mlp/relu-backprop-working`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
