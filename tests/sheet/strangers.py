"""Answers as people who have not read the documentation type them, to ten exercises of the course.

Beside each stands what a human marker reads, by hand, or None where nothing may be read: there the reason has to say
what was received. `near` are texts that come close to an answer and say something else.
"""

RELU, LENET, COUNT, MAPS, NORM = (
    "mlp/relu-sgd",
    "cnn/lenet-count",
    "cnn/weight-count",
    "cnn/feature-maps",
    "regularization/p-norm",
)
SIGMOID, MOMENTUM, INCEPTION, SOFTMAX, CAPSTONE = (
    "mlp/sigmoid-ls",
    "momentum/two-forms",
    "cnn/inception",
    "cnn/softmax-ce",
    "training/capstone",
)
BACKPROP, VANISHING, DECAY, ELASTIC, FIELD = (
    "mlp/relu-backprop",
    "mlp/vanishing",
    "regularization/weight-decay",
    "regularization/elastic-net",
    "cnn/receptive-field",
)
DOWN, UP = 0, 1

READ = [
    # a number, however it is set
    (RELU, "loss", "40.5", 40.5), (RELU, "loss", "L = 40.5", 40.5), (RELU, "loss", "L=40.5", 40.5), (RELU, "loss", "loss = 40.5", 40.5),
    (RELU, "loss", "Loss: 40.5", 40.5), (RELU, "loss", "the loss = 40.5", 40.5), (RELU, "loss", "L ≈ 40.5", 40.5), (RELU, "loss", "$L = 40.5$", 40.5),
    (RELU, "loss", r"L = \frac{81}{2}", 40.5), (RELU, "loss", "L = 81/2 = 40.5", 40.5), (RELU, "loss", "81/2", 40.5), (RELU, "loss", r"\frac{81}{2}", 40.5),
    (RELU, "loss", "40 1/2", 40.5), (RELU, "loss", "40½", 40.5), (RELU, "loss", "40 ½", 40.5), (RELU, "loss", "½", 0.5), (RELU, "loss", r"40\frac{1}{2}", 40.5),
    (RELU, "loss", r"\frac92", 4.5), (RELU, "loss", "-½", -0.5), (RELU, "loss", "81÷2", 40.5), (RELU, "loss", "= 40.5", 40.5), (RELU, "loss", "40,5", 40.5),
    (RELU, "loss", "0,35", 0.35), (RELU, "loss", "0,350", 0.35), (RELU, "loss", "-1,5", -1.5), (RELU, "loss", "1.115,5", 1115.5), (RELU, "loss", "1 115,5", 1115.5),
    (RELU, "loss", "1,5e-3", 0.0015), (RELU, "loss", "40,50", 40.5), (RELU, "loss", "about 40.5", 40.5), (RELU, "loss", "approx. 40.5", 40.5),
    (RELU, "loss", "~40.5", 40.5), (RELU, "loss", "40.5.", 40.5), (RELU, "loss", "4.05e1", 40.5), (RELU, "loss", "4.05E1", 40.5), (RELU, "loss", "4.05 × 10^1", 40.5),
    (RELU, "loss", "4·10^1", 40), (RELU, "loss", "4.05x10^1", 40.5), (RELU, "loss", "4.05*10**1", 40.5), (RELU, "loss", r"4.05 \cdot 10^{1}", 40.5),
    (RELU, "loss", "1.2E-3", 0.0012), (RELU, "loss", "−3", -3), (RELU, "loss", "- 3", -3), (RELU, "loss", "minus 3", -3), (RELU, "loss", "+3", 3),
    (RELU, "loss", ".5", 0.5), (RELU, "loss", "3.", 3), (RELU, "loss", "45%", 0.45), (RELU, "loss", "16,618.5", 16618.5), (RELU, "loss", "1,115,684", 1115684),
    (RELU, "loss", ["40.5"], 40.5), (RELU, "loss", [["L = 40.5"]], 40.5), (RELU, "loss", "L := 40.5", 40.5), (RELU, "loss", r"L \approx 40.5", 40.5),
    (RELU, "loss", r"\(L = 40.5\)", 40.5), (RELU, "loss", "1/3 ≈ 0.33", 1 / 3),
    (RELU, "loss", "the loss is 40.5", 40.5), (RELU, "loss", "L is 81/2", 40.5), (RELU, "loss", "Answer: 40.5", 40.5), (RELU, "loss", "result = 40,5", 40.5),
    (RELU, "y_hat", "ŷ = 13", 13), (RELU, "y_hat", r"\hat y = 13", 13), (RELU, "y_hat", r"\hat{y} = 13", 13), (RELU, "y_hat", "y_hat = 13", 13),
    (RELU, "y_hat", "yhat=13", 13), (RELU, "y_hat", "y-hat: 13", 13), (RELU, "y_hat", "output: 13", 13), (RELU, "y_hat", r"$\hat{y}=13.0$", 13),
    (RELU, "dy_hat", "dL/dŷ = 3", 3), (RELU, "dy_hat", "∂L/∂ŷ = 3", 3), (RELU, "dy_hat", r"\frac{\partial L}{\partial \hat y} = 3", 3), (RELU, "dy_hat", "dL/dy_hat = 3", 3),
    (RELU, "dy_hat", "gradient at the output: 3", 3),
    # a letter that the task states
    (RELU, "delta_w", "-18η", -18), (RELU, "delta_w", "η*108", 108), (RELU, "delta_w", "108*η", 108), (RELU, "delta_w", "108·η", 108), (RELU, "delta_w", "η·108", 108),
    (RELU, "delta_w", "Δw = 108η", 108), (RELU, "delta_w", "Δw=-18η", -18), (RELU, "delta_w", "-η·18", -18), (RELU, "delta_w", "η·(-18)", -18), (RELU, "delta_w", "η(-18)", -18),
    (RELU, "delta_w", "η * -18", -18), (RELU, "delta_w", "-18 eta", -18), (RELU, "delta_w", r"-18\eta", -18), (RELU, "delta_w", r"\eta \cdot (-18)", -18),
    (RELU, "delta_w", "-36η/2", -18), (RELU, "delta_w", r"\frac{-36\eta}{2}", -18), (RELU, "delta_w", "(-18)η", -18), (RELU, "delta_w", "½η", 0.5),
    (RELU, "delta_w", "delta_w = -18", -18), (RELU, "delta_w", "Δw_{2,1} = -18η", -18), (RELU, "delta_w", r"\Delta w^{(1)}_{2,1} = -18 \eta", -18),
    (RELU, "delta_w", "Δw/η = -18", -18), (RELU, "delta_w", "∆w = −18 η", -18), (RELU, "delta_w", "-18,5η", -18.5),
    # words
    (RELU, "direction", "decrease", DOWN), (RELU, "direction", "it increases", UP), (RELU, "direction", "up", UP), (RELU, "direction", "increases", UP),
    (RELU, "direction", "goes up", UP), (RELU, "direction", "w increases", UP), (RELU, "direction", "Down.", DOWN), (RELU, "direction", "The weight decreases.", DOWN),
    (RELU, "direction", "decreasing", DOWN), (RELU, "direction", "it will decrease", DOWN), (RELU, "direction", "it gets smaller", DOWN), (RELU, "direction", "becomes larger", UP),
    (RELU, "direction", "DECREASE", DOWN), (RELU, "direction", "direction: decrease", DOWN), (RELU, "direction", "direction = increase", UP), (RELU, "direction", "↑", UP),
    (RELU, "direction", r"\text{decrease}", DOWN), (RELU, "direction", "**decrease**", DOWN), (RELU, "direction", "that weight goes down", DOWN), (RELU, "direction", "it grows", UP),
    (RELU, "direction", "it shrinks", DOWN), (RELU, "direction", "so it increases!", UP), (RELU, "direction", "the weight w goes up", UP), (RELU, "direction", "inc", UP),
    (RELU, "direction", ["increases"], UP), (RELU, "direction", "downwards", DOWN), (RELU, "direction", "it is increased", UP), (RELU, "direction", "rises", UP),
    (RELU, "direction", "it does increase", UP), (RELU, "direction", "It's decreasing", DOWN), (RELU, "direction", "increase (goes up)", UP), (RELU, "direction", "the direction is up", UP),
    (NORM, "holds", "only for even p", 1), (NORM, "holds", "p even", 1), (NORM, "holds", "even", 1), (NORM, "holds", "if p is even", 1), (NORM, "holds", "when p is odd", 2),
    (NORM, "holds", "it holds for every p", 0), (NORM, "holds", "for all p", 0), (NORM, "holds", "never", 3), (NORM, "holds", "no p", 3), (NORM, "holds", "for any p", 0),
    (NORM, "holds", "For even p.", 1), (NORM, "holds", "even numbers", 1), (NORM, "holds", "p must be even", 1),
    # counts
    (COUNT, "total", "7498 parameters", 7498), (COUNT, "total", "7,498 parameters", 7498), (COUNT, "total", "7498 weights", 7498), (COUNT, "total", "Parameters: 7498", 7498),
    (COUNT, "total", "weights = 7498", 7498), (COUNT, "total", "7 498", 7498), (COUNT, "total", "7'498", 7498), (COUNT, "total", "7.498.000", 7498000), (COUNT, "total", "total: 7498", 7498),
    (COUNT, "total", "n = 7498", 7498), (COUNT, "total", "7498 params", 7498), (COUNT, "total", "7498 weights in all", 7498), (COUNT, "total", "7498 weights and biases", 7498),
    (COUNT, "conv1", "conv1 = 448", 448), (COUNT, "conv1", "n_conv1 = 448", 448), (COUNT, "conv1", "448 Weights", 448), (COUNT, "conv1", "448.0", 448), (COUNT, "fc", "11,530", 11530),
    (LENET, "c1", "C1: 156", 156), (LENET, "c1", "156 parameters of C1", 156), (LENET, "c1", "1 parameter", 1), (LENET, "total", "61,706 parameters", 61706), (LENET, "c5", "48120 parameters.", 48120),
    (INCEPTION, "naive_mults", "1,115,684,864 multiplications", 1115684864), (INCEPTION, "naive_adds", "additions: 1 115 684 864", 1115684864), (INCEPTION, "naive_acts", "425984 activations", 425984),
    (INCEPTION, "naive_mults", "1.115684864e9", 1115684864), (INCEPTION, "naive_mults", "1.115684864·10^9", 1115684864), (INCEPTION, "naive_params", "params = 1,089,000", 1089000),
    (CAPSTONE, "updates", "44 updates", 44), (CAPSTONE, "updates", "T = 44", 44), (CAPSTONE, "errors", "10 errors", 10), (CAPSTONE, "cnn_params", "N_CNN = 3658", 3658),
    (CAPSTONE, "decay", "c = 0,95", 0.95), (CAPSTONE, "step_size", "10", 10),
    # arrays
    (RELU, "a1", "[6, -3]", [6, -3]), (RELU, "a1", "6, -3", [6, -3]), (RELU, "a1", "(6, -3)", [6, -3]), (RELU, "a1", "6 -3", [6, -3]), (RELU, "a1", "6 and -3", [6, -3]),
    (RELU, "a1", "a1 = [6, -3]", [6, -3]), (RELU, "a1", "a^(1) = (6, -3)", [6, -3]), (RELU, "a1", r"a^{(1)} = \begin{pmatrix}6\\-3\end{pmatrix}", [6, -3]), (RELU, "a1", "(6, -3)^T", [6, -3]),
    (RELU, "a1", r"(6, -3)^\top", [6, -3]), (RELU, "a1", "a⁽¹⁾ = (6; -3)", [6, -3]), (RELU, "a1", "[6 -3]", [6, -3]), (RELU, "a1", "⟨6, −3⟩", [6, -3]), (RELU, "a1", "6\n-3", [6, -3]),
    (RELU, "a1", "6; -3", [6, -3]), (RELU, "a1", ["6", "−3"], [6, -3]), (RELU, "a1", "a = (6, -3)", [6, -3]), (RELU, "a1", "0,35; 0,42", [0.35, 0.42]), (RELU, "a1", ["0,35", "-0,42"], [0.35, -0.42]),
    (RELU, "a1", "np.array([6., -3.])", [6, -3]), (RELU, "a1", "[4½, 1/2]", [4.5, 0.5]),
    (RELU, "dW2", "dW2 = [3, 18, 0]", [3, 18, 0]), (RELU, "dW2", "∂L/∂W^(2) = (3, 18, 0)", [3, 18, 0]), (RELU, "dW2", r"\frac{\partial L}{\partial W^{(2)}} = (3, 18, 0)", [3, 18, 0]),
    (RELU, "delta1", "δ^(1) = (6, 0)", [6, 0]), (RELU, "delta1", "δ = (6, 0)", [6, 0]), (RELU, "delta1", r"\delta^{(1)} = [6, 0]", [6, 0]),
    (RELU, "dW1", "6 12 18; 0 0 0", [[6, 12, 18], [0, 0, 0]]), (RELU, "dW1", "6 12 18\n0 0 0", [[6, 12, 18], [0, 0, 0]]), (RELU, "dW1", "dW1 = [[6,12,18],[0,0,0]]", [[6, 12, 18], [0, 0, 0]]),
    (MAPS, "conv1", "6x28x28", [6, 28, 28]), (MAPS, "conv1", "6 × 28 × 28", [6, 28, 28]), (MAPS, "conv1", "6@28x28", [6, 28, 28]), (MAPS, "conv1", "(6, 28, 28)", [6, 28, 28]), (MAPS, "conv1", "6 28 28", [6, 28, 28]),
    (MAPS, "pool1", "6, 14, and 14", [6, 14, 14]), (MAPS, "conv1", "conv1: 6 x 28 x 28", [6, 28, 28]),
    (FIELD, "y1", "y1 = (2, 0, 4)", [2, 0, 4]), (FIELD, "y1", "(2,0,4)", [2, 0, 4]), (FIELD, "corner", "0 and 12", [0, 12]),
    (SIGMOID, "h", "h = 0.62", 0.62), (SIGMOID, "h", "0,62", 0.62), (SIGMOID, "loss", "E = 7.2e-2", 0.072), (SIGMOID, "loss", "error = 0.072", 0.072), (SIGMOID, "delta2", "δ2 = -0.09", -0.09),
    (SIGMOID, "new_W2", "W2' = (0.1, 0.2, 0.3)", [0.1, 0.2, 0.3]), (SIGMOID, "new_W2", "W2_new = [0.1, 0.2, 0.3]", [0.1, 0.2, 0.3]), (SIGMOID, "new_W2", "new W2: 0.1, 0.2, 0.3", [0.1, 0.2, 0.3]),
    (SOFTMAX, "probs", "p = (0.1, 0.2, 0.7)", [0.1, 0.2, 0.7]), (SOFTMAX, "probs", ["10%", "20%", "70%"], [0.1, 0.2, 0.7]), (SOFTMAX, "probs", "0,1; 0,2; 0,7", [0.1, 0.2, 0.7]), (SOFTMAX, "loss", "cross-entropy = 0.357", 0.357),
    (SOFTMAX, "dlogits", "dL/dz = [0.1, 0.2, -0.3]", [0.1, 0.2, -0.3]),
    (MOMENTUM, "kappa", "κ = 10", 10), (MOMENTUM, "kappa", r"\kappa=10", 10), (MOMENTUM, "best_beta", "β* = 0.27", 0.27), (MOMENTUM, "theta1_I", "θ1 = (1, 2)", [1, 2]), (MOMENTUM, "theta1_I", "θ^1_I = [1, 2]", [1, 2]),
    (MOMENTUM, "v1", "v_1 = (1; 2)", [1, 2]), (MOMENTUM, "g0", "g0 = 1 2", [1, 2]),
    (NORM, "norm", "‖w‖_p^p = 12.5", 12.5), (NORM, "norm", "||w||_p^p = 12.5", 12.5), (NORM, "penalty", "penalty = 2,5", 2.5), (NORM, "new_w", "w' = (1, 2, 3, 4)", [1, 2, 3, 4]),
    (DECAY, "factor", "c = 0.98", 0.98), (ELASTIC, "l1", "||w||_1 = 5", 5), (ELASTIC, "prox", "w* = [1, 0, 0, 2]", [1, 0, 0, 2]),
    (BACKPROP, "delta2", "δ2 = (1, 2)", [1, 2]), (BACKPROP, "loss", "J = 8", 8), (VANISHING, "grad_norm", "1.2e-5", 1.2e-5),
]  # fmt: skip

