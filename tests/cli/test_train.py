"""`course train`: the curve is the seed's, a run goes on where it stopped, and mistakes end with one message."""

import json
import struct
import sys

import jax
import numpy as np
import pytest

from course.commands.train import DEVICES, DTYPES
from course.training import recipes

MLP = ("train", "mlp", "--batch", "64")


@pytest.fixture(autouse=True)
def _compile_fast():
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


def curve(run):
    """What an epoch gives, without its time."""
    assert run.code == 0, run.err
    document = json.loads(run.out)
    assert set(document) == {"network", "parameters", "device", "dtype", "seed", "epochs"}
    return [(row["epoch"], row["loss"], row["accuracy"]) for row in document["epochs"]]


def told(run):
    """The messages without the terminal's line breaks."""
    return " ".join(run.err.split())


def test_a_seed_settles_the_curve(course):
    first = curve(course(*MLP, "--epochs", 2, "--seed", 3, "--json"))
    assert [number for number, _, _ in first] == [1, 2]
    assert first[1][1] < first[0][1] < np.log(10)
    assert curve(course(*MLP, "--epochs", 2, "--seed", 3, "--json")) == first
    other = curve(course(*MLP, "--epochs", 2, "--seed", 4, "--json"))
    assert all(a[1] != b[1] for a, b in zip(first, other, strict=True))


def test_a_resumed_run_is_the_uninterrupted_one(course, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    uninterrupted = curve(course(*MLP, "--epochs", 3, "--out", whole, "--json"))
    begun = course(*MLP, "--epochs", 1, "--out", parts, "--resume", "--json")
    assert "starting" in begun.err
    assert curve(begun) == uninterrupted[:1]

    refused = course(*MLP, "--epochs", 3, "--out", parts)
    assert refused.code == 2
    assert "--resume" in refused.err
    other = course(*MLP, "--epochs", 3, "--out", parts, "--resume", "--rate", 0.5)
    assert other.code == 2
    assert "--rate 0.05" in told(other)

    # What an interruption between checkpoint and log would leave out comes back.
    (parts / "metrics.jsonl").write_text("", "utf-8")
    assert curve(course(*MLP, "--epochs", 3, "--out", parts, "--resume", "--json")) == uninterrupted
    for folder in (whole, parts):
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()]
        assert [(row["epoch"], row["loss"], row["accuracy"]) for row in rows] == uninterrupted
        assert (folder / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_schedule_is_not_stretched_by_resuming(course, tmp_path):
    begun = course(*MLP, "--epochs", 1, "--schedule", "cosine", "--out", tmp_path)
    assert begun.code == 0, begun.err
    longer = course(*MLP, "--epochs", 2, "--schedule", "cosine", "--out", tmp_path, "--resume")
    assert longer.code == 2
    assert "--epochs 1" in told(longer)


def write_mnist(folder, count):
    """Images that a network can tell apart: class c is bright in row 2c."""
    for part in ("train", "t10k"):
        labels = np.arange(count, dtype="u1") % 10
        images = np.zeros((count, 28, 28), "u1")
        images[np.arange(count), 2 * labels] = 255
        (folder / f"{part}-images-idx3-ubyte").write_bytes(
            struct.pack(">HBB3I", 0, 8, 3, *images.shape) + images.tobytes()
        )
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + labels.tobytes())


def test_mnist_from_a_folder_and_a_table_for_a_person(course, tmp_path):
    write_mnist(tmp_path, 80)
    run = course(
        *("train", "mlp", "--data", tmp_path, "--batch", 8, "--epochs", 3, "--dtype", "bfloat16"),
        *("--optimizer", "nesterov", "--penalty", "l2", "--decay", "1e-5", "--schedule", "warmup-cosine"),
    )
    assert run.code == 0, run.err
    # 128 units on 784 pixels, 64, and 10, each with a bias.
    assert str(128 * 785 + 64 * 129 + 10 * 65) in run.out
    assert "bfloat16" in run.out
    assert "100.0%" in run.out
    assert "epoch 3  loss" in run.err


MISTAKES = {
    "network": (["transformer"], "split-transform-merge"),
    "optimizer": (["mlp", "--optimizer", "adam"], "nesterov"),
    "penalty": (["mlp", "--penalty", "l0"], "elastic"),
    "schedule": (["mlp", "--schedule", "step"], "warmup-cosine"),
    "device": (["mlp", "--device", "abacus"], "cpu, gpu, tpu"),
    "absent-device": (["mlp", "--device", "tpu"], "there is no tpu here"),
    "dtype": (["mlp", "--dtype", "float8"], "bfloat16"),
    "too-many-devices": (["mlp", "--batch", "1024", "--devices", "1024"], "--devices 1024, and there are"),
    "indivisible": (["mlp", "--batch", "32", "--devices", "3"], "give a multiple of 3"),
    "large-batch": (["mlp", "--batch", "100000"], "100000"),
    "no-mnist": (["mlp", "--data", "docs"], "MNIST is four IDX files"),
    "resume-nowhere": (["mlp", "--resume"], "--out"),
    "diverging": (["mlp", "--rate", "1e30", "--epochs", "1"], "smaller learning rate"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_with_one_message(course, mistake):
    arguments, message = MISTAKES[mistake]
    run = course("train", *arguments, "--json")
    assert run.code == 2
    assert run.out == ""
    assert message in told(run)
    assert "Traceback" not in run.err


@pytest.mark.parametrize(("module", "arguments"), [("sklearn.datasets", []), ("orbax.checkpoint", ["--out"])])
def test_a_missing_extra_is_named(course, tmp_path, monkeypatch, module, arguments):
    monkeypatch.setitem(sys.modules, module, None)
    run = course("train", "mlp", *arguments, *([tmp_path / "run"] if arguments else []))
    assert run.code == 2
    assert "pip install 'gradbook[lab]'" in told(run)
    assert "Traceback" not in run.err
    monkeypatch.delitem(sys.modules, module)
    if arguments:
        # What failed before its first epoch has not taken the folder.
        again = course(*MLP, "--epochs", 1, "--out", tmp_path / "run")
        assert again.code == 0, again.err


def test_the_help_lists_every_name(course):
    text = course("train", "--help").out
    names = (*recipes.NETWORKS, *recipes.OPTIMIZERS, *recipes.PENALTIES, *recipes.SCHEDULES, *DEVICES, *DTYPES)
    for name in names:
        assert name in text
