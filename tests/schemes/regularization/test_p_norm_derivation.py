"""`regularization/p-norm-derivation`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
