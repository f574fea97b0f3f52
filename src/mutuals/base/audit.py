"""Questions to the journal: who did what to what, when, and which way it came. Newest first, walked by id.

Entries are numbered in about the order in which they are noted, so a time becomes a number by halving, a day of slack on both
sides for what long transactions note late: no index of times has to be kept for a table that only grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from mutuals.base.cells import csv_line
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal

CAME = {
    "staff": "colleagues", "rule": "rules", "machine": "the house itself", "provider": "providers of sign-in",
}  # fmt: skip
"""Which way something came. The journal names who did it, not by which door: screen, program or terminal."""
HEADS = ("id", "at", "kind", "by", "about", "field", "before", "after", "details")
_SLACK = timedelta(days=1)
_PAGE = 1_000
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,60}", re.ASCII)
_KIND = re.compile(r"[a-z_]{1,40}\.(\*|[a-z_]{1,40})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for, "" and None = all. `kind` may be a family, "deal.*"; `until` is not in it any more."""

    by: str = ""
    kind: str = ""
    about: str = ""
    came: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(looked: Looked, *, before: int | None = None) -> QuerySet[Entry]:
    """The entries that fit, newest first, from a place on. Refused: names, kinds and ways that there cannot be."""
    rows = Entry.objects.order_by("-pk")
    for name, value in (("by", looked.by), ("about", looked.about)):
        if value and not _KEY.fullmatch(value):
            raise Refusal("Things are named like person:12, people like staff:3.", fields={name: "Such as staff:3."})
        rows = rows.filter(**{name: value}) if value else rows
    if looked.kind:
        rows = rows.filter(_kind(looked.kind))
    if looked.came:
        rows = rows.filter(_came(looked.came))
    if looked.since is not None:
        rows = rows.filter(at__gte=looked.since, pk__gte=_first_from(looked.since, -_SLACK))
    if looked.until is not None:
        rows = rows.filter(at__lt=looked.until, pk__lte=_first_from(looked.until, _SLACK))
    return rows.filter(pk__lt=before) if before is not None else rows


def kinds() -> list[str]:
    """All kinds that the journal holds, each found by one step in its index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE one AS ((SELECT kind FROM base_entry ORDER BY kind LIMIT 1) UNION ALL"
            " SELECT (SELECT kind FROM base_entry WHERE kind > one.kind ORDER BY kind LIMIT 1) FROM one"
            " WHERE one.kind IS NOT NULL) SELECT kind FROM one WHERE kind IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


def changes_of(entry: Entry) -> list[tuple[str, Any, Any]]:
    """Field, what it was, what it is: of entries that tell both."""
    told = entry.data.get("changes") if isinstance(entry.data, dict) else None
    pairs = told.items() if isinstance(told, dict) else ()
    found = [(name, pair[0], pair[1]) for name, pair in pairs if isinstance(pair, list) and len(pair) == 2]
    if not found and isinstance(entry.data, dict) and {"before", "after"} <= entry.data.keys():
        found = [("", entry.data["before"], entry.data["after"])]
    return found


def lines(looked: Looked, *, told: Any) -> Iterator[str]:
    """A CSV, newest first: a line a changed field, or one for an entry that tells none. `told` writes a value as text."""
    yield csv_line(HEADS)
    before: int | None = None
    while page := list(entries(looked, before=before)[:_PAGE]):
        for entry in page:
            head = (entry.pk, entry.at.isoformat(), entry.kind, entry.by, entry.about)
            changed = changes_of(entry)
            for name, was, now in changed:
                yield csv_line((*head, name, told(was), told(now), ""))
            if not changed:
                yield csv_line((*head, "", "", "", told(entry.data) if entry.data else ""))
        before = page[-1].pk


def _kind(kind: str) -> Q:
    if not _KIND.fullmatch(kind):
        raise Refusal("Kinds are named like deal.won, families like deal.*.", fields={"kind": "Such as deal.won."})
    family = kind.removesuffix("*")
    return Q(kind__in=[one for one in kinds() if one.startswith(family)]) if kind.endswith("*") else Q(kind=kind)


def _came(came: str) -> Q:
    if came not in CAME:
        raise Refusal(f"There are: {', '.join(CAME)}.", fields={"came": "Choose one of them."})
    by_rule = Q(data__has_key="via") | Q(by__startswith="rule:")
    return by_rule if came == "rule" else Q(by__startswith=f"{came}:") & ~by_rule


def _first_from(moment: datetime, slack: timedelta) -> int:
    """About the first number noted at a moment or later; one more than the last where there is none."""
    with suppress(OverflowError):  # at the ends of the calendar
        moment += slack
    ends = Entry.objects.order_by("pk").values_list("pk", flat=True)
    low, high = ends.first() or 0, (ends.last() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = Entry.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low
