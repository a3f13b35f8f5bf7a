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


def convolve():
    """The least network with a convolution."""

    def loss(kernels, image, label):
        return jnp.mean(conv.conv2d(image, kernels)) - label

    return training.fit(
        loss,
        jnp.ones((1, 1, 3, 3)),
        (jnp.ones((3, 1, 4, 4)), Y[:3]),
        optax.sgd(0.1),
        key=KEY,
        epochs=1,
        batch_size=3,
    )


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

    def losses_of(w, scale, x, y):
        return scale * jax.vmap(lambda x, y: linear(w, x, y))(x, y)

    w = jnp.array([0.3, -1.0, 2.0])
    value, gradient = blocks.value_and_grad(losses_of, size)(w, 2.0, x, y)
    design = np.column_stack([np.ones(12), x])
    residual = design @ np.asarray(w) - y
    np.testing.assert_allclose(value, (residual**2).mean(), rtol=1e-12)
    np.testing.assert_allclose(gradient, 2 * design.T @ residual / 12, rtol=1e-12)


def test_large_batches_of_images_go_in_blocks_and_small_ones_at_once(monkeypatch):
    called = []
    real = blocks.value_and_grad
    monkeypatch.setattr(blocks, "value_and_grad", lambda *args: called.append(1) or real(*args))
    at_once = convolve()
    assert not called
    monkeypatch.setattr(blocks, "SIZE", 2)
    in_blocks = convolve()
    assert called
    np.testing.assert_allclose(at_once.params, in_blocks.params, rtol=1e-6)


@pytest.mark.parametrize(("backend", "scans"), [("cpu", False), ("gpu", True)])
def test_the_loop_is_chosen_by_convolutions_and_device(monkeypatch, backend, scans):
    calls = []
    scan = jax.lax.scan
    monkeypatch.setattr(jax.lax, "scan", lambda *args, **kwargs: calls.append(1) or scan(*args, **kwargs))
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    convolve()
    assert bool(calls) == scans
    calls.clear()
    line(epochs=1)
    assert calls
    calls.clear()
    monkeypatch.setattr(training, "SCANNED", 3)
    line(epochs=1)
    assert bool(calls) == scans


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
