"""Two ideas that are one, and the trash. Both are undone without loss: votes and askers stay where they were given."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.communities.ideas import Gone, held
from mutuals.communities.models import Idea
from mutuals.communities.queries import root
from mutuals.communities.rollups import recount
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def merge(idea: Idea, *, into: Idea, by: User, now: datetime) -> Idea:
    """Let one idea go into another, which is given back with the votes and askers of both counted. Twice is once.

    What runs about the idea that goes waits until it is parted again. Refused: an idea into itself, Gone.
    """
    require(by, "idea.edit")
    del now
    gate.enter()
    for number in sorted({root(idea.pk), root(into.pk)}):  # in one order, so that two who merge never wait in a circle
        held(Idea(pk=number))
    row, to = Idea.objects.filter(pk=idea.pk).first(), held(into)
    if row is None or row.trashed_at is not None:
        raise Gone("This idea is in the trash, or not there any more.")
    if row.merged_into_id is not None and root(row.pk) == to.pk:
        return to
    if row.pk == to.pk:
        raise Refusal("That is one and the same idea.", fields={"into": "Choose another one."})
    if row.merged_into_id is not None:
        raise Refusal("It was merged into another idea meanwhile; part them first.")
    Idea.objects.filter(pk=row.pk).update(merged_into=to)
    recount([to.pk])
    journal.note("idea.merged", row, by=by, into=to.pk)
    journal.note("idea.took_in", to, by=by, idea=row.pk)
    to.refresh_from_db()
    return to


@transaction.atomic
def part(idea: Idea, *, by: User) -> Idea:
    """Take a merge back: the idea stands for itself again, with what was merged into it before. Twice is once.

    Refused: Gone.
    """
    require(by, "idea.edit")
    gate.enter()
    held(idea)  # what it became
    row = Idea.objects.select_for_update(no_key=True, of=("self",)).get(pk=idea.pk)
    if row.merged_into_id is None:
        return row
    was = root(row.pk)
    Idea.objects.filter(pk=row.pk).update(merged_into=None)
    recount([was, row.pk])
    journal.note("idea.parted", row, by=by, **{"from": was})
    row.refresh_from_db()
    return row


@transaction.atomic
def trash(idea: Idea, *, by: User, now: datetime) -> Idea:
    """Put it into the trash: out of every list, and restored whole. Twice is once."""
    require(by, "idea.edit")
    return _trash(idea, by=by, at=now)


@transaction.atomic
def restore(idea: Idea, *, by: User) -> Idea:
    """Take it out of the trash. Twice is once."""
    require(by, "idea.edit")
    return _trash(idea, by=by, at=None)


def _trash(idea: Idea, *, by: User, at: datetime | None) -> Idea:
    row = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(pk=root(idea.pk)).first()
    if row is None:
        raise Gone("This idea is not there any more.")
    if (row.trashed_at is None) != (at is None):
        row.trashed_at, row.trashed_by = at, by if at else None
        row.save(update_fields=["trashed_at", "trashed_by"])
        journal.note("idea.trashed" if at else "idea.restored", row, by=by)
    return row
