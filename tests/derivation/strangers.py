r"""Lines as people of different habits type them for the nine tasks, each with what is meant by it.

A row is what was typed, and its meaning in the notation of the symbol table: statements apart by `;`, links by `=`.
`...` stands for the same as what was typed. A meaning of None is a line that can be read in two ways, or is none of the
language, and has to be unreadable.
"""

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Function, Index, Symbol, Symbols
from tests.oracles.derivations import (
    BACKPROP,
    BACKPROP_GRAPH,
    PENALTY,
    PENALTY_GRAPH,
    SIGMOID,
    SIGMOID_GRAPH,
    SLIDE,
    SLIDE_GRAPH,
)  # fmt: skip

PAIR = (1, 2)

CLOSED = Symbols(
    Symbol("h", "h_1", "h", arguments=("x",)),
    *[Symbol(f"x{k}", f"x_{k}") for k in PAIR],
    *[Symbol(f"{a}{k}", f"{a}_{k}") for a in "az" for k in PAIR],
    *[Symbol(f"w1_{j}{k}", f"w_{{{j}{k}}}^{{[1]}}") for j in PAIR for k in (0, 1, 2)],
    *[Symbol(f"w2_1{k}", f"w_{{1{k}}}^{{[2]}}") for k in (0, 1, 2)],
    Function("phi", r"\varphi", r"\phi", "phi", "f"),
)
CLOSED_GRAPH = Graph(
    {
        **{f"a{k}": f"w_{{{k}0}}^{{[1]}} + w_{{{k}1}}^{{[1]}} x_1 + w_{{{k}2}}^{{[1]}} x_2" for k in PAIR},
        **{f"z{k}": rf"\varphi(a_{k})" for k in PAIR},
        "h": "w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2",
    },
    CLOSED,
)

ENTROPY = Symbols(
    Symbol("E"), Symbol("h", "h", arguments=("a",)), Symbol("y"), Symbol("a"),
    Symbol("delta", r"\delta"), Function("sigma", r"\sigma", "sigmoid", "sig", meaning="sigmoid"),
)  # fmt: skip
ENTROPY_GRAPH = Graph({"h": "σ(a)", "E": r"-y \log h - (1-y) \log(1-h)", "delta": "∂E/∂a"}, ENTROPY)

LAYER = Symbols(
    Symbol("A", "A", shape=(3, 2)),
    *[Symbol(name, name, shape=(3,)) for name in "by"],
    Symbol("x", "x", shape=(2,)),
    Symbol("c", "c", shape=(3,)),
    Symbol("l", r"\ell", "loss"),
    Index("i", 3),
    Index("j", 2),
)
LAYER_GRAPH = Graph({"y": "A x + b", "l": r"\frac12 (y - c)^T (y - c)"}, LAYER)

SOFTMAX = Symbols(
    Symbol("L", r"\mathcal{L}", "L", "loss"),
    Symbol("z", "z", shape=(4,)),
    Symbol("p", "p", shape=(4,)),
    Index("t", 4),
    Index("j", 4),
    Index("k", 4),
)
SOFTMAX_GRAPH = Graph(
    {
        "p": r"\begin{pmatrix} "
        + r" \\ ".join(rf"e^{{z_{k}}} / \sum_j e^{{z_j}}" for k in (1, 2, 3, 4))
        + r"\end{pmatrix}",
        "L": r"-\log p_t",
    },
    SOFTMAX,
)

MOMENTUM = Symbols(
    *[
        Symbol(f"t{at}", rf"\theta^{{{at}}}", rf"\theta_{{{at}}}", f"theta^{{({at})}}")
        for at in ("k", "k-1", "k+1")
    ],
    *[Symbol(f"v{at}", rf"v^{{{at}}}", f"v_{{{at}}}", f"v^{{({at})}}") for at in ("k", "k+1")],
    Symbol("g", "g^k", "g_k", "g"),
    Symbol("alpha", r"\alpha", "lr"),
    Symbol("beta", r"\beta"),
)
MOMENTUM_GRAPH = Graph(
    {
        "tk": r"\theta^{k-1} - \alpha v^k",
        "vk+1": r"g^k + \beta v^k",
        "tk+1": r"\theta^k - \alpha v^{k+1}",
    },
    MOMENTUM,
)

UPDATE_LINES = [
    (r"\Delta w_{2,1}^{(1)} = -\eta \frac{\partial \mathcal{L}}{\partial w_{2,1}^{(1)}}", "..."),
    (r"\Delta w_{21}^{(1)} &= - \eta\, \frac{\partial L}{\partial w_{21}^{(1)}} \\", r"\Delta w_{2,1}^{(1)} = -\eta ∂L/∂w_{2,1}^{(1)}"),
    ("Δw21^(1) = -η * dL/dw21^(1)", r"\Delta w_{2,1}^{(1)} = -\eta ∂L/∂w_{2,1}^{(1)}"),
    ("Δw_21^(1) = -η · ∂L/∂ŷ · ∂ŷ/∂z_1^(2) · ∂z_1^(2)/∂a_1^(1) · ∂a_1^(1)/∂z_1^(1) · ∂z_1^(1)/∂w_21^(1)",
     r"\Delta w_{2,1}^{(1)} = -\eta ∂L/∂ŷ ∂ŷ/∂z_1^{(2)} ∂z_1^{(2)}/∂a_1^{(1)} ∂a_1^{(1)}/∂z_1^{(1)} ∂z_1^{(1)}/∂w_{2,1}^{(1)}"),
    (r"= -\eta \cdot \dfrac{\partial \mathcal L}{\partial \hat y} \cdot \dfrac{\partial \hat y}{\partial z^{(2)}_1} \cdot \dfrac{\partial z^{(2)}_1}{\partial a^{(1)}_1} \cdot \dfrac{\partial a^{(1)}_1}{\partial z^{(1)}_1} \cdot \dfrac{\partial z^{(1)}_1}{\partial w^{(1)}_{2,1}}",
     r"= -\eta ∂L/∂ŷ ∂ŷ/∂z_1^{(2)} ∂z_1^{(2)}/∂a_1^{(1)} ∂a_1^{(1)}/∂z_1^{(1)} ∂z_1^{(1)}/∂w_{2,1}^{(1)}"),
    (r"\frac{\partial L}{\partial \hat{y}} = \frac{\partial}{\partial \hat{y}} \frac{1}{2}(y-\hat{y})^2 = -(y-\hat{y}) = \hat{y}-y",
     r"∂L/∂ŷ = \frac{\partial}{\partial ŷ} (\frac12 (y - ŷ)^2) = -(y - ŷ) = ŷ - y"),
    ("dL/dyhat = yhat - y", "∂L/∂ŷ = ŷ - y"),
    ("dL/dŷ = (ŷ-y) = 13-10 = 3", "∂L/∂ŷ = ŷ - y = 13 - 10 = 3"),
    ("(1) ∂L/∂ŷ = ŷ − y", "∂L/∂ŷ = ŷ - y"),
    ("1. dL/dyhat = -(y - yhat)", "∂L/∂ŷ = -(y - ŷ)"),
    ("step 2: ∂ŷ/∂z_1^(2) = 1", "∂ŷ/∂z_1^{(2)} = 1"),
    (r"\frac{\partial \hat y}{\partial z_1^{(2)}} = 1 \quad \text{(linear output)}", "∂ŷ/∂z_1^{(2)} = 1"),
    ("∂z1^(2)/∂a1^(1) = w11^(2) = 2", "∂z_1^{(2)}/∂a_1^{(1)} = w_{1,1}^{(2)} = 2"),
    (r"\partial z_1^{(2)} / \partial a_1^{(1)} = w_{1,1}^{(2)}", "∂z_1^{(2)}/∂a_1^{(1)} = w_{1,1}^{(2)}"),
    ("a_1^(1) = max(0, z_1^(1)) = max(0, 6) = 6", "a_1^{(1)} = max(0, z_1^{(1)}) = max(0, 6) = 6"),
    ("∂a_1^(1)/∂z_1^(1) = 1 since z_1^(1) = 6 > 0", "∂a_1^{(1)}/∂z_1^{(1)} = 1 ; z_1^{(1)} = 6 ; 6 > 0"),
    (r"\frac{\partial a_1^{(1)}}{\partial z_1^{(1)}} = \begin{cases} 1 & z_1^{(1)} > 0 \\ 0 & \text{otherwise} \end{cases} = 1",
     "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0] = 1"),
    (r"\frac{\partial a_1^{(1)}}{\partial z_1^{(1)}} = \mathbb{1}_{z_1^{(1)} > 0}", "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0]"),
    ("∂a1^(1)/∂z1^(1) = 1_{z1^(1)>0} = 1", "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0] = 1"),
    ("da1^(1)/dz1^(1) = 1 if z1^(1) > 0 else 0", "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0]"),
    (r"a_1^{(1)} = \mathrm{ReLU}(z_1^{(1)}) = \operatorname{ReLU}(6) = 6", "a_1^{(1)} = max(0, z_1^{(1)}) = max(0, 6) = 6"),
    ("a_1^(1) = np.maximum(0, z_1^(1))", "a_1^{(1)} = max(0, z_1^{(1)})"),
    ("a_1^(1) = relu(z_1^(1)) = 6.", "a_1^{(1)} = max(0, z_1^{(1)}) = 6"),
    (r"\frac{\partial z_1^{(1)}}{\partial w_{2,1}^{(1)}} = x_2 = 3 \tag{4}", "∂z_1^{(1)}/∂w_{2,1}^{(1)} = x_2 = 3"),
    ("Therefore Δw21^(1) = -η (ŷ - y) · 1 · w11^(2) · 1 · x2", r"\Delta w_{2,1}^{(1)} = -\eta (ŷ - y) · 1 · w_{1,1}^{(2)} · 1 · x_2"),
    (r"\therefore\ \Delta w_{2,1}^{(1)} = -\eta (13 - 10) \times 2 \times 3 = -18\eta", r"\Delta w_{2,1}^{(1)} = -\eta (13 - 10) · 2 · 3 = -18 \eta"),
    ("=> Δw = -η*3*1*2*1*3 = -18η", r"Δw = -\eta · 3 · 1 · 2 · 1 · 3 = -18 \eta"),
    ("= -eta*(yhat-y)*w11^(2)*x2", r"= -\eta (ŷ - y) w_{1,1}^{(2)} x_2"),
    ("= – η (ŷ – y) · w₁₁⁽²⁾ · x₂", r"= -\eta (ŷ - y) w_{1,1}^{(2)} x_2"),
    ("=-18*eta", r"= -18 \eta"),
    ("ŷ = z_1^(2) = w_01^(2) + w_11^(2) a_1^(1) = 1 + 2*6 = 13", "ŷ = z_1^{(2)} = w_{0,1}^{(2)} + w_{1,1}^{(2)} a_1^{(1)} = 1 + 2 · 6 = 13"),
    ("L = 0.5*(y - yhat)**2 = 0.5*(10-13)**2 = 4.5", "L = 0.5 (y - ŷ)^2 = 0.5 (10 - 13)^2 = 4.5"),
]  # fmt: skip

