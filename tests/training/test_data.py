"""Data sets: what is read is what was written, damage is named, orders are the key's."""

import gzip
import struct
import sys

import jax
import numpy as np
import pytest

from course.training import data


def idx(array, code=0x08):
    """The format's own description: two zeros, a type, the axes, their lengths, the numbers."""
    return struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape) + array.tobytes()


PIXELS = (np.arange(5 * 4 * 3) * 4).astype(np.uint8).reshape(5, 4, 3)
LABELS = np.array([3, 1, 4, 1, 5], np.uint8)


@pytest.fixture
def mnist(tmp_path):
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(PIXELS))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(LABELS))
    return tmp_path


def test_digits_are_scikit_learns():
    from sklearn.datasets import load_digits

    train, test = data.digits()
    bunch = load_digits()
    images = np.concatenate([train.images, test.images])
    np.testing.assert_array_equal(images[:, 0] * 16, bunch.images)
    np.testing.assert_array_equal(np.concatenate([train.labels, test.labels]), bunch.target)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
    assert len(test.labels) == 359


@pytest.mark.parametrize("x64", [False, True])
def test_a_key_shuffles_the_same_way_everywhere(x64):
    whole = data.Dataset(np.zeros((6, 1, 1, 1), np.float32), np.arange(6))
    with jax.enable_x64(x64):
        train, test = data.split(whole, test_share=1 / 3, key=jax.random.key(1))
        again = data.split(whole, test_share=1 / 3, key=jax.random.key(1))
        other = data.split(whole, test_share=1 / 3, key=jax.random.key(2))
        order = [*train.labels, *test.labels]
        first = np.asarray(data.batches(6, 2, key=jax.random.key(0)))
    assert sorted(order) == list(range(6))
    assert order == [*again.train.labels, *again.test.labels]
    assert order != [*other.train.labels, *other.test.labels]
    # Images and labels move together, and x64 changes nothing.
    with jax.enable_x64(not x64):
        np.testing.assert_array_equal(first, data.batches(6, 2, key=jax.random.key(0)))
        np.testing.assert_array_equal(
            train.labels, data.split(whole, test_share=1 / 3, key=jax.random.key(1))[0].labels
        )


def test_split_moves_images_with_their_labels():
    images = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1)
    for part in data.split(data.Dataset(images, np.arange(10)), test_share=0.3, key=jax.random.key(0)):
        np.testing.assert_array_equal(part.images.ravel(), part.labels)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.99, 1.0, -1.0, 2.0])
def test_a_split_with_an_empty_side_is_refused(share):
    whole = data.Dataset(np.zeros((10, 1, 1, 1), np.float32), np.arange(10))
    with pytest.raises(ValueError, match=f"a test share of {share} leaves"):
        data.split(whole, test_share=share)


def test_batches_take_every_example_at_most_once():
    taken = np.asarray(data.batches(11, 3, key=jax.random.key(0)))
    assert taken.shape == (3, 3)
    assert len(set(taken.ravel())) == 9
    assert set(taken.ravel()) <= set(range(11))
    assert data.batches(4, 4, key=jax.random.key(0)).shape == (1, 4)


@pytest.mark.parametrize("size", [0, -1, 11])
def test_an_impossible_batch_is_refused(size):
    with pytest.raises(ValueError, match=f"a batch takes 1 to 10 of 10 examples; got {size}"):
        data.batches(10, size, key=jax.random.key(0))


def test_enlarge_and_pad():
    images = np.array([[[[1.0, 2.0]]]], np.float32)
    whole = data.Dataset(images, np.array([7]))
    np.testing.assert_array_equal(data.enlarge(whole, 2).images, [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])
    np.testing.assert_array_equal(data.pad(whole, 1).images, [[[[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]]])


def test_mnist_is_read_as_written(mnist):
    train, test = data.mnist(mnist)
    np.testing.assert_allclose(train.images[:, 0] * 255, PIXELS, rtol=1e-6)
    np.testing.assert_array_equal(test.labels, LABELS)
    assert train.images.shape == (5, 1, 4, 3)


def test_compressed_files_and_other_spellings_are_found(mnist):
    images = mnist / "train-images-idx3-ubyte"
    (mnist / "train-images.idx3-ubyte.gz").write_bytes(gzip.compress(images.read_bytes()))
    images.unlink()
    assert data.mnist(str(mnist)).train.images.shape == (5, 1, 4, 3)


def test_a_missing_file_is_named(mnist):
    (mnist / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match=r"none of t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz"):
        data.mnist(mnist)


def test_labels_of_other_images_are_refused(mnist):
    (mnist / "train-labels-idx1-ubyte").write_bytes(idx(LABELS[:3]))
    with pytest.raises(ValueError, match=r"do not belong together: shapes \(5, 4, 3\) and \(3,\)"):
        data.mnist(mnist)


@pytest.mark.parametrize(
    ("code", "dtype"), [(0x09, "i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
)
def test_every_type_of_the_format_is_read(tmp_path, code, dtype):
    array = np.array([[1, -2], [3, 100]], dtype)
    (tmp_path / "a").write_bytes(idx(array, code))
    np.testing.assert_array_equal(data.read_idx(tmp_path / "a"), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file, or is cut short"),
        (b"\x00\x00\x08", "is no IDX file, or is cut short"),
        (b"\x89PNG....", r"is no IDX file: it starts with 0x8950 0x4e"),
        (b"\x00\x00\x07\x01\x00\x00\x00\x01\x00", "is no IDX file: it starts with 0x0000 0x07"),
        (idx(LABELS)[:-1], r"promises 5 bytes for \(5,\) and has 4"),
        (idx(LABELS) + b"!", r"promises 5 bytes for \(5,\) and has more"),
        (idx(LABELS)[:6], "is no IDX file, or is cut short"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, message):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(ValueError, match=f"bad {message}"):
        data.read_idx(tmp_path / "bad")


# No time of day inside: workers that collect a second apart have to agree on the test's name.
@pytest.mark.parametrize("content", [b"not gzip at all", gzip.compress(idx(LABELS), mtime=0)[:-9]])
def test_a_damaged_compressed_file_is_named(tmp_path, content):
    (tmp_path / "bad.gz").write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.gz is no IDX file, or is cut short"):
        data.read_idx(tmp_path / "bad.gz")


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(
        ModuleNotFoundError, match=r"the digits data set needs sklearn.*pip install 'gradbook\[lab\]'"
    ):
        data.digits()
