"""The same networks in flax.nnx, equinox and PyTorch, written as each library's own documentation writes them.

Every contestant is `contestant(network, params) -> epoch`, where `epoch(images, labels, order)` trains once
through the batches of `order`, (steps, batch) indices, and gives the mean loss. All start from the same
`course.models` parameters, so that equal losses show that they computed the same.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

RATE = 0.05


def dense(matrix):
    """A dense layer's matrix without its bias column, and the bias."""
    matrix = np.asarray(matrix)
    return matrix[:, 1:], matrix[:, 0]


def parts(network, params):
    """Convolutions and dense layers of a network's parameters, as (kernels, bias) and (weights, bias)."""
    if network == "mlp":
        return [], [dense(matrix) for matrix in params]
    if network == "cnn":
        return [map_numpy(params.conv1), map_numpy(params.conv2)], [dense(params.fc)]
    return [map_numpy(p) for p in (params.c1, params.c3, params.c5)], [dense(params.f6), dense(params.out)]


def map_numpy(layer):
    return tuple(np.asarray(part) for part in layer)


def flax_nnx(network, params):
    convs, denses = parts(network, params)

    class Network(nnx.Module):
        def __init__(self, rngs):
            self.convs = nnx.List(
                nnx.Conv(k.shape[1], k.shape[0], k.shape[2:], padding="VALID", rngs=rngs) for k, _ in convs
            )
            self.denses = nnx.List(nnx.Linear(w.shape[1], w.shape[0], rngs=rngs) for w, _ in denses)

        def __call__(self, x):
            x = jnp.transpose(x, (0, 2, 3, 1))
            for number, conv in enumerate(self.convs):
                x = activation(network)(conv(x))
                if network == "cnn":
                    x = nnx.max_pool(x, (2, 2), strides=(2, 2))
                elif number < 2:
                    x = nnx.avg_pool(x, (2, 2), strides=(2, 2))
            x = jnp.transpose(x, (0, 3, 1, 2)).reshape(len(x), -1)
            for layer in self.denses[:-1]:
                x = activation(network)(layer(x))
            return self.denses[-1](x)

    model = Network(nnx.Rngs(0))
    for layer, (kernels, bias) in zip(model.convs, convs, strict=True):
        layer.kernel[...], layer.bias[...] = kernels.transpose(2, 3, 1, 0), bias
    for layer, (weights, bias) in zip(model.denses, denses, strict=True):
        layer.kernel[...], layer.bias[...] = weights.T, bias
    optimizer = nnx.Optimizer(model, optax.sgd(RATE), wrt=nnx.Param)

    @nnx.jit
    def train_step(model, optimizer, x, y):
        def loss_fn(model):
            return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

        loss, grads = nnx.value_and_grad(loss_fn)(model)
        optimizer.update(model, grads)
        return loss

    def epoch(images, labels, order):
        losses = [train_step(model, optimizer, images[indices], labels[indices]) for indices in order]
        return float(jnp.stack(losses).mean())

    return epoch


def equinox(network, params):
    convs, denses = parts(network, params)

    class Network(eqx.Module):
        convs: list
        denses: list

        def __call__(self, x):
            for number, conv in enumerate(self.convs):
                x = activation(network)(conv(x))
                if network == "cnn":
                    x = eqx.nn.MaxPool2d(2, 2)(x)
                elif number < 2:
                    x = eqx.nn.AvgPool2d(2, 2)(x)
            x = jnp.ravel(x)
            for layer in self.denses[:-1]:
                x = activation(network)(layer(x))
            return self.denses[-1](x)

    key = jax.random.key(0)
    model = Network(
        [eqx.nn.Conv2d(k.shape[1], k.shape[0], k.shape[2], key=key) for k, _ in convs],
        [eqx.nn.Linear(w.shape[1], w.shape[0], key=key) for w, _ in denses],
    )
    model = eqx.tree_at(
        lambda m: [leaf for layer in (*m.convs, *m.denses) for leaf in (layer.weight, layer.bias)],
        model,
        [
            *(leaf for k, b in convs for leaf in (jnp.asarray(k), jnp.asarray(b)[:, None, None])),
            *(jnp.asarray(leaf) for layer in denses for leaf in layer),
        ],
    )
    optim = optax.sgd(RATE)
    state = optim.init(eqx.filter(model, eqx.is_array))

    @eqx.filter_jit
    def make_step(model, state, x, y):
        def loss(model):
            return optax.softmax_cross_entropy_with_integer_labels(jax.vmap(model)(x), y).mean()

        value, grads = eqx.filter_value_and_grad(loss)(model)
        updates, state = optim.update(grads, state, eqx.filter(model, eqx.is_array))
        return eqx.apply_updates(model, updates), state, value

    def epoch(images, labels, order):
        nonlocal model, state
        losses = []
        for indices in order:
            model, state, value = make_step(model, state, images[indices], labels[indices])
            losses.append(value)
        return float(jnp.stack(losses).mean())

    return epoch


def activation(network):
    return jnp.tanh if network == "lenet" else jax.nn.relu


def pytorch(network, params):
    import torch
    from torch import nn

    convs, denses = parts(network, params)
    active = nn.Tanh if network == "lenet" else nn.ReLU
    layers = []
    for number, (kernels, _) in enumerate(convs):
        layers += [nn.Conv2d(kernels.shape[1], kernels.shape[0], kernels.shape[2]), active()]
        if network == "cnn":
            layers.append(nn.MaxPool2d(2))
        elif number < 2:
            layers.append(nn.AvgPool2d(2))
    layers.append(nn.Flatten())
    for weights, _ in denses:
        layers += [nn.Linear(weights.shape[1], weights.shape[0]), active()]
    model = nn.Sequential(*layers[:-1])
    weighted = [layer for layer in model if isinstance(layer, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        for layer, (weights, bias) in zip(weighted, [*convs, *denses], strict=True):
            layer.weight.copy_(torch.tensor(weights))
            layer.bias.copy_(torch.tensor(bias))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    criterion = nn.CrossEntropyLoss()

    def epoch(images, labels, order):
        losses = []
        for indices in order:
            x, y = torch.from_numpy(images[indices]), torch.from_numpy(labels[indices])
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    return epoch
