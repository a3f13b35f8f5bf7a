"""A class whose solutions are truly varied: written differently, some wrong, some slow, none like another.

The assignment is an ordinary nbgrader one, with assert cells and one cell of partial credit, so that stock
nbgrader and this project can grade the same notebooks.
"""

import random
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

ASSIGNMENT = "networks"
FORWARD = {
    "numpy": "def forward(p, x):\n    h = np.maximum(p['A'] @ x + p['b'], 0)\n    return p['c'] @ h + p['d']",
    "jitted": """@jax.jit
def forward(p, x):
    return jnp.dot(p['c'], jax.nn.relu(jnp.dot(p['A'], x) + p['b'])) + p['d']""",
    "loops": """def forward(p, x):
    total = p['d']
    for row, bias, weight in zip(p['A'], p['b'], p['c']):
        a = bias
        for w, v in zip(row, x):
            a = a + w * v
        total = total + weight * (a if a > 0 else 0.0)
    return total""",
    "einsum": """def forward(p, x):
    a = jnp.einsum('ij,j->i', p['A'], x) + p['b']
    return jnp.einsum('i,i->', p['c'], jnp.where(a > 0, a, 0.0)) + p['d']""",
    "augmented": """def forward(p, x):
    A = jnp.concatenate([p['b'][:, None], jnp.asarray(p['A'])], axis=1)
    h = jnp.clip(A @ jnp.concatenate([jnp.ones(1), jnp.asarray(x)]), 0)
    return jnp.concatenate([jnp.ones(1) * p['d'], jnp.asarray(p['c'])]) @ jnp.concatenate([jnp.ones(1), h])""",
    "wrong: no bias": "def forward(p, x):\n    return p['c'] @ np.maximum(p['A'] @ x, 0)",
    "wrong: misspelt": "def forward(p, x):\n    return p['c'] @ np.maximun(p['A'] @ x + p['b'], 0)",
}
GRADIENT = {
    "by hand": """def gradient(p, x, y):
    a = p['A'] @ x + p['b']
    h = np.maximum(a, 0)
    error = p['c'] @ h + p['d'] - y
    delta = error * p['c'] * (a > 0)
    return {'A': np.outer(delta, x), 'b': delta, 'c': error * h, 'd': error}""",
    "autodiff": """def loss(p, x, y):
    return (jnp.dot(p['c'], jax.nn.relu(p['A'] @ x + p['b'])) + p['d'] - y) ** 2 / 2

gradient = jax.jit(jax.grad(loss))""",
    "vjp": """def gradient(p, x, y):
    def out(q):
        return q['c'] @ jnp.maximum(q['A'] @ x + q['b'], 0) + q['d']
    value, back = jax.vjp(out, p)
    return back(value - y)[0]""",
    "slow differences": """import copy
def gradient(p, x, y, h=1e-4):
    def loss(q):
        return float((q['c'] @ np.maximum(q['A'] @ x + q['b'], 0) + q['d'] - y) ** 2) / 2
    result = {}
    for name in p:
        found = np.zeros(np.shape(p[name]))
        for index in np.ndindex(*np.shape(p[name])):
            up, down = copy.deepcopy(p), copy.deepcopy(p)
            up[name] = np.array(up[name], float); down[name] = np.array(down[name], float)
            up[name][index] += h; down[name][index] -= h
            found[index] = (loss(up) - loss(down)) / (2 * h)
        result[name] = found
    return result""",
    "wrong: sign": """def gradient(p, x, y):
    a = p['A'] @ x + p['b']
    h = np.maximum(a, 0)
    error = y - (p['c'] @ h + p['d'])
    delta = error * p['c'] * (a > 0)
    return {'A': np.outer(delta, x), 'b': delta, 'c': error * h, 'd': error}""",
    "missing": "gradient = None",
}
TRAIN = {
    "plain": """def train(p, xs, ys, rate=0.02, epochs=30):
    for _ in range(epochs):
        for x, y in zip(xs, ys):
            g = gradient(p, x, y)
            p = {k: p[k] - rate * g[k] for k in p}
    return p""",
    "batched": """def train(p, xs, ys, rate=0.1, epochs=60):
    q = jax.tree.map(jnp.asarray, p)
    def total(q):
        a = xs @ q['A'].T + q['b']
        return jnp.mean((jax.nn.relu(a) @ q['c'] + q['d'] - ys) ** 2) / 2
    step = jax.jit(lambda q: jax.tree.map(lambda w, g: w - rate * g, q, jax.grad(total)(q)))
    for _ in range(epochs):
        q = step(q)
    return q""",
    "scan": """def train(p, xs, ys, rate=0.1, epochs=60):
    def total(q):
        outs = jax.vmap(lambda x: q['c'] @ jnp.maximum(q['A'] @ x + q['b'], 0) + q['d'])(xs)
        return jnp.mean(jnp.square(outs - ys)) / 2
    def body(q, _):
        return jax.tree.map(lambda w, g: w - rate * g, q, jax.grad(total)(q)), None
    return jax.lax.scan(body, jax.tree.map(jnp.asarray, p), None, length=epochs)[0]""",
    "slow": """import time
def train(p, xs, ys, rate=0.02, epochs=30):
    for _ in range(epochs):
        time.sleep(0.05)
        for x, y in zip(xs, ys):
            a = p['A'] @ x + p['b']
            h = np.maximum(a, 0)
            e = p['c'] @ h + p['d'] - y
            d = e * p['c'] * (a > 0)
            g = {'A': np.outer(d, x), 'b': d, 'c': e * h, 'd': e}
            p = {k: p[k] - rate * g[k] for k in p}
    return p""",
    "lazy": "def train(p, xs, ys):\n    return p",
}
# Two more ways that an instructor wrote for the compilation cache; nobody in the class writes like this.
ALTERNATIVES = (
    {
        "forward": """def forward(p, x):
    hidden = jax.nn.relu(jnp.matmul(jnp.asarray(p['A']), jnp.asarray(x)) + jnp.asarray(p['b']))
    return jnp.vdot(jnp.asarray(p['c']), hidden) + p['d']""",
        "gradient": """def gradient(p, x, y):
    value, pull = jax.vjp(lambda q: forward(q, x), p)
    return pull(value - y)[0]""",
        "train": """def train(p, xs, ys, rate=0.02, epochs=2):
    for _ in range(epochs):
        for x, y in zip(xs, ys):
            p = jax.tree.map(lambda w, slope: w - rate * slope, p, gradient(p, x, y))
    return p""",
    },
    {
        "forward": """def forward(p, x):
    a = p['A'] @ jnp.array(x) + p['b']
    return jnp.sum(p['c'] * jnp.maximum(a, 0.0)) + p['d']""",
        "gradient": """def cost(p, x, y):
    return 0.5 * (forward(p, x) - y) ** 2
gradient = jax.grad(cost)""",
        "train": """def train(p, xs, ys, rate=0.1, epochs=5):
    p = {k: jnp.array(v) for k, v in p.items()}
    def mean_cost(p):
        return jnp.mean(jax.vmap(cost, in_axes=(None, 0, 0))(p, xs, ys))
    for _ in range(epochs):
        g = jax.grad(mean_cost)(p)
        p = {k: p[k] - rate * g[k] for k in p}
    return p""",
    },
)
_BEGIN = "import numpy as np\nimport jax\nimport jax.numpy as jnp\n"
_PARAMETERS = """rng = np.random.default_rng(5)
p = {'A': rng.normal(size=(4, 3)), 'b': rng.normal(size=4), 'c': rng.normal(size=4), 'd': 0.5}
"""
_TESTS = {
    "forward": "x = np.array([1.0, -2.0, 0.5])\nwant = p['c'] @ np.maximum(p['A'] @ x + p['b'], 0) + p['d']\n"
    "assert np.allclose(forward(p, x), want, rtol=1e-4)",
    "gradient": """x, y = np.array([1.0, -2.0, 0.5]), 0.25
a = p['A'] @ x + p['b']
e = p['c'] @ np.maximum(a, 0) + p['d'] - y
g = gradient(p, x, y)
assert np.allclose(g['A'], np.outer(e * p['c'] * (a > 0), x), rtol=1e-2, atol=1e-3)
assert np.allclose(g['c'], e * np.maximum(a, 0), rtol=1e-2, atol=1e-3)""",
    "train": """xs = rng.normal(size=(16, 3)); ys = np.sin(xs[:, 0])
def mse(q):
    A, b, c, d = (np.asarray(q[k]) for k in 'Abcd')
    return float(np.mean((np.maximum(xs @ A.T + b, 0) @ c + d - ys) ** 2))
before, after = mse(p), mse(train(p, xs, ys))
3.0 if after < 0.5 * before else 1.5 if after < 0.999 * before else 0.0""",
}
_POINTS = {"forward": 3, "gradient": 4, "train": 3}
_ANSWERS = {"forward": FORWARD, "gradient": GRADIENT, "train": TRAIN}


