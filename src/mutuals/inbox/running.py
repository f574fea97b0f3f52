"""Cases as a kind of thing that runs in processes: how they are read, shown and filled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from mutuals.base.filters import record
from mutuals.base.refusals import Refusal
from mutuals.inbox import case_close, case_edit, stepped
from mutuals.inbox.cases import visible_to
from mutuals.inbox.models import Case, Outcome, Purpose
from mutuals.processes import kinds
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_FILLED = ("title", "priority", "severity", "kind", "pillar")
_SAID = {"purpose": Purpose.values, "outcome": Outcome.values, "result": None}


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
        at_end=stepped.AT_END,
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
    """Write what a step asks for: title, priority, severity, sort, pillar; for an end purpose, outcome and result.

    Refused: another field, a value that there is not.
    """
    known = (*_FILLED, *_SAID)
    unknown = [name for name in values if name not in known]
    if unknown:
        raise Refusal(f"Of a case {', '.join(known)} are filled in here.", fields={unknown[0]: "Not filled in here."})
    row = stepped.locked(about)
    require(by, "case.edit", row)
    said = {name: str(value) for name, value in values.items() if name in _SAID}
    for name, value in said.items():
        choices = _SAID[name]
        if choices is not None and value not in choices:
            raise Refusal(f"“{name}” is one of: {', '.join(choices)}.", fields={name: f"One of: {', '.join(choices)}."})
    if len(said.get("result", "")) > case_close.LONGEST:
        words = f"At most {case_close.LONGEST:,} letters."
        raise Refusal(words, fields={"result": words})
    if said:
        Case.objects.filter(pk=row.pk).update(
            **{name: value.replace("\0", "") for name, value in said.items()}, changed_at=now
        )
    told = {name: value for name, value in values.items() if name in _FILLED}
    if told:
        case_edit.edit(row, by=by, now=now, changes=told)


def _numbers(keys: Sequence[str]) -> list[int]:
    return [int(number) for sort, _, number in (key.partition(":") for key in keys) if sort == "case"]
