"""Which act every operation of the API and every other address needs. A new one that is not named here fails the test.

One file an area, found by its name: `OPERATIONS` (of the API), `ROUTES` (every other address), `BODIES`. Who may do an act is
in `mutuals.staff.permissions.ACTS`; docs/access.md is made of both.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

EVERYBODY = "everybody"
SIGNED_IN = "anybody signed in"
SIGNATURE = "who holds the secret of the source"
"""No role helps: the connector checks the signature of each delivery."""

FOREIGN = ("accounts/",)
"""Addresses of the sign-in library, open by their nature: it asks for the password itself."""

FORM: dict[str, str] = {
    "name": "Workshop",
    "pillar": "sales",
    "email": "dora@kettleworks.example",
    "role": "staff",
    "zone": "UTC",
    "retention_days": "30",
}
"""What is posted to every screen: enough for the forms that ask for the act only once they are filled in."""

OPERATIONS: dict[str, str] = {}
"""Method and path of every operation, and its act."""

ROUTES: dict[str, dict[str, str]] = {}
"""Every address that is not an operation: its pattern, and the act that each method needs."""

BODIES: dict[str, object] = {}
"""Bodies with which the act is reached; the others are refused by their form, after the question who asks."""


def _take(all_of: dict[str, Any], one: dict[str, Any], area: str) -> None:
    twice = all_of.keys() & one.keys()
    assert not twice, f"tests/access/expected/{area}.py names what another file names: {sorted(twice)}"
    all_of.update(one)


for _area in sorted(found.name for found in iter_modules(__path__)):
    _told = import_module(f"{__name__}.{_area}")
    _take(OPERATIONS, getattr(_told, "OPERATIONS", {}), _area)
    _take(ROUTES, getattr(_told, "ROUTES", {}), _area)
    _take(BODIES, getattr(_told, "BODIES", {}), _area)