def source() -> NotebookNode:
    """The instructor's notebook, with the first way of each answer as its solution."""
    cells = [new_code_cell(_BEGIN)]
    for name, ways in _ANSWERS.items():
        solution = f"### BEGIN SOLUTION\n{next(iter(ways.values()))}\n### END SOLUTION"
        cells.append(new_code_cell(solution, metadata={"nbgrader": _about(name, solution=True)}))
        tests = f"### BEGIN HIDDEN TESTS\n{_PARAMETERS}{_TESTS[name]}\n### END HIDDEN TESTS"
        about = _about(f"test-{name}", grade=True, locked=True, points=_POINTS[name])
        cells.append(new_code_cell(tests, metadata={"nbgrader": about}))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def alternative(ways: dict[str, str]) -> NotebookNode:
    """The instructor's notebook with other solutions."""
    notebook = source()
    for cell in notebook.cells:
        cell.source = ways.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    return notebook


def submission(released: NotebookNode, number: int) -> NotebookNode:
    """What one student hands in: a way for each answer, and something that they tried out for themselves."""
    draw = random.Random(number)
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        ways = _ANSWERS.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if ways:
            cell.source = draw.choice(list(ways.values()))
    width, rate = draw.randint(3, 40), draw.random()
    trial = (
        f"f = jax.jit(lambda w: jnp.sum(jnp.tanh(w * {rate:.6f}) ** 2) + jnp.mean(jnp.cos(w)))\n"
        f"w = jnp.linspace(-1.0, 1.0, {width})\n"
        f"for _ in range({draw.randint(3, 20)}):\n    w = w - {rate:.3f} * jax.grad(f)(w)\nprint(f(w))"
    )
    notebook.cells.insert(draw.randint(1, len(notebook.cells)), new_code_cell(trial, id=f"trial-{number}"))
    return notebook


def hand_in(folder: Path, numbers: range) -> None:
    """Write the submissions of some students into a course folder with a released assignment."""
    name = f"{ASSIGNMENT}.ipynb"
    released = (folder / "release" / ASSIGNMENT / name).read_text("utf-8")
    for number in numbers:
        target = folder / "submitted" / f"student-{number:03}" / ASSIGNMENT
        target.mkdir(parents=True)
        nbformat.write(submission(nbformat.reads(released, as_version=4), number), target / name)


def _about(
    name: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: int | None = None
) -> dict[str, object]:
    made: dict[str, object] = {"grade_id": name, "grade": grade, "solution": solution, "locked": locked}
    made |= {"task": False, "schema_version": 3}
    return made if points is None else made | {"points": points}
