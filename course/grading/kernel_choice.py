"""Which kernel a notebook runs in: a sandboxed one, unless the instructor has said that it need not be."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets.config import Config

from course.grading.config import Gradbook
from course.kernels.provisioner import KERNEL, add_kernel_specification
from course.kernels.sandbox import namespaces

CACHE = "kernel-cache"


def require_sandbox(config: Gradbook) -> None:
    """Refuse to grade where code written by others could not be kept apart.

    Raises:
        course.kernels.sandbox.namespaces.SandboxUnavailableError: with the reason and what to do, unless
            `Gradbook.sandbox` is False.
    """
    if config.sandbox:
        namespaces.require()


def cache_folder(config: Gradbook, assignment: str) -> Path:
    """Give the folder of compiled programs that every student's kernel may read, none may write."""
    return config.folder / ".course" / CACHE / assignment


def choose(config: Config, nb: NotebookNode, assignment: str, configured: str = "") -> tuple[str, Config]:
    """Give the kernel's name and what is to be configured for it.

    A submission has no say in it: whatever its kernel specification names, the instructor's configuration decides.

    Args:
        config: nbgrader's configuration.
        nb: the notebook.
        assignment: its assignment, whose cache and withheld modules count.
        configured: the kernel that the configuration names.
    """
    course, settings = Gradbook(config=config), Config()
    if not course.sandbox and not _is_python(nb):
        return configured, settings
    add_kernel_specification()
    kernel: dict[str, Any] = {"sandbox": "namespaces" if course.sandbox else "none"}
    cache = cache_folder(course, assignment)
    if "cache" not in config.ZygoteProvisioner and assignment and cache.is_dir():
        kernel["cache"] = str(cache)
    if assignment in course.withheld:
        kernel["withheld"] = list(course.withheld[assignment])
    settings.ZygoteProvisioner.update(kernel)
    return KERNEL, settings


def _is_python(nb: NotebookNode) -> bool:
    about = nb.metadata.get("kernelspec", {})
    return about.get("language", "python") == "python" and "python" in about.get("name", "python")