NEAR = [
    (RELU, "loss", "-about 40.5"), (RELU, "loss", "3 about 4"), (RELU, "loss", "the loss is not 40.5"), (RELU, "loss", "L is less than 40.5"), (RELU, "loss", "y is 40.5"), (RELU, "loss", "the answer is not 40.5"), (FIELD, "corner", "0x12"),
    (RELU, "direction", "it does not increase"), (RELU, "direction", "the direction is not up"), (RELU, "direction", "answer: neither"), (RELU, "direction", "it's not increasing"), (RELU, "direction", "it does"),
    (MAPS, "conv1", "6 000 x 28"), (RELU, "a1", "1 000 2 000"), (RELU, "a1", "1,5 2,5"), (RELU, "a1", "4 1/2"), (RELU, "a1", "10 200"), (RELU, "loss", "L = L = "), (RELU, "loss", "1,500 x 10^3"),
    (RELU, "delta_w", "18η%"), (RELU, "delta_w", "18/2/η"), (RELU, "delta_w", "η = -18"), (COUNT, "total", "7498 parameters = 12 parameters"), (COUNT, "total", "parameters is not 7498"),
    # another name, another number
    (RELU, "a1", "a2 = (6, -3)"), (RELU, "y_hat", "y = 13"), (RELU, "loss", "2L = 81"), (RELU, "loss", "-L = 40.5"), (RELU, "loss", "L² = 40.5"), (RELU, "loss", "1/L = 40.5"), (RELU, "loss", "log L = 3"),
    (RELU, "loss", "L ≠ 40.5"), (RELU, "loss", "L != 40.5"), (RELU, "loss", "L < 40.5"), (RELU, "loss", "L >= 40.5"), (RELU, "loss", "L - 3 = 40.5"), (RELU, "loss", "dL = 40.5"), (RELU, "loss", "E = 40.5"),
    (RELU, "loss", "L = 40 = 41"), (RELU, "loss", "40.5 = 81"), (RELU, "loss", "L = 40.5 or 41"), (RELU, "loss", "not 40.5"), (RELU, "loss", "L = -(40.5"), (RELU, "loss", "40.5 ± 1"), (RELU, "loss", "40.5?"),
    (RELU, "loss", "|L| = 40.5"), (RELU, "loss", "40-1/2"), (RELU, "loss", "40+1/2"), (RELU, "loss", "4 3/2"), (RELU, "loss", "16 618/900"), (RELU, "loss", "3½4"), (RELU, "loss", "10^½"), (RELU, "loss", "½½"),
    (RELU, "loss", "16,618"), (RELU, "loss", "40,500"), (RELU, "loss", "-2,500"), (RELU, "loss", "1 115,500"), (RELU, "loss", "1,23,456"), (RELU, "loss", "40, 5"), (RELU, "loss", "4,0,5"), (RELU, "loss", "012,5"),
    (RELU, "loss", "40.5 kg"), (RELU, "loss", "40.5η"), (RELU, "loss", "40.5 parameters"), (RELU, "loss", "forty"), (RELU, "loss", "0.5*81"), (RELU, "loss", "81/0"), (RELU, "loss", "1e"), (RELU, "loss", "40.5 million"),
    (RELU, "loss", "3 - 40.5"), (RELU, "loss", "about -"), (RELU, "loss", "- - 3"), (RELU, "loss", "minus -3"), (RELU, "loss", "nan"), (RELU, "loss", "inf"), (RELU, "loss", r"\frac812"), (RELU, "loss", "√81"),
    (RELU, "loss", "less than 40.5"), (RELU, "loss", "40..50"), (RELU, "loss", "40 to 41"), (RELU, "loss", "40–41"), (RELU, "loss", "x = 40.5"), (RELU, "loss", "loss1 = 40.5"),
    (RELU, "delta_w", "η"), (RELU, "delta_w", "18/η"), (RELU, "delta_w", "18η²"), (RELU, "delta_w", "η^18"), (RELU, "delta_w", "-η*(-18)"), (RELU, "delta_w", "η + 18"), (RELU, "delta_w", "18θ"), (RELU, "delta_w", "18ηη"),
    (RELU, "delta_w", "η_18"), (RELU, "delta_w", "η18"), (RELU, "delta_w", "36/2ηx"), (RELU, "delta_w", "18 - η"), (RELU, "delta_w", "w = -18"), (RELU, "delta_w", "18*eta*2"), (RELU, "delta_w", "η·18 + 3"),
    (COUNT, "total", "7498 bananas"), (COUNT, "total", "7498 layers"), (COUNT, "total", "7.5k parameters"), (COUNT, "total", "7498 million parameters"), (COUNT, "total", "7498 parameters too few"), (COUNT, "total", "7498 bytes"),
    (COUNT, "total", "not 7498 parameters"), (COUNT, "total", "7498 parameters and 12"), (COUNT, "total", "weights: 7498 + 12"), (COUNT, "total", "1,5"), (COUNT, "total", "7498 multiplications"), (COUNT, "conv1", "conv2 = 4640"),
    (COUNT, "conv1", "total: 16618"), (LENET, "c1", "C3: 2416"), (INCEPTION, "naive_mults", "additions: 5"), (CAPSTONE, "updates", "44 epochs"), (COUNT, "total", "7498 biases"),
    # another choice, or more than one
    (RELU, "direction", "does not increase"), (RELU, "direction", "increase or decrease"), (RELU, "direction", "not increase"), (RELU, "direction", "it doesn't increase"), (RELU, "direction", "no increase"),
    (RELU, "direction", "neither"), (RELU, "direction", "never decreases"), (RELU, "direction", "up or down"), (RELU, "direction", "up, then down"), (RELU, "direction", "increase?"), (RELU, "direction", "!increase"),
    (RELU, "direction", "the loss decreases"), (RELU, "direction", "the opposite of increase"), (RELU, "direction", "it cannot increase"), (RELU, "direction", "increase/decrease"), (RELU, "direction", "no, it increases"),
    (RELU, "direction", "hardly increases"), (RELU, "direction", "decreases the loss"), (RELU, "direction", "more or less"), (RELU, "direction", "no more"), (RELU, "direction", "stays"), (RELU, "direction", "positive"),
    (RELU, "direction", "-"), (RELU, "direction", "increases, not decreases"), (RELU, "direction", "anything but up"), (RELU, "direction", "it increases the gradient"), (RELU, "direction", "decreases by -3"), (RELU, "direction", "x2 increases"),
    (RELU, "direction", "¬increase"), (RELU, "direction", "un-increase"), (RELU, "direction", "loss: increase"), (RELU, "direction", "goes"), (RELU, "direction", "the weight"), (RELU, "direction", "0"), (RELU, "direction", "in crease"),
    (NORM, "holds", "not even"), (NORM, "holds", "uneven p"), (NORM, "holds", "for even and odd p"), (NORM, "holds", "not for every p"), (NORM, "holds", "for p"), (NORM, "holds", "hardly any p"), (NORM, "holds", "no even p"),
    (NORM, "holds", "even or odd"), (NORM, "holds", "not odd"), (NORM, "holds", "neither even nor odd"), (NORM, "holds", "p = 2"), (NORM, "holds", "isn't even"), (NORM, "holds", "for every even p"),
    # arrays
    (RELU, "a1", "6, -3, 1"), (RELU, "a1", "16 618"), (RELU, "a1", "6 - 3"), (RELU, "a1", "6"), (RELU, "a1", "6 or -3"), (RELU, "a1", "6 x 3"), (RELU, "a1", "[4½]"), (RELU, "a1", "a_1 = 6, a_2 = -3"), (RELU, "a1", "z1 = (6, 0)"),
    (RELU, "a1", "1,500; 2,500"), (RELU, "a1", "{6: -3}"), (RELU, "a1", "6 and"), (RELU, "a1", "(6, -3)^2"), (RELU, "a1", "2*(6, -3)"), (RELU, "a1", "-(6, -3)"), (MAPS, "conv1", "6x28"), (MAPS, "conv1", "6x28x28x1"), (MAPS, "conv1", "6+28+28"),
    (MAPS, "conv1", "28@28@6"), (RELU, "dW1", "[[6,12,18],[0,0,0]]^T + 1"), (SOFTMAX, "probs", "0,1, 0,2, 0,7"), (ELASTIC, "l1", "w1 = 3"), (DECAY, "new_w", "w = (1, 2, 3)"), (SIGMOID, "new_W2", "W2 = (1, 2, 3)"),
]  # fmt: skip
