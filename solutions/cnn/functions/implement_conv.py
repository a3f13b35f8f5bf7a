"""Mark scheme of `cnn/implement-conv`: a convolutional layer written by the student."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.exercises.cnn.functions.implement_conv import CONVOLUTIONS, activation
from course.marking.scheme import Scheme

from .unfold import correlate, flipped, fold, unfold

implement_conv = Scheme(find("cnn/implement-conv"))


def _conv_forward(probe, *, turn=None, bias=1.0, active=True):
    """The outputs of all probe layers, flattened; the options make the slips."""
    parts = []
    for case, x, K, b, _ in zip(CONVOLUTIONS, *probe, strict=True):
        a = correlate(x, turn(K) if turn else K, case.stride, case.padding) + bias * b[:, None, None]
        parts.append((activation(case.phi)(a) if active else a).ravel())
    return jnp.concatenate(parts)


@implement_conv.step(points=3)
def forward(probe):
    r"""$z = \varphi(O)$, $O_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,si+u-p,\,sj+v-p}$"""
    return _conv_forward(probe)


@forward.slip("The kernels are flipped; here they are laid on as they stand.", cause="flipped")
def forward_flipped(probe):
    return _conv_forward(probe, turn=flipped)


@forward.slip("The biases are missing.", cause="bias")
def forward_without_bias(probe):
    return _conv_forward(probe, bias=0.0)


@forward.slip(r"The activation $\varphi$ is missing.", cause="activation")
def forward_not_activated(probe):
    return _conv_forward(probe, active=False)


def _conv_backward(probe, *, slope=None, turn=None, gate=True, bias_mean=False):
    """The gradients of all probe layers, flattened; the options make the slips."""
    parts = []
    for case, x, K, b, dz in zip(CONVOLUTIONS, *probe, strict=True):
        a = correlate(x, K, case.stride, case.padding) + b[:, None, None]
        dphi = activation(case.dphi) if slope is None else slope(case)
        delta = dz * dphi(a) if gate else dz
        dx = jnp.einsum("fij,fcuv->cijuv", delta, turn(K) if turn else K)
        dK = jnp.einsum("fij,cijuv->fcuv", delta, unfold(x, case.kernel, case.stride, case.padding))
        db = jnp.mean(delta, axis=(1, 2)) if bias_mean else jnp.sum(delta, axis=(1, 2))
        parts += [fold(dx, x.shape, case.stride, case.padding).ravel(), dK.ravel(), db]
    return jnp.concatenate(parts)


@implement_conv.step(points=5)
def backward(probe):
    r"""$\delta = \partial\ell/\partial z \cdot \varphi'(O)$,
    $\partial\ell/\partial b_f = \sum_{i,j} \delta_{f,i,j}$,
    $\partial\ell/\partial K_{f,c,u,v} = \sum_{i,j} \delta_{f,i,j} X_{c,\,si+u-p,\,sj+v-p}$,
    $\partial\ell/\partial X_{c,m,n} = \sum \delta_{f,i,j} K_{f,c,u,v}$ over $si + u - p = m$, $sj + v - p = n$

    Every product of the forward pass hands the gradient back to both of its factors.
    """
    return _conv_backward(probe)


@backward.slip(
    "The derivative that was passed in is not used: with a surrogate for it your gradients are those of "
    "automatic differentiation.",
    cause="surrogate",
)
def backward_without_the_surrogate(probe):
    def true_slope(case):
        return jax.vmap(jax.vmap(jax.vmap(jax.grad(activation(case.phi)))))

    return _conv_backward(probe, slope=true_slope)


@backward.slip(r"The slope $\varphi'$ is missing: the gradient passes the activation first.", cause="no slope")
def backward_without_slope(probe):
    return _conv_backward(probe, gate=False)


@backward.slip(r"$\varphi'$ is taken at $z = \varphi(O)$; it belongs to $O$.", cause="slope at z")
def backward_with_slopes_at_the_activation(probe):
    return _conv_backward(probe, slope=lambda case: lambda a: activation(case.dphi)(activation(case.phi)(a)))


@backward.slip(r"For $\partial\ell/\partial X$ the kernels are turned the wrong way.", cause="kernels turned")
def backward_with_kernels_turned(probe):
    return _conv_backward(probe, turn=flipped)


@backward.slip("The gradient of a bias is the sum over the places, not the mean.", cause="bias mean")
def backward_with_biases_averaged(probe):
    return _conv_backward(probe, bias_mean=True)
