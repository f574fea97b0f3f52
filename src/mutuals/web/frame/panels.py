"""What other screens show on the page of a record: cards at the side, sections in the middle, small buttons beside its title.

A screen tells its own in `web/<screen>/panels.py`, found by itself, as `PANELS`. The page of a record asks for them with
`{% panels "case" case "side" %}` and knows nothing of whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from mutuals.base import found

ANY = "*"  # in place of the kinds: on the page of every record


@dataclass(frozen=True)
class Panel:
    """A piece of a record's page. `shown(request, row, key)` gives its HTML, "" where this viewer is to see nothing.

    `kinds` are kinds of records ("person", "organisation", "case", "deal", "idea", "product", "order"), or `ANY`; `key` is the
    record as a text key, "case:12". `where` is "head", "main" or "side". Lower places come first.
    """

    place: int
    kinds: Iterable[str]
    where: str
    shown: Callable[[HttpRequest, Any, str], SafeString | str]


def shown(request: HttpRequest, kind: str, row: Any, where: str) -> SafeString:
    """All panels of that kind of record for that part of its page, one after the other. Each escapes its own words."""
    key = f"{kind}:{row.pk}"
    return mark_safe("".join(panel.shown(request, row, key) for panel in _of(kind, where)))  # noqa: S308  # each escapes its own


@cache
def _of(kind: str, where: str) -> list[Panel]:
    screens = found.parts(found.folders("mutuals.web"), "panels")
    told = [panel for screen in screens for panel in getattr(screen, "PANELS", ())]
    there = [one for one in told if one.where == where and (kind in one.kinds or ANY in one.kinds)]
    return sorted(there, key=lambda one: one.place)
