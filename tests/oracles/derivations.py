"""The documents' derivations: networks, and lines with the verdict on each decided by hand."""

from course.derivation.check import Region, Waypoint
from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Domain, Function, Index, Symbol, Symbols

PAIR = (1, 2)

# Document 004, 1.2: 1-2-2-1, ReLU, ReLU, linear, J = (y − h)². The first layer is a column; its second weight is
# w_{2,1}, and the document calls it w_{1,2} once.
BACKPROP = Symbols(
    Symbol("x"),
    Symbol("y"),
    Symbol("eta", r"\eta", domain=Domain("positive")),
    Symbol("J", "J", arguments=("w",)),
    Symbol("h3", "h^{(3)}", r"\hat{y}", "yhat"),
    *[Symbol(f"w1_{j}1", rf"w_{{{j},1}}^{{(1)}}") for j in PAIR],
    Symbol("w1_12", "w_{1,2}^{(1)}", other_order="w1_21"),
    *[Symbol(f"w2_{j}{k}", rf"w_{{{j},{k}}}^{{(2)}}") for j in PAIR for k in PAIR],
    *[Symbol(f"w3_1{k}", rf"w_{{1,{k}}}^{{(3)}}") for k in PAIR],
    *[
        Symbol(f"{letter}{layer}_{k}", rf"{letter}_{k}^{{({layer})}}")
        for letter in "ah"
        for layer in PAIR
        for k in PAIR
    ],
    Symbol("W3", "W^{(3)}", shape=(1, 2)),
    Symbol("h2", "h^{(2)}", shape=(2,)),
)
BACKPROP_GRAPH = Graph(
    {
        **{f"a1_{k}": f"w_{{{k},1}}^{{(1)}} x" for k in PAIR},
        **{f"a2_{k}": f"w_{{{k},1}}^{{(2)}} h_1^{{(1)}} + w_{{{k},2}}^{{(2)}} h_2^{{(1)}}" for k in PAIR},
        **{f"h{layer}_{k}": f"max(0, a_{k}^{{({layer})}})" for layer in PAIR for k in PAIR},
        "W3": r"\begin{pmatrix} w_{1,1}^{(3)} & w_{1,2}^{(3)} \end{pmatrix}",
        "h2": r"\begin{pmatrix} h_1^{(2)} \\ h_2^{(2)} \end{pmatrix}",
        "h3": r"W^{(3)} h^{(2)}",
        "J": r"(y - h^{(3)})^2",
    },
    BACKPROP,
)
BACKPROP_NUMBERS = {
    "x": 3, "y": 6, "eta": 0.01, "w1_11": 1, "w1_21": -1, "w2_11": -1, "w2_12": 1, "w2_21": 1, "w2_22": -1,
    "w3_11": -1, "w3_12": 1,
}  # fmt: skip


def d(above, below):
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


J = "J(w)"
ACTIVE = r"\begin{{cases}} 1 & \text{{iff }} {0} > 0 \\ 0 & \text{{else}} \end{{cases}}"
A1 = [rf"a_{k}^{{(1)}}" for k in PAIR]
A2 = [rf"a_{k}^{{(2)}}" for k in PAIR]
H1 = [rf"h_{k}^{{(1)}}" for k in PAIR]
H2 = [rf"h_{k}^{{(2)}}" for k in PAIR]
H3 = "h^{(3)}"
W2 = {(j, k): rf"w_{{{j},{k}}}^{{(2)}}" for j in PAIR for k in PAIR}
W3 = [rf"w_{{1,{k}}}^{{(3)}}" for k in PAIR]


def _layer_2(j, k, values):
    weight = W2[j, k]
    return (
        f"{d(J, weight)} = {d(J, A2[j - 1])} \\cdot {d(A2[j - 1], weight)} "
        f"= {d(J, A2[j - 1])} \\cdot {H1[k - 1]} = {values}"
    )


def _layer_1(k, last=""):
    return (
        f"= {d(J, A2[0])} \\cdot {d(A2[0], H1[k])} \\cdot {d(H1[k], A1[k])} "
        f"+ {d(J, A2[1])} \\cdot {d(A2[1], H1[k])} \\cdot {d(H1[k], A1[k])}"
    )


