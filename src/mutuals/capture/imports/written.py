"""What an import wrote, so that it can be taken back (decision 0020): one statement for each batch of rows.

Every planner tells in its `apply` what its bulk statements made and changed, by `keep`. Rows that say what is
known already are told too, without a value: what a second import vouches for is not taken back with the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from mutuals.base import bulk
from mutuals.base.models import Batch, Change
from mutuals.capture.models import Import
from mutuals.people.models import Person, Profile

_CONFLICT = """(batch_id, about) DO UPDATE SET made = base_change.made OR excluded.made,
before = excluded.before || base_change.before, after = base_change.after || excluded.after"""
"""A row that two batches of one import wrote: as it was before the first, and as the last left it."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """One record that a batch of rows wrote: `about` is its text key ("deal:12"), and plain values of each field by name.

    `made`: the import made the row; `after` then holds what it wrote, by which a later edit is known. Neither made nor with
    values: the file says what stood there already, and so vouches for it.
    """

    about: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    made: bool = False


def keep(of: Import, wrote: Iterable[Wrote]) -> None:
    """Write down what a batch of rows wrote, in the caller's transaction. Undoing goes the other way: last told, first undone.

    So what stands on another is told after it: persons, then their profiles. Values are as JSON keeps them; none for an import
    without a batch (one whose run began before there was one).
    """
    if of.batch is None:
        return
    rows: dict[str, Wrote] = {}
    for one in wrote:
        was = rows.get(one.about)
        rows[one.about] = _joined(was, one) if was else one
    told = [
        (of.batch_id, one.about, one.made, json.dumps(one.before), json.dumps(one.after), "") for one in rows.values()
    ]
    bulk.insert(Change, ("batch_id", "about", "made", "before", "after", "said"), told, conflict=_CONFLICT)


def begin(of: Import) -> None:
    """The batch of an import that is about to run; one that ran on is left as it is."""
    if of.batch is None:
        of.batch = Batch.objects.create(
            kind="import",
            record=of.target[:40],
            words=f"Import of {of.file_name}"[:300],
            by=f"staff:{of.by_id}",
            todo={"upto": _upto()},
        )
        of.save(update_fields=["batch"])


def _upto() -> dict[str, int]:
    """The newest person and profile before the run: what posts make after it came by them."""
    return {
        name: int(model._default_manager.aggregate(most=Max("pk"))["most"] or 0)
        for name, model in (("person", Person), ("profile", Profile))
    }


def _joined(was: Wrote, one: Wrote) -> Wrote:
    return Wrote(one.about, {**one.before, **was.before}, {**was.after, **one.after}, was.made or one.made)
