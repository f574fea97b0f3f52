"""The networks: one folder each, plus those that other packages bring by the entry point group `mutuals.connectors`.

A folder is a connector when its `__init__.py` has a `CONNECTOR`. Nothing is listed by hand.
"""

from __future__ import annotations

import logging
import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from mutuals.connectors.contract import Connector

GROUP = "mutuals.connectors"
_log = logging.getLogger(__name__)


@cache
def all_connectors() -> dict[str, Connector]:
    """Every connector by its name, ours first.

    A foreign package that cannot be loaded, offers no `Connector` or takes a name that is used is left out with a
    warning; one of ours that cannot be loaded raises, because the installation is then broken.
    """
    found: dict[str, Connector] = {}
    for module in pkgutil.iter_modules(__path__):
        connector = getattr(import_module(f"{__name__}.{module.name}"), "CONNECTOR", None) if module.ispkg else None
        if isinstance(connector, Connector):
            found[connector.name] = connector
    metadata: Any = import_module("importlib.metadata")  # not above: whoever reads a file begins sooner without it
    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name):
        try:
            foreign = entry.load()
        except Exception as error:  # whatever a stranger's module raises must not stop ours
            _log.warning("The connector %s cannot be loaded: %s", entry.name, error)
            continue
        if isinstance(foreign, Connector) and foreign.name not in found:
            found[foreign.name] = foreign
        else:
            _log.warning("The connector %s is left out: no Connector, or its name is taken.", entry.name)
    return found


def is_ours(connector: Connector) -> bool:
    """Whether its `parse` is in this package: pure and quick, so that it may be asked in a request."""
    return connector.parse.__module__.startswith(f"{__name__}.")


def get(name: str) -> Connector:
    """The connector of that name; raises KeyError naming it."""
    return all_connectors()[name]
