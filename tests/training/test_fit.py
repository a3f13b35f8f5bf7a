"""The training loop against closed forms, itself resumed, and wrong uses it must name."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import cnn, losses, mlp, penalties
from course.training import block_gradient, classifier, data
from course.training.fit import Objective, Settings, fit

KEY = jax.random.key(0)
X = jnp.sin(jnp.arange(24.0)).reshape(12, 2)
Y = X @ jnp.array([1.5, -2.0]) + 0.3


def linear(w, x, y):
    return losses.half_squared_error(mlp.apply((w,), x, activation=mlp.identity), y)


def line(*, key=KEY, penalty=None, **changes):
    settings = Settings(**({"epochs": 3, "batch_size": 4} | changes))
    return fit(Objective(linear, penalty), jnp.zeros(3), (X, Y), optax.sgd(0.1, momentum=0.5), settings, key=key)


def test_full_batches_are_gradient_descent(x64):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    design = np.column_stack([np.ones(12), x])
    w, expected = np.zeros(3), []
    for _ in range(20):
        residual = design @ w - y
        expected.append((residual**2).mean() / 2)
        w = w - 0.3 * design.T @ residual / 12
    settings = Settings(epochs=20, batch_size=12)
    run = fit(Objective(linear), jnp.zeros(3), (x, y), optax.sgd(0.3), settings, key=KEY)
    np.testing.assert_allclose(run.params, w, rtol=1e-10)
    np.testing.assert_allclose([epoch.loss for epoch in run.history], expected, rtol=1e-10)
    assert [epoch.number for epoch in run.history] == list(range(1, 21))


def test_a_ridge_penalty_ends_at_the_normal_equations(x64):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    design = np.column_stack([np.ones(12), x])
    ridge = Objective(linear, lambda w: 0.1 * penalties.l2(w))
    settings = Settings(epochs=300, batch_size=12)
    run = fit(ridge, jnp.zeros(3), (x, y), optax.sgd(0.5), settings, key=KEY)
    expected = np.linalg.solve(design.T @ design / 12 + 0.2 * np.eye(3), design.T @ y / 12)
    np.testing.assert_allclose(run.params, expected, rtol=1e-8)


def small_cnn(params, image):
    return cnn.apply(params, image, padding=1)


@pytest.mark.parametrize("loop", ["step", "blocks"])
def test_all_loops_take_the_same_steps(monkeypatch, loop):
    monkeypatch.setattr(block_gradient, "SIZE", 3)
    changes = {"penalty": lambda w: 0.1 * penalties.l2(w)}
    scanned, other = line(loop="scan", **changes), line(loop=loop, **changes)
    np.testing.assert_allclose(scanned.params, other.params, rtol=1e-6)
    np.testing.assert_allclose([e.loss for e in scanned.history], [e.loss for e in other.history], rtol=1e-6)


@pytest.mark.parametrize("size", [4, 40])
def test_a_cnn_takes_the_same_steps_in_blocks(monkeypatch, x64, size):
    monkeypatch.setattr(block_gradient, "SIZE", size)
    train, _ = data.digits(key=KEY)
    params = cnn.init((1, 8, 8), (3, 4), key=KEY, padding=1)
    images = train.images[:30].astype(np.float64), train.labels[:30]
    runs = [
        fit(
            Objective(classifier.classification_loss(small_cnn)),
            params,
            images,
            optax.sgd(0.1, momentum=0.9),
            Settings(epochs=1, batch_size=10, loop=loop),
            key=KEY,
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

    objective, settings = Objective(noisy, keyed=True), Settings(epochs=2, batch_size=12)
    run = fit(objective, jnp.zeros(3), (X, Y), optax.sgd(0.1), settings, key=KEY)
    first, second = (epoch.loss for epoch in run.history)
    # One key for all would give one uniform number, not a mean of twelve.
    assert first != second
    assert abs(first - 0.5) < 0.35
    assert abs(second - 0.5) < 0.35


def test_a_keyed_loss_has_the_same_noise_in_blocks(monkeypatch):
    monkeypatch.setattr(block_gradient, "SIZE", 5)

    def noisy(w, x, y, *, key):
        return linear(w, x + jax.random.normal(key), y)

    scanned, in_blocks = (line_of(noisy, loop) for loop in ("scan", "blocks"))
    np.testing.assert_allclose(scanned.params, in_blocks.params, rtol=1e-5)
    assert not np.allclose(scanned.params, line(epochs=2, batch_size=12).params, rtol=1e-3)


def line_of(loss, loop):
    optimizer = optax.sgd(0.1, momentum=0.5)
    settings = Settings(epochs=2, batch_size=12, loop=loop)
    return fit(Objective(loss, keyed=True), jnp.zeros(3), (X, Y), optimizer, settings, key=KEY)


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
        fit(Objective(linear), params, (x, Y), optimizer, Settings(2, 4, checkpoint=tmp_path), key=KEY)


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
        fit(Objective(linear), jnp.zeros(3), (X, Y), optax.sgd(1e3), Settings(epochs=50, batch_size=4), key=KEY)


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
        fit(Objective(linear), jnp.zeros(3), arrays, optax.sgd(0.1), Settings(1, batch_size), key=KEY)
