"""One step of each form of momentum over nested parameters, and the ways people get them wrong."""

from tests.oracles.functions import Functions, Wrong


def each(function, *trees):
    """Apply a function leaf by leaf to trees of dicts, tuples and lists."""
    first = trees[0]
    if isinstance(first, dict):
        return {key: each(function, *(tree[key] for tree in trees)) for key in first}
    if isinstance(first, tuple | list):
        return type(first)(each(function, *leaves) for leaves in zip(*trees, strict=True))
    return function(*trees)


def leafwise_one(rule):
    """Make form I of a rule for one leaf: (θ, before, g, α, β) -> θ."""

    def form_one(theta, before, gradient, alpha, beta):
        return each(lambda t, b, g: rule(t, b, g, alpha, beta), theta, before, gradient)

    return form_one


def leafwise_two(velocity, position):
    """Make a form with velocity: v' = velocity(v, g, α, β), θ' = position(θ, v, v', g, α, β)."""

    def update(theta, v, gradient, alpha, beta):
        new_v = each(lambda v, g: velocity(v, g, alpha, beta), v, gradient)
        new = each(lambda t, v, n, g: position(t, v, n, g, alpha, beta), theta, v, new_v, gradient)
        return new, new_v

    return update


def collected(v, g, a, B):
    return g + B * v


def moved(t, v, n, g, a, B):
    return t - a * n


def looked_ahead(t, v, n, g, a, B):
    return t - a * (g + B * n)


form_one = leafwise_one(lambda t, b, g, a, B: t - a * g + B * (t - b))
form_two = leafwise_two(collected, moved)
nesterov = leafwise_two(collected, looked_ahead)


def one(name, rule, note):
    return Wrong(name, leafwise_one(rule), note)


def two(position):
    """Make a list entry from a wrong velocity, or a wrong position."""

    def make(name, note, velocity=collected, position=position):
        return Wrong(name, leafwise_two(velocity, position), note)

    return make


def second_leaf_forgotten(update):
    """Only the first of a layer's arrays moves."""

    def wrong(theta, *rest):
        new = update(theta, *rest)
        moved = new[0] if isinstance(new, tuple) else new
        kept = {"layer": (moved["layer"][0], theta["layer"][1])}
        return (kept, new[1]) if isinstance(new, tuple) else kept

    return wrong


def velocity_not_returned(update):
    """θ moves, but the old velocity is handed on."""
    return lambda theta, v, *rest: (update(theta, v, *rest)[0], v)


WRONG_ONE = [
    one("momentum backwards", lambda t, b, g, a, B: t - a * g - B * (t - b), "θ^{k-1} - θ^k is the momentum"),
    one("damped", lambda t, b, g, a, B: t - (1 - B) * a * g + B * (t - b), "the gradient is weighed 1 - β"),
    one("uphill", lambda t, b, g, a, B: t + a * g + B * (t - b), "a step along the gradient"),
    one("no momentum", lambda t, b, g, a, B: t - a * g, "gradient descent"),
    one("no beta", lambda t, b, g, a, B: t - a * g + (t - b), "the last step counts in full"),
    one("one minus beta", lambda t, b, g, a, B: t - a * g + (1 - B) * (t - b), "1 - β weighs the last step"),
    one("alpha on both", lambda t, b, g, a, B: t - a * (g - B * (t - b)), "the rate scales the momentum, too"),
    one("no alpha", lambda t, b, g, a, B: t - g + B * (t - b), "the rate is left out"),
    one("beta on the point", lambda t, b, g, a, B: t - a * g + B * t, "β θ^k for β (θ^k - θ^{k-1})"),
    one("from before", lambda t, b, g, a, B: b - a * g + B * (t - b), "the step starts at θ^{k-1}"),
    one("alpha and beta exchanged", lambda t, b, g, a, B: t - B * g + a * (t - b), "β is the rate"),
    one("step alone", lambda t, b, g, a, B: -a * g + B * (t - b), "the step, not the new point"),
    Wrong("second leaf forgotten", second_leaf_forgotten(form_one), "only the matrix is a parameter"),
]


