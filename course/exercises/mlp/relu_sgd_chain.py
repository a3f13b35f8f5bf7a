"""One step of SGD for one weight, by the chain rule, as asked."""

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise
from course.exercises.mlp.networks import TWO_LAYER_SYMBOLS, TwoLayers, drawn
from course.exercises.mlp.relu_sgd import draw_relu_sgd, relu_sgd


def _weight(source: int, unit: int, layer: int) -> Symbol:
    return Symbol(f"w{layer}_{source}{unit}", f"w_{{{source},{unit}}}^{{({layer})}}", f"w{source}{unit}^({layer})")


SYMBOLS = Symbols(
    Symbol("L", r"\mathcal{L}", "L", "loss"),
    Symbol("y_hat", r"\hat{y}", "yhat"),
    Symbol("y"),
    Symbol("eta", r"\eta"),
    Symbol("dw", r"\Delta w_{2,1}^{(1)}", "Δw", "dw"),
    *[_weight(source, unit, 1) for unit in (1, 2) for source in (0, 1, 2)],
    *[_weight(source, 1, 2) for source in (0, 1, 2)],
    *[
        Symbol(f"{letter}{unit}", f"{letter}_{unit}^{{(1)}}", f"{letter}_{unit}")
        for letter in "za"
        for unit in (1, 2)
    ],
    Symbol("z_out", "z_1^{(2)}"),
    Symbol("x1", "x_1"),
    Symbol("x2", "x_2"),
)
GRAPH = Graph(
    {
        "z1": "w_{0,1}^{(1)} + w_{1,1}^{(1)} x_1 + w_{2,1}^{(1)} x_2",
        "z2": "w_{0,2}^{(1)} + w_{1,2}^{(1)} x_1 + w_{2,2}^{(1)} x_2",
        "a1": "max(0, z_1)",
        "a2": "max(0, z_2)",
        "z_out": "w_{0,1}^{(2)} + w_{1,1}^{(2)} a_1 + w_{2,1}^{(2)} a_2",
        "y_hat": "z_1^{(2)}",
        "L": "(y - ŷ)^2 / 2",
        "dw": "-η ∂L/∂w_{2,1}^{(1)}",
    },
    SYMBOLS,
)


def _derivation(given: TwoLayers) -> Derivation:
    first = {f"w1_{k}{j + 1}": given.W1[j, k] for j in (0, 1) for k in (0, 1, 2)}
    second = {f"w2_{k}1": given.W2[k] for k in (0, 1, 2)}
    inputs = {"x1": given.x[0], "x2": given.x[1], "y": given.y}
    return Derivation(SYMBOLS, GRAPH, goal="Δw", numbers={**inputs, **first, **second})


relu_sgd_chain = Exercise(
    id="mlp/relu-sgd-chain",
    title="One step of SGD, by the chain rule",
    source="000, last slide",
    kind="derivation",
    task=(
        r"The network of the exercise before: two inputs, two ReLU hidden units, one linear output, and the loss "
        r"$\mathcal{L} = \frac12 (y - \hat y)^2$. Here $w_{i,j}^{(l)}$ is the weight from $i$ to unit $j$ of "
        r"layer $l$, $z_j^{(l)}$ is what goes into a unit and $a_j^{(l)}$ what comes out of it: "
        r"$z_1^{(1)} = w_{0,1}^{(1)} + w_{1,1}^{(1)} x_1 + w_{2,1}^{(1)} x_2$, $a_1^{(1)} = \max(0, z_1^{(1)})$, "
        r"$z_1^{(2)} = w_{0,1}^{(2)} + w_{1,1}^{(2)} a_1^{(1)} + w_{2,1}^{(2)} a_2^{(1)}$, $\hat y = z_1^{(2)}$."
        "\n\n"
        r"By how much does one step of SGD change the weight $w_{2,1}^{(1)}$? Work out "
        r"$\Delta w_{2,1}^{(1)} = -\eta \, \partial \mathcal{L} / \partial w_{2,1}^{(1)}$ line by line: a product "
        r"of derivatives, one for each step from the weight to the loss ($\partial \hat y / \partial z_1^{(2)} = "
        r"1$ may be left out); then the same product with each of them in symbols, the slope of the ReLU as "
        r"$\mathbf{1}[z_1^{(1)} > 0]$, $\mathrm{ReLU}'(z_1^{(1)})$ or its value; then with your numbers. $\eta$ "
        "stays a letter."
    ),
    seed=relu_sgd.seed,
    draw=draw_relu_sgd,
    network=drawn,
    symbols=TWO_LAYER_SYMBOLS,
    derivation=_derivation,
    answers={
        "chain": Answer.line(r"\Delta w", "the chain rule, a factor for each step"),
        "factors": Answer.line(r"\Delta w", "every factor in symbols"),
        "numbers": Answer.line(r"\Delta w", "with your numbers"),
    },
)
