"""The symbols of the documents' derivations, declared once."""

import pytest

from course.derivation.reading.symbols import Function, Index, Symbol, Symbols


@pytest.fixture(scope="session")
def penalty_symbols():
    return Symbols(
        Symbol("w", "w", shape=(4,)),
        Symbol("alpha", r"\alpha"),
        Symbol("p", "p"),
        Function("J", "J", of=("w",)),
        Symbol("J_tilde", r"\tilde{J}", "Jt", arguments=("w",)),
        Index("i", 4),
        Index("j", 4),
    )


@pytest.fixture(scope="session")
def chain_symbols():
    return Symbols(
        Symbol("y_hat", r"\hat{y}", "yhat"),
        Symbol("y"),
        Symbol("L", r"\mathcal{L}", arguments=(r"\hat{y}",)),
        Symbol("eta", r"\eta"),
        Symbol("w21", r"w_{2,1}^{(1)}"),
        Symbol("v11", r"w_{1,1}^{(2)}"),
        Symbol("z1", r"z_1^{(1)}"),
        Symbol("a1", r"a_1^{(1)}"),
        Symbol("x2", "x_2"),
        Symbol("dw", r"\Delta w_{2,1}^{(1)}", "dw"),
        Symbol("h3", "h^{(3)}"),
        Symbol("h"),
        Function("sigma", r"\sigma", meaning="sigmoid"),
        Function("phi", r"\varphi"),
    )
