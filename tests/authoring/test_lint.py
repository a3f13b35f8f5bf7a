"""What `course lint` finds in a scheme that is wrong in many ways."""

import jax.numpy as jnp

from course.authoring.lint import lint
from course.exercises import find


def test_lint_finds_what_is_wrong():
    from course.marking.scheme import Scheme

    scheme = Scheme(find("mlp/relu-backprop"))
    for name, answer in scheme.exercise.answers.items():

        def step(given, shape=answer.shape):
            return jnp.ones(shape) * given.x

        step.__name__ = name
        step.__doc__ = "no formula"
        step.__signature__ = __import__("inspect").Signature(
            [__import__("inspect").Parameter("given", __import__("inspect").Parameter.POSITIONAL_OR_KEYWORD)]
        )
        registered = scheme.step()(step)
        registered.slip("no full stop")(step)
    scheme.derivatives("loss", dy_hat="y_hat")
    problems = " ".join(lint(scheme, draws=200).problems)
    for part in ("formula", "sentence", "derivative of loss", "every draw is ill-posed"):
        assert part in problems