def _shared(step, right):
    """Wrong versions of both forms that have a velocity."""
    make = two(step)
    return [
        make("momentum backwards", "β v is subtracted", lambda v, g, a, B: g - B * v),
        make("damped", "the gradient is weighed 1 - β", lambda v, g, a, B: (1 - B) * g + B * v),
        make("no momentum", "gradient descent", lambda v, g, a, B: g),
        make("one minus beta", "1 - β weighs the old velocity", lambda v, g, a, B: g + (1 - B) * v),
        make("no beta", "the old velocity counts in full", lambda v, g, a, B: g + v),
        make("beta on the gradient", "β weighs the gradient", lambda v, g, a, B: B * g + v),
        make("velocity turned", "v collects against the gradient", lambda v, g, a, B: -g + B * v),
        Wrong("velocity not returned", velocity_not_returned(right), "only θ is the new state"),
        Wrong("order of the pair", lambda *state: right(*state)[::-1], "(v, θ) for (θ, v)"),
        Wrong("second leaf forgotten", second_leaf_forgotten(right), "only the matrix is a parameter"),
    ]


_two, _nesterov = two(moved), two(looked_ahead)
WRONG_TWO = [
    _two(
        "alpha inside", "v is scaled by the rate", lambda v, g, a, B: a * g + B * v, lambda t, v, n, g, a, B: t - n
    ),
    _two(
        "alpha inside, with a sign",
        "v is the step itself",
        lambda v, g, a, B: B * v - a * g,
        lambda t, v, n, g, a, B: t + n,
    ),
    _two("late velocity", "θ moves by the old velocity", position=lambda t, v, n, g, a, B: t - a * v),
    _two("uphill", "θ moves along the velocity", position=lambda t, v, n, g, a, B: t + a * n),
    _two("no alpha", "the rate is left out", position=lambda t, v, n, g, a, B: t - n),
    _two("gradient for velocity", "θ moves by the gradient", position=lambda t, v, n, g, a, B: t - a * g),
    _two("beta once more", "β weighs the new velocity", position=lambda t, v, n, g, a, B: t - a * B * n),
    *_shared(moved, form_two),
]
WRONG_NESTEROV = [
    _nesterov("no look-ahead", "form II", position=moved),
    _nesterov(
        "old velocity ahead",
        "β v^k for β v^{k+1}: form II",
        position=lambda t, v, n, g, a, B: t - a * (g + B * B * v),
    ),
    _nesterov(
        "no beta ahead", "the new velocity counts in full", position=lambda t, v, n, g, a, B: t - a * (g + n)
    ),
    _nesterov("velocity alone", "θ moves by β v^{k+1}", position=lambda t, v, n, g, a, B: t - a * B * n),
    _nesterov(
        "look-ahead backwards", "β v^{k+1} is subtracted", position=lambda t, v, n, g, a, B: t - a * (g - B * n)
    ),
    _nesterov(
        "beta turned",
        "β is subtracted in both lines",
        lambda v, g, a, B: g - B * v,
        lambda t, v, n, g, a, B: t - a * (g - B * n),
    ),
    _nesterov("uphill", "θ moves along it", position=lambda t, v, n, g, a, B: t + a * (g + B * n)),
    _nesterov("no alpha", "the rate is left out", position=lambda t, v, n, g, a, B: t - (g + B * n)),
    _nesterov(
        "alpha on the gradient alone",
        "the rate scales g only",
        position=lambda t, v, n, g, a, B: t - a * g - B * n,
    ),
    _nesterov(
        "alpha inside",
        "v is scaled by the rate",
        lambda v, g, a, B: a * g + B * v,
        lambda t, v, n, g, a, B: t - (a * g + B * n),
    ),
    *_shared(looked_ahead, nesterov),
]

FUNCTIONS = Functions(
    "momentum/implement",
    right={"form_one": form_one, "form_two": form_two, "nesterov": nesterov},
    wrong={"form_one": WRONG_ONE, "form_two": WRONG_TWO, "nesterov": WRONG_NESTEROV},
)
