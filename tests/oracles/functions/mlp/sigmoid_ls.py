"""The output of a 2-2-1 network as one formula in all its weights, and the ways people write it wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def h_formula(x, W1, W2, phi):
    z = [phi(row[0] + row[1] * x[0] + row[2] * x[1]) for row in W1]
    return phi(W2[0] + W2[1] * z[0] + W2[2] * z[1])


def network(
    hidden=lambda phi, a: phi(a), last=lambda phi, a: phi(a), bias1=1.0, bias2=1.0, W1=lambda W: W, W2=lambda W: W
):
    def h(x, first, second, phi):
        first, second = W1(np.asarray(first)), W2(np.asarray(second))
        z = hidden(phi, first @ np.array([bias1, *x]))
        return last(phi, second @ np.array([bias2, *np.asarray(z)]))

    return h


def bias_activated(x, W1, W2, phi):
    z = np.asarray(phi(W1 @ np.array([1.0, *x])))
    return phi(W2 @ np.array([float(phi(1.0)), *z]))


def bias_column_last(x, W1, W2, phi):
    z = np.asarray(phi(W1 @ np.array([*x, 1.0])))
    return phi(W2 @ np.array([*z, 1.0]))


WRONG = [
    Wrong("linear output", network(last=lambda phi, a: a), "the output has no activation"),
    Wrong("no biases", network(bias1=0.0, bias2=0.0), "the bias units are left out"),
    Wrong("no output bias", network(bias2=0.0), "the bias unit of the hidden layer is left out"),
    Wrong("no hidden biases", network(bias1=0.0), "the bias unit of the input is left out"),
    Wrong("linear hidden units", network(hidden=lambda phi, a: a), "only the output is activated"),
    Wrong("no activation", network(lambda phi, a: a, lambda phi, a: a), "the network is linear"),
    Wrong("bias column last", bias_column_last, "the last column is the bias"),
    Wrong("bias unit activated", bias_activated, "the bias unit goes through the activation"),
    Wrong("units exchanged", network(W1=lambda W: W[::-1]), "row 1 belongs to unit 2"),
    Wrong("inputs exchanged", network(W1=lambda W: W[:, [0, 2, 1]]), "column 1 belongs to x2"),
    Wrong("first unit twice", network(W1=lambda W: W[[0, 0]]), "both units have the weights of the first"),
    Wrong("second unit twice", network(W1=lambda W: W[[1, 1]]), "both units have the weights of the second"),
    Wrong("hidden bias last", network(W1=lambda W: W[:, [1, 2, 0]]), "the last column is the bias, below alone"),
    Wrong("output bias last", network(W2=lambda W: W[[1, 2, 0]]), "the last weight is the bias, above alone"),
    Wrong("hidden bias subtracted", network(bias1=-1.0), "a bias is a threshold, below alone"),
    Wrong("output bias subtracted", network(bias2=-1.0), "a bias is a threshold, above alone"),
    Wrong("first unit alone", network(W2=lambda W: W * [1, 1, 0]), "the second unit is left out"),
    Wrong("bias subtracted", network(bias1=-1.0, bias2=-1.0), "a bias is a threshold"),
    Wrong("sigmoid always", lambda x, W1, W2, phi: h_formula(x, W1, W2, lambda a: 1 / (1 + np.exp(-a))), "φ is σ"),
]

FUNCTIONS = Functions("mlp/sigmoid-ls", right={"h_formula": h_formula}, wrong={"h_formula": WRONG})