# (12) to (49) of document 004 as they stand there; (36) is put together again from two displays.
BACKWARD = [
    ("12", f"{d(J, H3)} = \\frac{{\\partial}}{{\\partial {H3}}} \\left(y - {H3} \\right)^2", "follows"),
    ("13", f"= -2\\left(y - {H3}\\right).", "follows"),
    ("14", f"{d(J, H3)} = -2(6-3) = -6.", "at-numbers"),
    ("15", f"{d(J, W3[0])} = {d(J, H3)} \\cdot {d(H3, W3[0])}", "follows"),
    ("16", f"{d(J, W3[1])} = {d(J, H3)} \\cdot {d(H3, W3[1])}.", "follows"),
    ("17", f"{d(H3, W3[0])} = \\frac{{\\partial}}{{\\partial {W3[0]}}} \\left(W^{{(3)}} \\cdot h^{{(2)}} \\right) = {H2[0]}", "follows"),
    ("18", f"{d(H3, W3[1])} = \\frac{{\\partial}}{{\\partial {W3[1]}}} \\left(W^{{(3)}} \\cdot h^{{(2)}} \\right) = {H2[1]}.", "follows"),
    ("19", f"{d(H3, W3[0])} = 0 \\quad \\text{{and}} \\quad {d(H3, W3[1])} = 3.", "at-numbers"),
    ("20", f"{d(J, W3[0])} = {d(J, H3)} \\cdot {d(H3, W3[0])} = -6 \\cdot 0 = 0", "at-numbers"),
    ("21", f"{d(J, W3[1])} = {d(J, H3)} \\cdot {d(H3, W3[1])} = -6 \\cdot 3 = -18.", "at-numbers"),
    ("22", f"{d(J, A2[0])} = {d(J, H3)} \\cdot {d(H3, H2[0])} \\cdot {d(H2[0], A2[0])}", "follows"),
    ("23", f"{d(J, A2[1])} = {d(J, H3)} \\cdot {d(H3, H2[1])} \\cdot {d(H2[1], A2[1])}.", "follows"),
    ("24", f"{d(H3, H2[0])} = \\frac{{\\partial}}{{\\partial {H2[0]}}} \\left(W^{{(3)}} \\cdot h^{{(2)}} \\right) = {W3[0]} = -1,", "at-numbers"),
    ("25", f"{d(H3, H2[1])} = \\frac{{\\partial}}{{\\partial {H2[1]}}} \\left(W^{{(3)}} \\cdot h^{{(2)}} \\right) = {W3[1]} = 1,", "at-numbers"),
    ("26", f"{d(H2[0], A2[0])} = {ACTIVE.format(A2[0])} = 0", "at-numbers"),
    ("27", f"{d(H2[1], A2[1])} = {ACTIVE.format(A2[1])} = 1", "at-numbers"),
    ("28", f"{d(J, A2[0])} = {d(J, H3)} \\cdot {d(H3, H2[0])} \\cdot {d(H2[0], A2[0])} = -6 \\cdot (-1) \\cdot 0 = 0", "at-numbers"),
    ("29", f"{d(J, A2[1])} = {d(J, H3)} \\cdot {d(H3, H2[1])} \\cdot {d(H2[1], A2[1])} = -6 \\cdot 1 \\cdot 1 = -6.", "at-numbers"),
    ("30", _layer_2(1, 1, r"0 \cdot 3 = 0"), "at-numbers"),
    ("31", _layer_2(1, 2, r"0 \cdot 0 = 0"), "at-numbers"),
    ("32", _layer_2(2, 1, r"-6 \cdot 3 = -18"), "at-numbers"),
    ("33", _layer_2(2, 2, r"-6 \cdot 0 = 0"), "at-numbers"),
    ("34", f"{d(J, A1[0])} = {d(J, A2[0])} \\cdot {d(A2[0], A1[0])} + {d(J, A2[1])} \\cdot {d(A2[1], A1[0])}", "follows"),
    ("35", _layer_1(0), "follows"),
    ("36", f"= {d(J, A2[0])} \\cdot {W2[1, 1]} \\cdot {ACTIVE.format(A1[0])} + {d(J, A2[1])} \\cdot {W2[2, 1]} \\cdot {ACTIVE.format(A1[0])}", "follows"),
    ("37", r"= 0 \cdot (-1) \cdot 1 + (-6) \cdot 1 \cdot 1", "at-numbers"),
    ("38", "= -6", "follows"),  # from numbers to a number
    ("39", f"{d(J, A1[1])} = {d(J, A2[0])} \\cdot {d(A2[0], A1[1])} + {d(J, A2[1])} \\cdot {d(A2[1], A1[1])}", "follows"),
    ("40", _layer_1(1), "follows"),
    ("41", f"= {d(J, A2[0])} \\cdot {W2[1, 2]} \\cdot \\left\\{{ \\begin{{matrix}} 1 & \\text{{iff }} {A1[1]} > 0 \\\\ 0 & \\text{{else}} \\end{{matrix}} \\right\\}}"
           f" + {d(J, A2[1])} \\cdot {W2[2, 2]} \\cdot {ACTIVE.format(A1[1])}", "follows"),
    ("42", r"= 0 \cdot 1 \cdot 0 + (-6) \cdot (-1) \cdot 0", "at-numbers"),
    ("43", "= 0", "follows"),
    # names the pre-activation of the other unit
    ("44", f"{d(J, 'w_{1,1}^{(1)}')} = {d(J, A1[0])} \\cdot {d(A1[0], 'w_{1,1}^{(1)}')} = {d(J, A1[1])} \\cdot x = -6 \\cdot 3 = -18", "edit"),
    # the second weight of a column is w_{2,1}
    ("45", f"{d(J, 'w_{1,2}^{(1)}')} = {d(J, A1[1])} \\cdot {d(A1[1], 'w_{1,2}^{(1)}')} = {d(J, A1[1])} \\cdot x = 0 \\cdot 3 = 0", "edit"),
    # 0.1 is written for 0.01; the values are those of 0.01
    ("47", r"w_{1,2}^{(3)} \leftarrow 1 - 0.1 \cdot (-18) = 1.18", "edit"),
    ("48", r"w_{2,1}^{(2)} \leftarrow 1 - 0.1 \cdot (-18) = 1.18", "edit"),
    ("49", r"w_{1,1}^{(1)} \leftarrow 1 - 0.1 \cdot (-18) = 1.18", "edit"),
]  # fmt: skip
UPDATES = {
    name: rf"{latex} - \eta \cdot {d(J, latex)}"
    for name, latex in (("w3_12", W3[1]), ("w2_21", W2[2, 1]), ("w1_11", "w_{1,1}^{(1)}"))
}

