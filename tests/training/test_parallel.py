"""Eight simulated devices, or two hosts, give the losses of one device, and really share the work.

In processes of their own: the number of devices is settled before JAX is first used.
"""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json
import jax, jax.numpy as jnp, numpy as np, optax
from course.training import classifier, parallel, recipes
from course.training.data import Dataset
from course.training.epoch import epoch_function
from course.training.fit import Objective, Settings, fit

jax.config.update("jax_disable_most_optimizations", True)  # compiling is most of the time here
eight = parallel.mesh(8)
found = {"devices": jax.device_count()}
for name, side in (("mlp", 4), ("cnn", 10)):
    images = jax.random.normal(jax.random.key(1), (48, 1, side, side))
    data = Dataset(images, jnp.arange(48, dtype=jnp.int32) % 10)
    net = recipes.network(name, (1, side, side))
    params = net.init(key=jax.random.key(2))
    optimizer = recipes.optimizer("momentum", optax.constant_schedule(0.05))
    objective = Objective(classifier.classification_loss(net.apply))
    runs = [
        fit(objective, params, data, optimizer, Settings(2, batch_size=16, mesh=mesh), key=jax.random.key(3))
        for mesh in (None, eight)
    ]
    found[name] = {
        "losses": [[epoch.loss for epoch in run.history] for run in runs],
        "homes": [len(leaf.sharding.device_set) for run in runs for leaf in jax.tree.leaves(run.params)],
    }
    if name == "mlp":
        carry = parallel.replicate((params, optimizer.init(params)), eight)
        indices = parallel.split_batches(np.arange(48).reshape(3, 16), eight)
        found["shards"] = [[list(part.data.shape), part.device.id] for part in indices.addressable_shards]
        placed = parallel.replicate(tuple(data), eight)
        run = epoch_function(objective, optimizer, placed, carry, loop="scan")
        keys = jax.random.split(jax.random.key(0), 3)
        found["exchange"] = run.lower(placed, carry, (indices, keys)).compile().as_text().count("all-reduce")
        try:
            fit(objective, params, data, optimizer, Settings(1, batch_size=12, mesh=eight), key=jax.random.key(3))
        except ValueError as error:
            found["refusal"] = str(error)
        try:
            parallel.mesh(9)
        except ValueError as error:
            found["too many"] = str(error)
print(json.dumps(found))
"""

HOST = """
import json, sys
import jax, jax.numpy as jnp, optax
jax.config.update("jax_disable_most_optimizations", True)
hosts, number, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if hosts > 1:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, hosts, number)
from course.training import classifier, parallel, recipes
from course.training.data import Dataset
from course.training.fit import Objective, Settings, fit

data = jax.device_get((jax.random.normal(jax.random.key(1), (16, 1, 4, 4)), jnp.arange(16, dtype=jnp.int32) % 10))
net = recipes.network("mlp", (1, 4, 4))
settings = Settings(
    epochs=2, batch_size=8, mesh=parallel.mesh(),
    metrics=lambda params: {"accuracy": classifier.accuracy(net.apply, params, Dataset(*data))},
)
run = fit(
    Objective(classifier.classification_loss(net.apply)), net.init(key=jax.random.key(2)), data, optax.sgd(0.05),
    settings, key=jax.random.key(3),
)
print(json.dumps([jax.device_count(), [[epoch.loss, epoch.metrics["accuracy"]] for epoch in run.history]]))
"""


@pytest.fixture(scope="module")
def found():
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["devices"] == 8
    return found


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_eight_devices_give_the_losses_of_one(found, network):
    one, eight = found[network]["losses"]
    assert one[1] < one[0]
    np.testing.assert_allclose(eight, one, rtol=1e-5)


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_the_parameters_live_on_every_device(found, network):
    homes = found[network]["homes"]
    half = len(homes) // 2
    assert homes == [1] * half + [8] * half


def test_every_device_has_its_own_part_of_each_batch(found):
    assert [shape for shape, _ in found["shards"]] == [[3, 2]] * 8
    assert sorted(device for _, device in found["shards"]) == list(range(8))
    assert found["exchange"] >= 1


def test_what_cannot_be_shared_is_refused(found):
    assert "cannot share a batch of 12" in found["refusal"]
    assert "there are 8" in found["too many"]


def test_two_hosts_give_the_losses_of_one():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{found.getsockname()[1]}"
    environment = os.environ | {"XLA_FLAGS": "", "JAX_PLATFORMS": "cpu"}

    def start(hosts, number):
        command = [sys.executable, "-c", HOST, str(hosts), str(number), address]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    told = []
    for process in [start(1, 0), start(2, 0), start(2, 1)]:
        out, err = process.communicate()
        assert process.returncode == 0, err
        # The exchange between hosts announces itself first.
        told.append(json.loads(out.splitlines()[-1]))
    assert [devices for devices, _ in told] == [1, 2, 2]
    one, *two = (history for _, history in told)
    assert two[0] == two[1]
    np.testing.assert_allclose(two[0], one, rtol=1e-5)
