"""What processes know of memberships: records of the type that the pack brings. Their steps may ask its fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mutuals.processes import kinds
from mutuals.records import own, packs, privacy
from mutuals.records.models import Own
from mutuals.staff.models import User
from mutuals.staff.permissions import may


def register_running() -> None:
    """Open the kind `membership`. Runs at start-up; the type is looked for whenever something is asked."""
    kinds.about(
        packs.MEMBERSHIP.key,
        label="Membership",
        keys=("own",),
        record=packs.MEMBERSHIP.record,
        read=_read,
        shown=_shown,
        sees=_sees,
        theirs=_theirs,
        fill=_fill,
    )


def _rows(keys: Sequence[str]) -> list[Own]:
    numbers = [int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == "own"]
    rows = Own.objects.filter(pk__in=numbers, type__key=packs.MEMBERSHIP.key, trashed_at=None)
    return list(rows.select_related("type", "team"))


def _read(keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    return {
        f"own:{row.pk}": {
            "title": row.title_key, "number": row.number, "owner": row.owner_id, "team": row.team.name if row.team else None,
            "created": row.created_at, "changed": row.changed_at,
            **{f"custom.{key}": value for key, value in row.custom.items()},
        }
        for row in _rows(keys)
    }  # fmt: skip


def _shown(keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    return {f"own:{row.pk}": (row.title, f"/own/{row.pk}/") for row in _rows(keys)}


def _sees(user: User, keys: Sequence[str]) -> Collection[str]:
    return {f"own:{row.pk}" for row in _rows(keys)} if may(user, "own.view") else set()


def _theirs(person_ids: Sequence[int]) -> Collection[str]:
    return {f"own:{number}" for number in privacy.naming(person_ids)}


def _fill(about: str, values: Mapping[str, Any], by: User, now: datetime) -> None:
    """What a step asks for: own fields by their names in conditions, and the title."""
    for row in _rows([about]):
        custom = {name.removeprefix("custom."): value for name, value in values.items() if name.startswith("custom.")}
        rest = {name: value for name, value in values.items() if not name.startswith("custom.")}
        own.edit(row, by=by, changes={**rest, "custom": custom}, now=now)
