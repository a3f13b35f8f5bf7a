"""`momentum/implement`: one step of form I, form II and Nesterov's form over a pytree."""

from tests.oracles.functions import Functions, WrongFunction


def _each(function, *trees):
    """Apply a function leaf by leaf to nested dictionaries and tuples."""
    first = trees[0]
    if isinstance(first, dict):
        return {key: _each(function, *(tree[key] for tree in trees)) for key in first}
    if isinstance(first, tuple):
        return tuple(_each(function, *parts) for parts in zip(*trees, strict=True))
    return function(*trees)


def _one(rule):
    return lambda theta, before, gradient, alpha, beta: _each(
        lambda t, b, g: rule(t, b, g, alpha, beta), theta, before, gradient
    )


def _two(velocity, move):
    """Return a step with a velocity, v from (v, g, α, β), θ from (θ, old v, new v, g, α, β)."""

    def update(theta, v, gradient, alpha, beta):
        new = _each(lambda v, g: velocity(v, g, alpha, beta), v, gradient)
        return _each(lambda t, o, n, g: move(t, o, n, g, alpha, beta), theta, v, new, gradient), new

    return update


def _by_rate(v, g, a, b):
    return b * v + a * g


def _plain(v, g, a, b):
    return g + b * v


RIGHT = {
    "form_one": _one(lambda t, b, g, a, m: t - a * g + m * (t - b)),
    "form_two": _two(_plain, lambda t, o, n, g, a, b: t - a * n),
    "nesterov": _two(_plain, lambda t, o, n, g, a, b: t - a * (g + b * n)),
}

FUNCTIONS = Functions(
    "momentum/implement",
    right=RIGHT,
    wrong=[
        WrongFunction("form_one", "momentum sign", _one(lambda t, b, g, a, m: t - a * g - m * (t - b))),
        WrongFunction("form_one", "no momentum", _one(lambda t, b, g, a, m: t - a * g)),
        WrongFunction("form_one", "uphill", _one(lambda t, b, g, a, m: t + a * g + m * (t - b))),
        WrongFunction("form_one", "β forgotten", _one(lambda t, b, g, a, m: t - a * g + (t - b))),
        WrongFunction("form_one", "damped", _one(lambda t, b, g, a, m: t - a * (1 - m) * g + m * (t - b))),
        WrongFunction("form_one", "from before", _one(lambda t, b, g, a, m: b - a * g + m * (t - b))),
        WrongFunction("form_one", "momentum times α", _one(lambda t, b, g, a, m: t - a * g + a * m * (t - b))),
        WrongFunction("form_one", "α forgotten", _one(lambda t, b, g, a, m: t - g + m * (t - b))),
        WrongFunction("form_two", "α inside the velocity", _two(_by_rate, lambda t, o, n, g, a, b: t - n)),
        WrongFunction("form_two", "α inside and outside", _two(_by_rate, lambda t, o, n, g, a, b: t - a * n)),
        WrongFunction("form_two", "old velocity", _two(_plain, lambda t, o, n, g, a, b: t - a * o)),
        WrongFunction("form_two", "damped", _two(lambda v, g, a, b: (1 - b) * g + b * v, lambda t, o, n, g, a, b: t - a * n)),
        WrongFunction("form_two", "β on the gradient", _two(lambda v, g, a, b: b * g + v, lambda t, o, n, g, a, b: t - a * n)),
        WrongFunction("form_two", "no momentum", _two(lambda v, g, a, b: g, lambda t, o, n, g, a, b: t - a * n)),
        WrongFunction("form_two", "uphill", _two(_plain, lambda t, o, n, g, a, b: t + a * n)),
        WrongFunction("form_two", "sign of the velocity", _two(lambda v, g, a, b: -g + b * v, lambda t, o, n, g, a, b: t + a * n)),
        WrongFunction("nesterov", "form II", RIGHT["form_two"]),
        WrongFunction("nesterov", "old velocity", _two(_plain, lambda t, o, n, g, a, b: t - a * (g + b * o))),
        WrongFunction("nesterov", "new velocity alone", _two(_plain, lambda t, o, n, g, a, b: t - a * b * n)),
        WrongFunction("nesterov", "gradient forgotten", _two(_plain, lambda t, o, n, g, a, b: t - a * (n + b * n))),
        WrongFunction("nesterov", "β twice", _two(_plain, lambda t, o, n, g, a, b: t - a * (g + b * b * n))),
        WrongFunction("nesterov", "α inside the velocity", _two(_by_rate, lambda t, o, n, g, a, b: t - (a * g + b * n))),
    ],
)  # fmt: skip
