"""`mlp/layer-gradients`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
