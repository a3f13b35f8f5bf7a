r"""What a chain of layers costs: parameters, multiplications, additions, activations.

Conventions, the same for every layer:

- Layouts are channel first: an input is (channels, height, width), or (units,) after a `Dense` layer.
- An output of a convolution or dense layer over $n$ inputs takes $n$ multiplications and $n - 1$ additions;
  adding its bias takes one more, so with biases additions equal multiplications.
- Operations on padding are counted, as a dense implementation does them.
- Each output of a layer with weights passes an activation function and counts as one activation; the
  function's own operations are not counted.
- Pooling without parameters costs nothing. Trainable `Subsample` sums a window, multiplies and adds a bias.
"""

from collections.abc import Sequence
from math import prod
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from course.models.geometry import output_size

Shape = tuple[int, ...]


class Cost(NamedTuple):
    """Counts of one layer or of a chain, for one example."""

    parameters: int = 0
    multiplications: int = 0
    additions: int = 0
    activations: int = 0


@runtime_checkable
class Layer(Protocol):
    """What a layer must tell: the shape it makes of an input's, and its cost there."""

    def output(self, shape: Shape) -> Shape:
        """Give the output's shape for an input of `shape`."""
        ...

    def cost(self, shape: Shape) -> Cost:
        """Give the layer's own cost for an input of `shape`."""
        ...


class Conv(NamedTuple):
    r"""Convolution with square kernels: $F (k^2 C/g + 1)$ parameters for $C$ channels in $g$ groups."""

    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = True

    def output(self, shape: Shape) -> Shape:
        """Give (filters, height, width), by `output_size`."""
        return (self.filters, *_places(self, shape))

    def cost(self, shape: Shape) -> Cost:
        """Every output is one filter over one window of its group's channels."""
        channels = _channels(shape)
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(f"{self.groups} groups must divide {channels} channels and {self.filters} filters")
        return _weighted(
            prod(self.output(shape)), self.filters, self.kernel**2 * channels // self.groups, self.bias
        )


class SparseConv(NamedTuple):
    """Convolution whose filter i sees only the input channels `connections[i]`, as LeCun's C3."""

    connections: tuple[tuple[int, ...], ...]
    kernel: int
    stride: int = 1
    padding: int = 0
    bias: bool = True

    def output(self, shape: Shape) -> Shape:
        """Give (filters, height, width), by `output_size`."""
        return (len(self.connections), *_places(self, shape))

    def cost(self, shape: Shape) -> Cost:
        """Give the sum over the filters, each with its own number of channels."""
        places = prod(_places(self, shape))
        channels = _channels(shape)
        if not all(0 <= c < channels for seen in self.connections for c in seen):
            raise ValueError(f"connections name channels that the input's {channels} do not have")
        filters = (_weighted(places, 1, self.kernel**2 * len(seen), self.bias) for seen in self.connections)
        return add(*filters)


class Pool(NamedTuple):
    """Maximum or average over a square window: no parameters, no counted operations."""

    kernel: int
    stride: int
    padding: int = 0

    def output(self, shape: Shape) -> Shape:
        """Keep the channels; height and width by `output_size`."""
        return (_channels(shape), *_places(self, shape))

    def cost(self, shape: Shape) -> Cost:
        """Nothing."""
        self.output(shape)
        return Cost()


class Subsample(NamedTuple):
    """LeCun's trainable subsampling: sum of a window, times a coefficient, plus a bias, one pair a channel."""

    kernel: int
    stride: int
    padding: int = 0

    def output(self, shape: Shape) -> Shape:
        """Keep the channels; height and width by `output_size`."""
        return (_channels(shape), *_places(self, shape))

    def cost(self, shape: Shape) -> Cost:
        """Count one multiplication an output, and as many additions as the window has entries."""
        outputs = prod(self.output(shape))
        return Cost(2 * _channels(shape), outputs, self.kernel**2 * outputs, outputs)


