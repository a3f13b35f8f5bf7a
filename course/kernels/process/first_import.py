"""Being called when a module that the zygote has imported is first imported by a kernel's own code."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence


class _Loader(importlib.abc.Loader):
    def __init__(self, module: types.ModuleType, first_use: Callable[[], None]) -> None:
        self.module = module
        self.spec = module.__spec__
        self.first_use = first_use

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self.spec
        self.first_use()


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, loader: _Loader) -> None:
        self.loader = loader

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.loader.module.__name__:
            return None
        sys.meta_path.remove(self)
        return importlib.machinery.ModuleSpec(fullname, self.loader)


def on_first_import(name: str, first_use: Callable[[], None]) -> None:
    """Call back when a preloaded module is first imported by name, before the import statement goes on.

    A notebook may set variables that a module reads when it is imported (`JAX_ENABLE_X64`); the module was
    imported long before, so this is the moment to read them again.
    """
    sys.meta_path.insert(0, _Finder(_Loader(sys.modules.pop(name), first_use)))
