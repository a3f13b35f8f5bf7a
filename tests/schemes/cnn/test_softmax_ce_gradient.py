"""`cnn/softmax-ce-gradient`."""

from tests.schemes.derivations import Derived


class TestDerived(Derived):
    pass
