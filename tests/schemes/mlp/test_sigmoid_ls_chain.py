"""`mlp/sigmoid-ls-chain`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
