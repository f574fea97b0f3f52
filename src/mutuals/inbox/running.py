"""Cases as a kind of thing that runs in processes: how they are read, shown and filled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from mutuals.base import journal
from mutuals.base.filters import record
from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox import stepped
from mutuals.inbox.cases import visible_to
from mutuals.inbox.models import Case, Priority
from mutuals.processes import kinds
from mutuals.staff.models import Pillar, User
from mutuals.staff.permissions import require

_FILLED = ("title", "priority", "pillar")


def register_running() -> None:
    """Let cases run in processes; called at start-up."""
    kinds.about(
        "case",
        label="Case",
        record="case",
        read=read,
        shown=shown,
        sees=sees,
        theirs=theirs,
        fill=fill,
        entered=stepped.entered,
    )


def read(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The fields of cases that are there, by key."""
    names = [one.name for one in record("case").fields]
    rows = Case.objects.filter(pk__in=_numbers(keys)).values_list("pk", *(one.path for one in record("case").fields))
    return {f"case:{pk}": dict(zip(names, values, strict=True)) for pk, *values in rows}


def shown(keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Their names and addresses."""
    return {f"case:{row.pk}": (str(row), f"/cases/{row.pk}/") for row in Case.objects.filter(pk__in=_numbers(keys))}


def sees(user: User, keys: Sequence[str]) -> Collection[str]:
    """Those that somebody may see."""
    found = visible_to(user).filter(pk__in=_numbers(keys)).values_list("pk", flat=True)
    return {f"case:{pk}" for pk in found}


def theirs(person_ids: Sequence[int]) -> Collection[str]:
    """Cases of some people, and of the conversations that they began."""
    ids = list(person_ids)
    rows = Case.objects.filter(Q(person__in=ids) | Q(conversation__opener__person__in=ids)).exclude(item=None)
    return {f"case:{pk}" for pk in rows.values_list("pk", flat=True)}


def fill(about: str, values: Mapping[str, Any], by: User, now: datetime) -> None:
    """Write what a step asks for: title, priority or pillar. Refused: another field, a value that there is not."""
    del now
    unknown = [name for name in values if name not in _FILLED]
    if unknown:
        raise Refusal(f"Of a case {', '.join(_FILLED)} are filled in here.", fields={unknown[0]: "Not filled in here."})
    row = stepped.locked(about)
    require(by, "case.edit", row)
    for name, value in values.items():
        choices = {"priority": Priority.values, "pillar": Pillar.values}.get(name)
        if choices is not None and value not in choices:
            words = f"One of: {', '.join(choices)}."
            raise Refusal(f"“{name}” is one of: {', '.join(choices)}.", fields={name: words})
        setattr(row, name, value if choices else one_line(value, what="Title", longest=200))
    row.save(update_fields=list(values))
    journal.note(
        "case.changed", stepped.about_of(row), by=by, case=row.reference, state=row.state, priority=row.priority
    )


def _numbers(keys: Sequence[str]) -> list[int]:
    return [int(number) for sort, _, number in (key.partition(":") for key in keys) if sort == "case"]
