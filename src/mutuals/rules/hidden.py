"""Addresses that rules call: the rest of one is as often as not a key, so who may not manage sources reads the host alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mutuals.rules import registry
from mutuals.staff.models import User
from mutuals.staff.permissions import may

_ADDRESS = re.compile(r"(https?://)([^\s/?#\\@]*@)?([^\s/?#\\@]+)(\S*)", re.IGNORECASE)
"""Scheme, name and password, host with port, and the rest, however it begins: a path, a query, two slashes, a backslash."""
_KEPT_BACK = "/… (kept back)"  # no address of the web, so that nobody writes it back by mistake


def words(told: str) -> str:
    """A text with the hosts of its addresses alone."""
    return _ADDRESS.sub(_host, told)


def _host(found: re.Match[str]) -> str:
    scheme, login, host, rest = found.groups()
    return found[0] if not login and rest in ("", "/") else f"{scheme}{host}{_KEPT_BACK}"


def answers(act: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of an act with the hosts of its addresses alone; all of them where nobody offers the act any more."""
    known = registry.find(act)
    names = {one.name for one in known.parameters if one.kind == "address"} if known else set(told)
    return {name: words(value) if name in names and isinstance(value, str) else value for name, value in told.items()}


def body(told: Mapping[str, Any], viewer: User) -> dict[str, Any]:
    """What a rule says, as `viewer` may read it."""
    made = dict(told)
    if not may(viewer, "source.manage"):
        made |= {part: [_step(one) for one in told[part]] for part in ("then", "otherwise") if told.get(part)}
    return made


def _step(told: Any) -> Any:
    if not isinstance(told, Mapping):
        return told
    return {act: answers(act, given) if isinstance(given, Mapping) else given for act, given in told.items()}


def steps(told: Iterable[Mapping[str, Any]], viewer: User | None = None) -> list[dict[str, Any]]:
    """What a firing did, as `viewer` may read it, or as it leaves the house where there is none."""
    if viewer is not None and may(viewer, "source.manage"):
        return [dict(one) for one in told]
    return [_done(one) for one in told]


def _done(told: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(told.get("with") or {})
    covered = answers(told["act"], given)
    if covered == given:
        return dict(told)
    return {**told, "with": covered, **{key: words(told[key]) for key in ("did", "failed") if key in told}}
