"""`mlp/sigmoid-ce-local-error`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