# Document 004, 3: the penalty.
PENALTY = Symbols(
    Symbol("w", "w", shape=(4,)),
    Symbol("alpha", r"\alpha"),
    Symbol("p", "p", domain=Domain("positive", 1.2, 4)),
    Function("J", "J", of=("w",)),
    Symbol("J_tilde", r"\tilde{J}", "Jt", arguments=("w",)),
    Index("i", 4),
    Index("j", 4),
)
PENALTY_GRAPH = Graph({"J_tilde": r"J + \alpha \|w\|_p^p"}, PENALTY)
PENALTY_GOAL = r"\nabla_{w_i} \tilde{J}"
PENALTY_REGIONS = (
    Region("p is even", {"p": Domain(among=(2, 4))}),
    Region("w > 0", {"w": Domain("positive")}),
)
PENALTY_WAYPOINTS = (
    Waypoint(r"\nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p", forms=(r"\nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^p",)),
    Waypoint(r"\nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p"),
    Waypoint(r"\nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)", points=2),
)  # fmt: skip
PENALTY_LINES = [
    # right where every w_j^p is |w_j|^p
    ("58", r"\|\mathbf{w}\|_p^p = \sum_i w_i^p;", "where"),
    (
        "59",
        r"\nabla_{w_i}\tilde{J} = \nabla_{w_i}J + \nabla_{w_i}\left(\alpha \|\mathbf{w}\|_{p}^{p}\right)",
        "follows",
    ),
    ("60", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \|\mathbf{w}\|_p^p", "follows"),
    # sums over i what it writes with j, besides the absolute value: two errors, which no one change explains
    ("61", r"= \nabla_{w_i} J + \alpha \nabla_{w_i} \sum_{i} w_j^p", "wrong"),
    # back at what (58) makes of (60)
    ("62", r"= \nabla_{w_i} J + \alpha \cdot \nabla_{w_i} w_i^p", "where"),
    ("63", r"= \nabla_{w_i} J + \alpha \cdot p \cdot w_i^{p-1}", "follows"),
]

# Document 000, the last slide: z is the pre-activation there and a the activation.
SLIDE = Symbols(
    Symbol("L", r"\mathcal{L}"),
    Symbol("y_hat", r"\hat{y}", "yhat"),
    Symbol("y"),
    Symbol("eta", r"\eta"),
    Symbol("dw", r"\Delta w_{2,1}^{(1)}"),
    *[Symbol(f"w1_{k}1", f"w_{{{k},1}}^{{(1)}}") for k in (0, 1, 2)],
    *[Symbol(f"w2_{k}1", f"w_{{{k},1}}^{{(2)}}") for k in (0, 1)],
    *[Symbol(name, f"{name[0]}_1^{{({name[1]})}}") for name in ("z1", "a1", "z2")],
    Symbol("x1", "x_1"),
    Symbol("x2", "x_2"),
)
SLIDE_GRAPH = Graph(
    {
        "z1": "w_{0,1}^{(1)} + w_{1,1}^{(1)} x_1 + w_{2,1}^{(1)} x_2",
        "a1": "max(0, z_1^{(1)})",
        "z2": "w_{0,1}^{(2)} + w_{1,1}^{(2)} a_1^{(1)}",
        "y_hat": "z_1^{(2)}",
        "L": r"\frac12 (y - \hat{y})^2",
        "dw": r"-\eta \frac{\partial \mathcal{L}}{\partial w_{2,1}^{(1)}}",
    },
    SLIDE,
)
# the second hidden unit is 0, so that ŷ = 1 + 2 · 6 = 13
SLIDE_NUMBERS = {"y": 10, "x1": 2, "x2": 3, "w1_01": -1, "w1_11": 2, "w1_21": 1, "w2_01": 1, "w2_11": 2}
SLIDE_LINES = [
    (r"\Delta w_{2,1}^{(1)} = -\eta \frac{\partial \mathcal{L}}{\partial w_{2,1}^{(1)}}", "follows"),
    (r"= -\eta \frac{\partial \mathcal{L}}{\partial \hat{y}} \cdot \frac{\partial \hat{y}}{\partial z_1^{(2)}} \cdot "
     r"\frac{\partial z_1^{(2)}}{\partial a_1^{(1)}} \cdot \frac{\partial a_1^{(1)}}{\partial z_1^{(1)}} \cdot "
     r"\frac{\partial z_1^{(1)}}{\partial w_{2,1}^{(1)}}", "follows"),
    # the factor 1 of the ReLU: the pattern of the given point
    (r"= -\eta (\hat{y} - y) \cdot 1 \cdot w_{1,1}^{(2)} \cdot 1 \cdot x_2", "at-numbers"),
    (r"= -\eta (13 - 10) \cdot 2 \cdot 3", "at-numbers"),
    (r"= -18\eta", "follows"),
]  # fmt: skip

# Document 001 (c) iii: the local error of a hidden unit.
SIGMOID = Symbols(
    Symbol("E", r"\mathbb{E}_1"),
    Symbol("y", "y^{(1)}", "y"),
    Symbol("h", "h"),
    *[Symbol(f"a1_{k}", f"a_{k}^{{[1]}}") for k in PAIR],
    *[Symbol(f"z1_{k}", f"z_{k}^{{[1]}}") for k in PAIR],
    *[Symbol(f"w2_1{k}", f"w_{{1{k}}}^{{[2]}}") for k in (0, 1, 2)],
    *[Symbol(f"w1_2{k}", f"w_{{2{k}}}^{{[1]}}") for k in (0, 1, 2)],
    Symbol("a2_1", "a_1^{[2]}"),
    Symbol("delta2", r"\delta_1^{[2]}"),
    Symbol("x1", "x_1"),
    Symbol("x2", "x_2"),
    Function("sigma", r"\sigma", r"\varphi", meaning="sigmoid"),
)
SIGMOID_GRAPH = Graph(
    {
        "a1_2": "w_{20}^{[1]} + w_{21}^{[1]} x_1 + w_{22}^{[1]} x_2",
        "z1_1": "σ(a_1^{[1]})",
        "z1_2": "σ(a_2^{[1]})",
        "a2_1": "w_{10}^{[2]} + w_{11}^{[2]} z_1^{[1]} + w_{12}^{[2]} z_2^{[1]}",
        "h": "a_1^{[2]}",
        "E": "1/2 (h - y)^2",
        "delta2": "h - y",
    },
    SIGMOID,
)
SIGMOID_LINES = [
    (f"{d('E_1', 'w_{21}^{[1]}')} = {d('E_1', 'a_2^{[1]}')} {d('a_2^{[1]}', 'w_{21}^{[1]}')}", "follows"),
    (f"{d('E_1', 'a_2^{[1]}')} = {d('E_1', 'a_1^{[2]}')} {d('a_1^{[2]}', 'a_2^{[1]}')}", "follows"),
    (f"{d('E_1', 'a_1^{[2]}')} = h - y^{{(1)}} = \\delta_1^{{[2]}}", "follows"),
    (f"{d('a_1^{[2]}', 'a_2^{[1]}')} = {d('a_1^{[2]}', 'z_2^{[1]}')} {d('z_2^{[1]}', 'a_2^{[1]}')}", "follows"),
    (r"= w_{12}^{[2]} \sigma'(a_2^{[1]})", "follows"),
    # the slide's square
    (r"= w_{12}^{[2]} \sigma(a_2^{[1]}) (1 - \sigma(a_2^{[1]}))^2", "edit"),
]  # fmt: skip
