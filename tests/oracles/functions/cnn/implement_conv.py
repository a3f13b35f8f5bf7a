"""A convolutional layer forward and backward in numpy, and the ways people get it wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def padded(x, padding):
    return np.pad(np.asarray(x, float), ((0, 0), (padding, padding), (padding, padding)))


def size_of(x, kernels, stride, padding):
    return tuple((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], kernels.shape[2:], strict=True))


def seen(wide, u, v, size, stride):
    """Return the entry (u, v) of every window, (channels, rows, columns)."""
    rows, columns = size
    return wide[:, u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]


def maps(x, kernels, bias, stride, padding, pad=padded):
    size = size_of(x, kernels, stride, padding)
    wide = pad(x, padding)
    found = np.zeros((len(kernels), *size)) + np.asarray(bias)[:, None, None]
    for u, v in np.ndindex(kernels.shape[2:]):
        found += np.einsum("fc,cij->fij", kernels[:, :, u, v], seen(wide, u, v, size, stride))
    return found


def forward(x, kernels, bias, stride, padding, phi):
    return np.asarray(phi(maps(x, kernels, bias, stride, padding)))


def gradients(x, kernels, delta, stride, padding, kernels_back=None):
    """Return (dx, dkernels, dbias) from the error at the pre-activations."""
    back = kernels if kernels_back is None else kernels_back
    wide, size = padded(x, padding), delta.shape[1:]
    dwide, dkernels = np.zeros(wide.shape), np.zeros(kernels.shape)
    for u, v in np.ndindex(kernels.shape[2:]):
        dkernels[:, :, u, v] = np.einsum("fij,cij->fc", delta, seen(wide, u, v, size, stride))
        seen(dwide, u, v, size, stride)[...] += np.einsum("fc,fij->cij", back[:, :, u, v], delta)
    dx = dwide[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, dkernels, delta.sum(axis=(1, 2))


def backward(x, kernels, bias, stride, padding, dz, dphi):
    slopes = np.asarray(dphi(maps(x, kernels, bias, stride, padding)))
    return gradients(x, kernels, dz * slopes, stride, padding)


def flipped(kernels):
    return kernels[:, :, ::-1, ::-1]


def own_channels(kernels):
    """Filter f keeps its kernel for channel f (counted round) alone."""
    F, C = kernels.shape[:2]
    keep = np.array([[f % C == c for c in range(C)] for f in range(F)], float)
    return kernels * keep[:, :, None, None]


def one_sided(x, padding):
    """All the padding stands before the image."""
    return np.pad(np.asarray(x, float), ((0, 0), (2 * padding, 0), (2 * padding, 0)))


def repeated(x, padding):
    return np.pad(np.asarray(x, float), ((0, 0), (padding, padding), (padding, padding)), mode="edge")


def cropped(values, size):
    return values[:, : size[0], : size[1]]


def stride_ignored(x, kernels, bias, stride, padding, phi):
    return cropped(forward(x, kernels, bias, 1, padding, phi), size_of(x, kernels, stride, padding))


def padding_ignored(x, kernels, bias, stride, padding, phi):
    return forward(np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding))), kernels, bias, stride, 0, phi)


def wrong_maps(kernels=lambda K: K, bias=lambda b, K: b, image=lambda x: x, pad=padded):
    def forward(x, K, b, stride, padding, phi):
        return np.asarray(phi(maps(image(x), kernels(K), bias(b, K), stride, padding, pad)))

    return forward


WRONG_FORWARDS = [
    Wrong("kernels flipped", wrong_maps(kernels=flipped), "a convolution flips its kernels"),
    Wrong("no bias", wrong_maps(bias=lambda b, K: 0 * b), "a filter has no bias"),
    Wrong(
        "no activation",
        lambda x, K, b, stride, padding, phi: maps(x, K, b, stride, padding),
        "the activation is left out",
    ),
    Wrong(
        "bias after the activation",
        lambda x, K, b, stride, padding, phi: forward(x, K, 0 * b, stride, padding, phi) + b[:, None, None],
        "the bias is added at the end",
    ),
    Wrong("bias for each channel", wrong_maps(bias=lambda b, K: b * K.shape[1]), "every channel adds the bias"),
    Wrong("bias subtracted", wrong_maps(bias=lambda b, K: -b), "a bias is a threshold"),
    Wrong("one bias", wrong_maps(bias=lambda b, K: np.full(len(b), b[0])), "the layer has one bias"),
    Wrong("last bias", wrong_maps(bias=lambda b, K: np.full(len(b), b[-1])), "the layer has one bias"),
    Wrong("mean bias", wrong_maps(bias=lambda b, K: np.full(len(b), b.mean())), "biases are averaged"),
    Wrong("sum of the biases", wrong_maps(bias=lambda b, K: np.full(len(b), b.sum())), "every map gets them all"),
    Wrong("biases backwards", wrong_maps(bias=lambda b, K: b[::-1]), "the last filter has the first bias"),
    Wrong("positive bias", wrong_maps(bias=lambda b, K: np.abs(b)), "a bias is a size"),
    Wrong("stride ignored", stride_ignored, "the window moves by 1"),
    Wrong("padding ignored", padding_ignored, "the zeros stand behind the image"),
    Wrong("padding before", wrong_maps(pad=one_sided), "all the zeros stand before the image"),
    Wrong("border repeated", wrong_maps(pad=repeated), "the border is continued, not 0"),
    Wrong("own channels", wrong_maps(kernels=own_channels), "filter f sees channel f alone"),
    Wrong("mean of the channels", wrong_maps(kernels=lambda K: K / K.shape[1]), "channels are averaged"),
    Wrong("upside down", wrong_maps(kernels=lambda K: K[:, :, ::-1]), "the rows of the kernels are turned"),
    Wrong(
        "first filter",
        wrong_maps(kernels=lambda K: np.broadcast_to(K[:1], K.shape)),
        "every map has the first kernel",
    ),
    Wrong(
        "input activated",
        lambda x, K, b, stride, padding, phi: maps(np.asarray(phi(x)), K, b, stride, padding),
        "the activation comes first",
    ),
]


def activation_of(dphi):
    """Return the activation (and its derivative) that a probe pairs with this derivative, known by its values.

    The derivative is half at a kink, as JAX has it for `maximum` and `clip`.
    """
    at_minus_one, at_zero = float(dphi(-1.0)), float(dphi(0.0))
    if at_minus_one == 0.25:
        return lambda a: np.where(a > 0, a, a / 4), lambda a: np.where(a > 0, 1.0, 0.25)
    if at_zero == 0.5:
        return lambda a: np.clip(a, -8.0, 8.0), lambda a: np.where(np.abs(a) == 8, 0.5, np.abs(a) < 8)
    return lambda a: np.maximum(a, 0.0), lambda a: np.where(a == 0, 0.5, a > 0)


def with_slopes(slopes):
    """Return a backward pass whose slopes are slopes(O, dphi)."""

    def backward(x, kernels, bias, stride, padding, dz, dphi):
        found = np.asarray(slopes(maps(x, kernels, bias, stride, padding), dphi), float)
        return gradients(x, kernels, dz * found, stride, padding)

    return backward


def changed(dx=lambda dx: dx, dK=lambda dK, places: dK, db=lambda db, places: db):
    """Change parts of a right result; `places` is the number of places of a window."""

    def wrong(x, kernels, bias, stride, padding, dz, dphi):
        found = backward(x, kernels, bias, stride, padding, dz, dphi)
        places = dz[0].size
        return dx(found[0]), dK(found[1], places), db(found[2], places)

    return wrong


def with_kernels_back(change):
    def wrong(x, kernels, bias, stride, padding, dz, dphi):
        delta = dz * np.asarray(dphi(maps(x, kernels, bias, stride, padding)))
        return gradients(x, kernels, delta, stride, padding, change(kernels))

    return wrong


def padding_not_cut(x, kernels, bias, stride, padding, dz, dphi):
    """The gradient of the padded image is cut at its end alone."""
    wide = padded(x, padding)
    dwide, dK, db = backward(wide, kernels, bias, stride, 0, dz, dphi)
    return cropped(dwide, x.shape[1:]), dK, db


def moved_by_one(x, kernels, bias, stride, padding, dz, dphi):
    """On the way back the window moves by 1."""
    delta = dz * np.asarray(dphi(maps(x, kernels, bias, stride, padding)))
    return gradients(x, kernels, delta, 1, padding)


def bias_before_slope(x, kernels, bias, stride, padding, dz, dphi):
    dx, dK, _ = backward(x, kernels, bias, stride, padding, dz, dphi)
    return dx, dK, dz.sum(axis=(1, 2))


WRONG_BACKWARDS = [
    Wrong(
        "automatic", with_slopes(lambda a, dphi: activation_of(dphi)[1](a)), "the derivative passed in is not used"
    ),
    Wrong("no slope", with_slopes(lambda a, dphi: np.ones(a.shape)), "the activation is not passed"),
    Wrong("slope at z", with_slopes(lambda a, dphi: dphi(activation_of(dphi)[0](a))), "φ' is taken at z"),
    Wrong("slope squared", with_slopes(lambda a, dphi: np.square(dphi(a))), "the slope counts twice"),
    Wrong("gate", with_slopes(lambda a, dphi: a > 0), "every activation is a ReLU"),
    Wrong("kernels turned", with_kernels_back(flipped), "the kernels are laid on turned"),
    Wrong("own filters", with_kernels_back(own_channels), "channel c collects from filter c alone"),
    Wrong("kernels upside down", with_kernels_back(lambda K: K[:, :, ::-1]), "the rows of the kernels are turned"),
    Wrong("bias mean", changed(db=lambda db, places: db / places), "places are averaged"),
    Wrong("kernel mean", changed(dK=lambda dK, places: dK / places), "places are averaged"),
    Wrong("dkernels flipped", changed(dK=lambda dK, places: flipped(dK)), "the gradient is flipped"),
    Wrong("sign turned", lambda *arguments: tuple(-part for part in backward(*arguments)), "the update"),
    Wrong("padding not cut", padding_not_cut, "the padding is cut off at the end alone"),
    Wrong("stride ignored on the way back", moved_by_one, "the window moves by 1 on the way back"),
    Wrong("bias before the slope", bias_before_slope, "the bias does not pass the activation"),
    Wrong(
        "one bias", changed(db=lambda db, places: np.full(len(db), db.sum())), "the sum runs over the filters, too"
    ),
    Wrong("biases backwards", changed(db=lambda db, places: db[::-1]), "the last filter has the first gradient"),
    Wrong("no bias gradient", changed(db=lambda db, places: 0 * db), "a bias has no gradient"),
]

FUNCTIONS = Functions(
    "cnn/implement-conv",
    right={"forward": forward, "backward": backward},
    wrong={"forward": WRONG_FORWARDS, "backward": WRONG_BACKWARDS},
)