class Dense(NamedTuple):
    """Fully connected layer; an input with several axes is flattened."""

    units: int
    bias: bool = True

    def output(self, shape: Shape) -> Shape:
        """(units,)."""
        return (self.units,)

    def cost(self, shape: Shape) -> Cost:
        """Every unit sees every input."""
        return _weighted(self.units, self.units, prod(shape), self.bias)


class Branches(NamedTuple):
    """Chains side by side on one input, their outputs concatenated along the channels or summed.

    Summing takes one addition per output and further branch.
    """

    paths: tuple[tuple[Layer, ...], ...]
    merge: Literal["concatenate", "sum"] = "concatenate"

    def output(self, shape: Shape) -> Shape:
        """Give the one shape of all branches if they are summed, else with the channels of all."""
        outputs = [shapes(path, shape)[-1] for path in self.paths]
        if len({out if self.merge == "sum" else out[1:] for out in outputs}) != 1:
            raise ValueError(f"branches of shapes {outputs} cannot be merged by {self.merge}")
        return outputs[0] if self.merge == "sum" else (sum(out[0] for out in outputs), *outputs[0][1:])

    def cost(self, shape: Shape) -> Cost:
        """Give the sum over the branches, and the additions of a sum."""
        merging = (len(self.paths) - 1) * prod(self.output(shape)) if self.merge == "sum" else 0
        return add(Cost(additions=merging), *(total(path, shape) for path in self.paths))


def shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """Give the shape after each layer of a chain, the input's own first.

    >>> shapes([Conv(16, kernel=3), Pool(2, stride=2)], (3, 32, 32))
    [(3, 32, 32), (16, 30, 30), (16, 15, 15)]
    """
    found = [shape]
    for layer in layers:
        found.append(layer.output(found[-1]))
    return found


def costs(layers: Sequence[Layer], shape: Shape) -> list[Cost]:
    """Give the cost of each layer of a chain on an input of `shape`.

    Raises:
        ValueError: a layer that does not fit its input.

    Source: the exercises `cnn/weight-count` and `cnn/lenet-count`.

    >>> layers = [Conv(16, 3), Pool(2, 2), Conv(32, 3), Pool(2, 2), Dense(10)]
    >>> [cost.parameters for cost in costs(layers, (3, 32, 32))]
    [448, 0, 4640, 0, 11530]
    """
    return [layer.cost(before) for layer, before in zip(layers, shapes(layers, shape), strict=False)]


def total(layers: Sequence[Layer], shape: Shape) -> Cost:
    """Give the cost of a whole chain on an input of `shape`.

    Source: the exercise `cnn/inception`.

    >>> total([Conv(128, kernel=1), Conv(128, kernel=3, padding=1), Conv(256, kernel=1)], (256, 8, 8))
    Cost(parameters=213504, multiplications=13631488, additions=13631488, activations=32768)
    """
    return add(*costs(layers, shape))


def add(*several: Cost) -> Cost:
    """Sum costs count by count.

    >>> add(Cost(1, 2, 3, 4), Cost(10, 20, 30, 40))
    Cost(parameters=11, multiplications=22, additions=33, activations=44)
    """
    return Cost(*(sum(counts) for counts in zip(Cost(), *several, strict=True)))


def _channels(shape: Shape) -> int:
    if len(shape) != 3:
        raise ValueError(f"a convolution or pooling needs (channels, height, width); got {shape}")
    return shape[0]


def _places(window: Conv | SparseConv | Pool | Subsample, shape: Shape) -> Shape:
    _channels(shape)
    return tuple(output_size(size, window.kernel, window.stride, window.padding) for size in shape[1:])


def _weighted(outputs: int, units: int, inputs: int, bias: bool) -> Cost:
    """`units` sets of `inputs` weights, used for `outputs` weighted sums."""
    return Cost(
        parameters=units * (inputs + bias),
        multiplications=outputs * inputs,
        additions=outputs * (inputs - 1 + bias),
        activations=outputs,
    )
