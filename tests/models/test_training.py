"""The training loop against closed forms, itself resumed, and wrong uses it must name."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import blocks, cnn, conv, data, losses, mlp, penalties, training

KEY = jax.random.key(0)
X = jnp.sin(jnp.arange(24.0)).reshape(12, 2)
Y = X @ jnp.array([1.5, -2.0]) + 0.3


def linear(w, x, y):
    return losses.half_squared_error(mlp.apply((w,), x, activation=mlp.identity), y)


def line(**changes):
    arguments = {"key": KEY, "epochs": 3, "batch_size": 4} | changes
    return training.fit(linear, jnp.zeros(3), (X, Y), optax.sgd(0.1, momentum=0.5), **arguments)


def test_full_batches_are_gradient_descent(x64):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    design = np.column_stack([np.ones(12), x])
    w, expected = np.zeros(3), []
    for _ in range(20):
        residual = design @ w - y
        expected.append((residual**2).mean() / 2)
        w = w - 0.3 * design.T @ residual / 12
    run = training.fit(linear, jnp.zeros(3), (x, y), optax.sgd(0.3), key=KEY, epochs=20, batch_size=12)
    np.testing.assert_allclose(run.params, w, rtol=1e-10)
    np.testing.assert_allclose([epoch.loss for epoch in run.history], expected, rtol=1e-10)
    assert [epoch.number for epoch in run.history] == list(range(1, 21))


def test_a_ridge_penalty_ends_at_the_normal_equations(x64):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    design = np.column_stack([np.ones(12), x])
    run = training.fit(
        linear,
        jnp.zeros(3),
        (x, y),
        optax.sgd(0.5),
        key=KEY,
        epochs=300,
        batch_size=12,
        penalty=lambda w: 0.1 * penalties.l2(w),
    )
    expected = np.linalg.solve(design.T @ design / 12 + 0.2 * np.eye(3), design.T @ y / 12)
    np.testing.assert_allclose(run.params, expected, rtol=1e-8)


def small_cnn(params, image):
    return cnn.apply(params, image, padding=1)


@pytest.mark.parametrize("loop", ["step", "blocks"])
def test_all_loops_take_the_same_steps(monkeypatch, loop):
    monkeypatch.setattr(blocks, "SIZE", 3)
    changes = {"penalty": lambda w: 0.1 * penalties.l2(w)}
    scanned, other = line(loop="scan", **changes), line(loop=loop, **changes)
    np.testing.assert_allclose(scanned.params, other.params, rtol=1e-6)
    np.testing.assert_allclose([e.loss for e in scanned.history], [e.loss for e in other.history], rtol=1e-6)


@pytest.mark.parametrize("size", [1, 5, 12, 40])
def test_blocks_of_any_size_give_the_gradient_of_the_mean(x64, size):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)

    def losses_of(w, x, y):
        return 2 * jax.vmap(lambda x, y: linear(w, x, y))(x, y)

    w = jnp.array([0.3, -1.0, 2.0])
    value, gradient = blocks.value_and_grad(losses_of, size)(w, x, y)
    design = np.column_stack([np.ones(12), x])
    residual = design @ np.asarray(w) - y
    np.testing.assert_allclose(value, (residual**2).mean(), rtol=1e-12)
    np.testing.assert_allclose(gradient, 2 * design.T @ residual / 12, rtol=1e-12)


def convolving(kernels, image, label):
    """The least loss with a convolution."""
    return jnp.mean(conv.conv2d(image, kernels)) - label


def convolving_otherwise(kernels, image, label):
    return jnp.mean(jax.lax.conv(image[None], kernels, (1, 1), "VALID")) - label


def convolutions_in_loops(loss):
    """Of an epoch of two batches: whether its steps are in a loop of XLA's, and have XLA's convolutions."""
    kernels, data = jnp.ones((1, 1, 3, 3)), (jnp.ones((6, 1, 4, 4)), Y[:6])
    optimizer = optax.sgd(0.1)
    carry = kernels, optimizer.init(kernels)
    run = training.epoch_function(loss, optimizer, data, carry)
    batches = jnp.arange(6).reshape(2, 3), jax.random.split(KEY, 2)
    jaxpr = str(jax.make_jaxpr(run)(data, carry, batches))
    return "scan[" in jaxpr, "conv_general_dilated" in jaxpr


@pytest.mark.parametrize(
    ("loss", "platform", "scans", "convolves"),
    [
        (convolving, "cpu", True, False),
        (convolving_otherwise, "cpu", False, True),
        (convolving, "gpu", True, True),
        (lambda kernels, image, label: jnp.mean(kernels) - label, "cpu", True, False),
    ],
    ids=["ours", "otherwise", "gpu", "none"],
)
def test_the_loop_is_chosen_by_convolutions_and_device(monkeypatch, loss, platform, scans, convolves):
    monkeypatch.setattr(training, "_platform", lambda data: platform)
    assert convolutions_in_loops(loss) == (scans, convolves)


def test_the_platform_is_that_of_the_data():
    assert training._platform(jax.device_put(X, jax.devices("cpu")[0])) == "cpu"
    assert training._platform(np.ones(3)) == jax.default_backend()
    seen = []
    jax.jit(lambda x: seen.append(training._platform(x)))(X)
    assert seen == [jax.default_backend()]


@pytest.mark.parametrize("size", [4, 40])
def test_a_cnn_takes_the_same_steps_in_blocks(monkeypatch, x64, size):
    monkeypatch.setattr(blocks, "SIZE", size)
    train, _ = data.digits(key=KEY)
    params = cnn.init((1, 8, 8), (3, 4), key=KEY, padding=1)
    images = train.images[:30].astype(np.float64), train.labels[:30]
    runs = [
        training.fit(
            training.classification_loss(small_cnn),
            params,
            images,
            optax.sgd(0.1, momentum=0.9),
            key=KEY,
            epochs=1,
            batch_size=10,
            loop=loop,
        )
        for loop in ("blocks", "step")
    ]
    for a, b in zip(*(jax.tree.leaves(run.params) for run in runs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    assert runs[0].history[0].loss == pytest.approx(runs[1].history[0].loss, rel=1e-10)


def test_the_key_settles_everything():
    np.testing.assert_array_equal(line().params, line().params)
    assert not np.array_equal(line().params, line(key=jax.random.key(1)).params)


def test_a_keyed_loss_gets_a_key_of_its_own_for_each_example():
    def noisy(w, x, y, *, key):
        return jnp.sum(w) * 0 + jax.random.uniform(key)

    run = training.fit(noisy, jnp.zeros(3), (X, Y), optax.sgd(0.1), key=KEY, epochs=2, batch_size=12, keyed=True)
    first, second = (epoch.loss for epoch in run.history)
    # One key for all would give one uniform number, not a mean of twelve.
    assert first != second
    assert abs(first - 0.5) < 0.35
    assert abs(second - 0.5) < 0.35


def test_a_keyed_loss_has_the_same_noise_in_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 5)

    def noisy(w, x, y, *, key):
        return linear(w, x + jax.random.normal(key), y)

    scanned, in_blocks = (line_of(noisy, loop) for loop in ("scan", "blocks"))
    np.testing.assert_allclose(scanned.params, in_blocks.params, rtol=1e-5)
    assert not np.allclose(scanned.params, line(epochs=2, batch_size=12).params, rtol=1e-3)


def line_of(loss, loop):
    optimizer = optax.sgd(0.1, momentum=0.5)
    return training.fit(
        loss, jnp.zeros(3), (X, Y), optimizer, key=KEY, epochs=2, batch_size=12, keyed=True, loop=loop
    )


def test_metrics_are_measured_after_each_epoch():
    run = line(metrics=lambda w: {"norm": penalties.p_norm(w, 2)})
    np.testing.assert_allclose(run.history[-1].metrics["norm"], np.linalg.norm(run.params), rtol=1e-6)
    assert len({epoch.metrics["norm"] for epoch in run.history}) == 3


def test_a_true_answer_stops_early():
    seen = []
    run = line(epochs=10, on_epoch=lambda epoch: seen.append(epoch) or epoch.number == 4)
    assert len(run.history) == 4
    assert tuple(seen) == run.history


def test_no_epochs_change_nothing():
    run = line(epochs=0)
    assert run.history == ()
    np.testing.assert_array_equal(run.params, 0)


def test_accuracy_counts():
    images = jnp.eye(3).reshape(3, 1, 1, 3)
    dataset = data.Dataset(images, jnp.array([0, 2, 2]))
    np.testing.assert_allclose(training.accuracy(lambda p, x: x.ravel(), None, dataset), 2 / 3, rtol=1e-6)


@pytest.mark.parametrize("some", [1, 5, 30])
def test_accuracy_is_the_same_however_many_images_it_takes_at_a_time(monkeypatch, some):
    monkeypatch.setattr(training, "EVALUATED", some)
    train, _ = data.digits(key=KEY)
    dataset = data.take(train, slice(0, 12))
    params = cnn.init((1, 8, 8), (3, 4), key=KEY, padding=1)
    logits = jax.vmap(lambda image: small_cnn(params, image))(jnp.asarray(dataset.images))
    expected = np.mean(np.argmax(logits, axis=1) == dataset.labels)
    assert 0 < expected < 1
    found = jax.jit(lambda params: training.accuracy(small_cnn, params, dataset))(params)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def resumed(folder, **changes):
    """Two epochs, then a new call for five."""
    line(epochs=2, checkpoint=folder)
    return line(**({"epochs": 5, "checkpoint": folder} | changes))


def test_a_resumed_run_is_the_uninterrupted_one(tmp_path):
    whole = line(epochs=5)
    again = resumed(tmp_path / "run")
    np.testing.assert_array_equal(again.params, whole.params)
    for a, b in zip(jax.tree.leaves(again.opt_state), jax.tree.leaves(whole.opt_state), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [(e.number, e.loss) for e in again.history] == [(e.number, e.loss) for e in whole.history]
    finished = line(epochs=5, checkpoint=tmp_path / "run")
    assert finished.history == again.history
    np.testing.assert_array_equal(finished.params, whole.params)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": jax.random.key(5)}, r"its key is \[0, 0\], this one's \[0, 5\]"),
        ({"batch_size": 3}, "its batch_size is 4"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        resumed(tmp_path, **changes)


@pytest.mark.parametrize(
    ("params", "optimizer"),
    [(jnp.zeros(4), optax.sgd(0.1, momentum=0.5)), (jnp.zeros(3), optax.sgd(0.1))],
    ids=["network", "optimizer"],
)
def test_a_checkpoint_of_another_network_or_optimizer_is_refused(tmp_path, params, optimizer):
    line(epochs=1, checkpoint=tmp_path)
    x = jnp.ones((12, params.size - 1))
    with pytest.raises(ValueError, match="is of another network or optimizer"):
        training.fit(linear, params, (x, Y), optimizer, key=KEY, epochs=2, batch_size=4, checkpoint=tmp_path)


def test_without_orbax_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", None)
    with pytest.raises(ModuleNotFoundError, match=r"a checkpoint needs orbax.*pip install 'gradbook\[lab\]'"):
        line(checkpoint=tmp_path)
    line(epochs=1)


def test_the_bar_goes_to_stderr_and_only_when_asked(capsys):
    line(progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
    assert "loss" in err
    line()
    assert capsys.readouterr() == ("", "")


def test_a_diverging_loss_is_an_error():
    with pytest.raises(
        FloatingPointError, match=r"the loss of epoch \d+ is (inf|nan): try a smaller learning rate"
    ):
        training.fit(linear, jnp.zeros(3), (X, Y), optax.sgd(1e3), key=KEY, epochs=50, batch_size=4)


@pytest.mark.parametrize(
    ("arrays", "batch_size", "message"),
    [
        ((X, Y[:-1]), 4, r"need one leading axis; got lengths \[11, 12\]"),
        ((), 4, r"got lengths \[\]"),
        ((X, Y), 13, "a batch takes 1 to 12 of 12 examples; got 13"),
    ],
)
def test_data_that_does_not_fit_is_refused(arrays, batch_size, message):
    with pytest.raises(ValueError, match=message):
        training.fit(linear, jnp.zeros(3), arrays, optax.sgd(0.1), key=KEY, epochs=1, batch_size=batch_size)


def test_the_small_cnn_reads_digits():
    jax.config.update("jax_disable_most_optimizations", False)
    train, test = data.digits(key=jax.random.key(1))
    run = training.fit(
        training.classification_loss(small_cnn),
        cnn.init((1, 8, 8), (8, 16), key=KEY, padding=1),
        train,
        optax.sgd(0.05, momentum=0.9),
        key=KEY,
        epochs=12,
        metrics=lambda params: {"accuracy": training.accuracy(small_cnn, params, test)},
    )
    assert run.history[-1].metrics["accuracy"] >= 0.97
