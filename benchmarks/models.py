"""A training step and an epoch of three networks, against flax.nnx, equinox and PyTorch in one run.

Run as `course bench models [--batches 32 256] [--networks lenet]`. All contestants train on the same examples in
the same order from the same parameters, in turns; a row counts only if their losses agree. Times are the least of
several rounds, of more where epochs are short; compilation is apart. PyTorch takes part if it is installed
(`pip install 'gradbook[pytorch]'`).

The roofline is that of the machine in the same run: the rate of a large matrix product, and of a large copy. A
step cannot be faster than its operations at the one, or its least traffic (parameters, images and activations,
each written and read once) at the other; a step is three forward passes' worth of operations.
"""

import argparse
import os
import time
from importlib.util import find_spec

import jax
import jax.numpy as jnp
import numpy as np
import optax
from rich.console import Console
from rich.table import Table

from benchmarks import peers
from course.commands.progress import working
from course.models import cnn, cost, lenet, mlp
from course.training.classifier import classification_loss
from course.training.epoch import epoch_function
from course.training.objective import Objective

EXAMPLES = 4096
SHAPES = {"mlp": (1, 8, 8), "cnn": (3, 32, 32), "lenet": (1, 32, 32)}
WIDTHS = (64, 128, 128, 10)
SHORTEST = 2.0  # seconds of rounds: short epochs get more of them
AGREE = 1e-3  # relative difference of mean losses after an epoch


def make(network, key):
    """Parameters and `apply` of a network."""
    if network == "mlp":
        return mlp.init(WIDTHS, key=key), lambda w, x: mlp.apply(w, jnp.ravel(x), activation=jax.nn.relu)
    module = {"cnn": cnn, "lenet": lenet}[network]
    return module.init(key=key), module.apply


def layers(network):
    return {"mlp": [cost.Dense(n) for n in WIDTHS[1:]], "cnn": cnn.layers(), "lenet": lenet.layers()}[network]


def ours(network, params):
    """This library's contestant."""
    _, apply = make(network, jax.random.key(0))
    optimizer = optax.sgd(peers.RATE)
    carry = params, optimizer.init(params)
    state = {}

    def epoch(images, labels, order):
        if not state:
            state["data"] = jnp.asarray(images), jnp.asarray(labels)
            objective = Objective(classification_loss(apply))
            state["run"] = epoch_function(objective, optimizer, state["data"], carry)
            state["carry"] = carry
            # None of these losses takes a key, and no peer draws any.
            state["keys"] = jax.random.split(jax.random.key(0), len(order))
        batches = jnp.asarray(order), state["keys"]
        state["carry"], losses = state["run"](state["data"], state["carry"], batches)
        return float(jnp.mean(losses))

    return epoch


def roofline():
    """Operations and bytes a second of this machine, measured now."""
    a = jnp.ones((2048, 2048))
    product = jax.jit(lambda a: a @ a)
    big = jnp.ones(1 << 26)
    copy = jax.jit(lambda a: a + 1)
    return 2 * 2048**3 / least(product, a), 2 * big.nbytes / least(copy, big)


def least(function, *arguments, rounds=5):
    function(*arguments).block_until_ready()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function(*arguments).block_until_ready()
        times.append(time.perf_counter() - start)
    return min(times)


def floor(network, batch, rates):
    """Seconds that a step takes at least on a machine of these rates."""
    total = cost.total(layers(network), SHAPES[network])
    shapes = cost.shapes(layers(network), SHAPES[network])
    numbers = total.parameters + batch * sum(int(np.prod(shape)) for shape in shapes)
    operations = 3 * 2 * total.multiplications * batch
    return max(operations / rates[0], 2 * 4 * numbers / rates[1])


def agree(losses):
    """Whether all contestants have computed the same.

    >>> agree([2.30, 2.3001]), agree([2.30, 2.31]), agree([float("nan"), 2.3])
    (True, False, False)
    """
    return bool(max(losses) - min(losses) <= AGREE * min(losses)) and all(np.isfinite(losses))


def measure(network, batch, rounds):
    """Least seconds an epoch and seconds of the first one, by contestant; None where losses differ."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((EXAMPLES, *SHAPES[network]), dtype=np.float32)
    labels = rng.integers(10, size=EXAMPLES)
    order = rng.permutation(EXAMPLES).reshape(-1, batch)
    params, _ = make(network, jax.random.key(0))
    makers = {"ours": ours, "flax.nnx": peers.flax_nnx, "equinox": peers.equinox}
    if find_spec("torch"):
        makers["PyTorch"] = peers.pytorch
    contestants, first, losses = {}, {}, {}
    for name, maker in makers.items():
        contestants[name] = maker(network, params)
        start = time.perf_counter()
        losses[name] = contestants[name](images, labels, order)
        first[name] = time.perf_counter() - start
    if not agree(list(losses.values())):
        return None, losses
    times = {name: [] for name in contestants}
    begin = time.perf_counter()
    while len(times["ours"]) < rounds or time.perf_counter() - begin < SHORTEST:
        # Every other order: PyTorch's threads go on spinning after its turn, in the time of who follows.
        for name in rng.permutation(list(contestants)):
            start = time.perf_counter()
            contestants[name](images, labels, order)
            times[name].append(time.perf_counter() - start)
    return {name: min(each) for name, each in times.items()}, {n: first[n] - min(times[n]) for n in times}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=["mlp", "cnn", "lenet"], choices=list(SHAPES))
    parser.add_argument("--batches", nargs="+", type=int, default=[32, 64, 256, 1024, 4096])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if any(EXAMPLES % batch for batch in arguments.batches):
        parser.error(f"batches must divide {EXAMPLES}; got {arguments.batches}")
    rates = roofline()
    device = jax.devices()[0]
    console = Console(width=132)
    console.print(
        f"{device.device_kind} ({device.platform}), {os.cpu_count()} cores, jax {jax.__version__}; "
        f"matrix product {rates[0] / 1e9:.0f} Gflop/s, copy {rates[1] / 1e9:.1f} GB/s"
    )
    table = Table(
        "network", "batch", "contestant", "ms a step", "s an epoch", "compile s", "ours is", "of the roofline"
    )
    wrong = []
    for network in arguments.networks:
        for batch in arguments.batches:
            with working(f"measuring {network}, batch {batch}"):
                times, compile_times = measure(network, batch, arguments.rounds)
            if times is None:
                wrong.append(f"{network}, batch {batch}: the losses differ: {compile_times}")
                continue
            steps = EXAMPLES // batch
            for name, seconds in times.items():
                table.add_row(
                    network,
                    str(batch),
                    name,
                    f"{1e3 * seconds / steps:.2f}",
                    f"{seconds:.2f}",
                    f"{compile_times[name]:.1f}",
                    "" if name == "ours" else f"{seconds / times['ours']:.2f} times as fast",
                    f"{floor(network, batch, rates) * steps / seconds:.0%}",
                )
            table.add_section()
    console.print(table)
    if not find_spec("torch"):
        console.print("PyTorch is not installed and took no part: pip install 'gradbook[pytorch]'")
    for line in wrong:
        console.print(line)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
