"""`mlp/closed-formula`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
