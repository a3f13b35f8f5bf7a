"""The whole backward pass of a ReLU network in symbols and numbers, as asked."""

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import POSITIVE, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise
from course.exercises.mlp.relu_backprop import ThreeLayers, relu_backprop

PAIR = (1, 2)


def _per_unit(letter: str, layer: int, *short: str) -> list[Symbol]:
    """Give the symbols of one letter for both units of a layer."""
    return [
        Symbol(
            f"{name}{layer}_{k}",
            rf"{letter}_{k}^{{({layer})}}",
            *([] if name == "delta" else [f"{name}{layer}_{k}"]),
        )
        for name in (letter.strip("\\"), *short)
        for k in PAIR
    ]


SYMBOLS = Symbols(
    Symbol("x", "x", "x_1"),
    Symbol("y"),
    Symbol("eta", r"\eta", "eta", r"\alpha", "lr", domain=POSITIVE),
    Symbol("J", "J", "L", r"\mathcal{L}", "loss", "E", arguments=("w", r"\mathbf{w}")),
    Symbol("h3", "h^{(3)}", r"\hat{y}", "yhat", "y_hat", "h_1^{(3)}"),
    *[Symbol(f"w1_{j}1", rf"w_{{{j},1}}^{{(1)}}", f"w1_{j}", f"W1_{j}") for j in PAIR],
    Symbol("w1_12", "w_{1,2}^{(1)}", other_order="w1_21"),
    *[Symbol(f"w2_{j}{k}", rf"w_{{{j},{k}}}^{{(2)}}", f"w2_{j}{k}", f"W2_{j}{k}") for j in PAIR for k in PAIR],
    *[Symbol(f"w3_1{k}", rf"w_{{1,{k}}}^{{(3)}}", f"w_{k}^{{(3)}}", f"w3_{k}", f"W3_{k}") for k in PAIR],
    *[symbol for letter in ("a", "h", r"\delta") for layer in PAIR for symbol in _per_unit(letter, layer)],
    Symbol("delta3", r"\delta^{(3)}", r"\delta_1^{(3)}"),
    Symbol("W3", "W^{(3)}", shape=(1, 2)),
    Symbol("hv1", "h^{(1)}", shape=(2,)),
    Symbol("hv2", "h^{(2)}", shape=(2,)),
    *[Index(letter, 2) for letter in "ijk"],
)
GRAPH = Graph(
    {
        **{f"a1_{k}": f"w_{{{k},1}}^{{(1)}} x" for k in PAIR},
        **{f"a2_{k}": f"w_{{{k},1}}^{{(2)}} h_1^{{(1)}} + w_{{{k},2}}^{{(2)}} h_2^{{(1)}}" for k in PAIR},
        **{f"h{layer}_{k}": f"max(0, a_{k}^{{({layer})}})" for layer in PAIR for k in PAIR},
        "h3": "w_{1,1}^{(3)} h_1^{(2)} + w_{1,2}^{(3)} h_2^{(2)}",
        "J": "(y - h^{(3)})^2",
        "W3": r"\begin{pmatrix} w_{1,1}^{(3)} & w_{1,2}^{(3)} \end{pmatrix}",
        "hv1": r"\begin{pmatrix} h_1^{(1)} \\ h_2^{(1)} \end{pmatrix}",
        "hv2": r"\begin{pmatrix} h_1^{(2)} \\ h_2^{(2)} \end{pmatrix}",
        "delta3": "∂J/∂h^{(3)}",
        **{f"delta{layer}_{k}": f"∂J/∂a_{k}^{{({layer})}}" for layer in PAIR for k in PAIR},
    },
    SYMBOLS,
)
WEIGHTS = {
    **{f"w1_{j}1": f"w_{{{j},1}}^{{(1)}}" for j in PAIR},
    **{f"w2_{j}{k}": f"w_{{{j},{k}}}^{{(2)}}" for j in PAIR for k in PAIR},
    **{f"w3_1{k}": f"w_{{1,{k}}}^{{(3)}}" for k in PAIR},
}
UPDATES = {name: f"{weight} - η · ∂J/∂{weight}" for name, weight in WEIGHTS.items()}


def _derivation(given: ThreeLayers) -> Derivation:
    numbers = {
        "x": given.x,
        "y": given.y,
        "eta": given.eta,
        **{f"w1_{j}1": given.W1[j - 1] for j in PAIR},
        **{f"w2_{j}{k}": given.W2[j - 1, k - 1] for j in PAIR for k in PAIR},
        **{f"w3_1{k}": given.W3[k - 1] for k in PAIR},
    }
    return Derivation(SYMBOLS, GRAPH, numbers=numbers, updates=UPDATES)


relu_backprop_working = Exercise(
    id="mlp/relu-backprop-working",
    title="A backward pass, line by line",
    source="004, 1.2, (12) to (49)",
    kind="derivation",
    task=(
        r"The network of 1-2-2-1 units once more: $a_k^{(1)} = w_{k,1}^{(1)} x$, then $a_j^{(2)} = \sum_k "
        r"w_{j,k}^{(2)} h_k^{(1)}$, both with $h = \max(0, a)$, then $h^{(3)} = \sum_k w_{1,k}^{(3)} h_k^{(2)}$ "
        "and $J = (y - h^{(3)})^2$. The first index of a weight is the unit that it goes to, the second the unit "
        "that it comes from."
        "\n\n"
        "Write the backward pass down: the derivative of $J$ at the output; by a weight of the third layer, one "
        "factor for each step; by a pre-activation of the second layer; by a weight of the second layer; by a "
        "pre-activation of the first layer, over both ways to the output; by a weight of the first layer; last "
        r"the update $w \leftarrow w - \eta \, \partial J / \partial w$ of one weight in numbers. One unit or "
        "weight of each layer is enough; for the update take one whose gradient is not zero. Derivatives that you "
        r"have worked out may stand as numbers in the lines after, one factor for each step: $-8 \cdot 18$. The "
        "update has an arrow, typed <-."
    ),
    seed=relu_backprop.seed,
    draw=relu_backprop.draw,
    network=relu_backprop.network,
    symbols=relu_backprop.symbols,
    derivation=_derivation,
    answers={
        "output": Answer.line(r"\partial J / \partial h^{(3)}", "the derivative at the output"),
        "third": Answer.line(r"\partial J / \partial w^{(3)}", "by a weight of the third layer"),
        "second_unit": Answer.line(r"\partial J / \partial a^{(2)}", "by a pre-activation of the second layer"),
        "second": Answer.line(r"\partial J / \partial w^{(2)}", "by a weight of the second layer"),
        "first_unit": Answer.line(r"\partial J / \partial a^{(1)}", "by a pre-activation of the first, both ways"),
        "first": Answer.line(r"\partial J / \partial w^{(1)}", "by a weight of the first layer"),
        "update": Answer.line(r"w \leftarrow", "the update of a weight in numbers"),
    },
)
