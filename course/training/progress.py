"""The progress bar of a training run, on stderr."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def progress_bar(progress: bool | None) -> Progress:
    """Give a bar over epochs with a description beside it; only on a terminal unless `progress` says."""
    console = Console(stderr=True)
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not (console.is_terminal if progress is None else progress),
    )
