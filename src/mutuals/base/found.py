"""What registers itself by where it stands: the modules of a folder, and the modules of one name that folders may have.

Nothing of Django is loaded here, because commands on files alone begin without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any


def modules(package: str) -> list[Any]:
    """The modules of a package, loaded, in the order of the alphabet. Those that begin with _ are its own affair."""
    return [import_module(name) for name in _names(package, folders=False)]


def folders(package: str) -> list[str]:
    """The full names of the packages in a package, in the order of the alphabet."""
    return _names(package, folders=True)


def parts(packages: Iterable[str], part: str) -> list[Any]:
    """The module `part` of each of `packages` that has one, loaded, in their order."""
    return [import_module(f"{one}.{part}") for one in packages if find_spec(f"{one}.{part}")]


def _names(package: str, *, folders: bool) -> list[str]:
    there = iter_modules(import_module(package).__path__)
    return sorted(f"{package}.{one.name}" for one in there if one.ispkg is folders and not one.name.startswith("_"))