CLOSED_LINES = [
    (r"a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2", "..."),
    ("a_1 = w10^[1] + w11^[1] x1 + w12^[1] x2", "a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2"),
    (r"a_2 &= w^{[1]}_{20} + w^{[1]}_{21}x_1 + w^{[1]}_{22}x_2", "a_2 = w_{20}^{[1]} + w_{21}^{[1]} x_1 + w_{22}^{[1]} x_2"),
    ("z_1 = φ(a_1), z_2 = φ(a_2)", r"z_1 = \varphi(a_1) ; z_2 = \varphi(a_2)"),
    (r"z_1=\phi(a_1) \text{ and } z_2=\phi(a_2)", r"z_1 = \varphi(a_1) ; z_2 = \varphi(a_2)"),
    ("z1 = phi(a1)", r"z_1 = \varphi(a_1)"),
    ("z_1 = f(a_1)", r"z_1 = \varphi(a_1)"),
    ("h_1 = w10^[2] + w11^[2]*z1 + w12^[2]*z2", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
    (r"h_1(x) = w_{10}^{[2]} + w_{11}^{[2]} \varphi(a_1) + w_{12}^{[2]} \varphi(a_2)", r"h_1 = w_{10}^{[2]} + w_{11}^{[2]} \varphi(a_1) + w_{12}^{[2]} \varphi(a_2)"),
    (r"= w_{10}^{[2]} + w_{11}^{[2]} \varphi\left(w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2\right) + w_{12}^{[2]} \varphi\left(w_{20}^{[1]} + w_{21}^{[1]} x_1 + w_{22}^{[1]} x_2\right)", "..."),
    ("h = w₁₀⁽²⁾ + w₁₁⁽²⁾ z₁", "h = w_{10}^{[2]} + w_{11}^{[2]} z_1"),  # round brackets for square ones
    ("h = w_{10}^{[2]} + w_{11}^{[2]} z_1^{(2)}", None),  # neither a layer that there is nor surely a square
    ("h1 = w^{[2]}_{10} + w^{[2]}_{11} φ(w^{[1]}_{10} + w^{[1]}_{11} x_1 + w^{[1]}_{12} x_2) + w^{[2]}_{12} φ(w^{[1]}_{20} + w^{[1]}_{21} x_1 + w^{[1]}_{22} x_2)",
     r"h_1 = w_{10}^{[2]} + w_{11}^{[2]} \varphi(w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2) + w_{12}^{[2]} \varphi(w_{20}^{[1]} + w_{21}^{[1]} x_1 + w_{22}^{[1]} x_2)"),
    ("plug in: h_1 = w_{10}^{[2]} + w_{11}^{[2]} φ(a_1) + w_{12}^{[2]} φ(a_2).", r"h_1 = w_{10}^{[2]} + w_{11}^{[2]} \varphi(a_1) + w_{12}^{[2]} \varphi(a_2)"),
    (r"h_1 = w_{10}^{[2]} + \sum_{k=1}^{2} w_{1k}^{[2]} z_k", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
    ("First layer: a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2", "a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2"),
    ("Output: h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
    ("a_1 := w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2 + w_{10}^{[1]}", "a_1 = w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2 + w_{10}^{[1]}"),
    ("where z_k = φ(a_k) for k=1,2", None),  # k is not declared
    ("let s = w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2", "s = w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2"),
    ("h_1 = w_{10}^{[2]} + [w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2]", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
    ("h_1 = w_{10}^{[2]} + {w_{11}^{[2]} z_1} + {w_{12}^{[2]} z_2}", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
]  # fmt: skip

SIGMOID_LINES = [
    (r"\frac{\partial E_1}{\partial w_{21}^{[1]}} = \frac{\partial E_1}{\partial a_2^{[1]}} \cdot \frac{\partial a_2^{[1]}}{\partial w_{21}^{[1]}}", "..."),
    ("∂E_1/∂w_21^[1] = ∂E_1/∂a_2^[1] · ∂a_2^[1]/∂w_21^[1]", r"\frac{\partial E_1}{\partial w_{21}^{[1]}} = \frac{\partial E_1}{\partial a_2^{[1]}} \frac{\partial a_2^{[1]}}{\partial w_{21}^{[1]}}"),
    ("dE1/da2^[1] = dE1/da1^[2] * da1^[2]/dz2^[1] * dz2^[1]/da2^[1]", "∂E_1/∂a_2^{[1]} = ∂E_1/∂a_1^{[2]} ∂a_1^{[2]}/∂z_2^{[1]} ∂z_2^{[1]}/∂a_2^{[1]}"),
    (r"\frac{\partial \mathbb{E}_1}{\partial a_1^{[2]}} = h - y =: \delta_1^{[2]}", r"∂E_1/∂a_1^{[2]} = h - y = \delta_1^{[2]}"),
    ("δ_1^[2] = h - y", r"\delta_1^{[2]} = h - y"),
    ("delta_1^[2] = h - y^(1)", r"\delta_1^{[2]} = h - y"),
    ("∂E_1/∂h = h − y", r"∂E_1/∂h = h - y"),
    (r"\frac{dE_1}{dh} = \frac{d}{dh} \left[ \frac{1}{2} (h-y)^2 \right] = h-y", r"∂E_1/∂h = \frac{\partial}{\partial h} (\frac12 (h - y)^2) = h - y"),
    ("∂z_2^[1]/∂a_2^[1] = σ'(a_2^[1]) = σ(a_2^[1])(1-σ(a_2^[1]))", r"∂z_2^{[1]}/∂a_2^{[1]} = \sigma'(a_2^{[1]}) = \sigma(a_2^{[1]}) (1 - \sigma(a_2^{[1]}))"),
    (r"\sigma'(a_2^{[1]}) = \sigma(a_2^{[1]}) \bigl(1 - \sigma(a_2^{[1]})\bigr)", "..."),
    (r"\frac{\partial z_2^{[1]}}{\partial a_2^{[1]}} = z_2^{[1]} (1 - z_2^{[1]})", "..."),
    ("= z_2^[1] * (1 - z_2^[1])", "= z_2^{[1]} (1 - z_2^{[1]})"),
    ("= (h-y) w_12^[2] σ′(a_2^[1])", r"= (h - y) w_{12}^{[2]} \sigma'(a_2^{[1]})"),
    (r"= \delta_1^{[2]} \, w_{12}^{[2]} \, \varphi'(a_2^{[1]})", r"= \delta_1^{[2]} w_{12}^{[2]} \sigma'(a_2^{[1]})"),
    ("= delta_1^[2] * w_12^[2] * sigmoid(a_2^[1]) * (1 - sigmoid(a_2^[1]))", r"= \delta_1^{[2]} w_{12}^{[2]} \sigma(a_2^{[1]}) (1 - \sigma(a_2^{[1]}))"),
    ("σ(a_2^[1]) = 1/(1+exp(-a_2^[1]))", r"\sigma(a_2^{[1]}) = \frac{1}{1 + \exp(-a_2^{[1]})}"),
    (r"\sigma(a_2^{[1]}) = \frac{1}{1+e^{-a_2^{[1]}}}", r"\sigma(a_2^{[1]}) = \frac{1}{1 + \exp(-a_2^{[1]})}"),
    ("z_2^[1] = (1 + e^(-a_2^[1]))^(-1)", r"z_2^{[1]} = \frac{1}{1 + \exp(-a_2^{[1]})}"),
    ("z_2^[1] = (1 + e^{-a_2^[1]})^{-1}", r"z_2^{[1]} = \frac{1}{1 + \exp(-a_2^{[1]})}"),
    ("z_2^[1] = frac{1}{1+exp(-a_2^[1])}", r"z_2^{[1]} = \frac{1}{1 + \exp(-a_2^{[1]})}"),
    ("∂a_2^[1]/∂w_21^[1] = x_1", "∂a_2^{[1]}/∂w_{21}^{[1]} = x_1"),
    ("⇒ ∂E_1/∂w_21^[1] = (h - y) · w_12^[2] · σ'(a_2^[1]) · x_1", r"∂E_1/∂w_{21}^{[1]} = (h - y) w_{12}^{[2]} \sigma'(a_2^{[1]}) x_1"),
    (r"\implies \frac{\partial E_1}{\partial w_{21}^{[1]}} = (h-y)\,w_{12}^{[2]}\,z_2^{[1]}(1-z_2^{[1]})\,x_1", "∂E_1/∂w_{21}^{[1]} = (h - y) w_{12}^{[2]} z_2^{[1]} (1 - z_2^{[1]}) x_1"),
    ("by the chain rule: ∂E_1/∂a_2^[1] = ∂E_1/∂a_1^[2] · ∂a_1^[2]/∂a_2^[1]", "∂E_1/∂a_2^{[1]} = ∂E_1/∂a_1^{[2]} ∂a_1^{[2]}/∂a_2^{[1]}"),
    ("using the chain rule, dE_1/da_2^[1] = δ_1^[2] w_12^[2] σ'(a_2^[1])", r"∂E_1/∂a_2^{[1]} = \delta_1^{[2]} w_{12}^{[2]} \sigma'(a_2^{[1]})"),
    ("∂_{a_2^[1]} E_1 = (h-y) w_12^[2] σ'(a_2^[1])", r"∂E_1/∂a_2^{[1]} = (h - y) w_{12}^{[2]} \sigma'(a_2^{[1]})"),
]  # fmt: skip

ENTROPY_LINES = [
    (r"E = -y \ln h - (1-y) \ln (1-h)", r"E = -y \log(h) - (1 - y) \log(1 - h)"),
    ("E = -(y log h + (1-y) log(1-h))", r"E = -(y \log(h) + (1 - y) \log(1 - h))"),
    (r"E = -\left[ y \log h + (1-y) \log (1-h) \right]", r"E = -(y \log(h) + (1 - y) \log(1 - h))"),
    ("E = -y*np.log(h) - (1-y)*np.log(1-h)", r"E = -y \log(h) - (1 - y) \log(1 - h)"),
    ("E = -y*log(h) - (1-y)*log(1-h)", r"E = -y \log(h) - (1 - y) \log(1 - h)"),
    (r"\frac{\partial E}{\partial a} = \frac{\partial E}{\partial h} \frac{\partial h}{\partial a}", "..."),
    ("∂E/∂a = ∂E/∂h · ∂h/∂a", "..."),
    ("dE/da = dE/dh * dh/da", "∂E/∂a = ∂E/∂h · ∂h/∂a"),
    ("δ = ∂E/∂a = ∂E/∂h ∂h/∂a", r"\delta = ∂E/∂a = ∂E/∂h · ∂h/∂a"),
    (r"\frac{\partial E}{\partial h} = -\frac{y}{h} + \frac{1-y}{1-h}", "..."),
    ("dE/dh = -y/h + (1-y)/(1-h)", "∂E/∂h = -y/h + (1 - y)/(1 - h)"),
    ("∂E/∂h = − y/h + (1−y)/(1−h)", "∂E/∂h = -y/h + (1 - y)/(1 - h)"),
    ("dE/dh = (1-y)/(1-h) - y/h = (h-y)/(h(1-h))", r"∂E/∂h = (1-y)/(1-h) - y/h = \frac{h - y}{h (1 - h)}"),
    (r"= \frac{h-y}{h(1-h)}", "..."),
    (r"\frac{dh}{da} = \sigma'(a) = \sigma(a)(1-\sigma(a)) = h(1-h)", r"∂h/∂a = \sigma'(a) = \sigma(a) (1 - \sigma(a)) = h (1 - h)"),
    ("h'(a) = h(1-h)", "∂h/∂a = h (1 - h)"),
    ("h' = h (1 - h)", "∂h/∂a = h (1 - h)"),
    ("dh/da = sigmoid(a)*(1-sigmoid(a))", r"∂h/∂a = \sigma(a) (1 - \sigma(a))"),
    ("= (-y/h + (1-y)/(1-h)) * h*(1-h)", "= (-y/h + (1 - y)/(1 - h)) h (1 - h)"),
    (r"= \left( -\frac{y}{h} + \frac{1-y}{1-h} \right) h (1-h)", "= (-y/h + (1 - y)/(1 - h)) h (1 - h)"),
    ("= -y(1-h) + (1-y)h", "= -y (1 - h) + (1 - y) h"),
    ("= -y + yh + h - yh", "= -y + y h + h - y h"),
    ("= h - y   qed", "= h - y"),
    ("∂E/∂a = h − y ∎", "∂E/∂a = h - y"),
    (r"\boxed{\frac{\partial E}{\partial a} = h - y}", "∂E/∂a = h - y"),
    (r"\delta = h - y \qquad \blacksquare", r"\delta = h - y"),
    ("h = sigma(a) = 1/(1+e^-a)", r"h = \sigma(a) = \frac{1}{1 + \exp(-a)}"),
    ("h = 1/(1+e**(-a))", r"h = \frac{1}{1 + \exp(-a)}"),
    (r"\ln h = -\ln(1 + e^{-a})", r"\log(h) = -\log(1 + \exp(-a))"),
    ("log(1-h) = -a - log(1+exp(-a))", r"\log(1 - h) = -a - \log(1 + \exp(-a))"),
]  # fmt: skip

BACKPROP_LINES = [
    (r"\frac{\partial J}{\partial h^{(3)}} = -2(y - h^{(3)}) = -2(6-3) = -6", "∂J/∂h^{(3)} = -2 (y - h^{(3)}) = -2 (6 - 3) = -6"),
    ("dJ/dh^(3) = -2*(y - h^(3))", "∂J/∂h^{(3)} = -2 (y - h^{(3)})"),
    ("∂J/∂h⁽³⁾ = 2(h⁽³⁾ − y)", "∂J/∂h^{(3)} = 2 (h^{(3)} - y)"),
    ("dJ/dyhat = 2(yhat - y)", "∂J/∂h^{(3)} = 2 (h^{(3)} - y)"),
    (r"\frac{\partial J(w)}{\partial w_{1,2}^{(3)}} = \frac{\partial J(w)}{\partial h^{(3)}} \frac{\partial h^{(3)}}{\partial w_{1,2}^{(3)}}", "∂J/∂w_{1,2}^{(3)} = ∂J/∂h^{(3)} · ∂h^{(3)}/∂w_{1,2}^{(3)}"),
    ("∂J/∂w_12^(3) = ∂J/∂h^(3) · h_2^(2) = -6 · 3 = -18", "∂J/∂w_{1,2}^{(3)} = ∂J/∂h^{(3)} h_2^{(2)} = -6 · 3 = -18"),
    ("dJ/dw12^(3) = -6*3 = -18", "∂J/∂w_{1,2}^{(3)} = -6 · 3 = -18"),
    ("a_1^(1) = w_11^(1) x = 1*3 = 3, a_2^(1) = w_21^(1) x = -1*3 = -3", "a_1^{(1)} = w_{1,1}^{(1)} x = 1 · 3 = 3 ; a_2^{(1)} = w_{2,1}^{(1)} x = -1 · 3 = -3"),
    ("h_1^(1) = max(0, 3) = 3; h_2^(1) = max(0, -3) = 0", "h_1^{(1)} = max(0, 3) = 3 ; h_2^{(1)} = max(0, -3) = 0"),
    (r"h_1^{(1)} = \max\{0, a_1^{(1)}\}", "h_1^{(1)} = max(0, a_1^{(1)})"),
    (r"h_1^{(1)} = \max\left(0, a_1^{(1)}\right)", "h_1^{(1)} = max(0, a_1^{(1)})"),
    (r"h_1^{(1)} = \left(a_1^{(1)}\right)_+", None),
    ("h^(3) = W^(3) h^(2) = 3", "h^{(3)} = W^{(3)} h^{(2)} = 3"),
    ("h^(3) = W^(3) @ h^(2)", "h^{(3)} = W^{(3)} h^{(2)}"),
    ("∂h_2^(2)/∂a_2^(2) = 1 (since a_2^(2) > 0)", "∂h_2^{(2)}/∂a_2^{(2)} = 1 ; a_2^{(2)} > 0"),
    ("∂h_2^(2)/∂a_2^(2) = 1 because a_2^(2) = 3 > 0", "∂h_2^{(2)}/∂a_2^{(2)} = 1 ; a_2^{(2)} = 3 ; 3 > 0"),
    ("a_2^(2) = 3 > 0 => ∂h_2^(2)/∂a_2^(2) = 1", "a_2^{(2)} = 3 ; 3 > 0 ; ∂h_2^{(2)}/∂a_2^{(2)} = 1"),
    (r"\frac{\partial h_1^{(2)}}{\partial a_1^{(2)}} = \mathbf{1}[a_1^{(2)} > 0] = 0", "∂h_1^{(2)}/∂a_1^{(2)} = 1[a_1^{(2)} > 0] = 0"),
    (r"\frac{\partial h_1^{(2)}}{\partial a_1^{(2)}} = \mathbb{1}\{a_1^{(2)} > 0\}", "∂h_1^{(2)}/∂a_1^{(2)} = 1[a_1^{(2)} > 0]"),
    ("∂h_1^(2)/∂a_1^(2) = {1 if a_1^(2) > 0, 0 else}", "∂h_1^{(2)}/∂a_1^{(2)} = 1[a_1^{(2)} > 0]"),
    ("∂h_1^(2)/∂a_1^(2) = (a_1^(2) > 0)", "∂h_1^{(2)}/∂a_1^{(2)} = 1[a_1^{(2)} > 0]"),
    ("∂J/∂a_1^(1) = ∂J/∂a_1^(2) · ∂a_1^(2)/∂a_1^(1) + ∂J/∂a_2^(2) · ∂a_2^(2)/∂a_1^(1)", "∂J/∂a_1^{(1)} = ∂J/∂a_1^{(2)} ∂a_1^{(2)}/∂a_1^{(1)} + ∂J/∂a_2^{(2)} ∂a_2^{(2)}/∂a_1^{(1)}"),
    ("= 0*(-1)*1 + (-6)*1*1 = -6", "= 0 · (-1) · 1 + (-6) · 1 · 1 = -6"),
    ("= 0 · (−1) · 1 + (−6) · 1 · 1 = −6", "= 0 · (-1) · 1 + (-6) · 1 · 1 = -6"),
    ("w_12^(3) <- w_12^(3) - η * dJ/dw12^(3) = 1 - 0.01*(-18) = 1.18", r"w_{1,2}^{(3)} ← w_{1,2}^{(3)} - \eta ∂J/∂w_{1,2}^{(3)} = 1 - 0.01 · (-18) = 1.18"),
    (r"w_{1,2}^{(3)} \leftarrow w_{1,2}^{(3)} - \eta \frac{\partial J}{\partial w_{1,2}^{(3)}} = 1.18", r"w_{1,2}^{(3)} ← w_{1,2}^{(3)} - \eta ∂J/∂w_{1,2}^{(3)} = 1.18"),
    ("w_12^(3) := 1 - 0.01 * (-18) = 1.18", "w_{1,2}^{(3)} ← 1 - 0.01 · (-18) = 1.18"),
    ("w_12^(3) -= η * dJ/dw12^(3)", r"w_{1,2}^{(3)} ← w_{1,2}^{(3)} - \eta ∂J/∂w_{1,2}^{(3)}"),
    ("1 - 0,01 * (-18)", "1 - 0.01 * (-18)"),
    ("∂J/∂a_2^(2) = −6 ⋅ 1 ⋅ 1 = −6", "∂J/∂a_2^{(2)} = -6 · 1 · 1 = -6"),
    ("∂J/∂a_2^(2) = -6 x 1 x 1", None),  # x is a symbol
]  # fmt: skip

LAYER_LINES = [
    (r"\frac{\partial \ell}{\partial b} = \frac{\partial \ell}{\partial y}", "..."),
    ("∂ℓ/∂b = ∂ℓ/∂y", r"\frac{\partial \ell}{\partial b} = \frac{\partial \ell}{\partial y}"),
    ("dl/db = dl/dy", r"\frac{\partial \ell}{\partial b} = \frac{\partial \ell}{\partial y}"),
    ("dloss/db = dloss/dy", "∂ℓ/∂b = ∂ℓ/∂y"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^T", "..."),
    (r"\nabla_A \ell = \nabla_y \ell \, x^\top", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    ("∂ℓ/∂A = (∂ℓ/∂y) xᵀ", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    ("dloss/dA = dloss/dy @ x.T", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^{T}", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^{\top}", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^\mathsf{T}", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^{\mathrm{T}}", "∂ℓ/∂A = ∂ℓ/∂y · x^T"),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x^t", None),
    (r"\frac{\partial \ell}{\partial A} = \frac{\partial \ell}{\partial y} x'", r"∂ℓ/∂A = ∂ℓ/∂y x^T"),
    (r"\frac{\partial \ell}{\partial A_{ij}} = \frac{\partial \ell}{\partial y_i} x_j", r"\frac{\partial \ell}{\partial A_{i,j}} = \frac{\partial \ell}{\partial y_i} x_j"),
    ("∂ℓ/∂A_ij = ∂ℓ/∂y_i · x_j", r"\frac{\partial \ell}{\partial A_{i,j}} = \frac{\partial \ell}{\partial y_i} x_j"),
    ("y_i = sum_j A_ij x_j + b_i", r"y_i = (\sum_j A_{i,j} x_j) + b_i"),
    (r"y_i = \sum_{j} A_{ij} x_j + b_i", r"y_i = (\sum_j A_{i,j} x_j) + b_i"),
    (r"y_i = \sum_{j=1}^{2} A_{i,j} x_j + b_i", r"y_i = (\sum_j A_{i,j} x_j) + b_i"),
    ("y_i = Σ_j A_{ij} x_j + b_i", r"y_i = (\sum_j A_{i,j} x_j) + b_i"),
    ("y = A @ x + b", "y = A x + b"),
    ("y = Ax + b", "y = A x + b"),
    (r"\mathbf{y} = \mathbf{A}\mathbf{x} + \mathbf{b}", "y = A x + b"),
    (r"\frac{\partial \ell}{\partial x} = A^T \frac{\partial \ell}{\partial y}", "..."),
    ("∂ℓ/∂x = Aᵀ ∂ℓ/∂y = Aᵀ (y − c)", r"\frac{\partial \ell}{\partial x} = A^T \frac{\partial \ell}{\partial y} = A^T (y - c)"),
    ("dloss/dx = A.T @ (y - c)", r"\frac{\partial \ell}{\partial x} = A^T (y - c)"),
    (r"\frac{\partial \ell}{\partial y} = y - c = Ax + b - c", r"\frac{\partial \ell}{\partial y} = y - c = A x + b - c"),
    (r"\frac{\partial y_i}{\partial b_i} = 1", "..."),
    (r"\ell = \tfrac{1}{2} \lVert y - c \rVert^2", r"\ell = \frac12 (y - c)^T (y - c)"),
    ("ℓ = 1/2 ||y - c||^2", r"\ell = \frac12 (y - c)^T (y - c)"),
    ("ℓ = ½ ‖y − c‖²", r"\ell = \frac12 (y - c)^T (y - c)"),
]  # fmt: skip

SOFTMAX_LINES = [
    (r"p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}", r"p_j = \frac{\exp(z_j)}{\sum_k \exp(z_k)}"),
    ("p_j = exp(z_j) / sum_k exp(z_k)", r"p_j = \frac{\exp(z_j)}{\sum_k \exp(z_k)}"),
    ("p_j = e^(z_j)/Σ_k e^(z_k)", r"p_j = \frac{\exp(z_j)}{\sum_k \exp(z_k)}"),
    ("p_j = exp(z_j)/sum(exp(z_k), k)", r"p_j = e^{z_j} / \sum_k e^{z_k}"),
    (r"L = -\log p_t", r"L = -\log(p_t)"),
    (r"\mathcal{L} = -\ln p_t = -\ln \frac{e^{z_t}}{\sum_k e^{z_k}}", r"L = -\log(p_t) = -\log(\frac{\exp(z_t)}{\sum_k \exp(z_k)})"),
    ("L = -log(p_t) = -z_t + log(sum_k exp(z_k))", r"L = -\log(p_t) = -z_t + \log(\sum_k \exp(z_k))"),
    (r"L = -z_t + \log \sum_k e^{z_k}", r"L = -z_t + \log(\sum_k \exp(z_k))"),
    (r"L = -z_t + \log\left(\sum_{k=1}^{4} \exp(z_k)\right)", r"L = -z_t + \log(\sum_k \exp(z_k))"),
    ("L = -z_t + ln(Σ_k e^{z_k})", r"L = -z_t + \log(\sum_k \exp(z_k))"),
    ("L = logsumexp(z) - z_t", None),
    (r"\frac{\partial L}{\partial z_j} = \frac{e^{z_j}}{\sum_k e^{z_k}} - \mathbb{1}[j = t]", r"∂L/∂z_j = \frac{\exp(z_j)}{\sum_k \exp(z_k)} - 1[j = t]"),
    (r"\frac{\partial L}{\partial z_j} = p_j - \mathbf{1}[j=t]", "∂L/∂z_j = p_j - 1[j = t]"),
    ("dL/dz_j = p_j - 1[j=t]", "∂L/∂z_j = p_j - 1[j = t]"),
    ("∂L/∂z_j = p_j − 1_{j=t}", "∂L/∂z_j = p_j - 1[j = t]"),
    (r"\frac{\partial L}{\partial z_j} = p_j - \delta_{jt}", "∂L/∂z_j = p_j - 1[j = t]"),
    ("dL/dz_j = p_j - (1 if j == t else 0)", "∂L/∂z_j = p_j - 1[j = t]"),
    ("dL/dz_j = p_j - (j == t)", "∂L/∂z_j = p_j - 1[j = t]"),
    (r"\partial_{z_j} L = p_j - [j = t]", "∂L/∂z_j = p_j - 1[j = t]"),
    (r"\frac{\partial L}{\partial z_j} = \begin{cases} p_j - 1 & \text{if } j = t \\ p_j & \text{else} \end{cases}", "∂L/∂z_j = p_j - 1[j = t]"),
    (r"\frac{\partial L}{\partial z_j} = -\frac{1}{p_t} \frac{\partial p_t}{\partial z_j}", "∂L/∂z_j = -1/p_t · ∂p_t/∂z_j"),
    ("∂p_t/∂z_j = p_t (1[j=t] - p_j)", "∂p_t/∂z_j = p_t (1[j = t] - p_j)"),
    ("= -1/p_t * p_t * (1[j=t] - p_j)", "= -1/p_t · p_t (1[j = t] - p_j)"),
    ("= -(1[j=t] - p_j) = p_j - 1[j=t]", "= -(1[j = t] - p_j) = p_j - 1[j = t]"),
    (r"\log p_t = z_t - \log \sum_j \exp z_j", r"\log(p_t) = z_t - \log(\sum_j \exp(z_j))"),
    (r"\frac{\partial}{\partial z_j} \log \sum_k e^{z_k} = \frac{e^{z_j}}{\sum_k e^{z_k}} = p_j", r"\frac{\partial}{\partial z_j} \log(\sum_k e^{z_k}) = \frac{\exp(z_j)}{\sum_k \exp(z_k)} = p_j"),
    ("d/dz_j (-z_t) = -1[j=t]", r"\frac{\partial}{\partial z_j} (-z_t) = -1[j = t]"),
]  # fmt: skip

PENALTY_LINES = [
    (r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p", "..."),
    (r"\nabla_{w_i} \tilde J(w) = \nabla_{w_i} J(w) + \alpha \nabla_{w_i} \lVert w \rVert_p^p", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p"),
    ("∇_{w_i} Jt = ∇_{w_i} J + α ∇_{w_i} ||w||_p^p", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p"),
    ("dJt/dw_i = dJ/dw_i + alpha * d/dw_i ||w||_p^p", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p"),
    (r"\frac{\partial \tilde{J}}{\partial w_i} = \frac{\partial J}{\partial w_i} + \alpha \frac{\partial}{\partial w_i} \sum_j |w_j|^p", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^p"),
    ("∂J̃/∂w_i = ∂J/∂w_i + α p |w_i|^(p-1) sign(w_i)", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"\|w\|_p^p = \sum_j |w_j|^p", "..."),
    ("||w||_p^p = sum_j |w_j|^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
    ("‖w‖_p^p = Σ_j |w_j|^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
    ("||w||_p^p = sum(j) |w_j|^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
    (r"\left\| w \right\|_p^p = \sum_{j=1}^{4} \left| w_j \right|^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
    (r"\lVert w \rVert^p_p = \sum\limits_{j} \lvert w_j \rvert^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
    ("= ∇_{w_i} J + α ∇_{w_i} |w_i|^p", r"= \nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p"),
    ("= dJ/dw_i + alpha*d/dw_i abs(w_i)^p", r"= \nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p"),
    ("= dJ/dw_i + alpha*p*abs(w_i)**(p-1)*sign(w_i)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    ("= dJ/dw_i + alpha*p*np.abs(w_i)**(p-1)*np.sign(w_i)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} \operatorname{sgn}(w_i)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} \text{sign}(w_i)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} \mathrm{sgn}\, w_i", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} \frac{w_i}{|w_i|}", "..."),
    ("= ∇_{w_i} J + α·p·w_i·|w_i|^(p−2)", r"= \nabla_{w_i} J + \alpha p w_i |w_i|^{p-2}"),
    ("= ∇_{w_i} J + α p |w_i|^{p-1} sgn(w_i)   (chain rule)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    (r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1} \cdot \operatorname{sign}(w_i)", r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1} sign(w_i)"),
    ("d/dw_i |w_i|^p = p |w_i|^{p-1} sign(w_i)", r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1} sign(w_i)"),
    ("d|w_i|/dw_i = sign(w_i)", r"\nabla_{w_i} |w_i| = sign(w_i)"),
    (r"\frac{d |w_i|^p}{d w_i} = p |w_i|^{p-1} \mathrm{sign}(w_i)", r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1} sign(w_i)"),
    ("J̃(w) = J(w) + α‖w‖_p^p", r"\tilde{J} = J + \alpha \|w\|_p^p"),
    (r"\nabla_w \tilde{J} = \nabla_w J + \alpha \nabla_w \|w\|_p^p", "..."),
    ("grad_{w_i} J + alpha p w_i^{p-1}", r"\nabla_{w_i} J + \alpha p w_i^{p-1}"),
    ("∇_{w_i} ∑_j |w_j|^p = ∑_j ∇_{w_i} |w_j|^p", r"\nabla_{w_i} \sum_j |w_j|^p = \sum_j \nabla_{w_i} |w_j|^p"),
    ("only j = i contributes, so ∇_{w_i} ∑_j |w_j|^p = ∇_{w_i} |w_i|^p", r"j = i ; \nabla_{w_i} \sum_j |w_j|^p = \nabla_{w_i} |w_i|^p"),
]  # fmt: skip

MOMENTUM_LINES = [
    (r"\theta^{k+1} = \theta^k - \alpha v^{k+1}", "..."),
    ("θ^{k+1} = θ^k − α v^{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    ("theta_{k+1} = theta_k - alpha*v_{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    ("θ_(k+1) = θ_k - α v_(k+1)", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    ("θ^(k+1) = θ^(k) - α v^(k+1)", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    ("theta_k+1 = theta_k - alpha v_k+1", None),  # the subscript may end before the plus
    ("θᵏ⁺¹ = θᵏ − α vᵏ⁺¹", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    (r"= \theta^k - \alpha (g^k + \beta v^k)", "..."),
    ("= θ_k - α(g_k + β v_k)", r"= \theta^k - \alpha (g^k + \beta v^k)"),
    (r"= \theta^k - \alpha g^k - \alpha\beta v^k", r"= \theta^k - \alpha g^k - \alpha \beta v^k"),
    ("= θ^k - αg^k - αβv^k", r"= \theta^k - \alpha g^k - \alpha \beta v^k"),
    (r"= \theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})", "..."),
    ("= theta_k - lr*g_k + beta*(theta_k - theta_{k-1})", r"= \theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})"),
    ("since -α v^k = θ^k - θ^{k-1}", r"-\alpha v^k = \theta^k - \theta^{k-1}"),
    (r"-\alpha v^k = \theta^k - \theta^{k-1} \quad \text{by definition}", r"-\alpha v^k = \theta^k - \theta^{k-1}"),
    (r"v^{k+1} = g^k + \beta v^k", "..."),
    ("v_{k+1} = g_k + β v_k    (II)", r"v^{k+1} = g^k + \beta v^k"),
    ("v_{k+1} <- beta v_k + g", r"v^{k+1} = g^k + \beta v^k"),
    (r"\theta^k = \theta^{k-1} - \alpha v^k \Leftrightarrow v^k = \frac{\theta^{k-1} - \theta^k}{\alpha}", r"\theta^k = \theta^{k-1} - \alpha v^k ; v^k = \frac{\theta^{k-1} - \theta^k}{\alpha}"),
    ("by hypothesis: v^k = -(θ^k - θ^{k-1})/α", r"v^k = -\frac{\theta^k - \theta^{k-1}}{\alpha}"),
    ("= θ^k − α g^k + β(θ^k − θ^{k−1})   [by the induction hypothesis]", r"= \theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})"),
    (r"\theta^{k+1} \overset{(II)}{=} \theta^k - \alpha v^{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    (r"\theta^{k+1} \stackrel{IH}{=} \theta^k - \alpha v^{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    (r"\begin{align*} \theta^{k+1} &= \theta^k - \alpha v^{k+1} \end{align*}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
    ("which is form (I), so the claim holds", ""),
    ("thus: \\theta^{k+1} = \\theta^{k} - \\alpha \\cdot v^{k+1} \\ \\ \\Box", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
]  # fmt: skip

TASKS = {
    "update": (SLIDE, SLIDE_GRAPH, UPDATE_LINES),
    "closed": (CLOSED, CLOSED_GRAPH, CLOSED_LINES),
    "sigmoid": (SIGMOID, SIGMOID_GRAPH, SIGMOID_LINES),
    "entropy": (ENTROPY, ENTROPY_GRAPH, ENTROPY_LINES),
    "backprop": (BACKPROP, BACKPROP_GRAPH, BACKPROP_LINES),
    "layer": (LAYER, LAYER_GRAPH, LAYER_LINES),
    "softmax": (SOFTMAX, SOFTMAX_GRAPH, SOFTMAX_LINES),
    "penalty": (PENALTY, PENALTY_GRAPH, PENALTY_LINES),
    "momentum": (MOMENTUM, MOMENTUM_GRAPH, MOMENTUM_LINES),
}

# Written when the reader had been mended for the lines above, and not looked at before it was tried on them.
LATER = {
    "update": [
        ("3) dL/dyhat = (-1)(y - yhat)", "∂L/∂ŷ = (-1) (y - ŷ)"),
        ("partial L/partial yhat = yhat - y", "∂L/∂ŷ = ŷ - y"),
        (r"\frac{\mathrm{d} L}{\mathrm{d} \hat{y}} = \hat{y} - y", "∂L/∂ŷ = ŷ - y"),
        (r"\displaystyle \frac{\partial L}{\partial \hat y}\Big|_{y=10} = 3", None),
        ("∂L/∂w_21^(1) = (ŷ-y)·w_11^(2)·H(z_1^(1))·x_2", "∂L/∂w_{2,1}^{(1)} = (ŷ - y) w_{1,1}^{(2)} 1[z_1^{(1)} > 0] x_2"),
        ("Now ŷ = 13 and y = 10, so ∂L/∂ŷ = 13 - 10 = 3", "ŷ = 13 ; y = 10 ; ∂L/∂ŷ = 13 - 10 = 3"),
        (r"\Delta w_{2,1}^{(1)} = -\eta \left[ (\hat{y}-y) \cdot w_{1,1}^{(2)} \cdot 1 \cdot x_2 \right]", r"\Delta w_{2,1}^{(1)} = -\eta (ŷ - y) w_{1,1}^{(2)} · 1 · x_2"),
        ("= -η · 18", r"= -18 \eta"),
    ],
    "closed": [
        ("h_1 = w^[2]_10 + w^[2]_11 z_1 + w^[2]_12 z_2", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
        (r"h_1 = w^{[2]}_{1,0} + w^{[2]}_{1,1}\,\varphi\!\left(a_1\right) + w^{[2]}_{1,2}\,\varphi\!\left(a_2\right)", r"h_1 = w_{10}^{[2]} + w_{11}^{[2]} \varphi(a_1) + w_{12}^{[2]} \varphi(a_2)"),
        ("Hidden units: z_1 = φ(a_1); z_2 = φ(a_2).", r"z_1 = \varphi(a_1) ; z_2 = \varphi(a_2)"),
        ("with a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2 inserted", "a_1 = w_{10}^{[1]} + w_{11}^{[1]} x_1 + w_{12}^{[1]} x_2"),
        ("h(x) = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2", "h_1 = w_{10}^{[2]} + w_{11}^{[2]} z_1 + w_{12}^{[2]} z_2"),
    ],
    "sigmoid": [
        (r"\frac{\partial E_1}{\partial w_{21}^{[1]}} \overset{\text{chain rule}}{=} \frac{\partial E_1}{\partial a_2^{[1]}} x_1", "∂E_1/∂w_{21}^{[1]} = ∂E_1/∂a_2^{[1]} x_1"),
        ("σ' = σ (1 - σ)", None),
        (r"\frac{d\sigma(a_2^{[1]})}{da_2^{[1]}} = \sigma(a_2^{[1]}) (1-\sigma(a_2^{[1]}))", r"\frac{\partial}{\partial a_2^{[1]}} \sigma(a_2^{[1]}) = \sigma(a_2^{[1]}) (1 - \sigma(a_2^{[1]}))"),
        ("E_1 = 0.5 (h - y)^2  =>  dE_1/dh = h - y", "E_1 = 0.5 (h - y)^2 ; ∂E_1/∂h = h - y"),
        ("E_1 = ½(h − y)²", r"E_1 = \frac12 (h - y)^2"),
        (r"a_1^{[2]} = \sum_{i=0}^{2} w_{1i}^{[2]} z_i^{[1]}", None),
        ("∂h/∂z_2^[1] = w_12^[2]", "∂h/∂z_2^{[1]} = w_{12}^{[2]}"),
    ],
    "entropy": [
        ("E = - [y ln(h) + (1 - y) ln(1 - h)]", r"E = -(y \log(h) + (1 - y) \log(1 - h))"),
        (r"\frac{\partial E}{\partial h} = \frac{-y}{h} - \frac{(1-y)(-1)}{1-h}", r"∂E/∂h = \frac{-y}{h} - \frac{(1-y)(-1)}{1-h}"),
        ("d/dh log(h) = 1/h, d/dh log(1-h) = -1/(1-h)", r"\frac{\partial}{\partial h} \log(h) = 1/h ; \frac{\partial}{\partial h} \log(1 - h) = -1/(1-h)"),
        ("= -y(1 − h) + h(1 − y) = h − y. QED", "= -y (1 - h) + h (1 - y) = h - y"),
        (r"\frac{h-y}{\cancel{h(1-h)}} \cdot \cancel{h(1-h)} = h - y", r"\frac{h - y}{h (1 - h)} h (1 - h) = h - y"),
        (r"\delta \equiv \frac{\partial E}{\partial a} = h - y", r"\delta = ∂E/∂a = h - y"),
        ("h*(1-h) = sig(a)*(1-sig(a))", r"h (1 - h) = \sigma(a) (1 - \sigma(a))"),
        ("a > 0 => h > 0.5", "a > 0 ; h > 0.5"),
    ],
    "backprop": [
        ("delta_3 = -2(y - h^(3)) = -6", "delta_3 = -2 (y - h^{(3)}) = -6"),
        ("∂J/∂w_{2,1}^{(2)} = ∂J/∂a_2^{(2)} × h_1^{(1)} = (−6) × 3 = −18", "∂J/∂w_{2,1}^{(2)} = ∂J/∂a_2^{(2)} h_1^{(1)} = (-6) · 3 = -18"),
        ("h_1^(2) = relu(a_1^(2)) = relu(-3) = 0", "h_1^{(2)} = max(0, a_1^{(2)}) = max(0, -3) = 0"),
        ("w_11^(1) = 1 - 0.01 * (-18) = 1 + 0.18 = 1.18", "w_{1,1}^{(1)} = 1 - 0.01 · (-18) = 1 + 0.18 = 1.18"),
        ("w_11^(1)_new = 1.18", "w_{1,1}^{(1)} ← 1.18"),
        ("J = (6 - 3)**2 = 9", "J = (6 - 3)^2 = 9"),
        ("backward pass: ∂J/∂h_1^(2) = ∂J/∂h^(3) · w_11^(3)", "∂J/∂h_1^{(2)} = ∂J/∂h^{(3)} w_{1,1}^{(3)}"),
        (r"\frac{\partial h_1^{(1)}}{\partial a_1^{(1)}} = \Theta(a_1^{(1)})", "∂h_1^{(1)}/∂a_1^{(1)} = 1[a_1^{(1)} > 0]"),
        (r"\frac{\partial h_1^{(1)}}{\partial a_1^{(1)}} = \left\{\begin{array}{ll} 1 & a_1^{(1)} > 0 \\ 0 & \text{otherwise} \end{array}\right.", "∂h_1^{(1)}/∂a_1^{(1)} = 1[a_1^{(1)} > 0]"),
    ],
    "layer": [
        ("dℓ/dA = (y - c) x^T", r"\frac{\partial \ell}{\partial A} = (y - c) x^T"),
        ("grad_A loss = (y - c) x^T", r"\nabla_A \ell = (y - c) x^\top"),
        (r"\nabla_x \ell = A^\top \nabla_y \ell", r"\frac{\partial \ell}{\partial x} = A^T \frac{\partial \ell}{\partial y}"),
        (r"\frac{\partial \ell}{\partial A_{ij}} = (y_i - c_i) x_j", r"\frac{\partial \ell}{\partial A_{i,j}} = (y_i - c_i) x_j"),
        ("dloss/dx_j = sum_i A_ij (y_i - c_i)", r"\frac{\partial \ell}{\partial x_j} = \sum_i A_{i,j} (y_i - c_i)"),
        (r"\frac{\partial y_i}{\partial A_{ij}} = x_j", r"\frac{\partial y_i}{\partial A_{i,j}} = x_j"),
        ("∂ℓ/∂A = outer(y - c, x)", None),
    ],
    "softmax": [
        (r"p_t = \dfrac{\exp(z_t)}{\sum_{j=1}^{4} \exp(z_j)}", r"p_t = \frac{\exp(z_t)}{\sum_j \exp(z_j)}"),
        ("if j = t: dL/dz_j = p_j - 1", "j = t ; ∂L/∂z_j = p_j - 1"),
        ("dL/dz_t = p_t - 1", "∂L/∂z_t = p_t - 1"),
        ("L = ln(sum_j e^{z_j}) - z_t", r"L = \log(\sum_j e^{z_j}) - z_t"),
        (r"\partial L / \partial z_j = p_j - \mathbb{I}(j = t)", "∂L/∂z_j = p_j - 1[j = t]"),
        (r"\frac{\partial p_t}{\partial z_j} = p_t(\delta_{tj} - p_j)", "∂p_t/∂z_j = p_t (1[t = j] - p_j)"),
        ("L = -z_t + logΣ_k exp(z_k)", r"L = -z_t + \log(\sum_k \exp(z_k))"),
    ],
    "penalty": [
        ("∂/∂w_i (α Σ_j |w_j|^p) = α p |w_i|^(p-1) sgn(w_i)", r"\nabla_{w_i} (\alpha \sum_j |w_j|^p) = \alpha p |w_i|^{p-1} sign(w_i)"),
        (r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} \left( J + \alpha \|w\|_p^p \right)", "..."),
        ("∂J̃/∂w_i = ∂J/∂w_i + α ∂/∂w_i (|w_1|^p + |w_2|^p + |w_3|^p + |w_4|^p)", r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha \nabla_{w_i} (|w_1|^p + |w_2|^p + |w_3|^p + |w_4|^p)"),
        ("= dJ/dw_i + αp·|w_i|^{p-1}·sgn(w_i)", r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
        ("for p = 2: = dJ/dw_i + 2 α w_i", r"p = 2 ; = \nabla_{w_i} J + 2 \alpha w_i"),
        (r"\frac{\partial}{\partial w_i} |w_i|^p = p|w_i|^{p-1}\frac{\partial |w_i|}{\partial w_i}", r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1} \nabla_{w_i} |w_i|"),
    ],
    "momentum": [
        ("θ^{k+1} = θ^k − α·(g^k + β·v^k)", r"\theta^{k+1} = \theta^k - \alpha (g^k + \beta v^k)"),
        ("with v_{k+1} = g_k + beta*v_k: theta_{k+1} = theta_k - alpha*g_k - alpha*beta*v_k", r"v^{k+1} = g^k + \beta v^k ; \theta^{k+1} = \theta^k - \alpha g^k - \alpha \beta v^k"),
        (r"\alpha \beta v^k = \beta (\theta^{k-1} - \theta^k)", "..."),
        ("(a) θ^{k+1} = θ^k − α v^{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
        ("Induction step: θ^{k+1} = θ^k − α v^{k+1}", r"\theta^{k+1} = \theta^k - \alpha v^{k+1}"),
        ("θ^{k+1} - θ^k = -α v^{k+1}", r"\theta^{k+1} - \theta^k = -\alpha v^{k+1}"),
    ],
}  # fmt: skip

# Kinds of notations that no stranger of the two tables had used, each typed by hand with its meaning.
KINDS = {
    "update": [
        (r"{\partial L \over \partial \hat{y}} = \hat y - y", "∂L/∂ŷ = ŷ - y"),
        (r"\pdv{L}{\hat y} = \hat{\mathbf{y}} - y", "∂L/∂ŷ = ŷ - y"),
        ("(∂L)/(∂ŷ) = ŷ - y", "∂L/∂ŷ = ŷ - y"),
        ("δL/δŷ = ŷ - y", "∂L/∂ŷ = ŷ - y"),
        ("L'(ŷ) = ŷ - y", "∂L/∂ŷ = ŷ - y"),
        ("L_y = y - ŷ", "∂L/∂y = y - ŷ"),
        ("L(ŷ, y) = 1/2 (y - ŷ)^2", r"L = \frac12 (y - ŷ)^2"),
        ("a_1^(1) = relu(z_1^(1)), ReLU is active, relu'(z_1^(1)) = 1 // put in", "a_1^{(1)} = max(0, z_1^{(1)}) ; relu'(z_1^{(1)}) = 1"),
        ("∂a_1^(1)/∂z_1^(1) = (z_1^(1) > 0 ? 1 : 0)", "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0]"),
        ("∂a_1^(1)/∂z_1^(1) = np.where(z_1^(1) > 0, 1, 0)", "∂a_1^{(1)}/∂z_1^{(1)} = 1[z_1^{(1)} > 0]"),
        ("- L = 1/2 (y - ŷ)^2", None),  # a list, or minus L
        ("∂L/∂ŷ = 3 . (ŷ - y)", "∂L/∂ŷ = 3 (ŷ - y)"),
        ("\\let\\y\\hat y = 3", None),
    ],
    "closed": [
        ("`z_1 = φ(a_1)`", r"z_1 = \varphi(a_1)"),
        ("> Altogether, z_1 = φ[a_1]", r"z_1 = \varphi(a_1)"),
        ("{\\bf z}_{1} = (φ)(a_1)", r"z_1 = \varphi(a_1)"),
    ],
    "sigmoid": [
        (r"\frac{\partial z_2^{[1]}}{\partial a_2^{[1]}} = \frac{d\sigma}{da_2^{[1]}}(a_2^{[1]})", r"∂z_2^{[1]}/∂a_2^{[1]} = \sigma'(a_2^{[1]})"),
        ("∂z_2^[1]/∂a_2^[1] = (σ)'(a_2^[1]) = (σ(a_2^[1]))'", r"∂z_2^{[1]}/∂a_2^{[1]} = \sigma'(a_2^{[1]}) = \sigma'(a_2^{[1]})"),
        ("z_2^[1] = expit(a_2^[1])", r"z_2^{[1]} = \sigma(a_2^{[1]})"),
        ("σ^(1)(a_2^[1])", None),  # a derivative, or a layer
    ],
    "entropy": [
        ("E(h) = - y ln h - (1 - y) ln (1 - h)", r"E = -y \log h - (1 - y) \log(1 - h)"),
        ("let d denote h - y", "d = h - y"),
        ("where d denotes the difference h - y", "d = h - y"),
    ],
    "backprop": [
        ("h^{(2)} = (3, 0)", r"h^{(2)} = \begin{pmatrix} 3 \\ 0 \end{pmatrix}"),
        ("h^{(2)} = [3, 0]^T", r"h^{(2)} = \begin{pmatrix} 3 \\ 0 \end{pmatrix}"),
        (r"h^{(2)} = \left[\begin{array}{c} 3 \\ 0 \end{array}\right]", r"h^{(2)} = \begin{pmatrix} 3 \\ 0 \end{pmatrix}"),
        ("h^{(2)} = np.array([[3], [0]])", r"h^{(2)} = \begin{pmatrix} 3 \\ 0 \end{pmatrix}"),
        ("h^{(2)} = [3; 0]", r"h^{(2)} = \begin{pmatrix} 3 \\ 0 \end{pmatrix}"),
        ("∂J/∂h^{(3)} = (3,0)", None),  # a number with a decimal comma, or two
        ("h^{(2)}[2] = 3", None),  # an entry from 0 or from 1, or a product
        ("a_1^2 = w_{11}^2 h_1^1 + w_{12}^2 h_2^1", "a_1^{(2)} = w_{1,1}^{(2)} h_1^{(1)} + w_{1,2}^{(2)} h_2^{(1)}"),
        (r"w_{1,2}^{(3)} \longleftarrow 1.18", "w_{1,2}^{(3)} ← 1.18"),
    ],
    "layer": [
        ("∂ℓ/∂A = ∂ℓ/∂y x.T", r"∂ℓ/∂A = ∂ℓ/∂y x^T"),
        (r"\frac{\partial \ell}{\partial A} = (x (\partial \ell / \partial y)^{\mathsf T})'", None),
    ],
    "softmax": [
        ("p_j = e^{z_j} / sum over k of e^{z_k}", r"p_j = e^{z_j} / \sum_k e^{z_k}"),
        (r"p_j = e^{z_j} / \sum^{n}_{k=1} e^{z_k}", r"p_j = e^{z_j} / \sum_k e^{z_k}"),
        (r"p_j = e^{z_j} / \sum_{k \in \{1, \dots, n\}} e^{z_k}", r"p_j = e^{z_j} / \sum_k e^{z_k}"),
        (r"\sum_{k \neq j} p_k = 1 - p_j", r"\sum_k 1[k ≠ j] p_k = 1 - p_j"),
        (r"∂L/∂z_j = p_j - 1_{\{j = t\}} = p_j - {1 if j = t, 0 otherwise}", "∂L/∂z_j = p_j - 1[j = t] = p_j - 1[j = t]"),
        ("∂L/∂z_j = p_j - ⟦j = t⟧", "∂L/∂z_j = p_j - 1[j = t]"),
    ],
    "penalty": [
        (r"\norm{w}_p^p = \sum_j \abs{w_j}^p", r"\|w\|_p^p = \sum_j |w_j|^p"),
        ("norm(w, p)^p = |w|_p^p", r"\|w\|_p^p = \|w\|_p^p"),
        ("np.linalg.norm(w, ord=p)**p = sum_j=1^n pow(abs(w_j), p)", r"\|w\|_p^p = \sum_j |w_j|^p"),
    ],
    "momentum": [
        ("Induction step k → k+1: v_{k+1} = g_k + β v_k", r"v^{k+1} = g^k + \beta v^k"),
    ],
}  # fmt: skip
