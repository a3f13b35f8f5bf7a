"""Solutions of one exercise: one, a copy of it in disguise, and others by people of their own."""

MINE = """
def forward(params, x, phi):
    values = x
    for number, (A, b) in enumerate(params):
        before = A @ values + b
        values = before if number == len(params) - 1 else phi(before)
    return values[0]

def backward(params, x, y, phi, dphi):
    befores, values = [], [x]
    for number, (A, b) in enumerate(params):
        befores.append(A @ values[-1] + b)
        values.append(befores[-1] if number == len(params) - 1 else phi(befores[-1]))
    error = values[-1] - y
    gradients = []
    for number in reversed(range(len(params))):
        delta = error if number == len(params) - 1 else error * dphi(befores[number])
        gradients.insert(0, (np.outer(delta, values[number]), delta))
        error = params[number][0].T @ delta
    return gradients
"""
# Other names, comments, numbers, quotes, spaces and line breaks; a line more here and there.
DISGUISED = '''
def vorwaerts(p, eingabe, aktivierung):
    "My own work."
    h = eingabe
    for i, (W, c) in enumerate( p ):   # every layer
        z = W @ h + c
        h = z if i == len(p) - 2 else aktivierung(z)
    return h[0]
print("forward is done")


def rueckwaerts(p, eingabe, ziel, aktivierung, ableitung):
    """Goes back."""
    zs, hs = [], [eingabe]
    for i, (W, c) in enumerate(p):
        zs.append(
            W @ hs[-1] + c
        )
        hs.append(zs[-1] if i == len(p) - 1 else aktivierung(zs[-1]))

    fehler = hs[-1] - ziel
    # the gradients
    liste = []
    for i in reversed(range(len(p))):
        d = fehler if i == len(p) - 1 else fehler * ableitung(zs[i])
        liste.insert(0, (np.outer(d, hs[i]), d)); fehler = p[i][0].T @ d
    return liste
'''
INDEPENDENT = {
    "recursive": """
def forward(params, x, phi):
    (A, b), *rest = params
    return forward(rest, phi(A @ x + b), phi) if rest else (A @ x + b).item()

def backward(params, x, y, phi, dphi):
    def step(layers, h):
        (A, b), *rest = layers
        a = A @ h + b
        if not rest:
            return [(np.outer(a - y, h), a - y)], A.T @ (a - y)
        later, signal = step(rest, phi(a))
        d = signal * dphi(a)
        return [(np.outer(d, h), d), *later], A.T @ d
    return step(list(params), x)[0]
""",
    "stacked": """
def affine(layer, h):
    return layer[0].dot(h) + layer[1]

def forward(params, x, phi):
    from functools import reduce
    hidden = reduce(lambda h, layer: phi(affine(layer, h)), params[:-1], x)
    return float(affine(params[-1], hidden)[0])

def backward(params, x, y, phi, dphi):
    cache = [(None, x)]
    for layer in params[:-1]:
        a = affine(layer, cache[-1][1])
        cache.append((a, phi(a)))
    d = affine(params[-1], cache[-1][1]) - y
    out = []
    while cache:
        a, h = cache.pop()
        out.append((d[:, None] * h[None, :], d.copy()))
        if a is not None:
            d = dphi(a) * (d @ params[len(cache)][0])
    out.reverse()
    return out
""",
    "classes": """
class Layer:
    def __init__(self, A, b, last):
        self.A, self.b, self.last = A, b, last

    def __call__(self, h, phi):
        self.h, self.a = h, np.matmul(self.A, h) + self.b
        return self.a if self.last else phi(self.a)

    def back(self, upstream, dphi):
        local = upstream if self.last else np.multiply(upstream, dphi(self.a))
        self.dA, self.db = np.einsum('i,j->ij', local, self.h), local
        return np.matmul(np.transpose(self.A), local)

def build(params):
    return [Layer(A, b, (A, b) is params[-1]) for A, b in params]

def forward(params, x, phi):
    for layer in build(params):
        x = layer(x, phi)
    return x[0]

def backward(params, x, y, phi, dphi):
    net = build(params)
    for layer in net:
        x = layer(x, phi)
    g = x - y
    for layer in net[::-1]:
        g = layer.back(g, dphi)
    return [(layer.dA, layer.db) for layer in net]
""",
}
