"""Accuracy counts right labels, however many images at a time; and a small network learns to read digits."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import cnn
from course.training import classifier, data
from course.training.fit import Objective, Settings, fit

KEY = jax.random.key(0)


def small_cnn(params, image):
    return cnn.apply(params, image, padding=1)


def test_accuracy_counts():
    images = jnp.eye(3).reshape(3, 1, 1, 3)
    dataset = data.Dataset(images, jnp.array([0, 2, 2]))
    np.testing.assert_allclose(classifier.accuracy(lambda p, x: x.ravel(), None, dataset), 2 / 3, rtol=1e-6)


@pytest.mark.parametrize("some", [1, 5, 30])
def test_accuracy_is_the_same_however_many_images_it_takes_at_a_time(monkeypatch, some):
    monkeypatch.setattr(classifier, "EVALUATED", some)
    train, _ = data.digits(key=KEY)
    dataset = data.take(train, slice(0, 12))
    params = cnn.init((1, 8, 8), (3, 4), key=KEY, padding=1)
    logits = jax.vmap(lambda image: small_cnn(params, image))(jnp.asarray(dataset.images))
    expected = np.mean(np.argmax(logits, axis=1) == dataset.labels)
    assert 0 < expected < 1
    found = jax.jit(lambda params: classifier.accuracy(small_cnn, params, dataset))(params)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_small_cnn_reads_digits():
    jax.config.update("jax_disable_most_optimizations", False)
    train, test = data.digits(key=jax.random.key(1))
    run = fit(
        Objective(classifier.classification_loss(small_cnn)),
        cnn.init((1, 8, 8), (8, 16), key=KEY, padding=1),
        train,
        optax.sgd(0.05, momentum=0.9),
        Settings(epochs=12, metrics=lambda params: {"accuracy": classifier.accuracy(small_cnn, params, test)}),
        key=KEY,
    )
    assert run.history[-1].metrics["accuracy"] >= 0.97
