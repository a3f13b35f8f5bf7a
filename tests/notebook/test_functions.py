"""Functions of students: what they return, and everything that they may do instead."""

import json

import numpy as np
import pytest

from course import sheet
from course.exercises import find
from course.notebook import functions, receive

FORMULA = find("mlp/sigmoid-ls").answers["h_formula"]
PROBE = find("mlp/sigmoid-ls").probes("practice")


def right(x, W1, W2, phi):
    z = np.asarray(phi(W1 @ np.concatenate([[1.0], x])))
    return phi(W2 @ np.concatenate([[1.0], z]))


def loops():
    """The same formula, unit by unit, with activations of its own."""
    phis = (np.tanh, lambda a: np.log1p(np.exp(a)), np.square)
    values = []
    for x, W1, W2, phi in zip(PROBE.x, PROBE.W1, PROBE.W2, phis, strict=True):
        z = [phi(row[0] + sum(w * v for w, v in zip(row[1:], x, strict=True))) for row in W1]
        values.append(phi(W2[0] + W2[1] * z[0] + W2[2] * z[1]))
    return np.array(values)


def test_outputs_are_the_functions_values():
    handed = functions.evaluate(right, FORMULA, PROBE)
    assert isinstance(handed, sheet.Outputs)
    np.testing.assert_allclose(np.array(handed.numbers.entries, float), loops(), rtol=1e-6)


def remark(function):
    handed = functions.evaluate(function, FORMULA, find("mlp/sigmoid-ls").probes("practice"), limit=0.5)
    assert isinstance(handed, sheet.Unreadable)
    assert len(handed.reason) <= 1000
    return handed.reason


def test_wrong_arguments_are_answered_with_the_call():
    assert remark(lambda x: x).startswith("h is called as h(x, W1, W2, phi): TypeError")


def test_an_unreadable_return_value_is_said_to_be_one():
    assert "what h returned cannot be read" in remark(lambda x, W1, W2, phi: x)
    assert "what h returned cannot be read" in remark(lambda x, W1, W2, phi: None)
    assert "what h returned cannot be read" in remark(lambda x, W1, W2, phi: "seven")


@pytest.mark.parametrize("error", [ValueError("x" * 5000), SystemExit(0), KeyboardInterrupt(), GeneratorExit()])
def test_whatever_is_raised_becomes_one_remark(error):
    def stops(x, W1, W2, phi):
        raise error

    assert len(remark(stops)) < 500


def test_an_error_without_a_text():
    class Silent(Exception):
        def __str__(self):
            raise RuntimeError

    def stops(x, W1, W2, phi):
        raise Silent

    assert "Silent" in remark(stops)


def test_a_loop_without_end_is_stopped():
    def forever(x, W1, W2, phi):
        while True:
            pass

    assert remark(forever) == "h did not return within 0.5 seconds"


def test_a_loop_that_swallows_errors_is_stopped():
    def forever(x, W1, W2, phi):
        while True:
            try:
                while True:
                    pass
            except Exception:
                continue

    assert remark(forever) == "h did not return within 0.5 seconds"


def test_no_recursion_without_end():
    def deep(x, W1, W2, phi):
        return deep(x, W1, W2, phi)

    assert "RecursionError" in remark(deep)


def test_prints_warnings_and_displays_are_dropped(cells):
    cells("""
        given, sheet = exercise("mlp/sigmoid-ls")
        def h(x, W1, W2, phi):
            import warnings, sys
            print("noise")
            print("noise", file=sys.stderr)
            warnings.warn("noise")
            display("noise")
            return 0.5
        sheet.h_formula = h
    """)
    outputs = cells("submit(sheet)")
    assert len(outputs) == 1
    assert cells.stdout == cells.stderr == ""
    assert outputs[0][sheet.MIME_TYPE]["answers"]["h_formula"]["numbers"]["entries"] == ["0.5"] * 3


def test_the_remark_names_the_line(cells):
    cells("""given, sheet = exercise("mlp/sigmoid-ls")
def helper(x):
    return x @ x[:1]

def h(x, W1, W2, phi):
    return helper(x)

sheet.h_formula = h""")
    (data,) = cells("submit(sheet)")
    reason = data[sheet.MIME_TYPE]["answers"]["h_formula"]["reason"]
    assert reason.startswith("h stopped in line 3 of its cell, `return x @ x[:1]`: ValueError: ")
    assert "Traceback" not in data["text/plain"]


def test_a_function_that_spoils_its_inputs_spoils_nothing_else(cells):
    cells("""
        import numpy as np
        given, sheet = exercise("mlp/backprop")
        def forward(params, x, phi):
            for A, b in params:
                A *= 0
            return 0.0
        def backward(params, x, y, phi, dphi):
            return [(np.asarray(A), np.asarray(b)) for A, b in params]
        sheet.forward, sheet.backward = forward, backward
    """)
    (data,) = cells("submit(sheet)")
    entries = np.array(data[sheet.MIME_TYPE]["answers"]["backward"]["numbers"]["entries"], float)
    params = find("mlp/backprop").probes("practice").params
    assert np.array_equal(
        entries, np.concatenate([part.ravel() for net in params for pair in net for part in pair])
    )


def test_received_keys_decide_the_inputs(cells):
    receive(student="alice", probe_keys={"mlp/sigmoid-ls": "secret"})
    cells("""
        given, sheet = exercise("mlp/sigmoid-ls")
        sheet.h_formula = lambda x, W1, W2, phi: x[0]
    """)
    (data,) = cells("submit(sheet)")
    entries = data[sheet.MIME_TYPE]["answers"]["h_formula"]["numbers"]["entries"]
    secret = find("mlp/sigmoid-ls").probes("secret").x[:, 0]
    assert np.array_equal(np.array(entries, float), secret)
    assert not np.array_equal(secret, PROBE.x[:, 0])
    assert "practice" not in data["text/plain"]
    assert "secret" not in json.dumps(data)
