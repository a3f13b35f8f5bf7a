"""The steps of an MLP scheme compose to `jax.grad` of the reference library, on a thousand variants."""

import jax
import numpy as np

from course.exercises import find
from course.exercises.variants import next_well_posed
from course.marking.marker import stack

COUNT = 1000


def variants(exercise):
    indices, index = [], 0
    while len(indices) < COUNT:
        index = next_well_posed(exercise.id, index)
        indices.append(index)
        index += 1
    return [exercise.variant(i) for i in indices]


class Composed:
    """Loss and gradients of the scheme are those of `network`: given -> (loss of the weights, weights, names)."""

    @staticmethod
    def network(given):
        raise NotImplementedError

    def test_steps_compose_to_automatic_differentiation(self, marker, exercise_id):
        exercise = find(exercise_id)
        givens = [exercise.seed(), *variants(exercise)]
        with jax.enable_x64(True):

            def reference(given):
                loss, weights, names = self.network(given)
                value, gradients = jax.value_and_grad(loss)(weights)
                return value, dict(zip(names, gradients, strict=True))

            value, gradients = jax.jit(jax.vmap(reference))(stack(givens))
        probe = exercise.probes("practice")
        steps = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}, probe)
        np.testing.assert_allclose(steps.truths["loss"], value, rtol=1e-9, atol=1e-12)
        for name, gradient in gradients.items():
            np.testing.assert_allclose(steps.truths[name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)
