"""`course train`: the reference library at work, one network trained from the command line."""

import json as json_module
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import HORIZONTALS
from rich.table import Table

from course.commands import common
from course.commands.common import AsJson, WrongUse
from course.commands.progress import working

if TYPE_CHECKING:
    from course.training.fit import Epoch, Fit

DEVICES = ("cpu", "gpu", "tpu")
DTYPES = ("float32", "bfloat16")
SETTINGS, METRICS, CHECKPOINT, CURVE = "run.json", "metrics.jsonl", "checkpoint", "curve.png"


def train(
    network: Annotated[
        str,
        typer.Argument(help="mlp, cnn, lenet, inception or split-transform-merge.", metavar="NETWORK"),
    ],
    data: Annotated[
        str, typer.Option(help="digits, or a folder with the four files of MNIST.", metavar="digits|FOLDER")
    ] = "digits",
    optimizer: Annotated[str, typer.Option(help="sgd, momentum or nesterov.")] = "momentum",
    rate: Annotated[float, typer.Option(min=0.0, help="Learning rate.")] = 0.05,
    beta: Annotated[float, typer.Option(min=0.0, max=1.0, help="Momentum's.")] = 0.9,
    penalty: Annotated[str, typer.Option(help="none, l1, l2 or elastic.")] = "none",
    strength: Annotated[float, typer.Option(min=0.0, help="Of the penalty.")] = 1e-4,
    decay: Annotated[float, typer.Option(min=0.0, max=1.0, help="Decoupled weight decay a step.")] = 0.0,
    schedule: Annotated[str, typer.Option(help="constant, cosine, exponential or warmup-cosine.")] = "constant",
    batch: Annotated[int, typer.Option(min=1, help="Examples a step.")] = 32,
    epochs: Annotated[int, typer.Option(min=1, help="In all, those of a resumed run included.")] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Settles parameters and order.")] = 0,
    device: Annotated[
        str | None, typer.Option(help="cpu, gpu or tpu; what JAX prefers unless given.", show_default=False)
    ] = None,
    devices: Annotated[int, typer.Option(min=1, help="How many share every batch.", metavar="N")] = 1,
    dtype: Annotated[str, typer.Option(help="float32 or bfloat16: what the network computes in.")] = "float32",
    out: Annotated[
        Path | None,
        typer.Option(help="For checkpoints, metrics.jsonl and curve.png.", show_default=False, metavar="FOLDER"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    json: AsJson = False,
) -> None:
    """Train a network of course.models; the same seed gives the same curve.

    The examples held out for the accuracy are the same for every seed.

    Example: course train lenet --optimizer nesterov --schedule cosine --out runs/lenet
    """
    _require_name("device", device, (None, *DEVICES))
    _require_name("dtype", dtype, DTYPES)
    if resume and out is None:
        raise WrongUse("--resume needs the folder of the run: --out FOLDER")
    if batch % devices:
        raise WrongUse(f"{devices} devices cannot share a batch of {batch}; give a multiple of {devices}")
    settings = {
        "network": network,
        "data": data,
        "optimizer": optimizer,
        "rate": rate,
        "beta": beta,
        "penalty": penalty,
        "strength": strength,
        "decay": decay,
        "schedule": schedule,
        "batch": batch,
        "epochs": epochs,
        "seed": seed,
        "dtype": dtype,
    }
    with _mistakes_of_the_user():
        chosen = _devices(device, devices)
        name = chosen[0].device_kind + (f" x {devices}" if devices > 1 else "")
        # On a terminal `fit` has a bar of its own.
        with nullcontext() if common.messages.is_terminal else working(f"training {network}"):
            parameters, result = _fit(settings, chosen, out, resume)
    if out is not None:
        _rewrite(out / METRICS, "".join(_as_line(epoch) for epoch in result.history))
        _plot(result.history, out / CURVE)
    if json:
        about = {"network": network, "parameters": parameters, "device": name, "dtype": dtype, "seed": seed}
        common.print_json(about | {"epochs": [_row(epoch) for epoch in result.history]})
    else:
        _print_table(f"{network}: {parameters} parameters, {dtype} on {name}, seed {seed}", result.history, out)


def _fit(settings: dict[str, Any], chosen: Sequence[Any], out: Path | None, resume: bool) -> "tuple[int, Fit]":
    """Give the number of parameters and the training run."""
    import jax

    from course.training import classifier, parallel, recipes
    from course.training.fit import Objective, Settings, fit

    with jax.default_device(chosen[0]):
        # What is held out must not depend on the seed: curves of two seeds are to be comparable.
        split = recipes.images(settings["data"], settings["network"], key=jax.random.key(0))
        train, test = split
        classes = 1 + int(max(part.labels.max() for part in split))
        _, channels, height, width = train.images.shape
        net = recipes.network(settings["network"], (channels, height, width), classes)
        beginning, order = jax.random.split(jax.random.key(settings["seed"]))
        params = net.init(key=beginning)
        apply = net.apply
        if settings["dtype"] != "float32":
            apply = recipes.computing_in(settings["dtype"], apply)
        steps = settings["epochs"] * (len(train.labels) // settings["batch"])
        rate = recipes.schedule(settings["schedule"], settings["rate"], max(1, steps))
        optimizer = recipes.optimizer(settings["optimizer"], rate, beta=settings["beta"], decay=settings["decay"])
        penalty = recipes.penalty(settings["penalty"], settings["strength"])
        if out is not None:
            _claim(out, settings, resume)
        objective = Objective(classifier.classification_loss(apply), penalty)
        how = Settings(
            epochs=settings["epochs"],
            batch_size=settings["batch"],
            mesh=parallel.mesh(chosen) if len(chosen) > 1 else None,
            metrics=lambda params: {"accuracy": classifier.accuracy(apply, params, test)},
            checkpoint=out / CHECKPOINT if out is not None else None,
            on_epoch=lambda epoch: _report(epoch, out),
        )
        result = fit(objective, params, train, optimizer, how, key=order)
        return sum(leaf.size for leaf in jax.tree.leaves(params)), result


@contextmanager
def _mistakes_of_the_user() -> Iterator[None]:
    """Turn what the library says of wrong arguments, files and missing extras into one message."""
    try:
        yield
    except (ValueError, OSError, ModuleNotFoundError, FloatingPointError) as error:
        raise WrongUse(str(error)) from error


def _require_name(what: str, name: str | None, names: Sequence[str | None]) -> None:
    if name not in names:
        raise WrongUse(f"there is no {what} {name!r}; there are {', '.join(n for n in names if n)}")


def _devices(kind: str | None, count: int) -> Sequence[Any]:
    """So many devices of a kind, or of what JAX prefers."""
    import jax

    try:
        there = jax.devices(kind)
    except RuntimeError:
        have = ", ".join(sorted({each.platform for each in jax.devices()}))
        raise WrongUse(
            f"there is no {kind} here that JAX can use, only {have}; on a machine with a {kind}, install JAX's "
            f"wheel for it, see https://docs.jax.dev/en/latest/installation.html"
        ) from None
    if count > len(there):
        raise WrongUse(
            f"--devices {count}, and there are {len(there)} of kind {there[0].platform}; on a CPU set "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={count} to try it with simulated ones"
        )
    return there[:count]


def _claim(out: Path, settings: dict[str, Any], resume: bool) -> None:
    """Make the folder that of this run, or check that the run in it is this one.

    Raises:
        WrongUse: it has a run already, and going on is not asked for or would be with other settings.
    """
    path = out / SETTINGS
    # Settings alone are left by a run that failed before its first epoch ended.
    if not any((out / CHECKPOINT).glob("[0-9]*")):
        if resume:
            common.messages.print(f"{out} has no run to go on with; starting one", markup=False)
        out.mkdir(parents=True, exist_ok=True)
    elif not resume:
        raise WrongUse(f"{out} has a run already: go on with it with --resume, or choose another folder")
    else:
        saved = json_module.loads(path.read_text("utf-8"))
        # More epochs only lengthen a run, unless its schedule is laid out over them.
        same = [name for name in settings if name != "epochs" or settings["schedule"] != "constant"]
        for name in same:
            if saved.get(name) != settings[name]:
                raise WrongUse(
                    f"the run in {out} has --{name} {saved.get(name)}, this one {settings[name]}; give the same, "
                    "or choose another folder"
                )
    _rewrite(path, json_module.dumps(settings, indent=2) + "\n")


def _rewrite(path: Path, text: str) -> None:
    """Replace a file as a whole: a reader sees the old text or the new one."""
    part = path.with_name(path.name + ".part")
    common.write_file(part, text)
    part.replace(path)


def _row(epoch: "Epoch") -> dict[str, float]:
    return {"epoch": epoch.number, "loss": epoch.loss, **epoch.metrics, "seconds": round(epoch.seconds, 3)}


def _as_line(epoch: "Epoch") -> str:
    return json_module.dumps(_row(epoch)) + "\n"


def _report(epoch: "Epoch", out: Path | None) -> None:
    """Write an epoch down as it ends; on a terminal the bar of `fit` shows it."""
    if out is not None:
        with (out / METRICS).open("a", encoding="utf-8") as file:
            file.write(_as_line(epoch))
    if not common.messages.is_terminal:
        values = "  ".join(f"{name} {value:.4f}" for name, value in {"loss": epoch.loss, **epoch.metrics}.items())
        common.messages.print(f"epoch {epoch.number}  {values}", markup=False)


def _plot(history: "Sequence[Epoch]", path: Path) -> None:
    """Loss and test accuracy over the epochs; without pyplot, which would look for a display."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    numbers = [epoch.number for epoch in history]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(numbers, [epoch.loss for epoch in history], marker=".")
    left.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    right.plot(numbers, [epoch.metrics["accuracy"] for epoch in history], marker=".")
    right.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1.02))
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)


def _print_table(title: str, history: "Sequence[Epoch]", out: Path | None) -> None:
    common.results.print(title, markup=False, soft_wrap=True)
    table = Table(box=HORIZONTALS)
    for column in ("epoch", "loss", "test accuracy", "seconds"):
        table.add_column(column, justify="right")
    for epoch in history:
        accuracy = f"{epoch.metrics['accuracy']:.1%}"
        table.add_row(f"{epoch.number}", f"{epoch.loss:.4f}", accuracy, f"{epoch.seconds:.2f}")
    common.print_table(table)
    if out is not None:
        common.results.print(f"{out / CURVE}  {out / METRICS}", markup=False, soft_wrap=True)
