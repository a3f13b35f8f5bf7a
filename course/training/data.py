"""Images with labels: handwritten digits that ship with scikit-learn, or MNIST from local files.

Images are (count, channels, height, width) in [0, 1], labels count from 0. Everything random takes a key, and
the same key gives the same order on every machine.
"""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int, Key, Shaped

from course.training.extras import require

# Type codes of the IDX format, big-endian.
_IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MNIST_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


class Dataset(NamedTuple):
    """`images` (count, channels, height, width) and their `labels` (count,)."""

    images: Float[Array | np.ndarray, "count channels height width"]
    labels: Int[Array | np.ndarray, " count"]


class Split(NamedTuple):
    """What is learnt from and what is held out."""

    train: Dataset
    test: Dataset


def digits(*, key: Key[Array, ""] | None = None, test_share: float | int = 0.2) -> Split:
    """Give the 1 797 handwritten digits of 8×8 that ship with scikit-learn.

    Args:
        key: shuffles before the split; the data set's own order unless given, whose last writers are then
            the test set and unknown to the training set.
        test_share: of the images, between 0 and 1.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
        ValueError: a share that leaves one side empty.

    Source: Alpaydin and Kaynak 1998, by `sklearn.datasets.load_digits`.

    >>> train, test = digits()
    >>> train.images.shape, test.labels.shape
    ((1438, 1, 8, 8), (359,))
    """
    bunch = require("sklearn.datasets", "the digits data set").load_digits()
    images = (bunch.images / 16).astype(np.float32)[:, None]
    return split(Dataset(images, bunch.target.astype(np.int32)), test_share=test_share, key=key)


def mnist(folder: str | Path) -> Split:
    """MNIST from its four IDX files in `folder`, plain or with `.gz`; nothing is downloaded.

    Raises:
        FileNotFoundError: a file is missing; the message lists what was looked for.
        ValueError: a file is damaged, or images and labels do not belong together.

    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """
    folder = Path(folder)
    return Split(**{part: _mnist_part(folder, *names) for part, names in _MNIST_FILES.items()})


def split(dataset: Dataset, *, test_share: float | int, key: Key[Array, ""] | None = None) -> Split:
    """Split off the last `test_share` of a data set as its test set; shuffle first if a key is given.

    >>> whole = Dataset(np.zeros((10, 1, 2, 2), np.float32), np.arange(10))
    >>> split(whole, test_share=0.2).test.labels
    array([8, 9])
    """
    count = len(dataset.labels)
    first_test = count - round(count * test_share)
    if not 0 < first_test < count:
        raise ValueError(f"a test share of {test_share} leaves {first_test} of {count} examples to train on")
    order = np.arange(count) if key is None else np.asarray(jax.random.permutation(key, count))
    return Split(take(dataset, order[:first_test]), take(dataset, order[first_test:]))


def take(dataset: Dataset, indices: Int[Array | np.ndarray, " some"] | slice) -> Dataset:
    """Give the examples at `indices`.

    >>> take(Dataset(np.zeros((3, 1, 2, 2), np.float32), np.arange(3)), np.array([2, 0])).labels
    array([2, 0])
    """
    return Dataset(dataset.images[indices], dataset.labels[indices])


def enlarge(dataset: Dataset, factor: int) -> Dataset:
    """Repeats every pixel in rows and columns: digits of 8×8 become 32×32, as LeNet-5 takes them, by 4.

    >>> enlarge(Dataset(np.zeros((3, 1, 8, 8), np.float32), np.arange(3)), 4).images.shape
    (3, 1, 32, 32)
    """
    images = np.repeat(np.repeat(np.asarray(dataset.images), factor, axis=2), factor, axis=3)
    return Dataset(images, dataset.labels)


def pad(dataset: Dataset, border: int) -> Dataset:
    """Add `border` zeros on every side: MNIST's 28×28 become 32×32 by 2.

    >>> pad(Dataset(np.zeros((3, 1, 28, 28), np.float32), np.arange(3)), 2).images.shape
    (3, 1, 32, 32)
    """
    around = ((0, 0), (0, 0), (border, border), (border, border))
    return Dataset(np.pad(np.asarray(dataset.images), around), dataset.labels)


def batches(count: int, size: int, *, key: Key[Array, ""]) -> Int[Array, "batches size"]:
    """Give the indices of one epoch's batches: every example at most once, in an order of the key's.

    Args:
        count: examples.
        size: of a batch; what is left over in the end is left out.
        key: a `jax.random.key`, another one for every epoch.

    Raises:
        ValueError: a batch larger than the data set, or empty.

    >>> batches(10, 3, key=jax.random.key(0)).shape
    (3, 3)
    """
    if not 0 < size <= count:
        raise ValueError(f"a batch takes 1 to {count} of {count} examples; got {size}")
    order = jax.random.permutation(key, jnp.arange(count, dtype=jnp.int32))
    return order[: count // size * size].reshape(-1, size)


def read_idx(path: str | Path) -> Shaped[np.ndarray, "..."]:
    """One array from a file of the IDX format, plain or gzip-compressed by its name.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not an IDX file, or one cut short or with bytes to spare.

    Source: LeCun, Cortes and Burges, section "File formats".
    """
    path = Path(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            zeros, code, axes = struct.unpack(">HBB", file.read(4))
            if zeros or code not in _IDX_TYPES:
                raise ValueError(f"{path} is no IDX file: it starts with {zeros:#06x} {code:#04x}")
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            dtype = np.dtype(_IDX_TYPES[code])
            expected = dtype.itemsize * int(np.prod(shape, dtype=object))
            # One byte more than there should be shows a longer file without reading all of it.
            content = file.read(expected + 1)
    except (struct.error, EOFError, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is no IDX file, or is cut short: {error}") from error
    if len(content) != expected:
        found = "more" if len(content) > expected else f"{len(content)}"
        raise ValueError(f"{path} promises {expected} bytes for {shape} and has {found}")
    return np.frombuffer(content, dtype).reshape(shape)


def _mnist_part(folder: Path, images: str, labels: str) -> Dataset:
    pixels, classes = (read_idx(_find(folder, name)) for name in (images, labels))
    if pixels.ndim != 3 or classes.shape != pixels.shape[:1]:
        raise ValueError(
            f"{images} and {labels} in {folder} do not belong together: shapes {pixels.shape} and {classes.shape}"
        )
    return Dataset((pixels[:, None] / 255).astype(np.float32), classes.astype(np.int32))


def _find(folder: Path, name: str) -> Path:
    tried = list(_spellings(folder, name))
    for path in tried:
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"{folder} has none of {', '.join(path.name for path in tried)}; MNIST is four IDX files"
    )


def _spellings(folder: Path, name: str) -> Iterator[Path]:
    # Some mirrors write train-images.idx3-ubyte.
    for stem in (name, name.replace("-idx", ".idx")):
        yield folder / stem
        yield folder / f"{stem}.gz"
