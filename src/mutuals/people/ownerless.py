"""Nothing is nobody's: what has no owner, by kind, with counts; given to somebody in one act. Rooms above tell their kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base.patience import TooSlow, within
from mutuals.base.refusals import Refusal
from mutuals.people import many, organisations
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

COUNTED = 10_000
"""So far is counted; more is "more than"."""
_PATIENCE = 4.0
_TOO_SLOW = "This takes too long to count."


@dataclass(frozen=True, slots=True)
class Loose:
    """One kind of record that somebody is to look after.

    `rows(viewer)` are those without an owner, the newest first; `give(ids, to, by, now)` gives them to somebody and says how
    many went. `way` begins the address of one, `right` is needed to see them.
    """

    name: str
    words: str
    way: str
    right: str
    rows: Callable[[User], QuerySet[Any]]
    give: Callable[[Sequence[int], User, User, datetime], int]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a kind are nobody's; `is_whole` False: more than that. None: it could not be counted in time."""

    kind: Loose
    number: int | None
    is_whole: bool = True


_kinds: dict[str, Loose] = {}


def tell(kind: Loose) -> None:
    """A room tells, at start-up, what of its own may be without an owner. The same name again replaces."""
    _kinds[kind.name] = kind


def kinds(viewer: User) -> list[Loose]:
    """The kinds that a user sees."""
    return [one for one in _kinds.values() if may(viewer, one.right)]


def counts(viewer: User) -> list[Count]:
    """How many of each kind are nobody's, of those that the viewer sees."""
    require(viewer, "ownerless.view")
    return [_count(one, viewer) for one in kinds(viewer)]


def rows(name: str, viewer: User, *, limit: int = 50) -> list[Any]:
    """The newest of one kind that are nobody's. Refused: no such kind."""
    require(viewer, "ownerless.view")
    return list(_kind(name, viewer).rows(viewer)[:limit])


def give(name: str, ids: Sequence[int], *, to: User, by: User, now: datetime) -> int:
    """Give some of a kind to somebody; those that somebody looks after by now stay theirs. How many went.

    Refused: an owner without access, more than 200.
    """
    kind = _kind(name, by)
    if not to.is_active:
        raise Refusal(f"{to} has no access any more.", fields={"owner": "Choose somebody who works here."})
    if len(set(ids)) > many.MOST:
        raise Refusal(f"At most {many.MOST} at once.")
    free = list(kind.rows(by).filter(pk__in=list(ids)).values_list("pk", flat=True))
    return kind.give(free, to, by, now) if free else 0


def _count(kind: Loose, viewer: User) -> Count:
    try:
        with within(_PATIENCE, _TOO_SLOW):
            number = kind.rows(viewer).order_by().values("pk")[: COUNTED + 1].count()
    except TooSlow:
        return Count(kind, None, is_whole=False)
    return Count(kind, min(number, COUNTED), number <= COUNTED)


def _kind(name: str, viewer: User) -> Loose:
    found = next((one for one in kinds(viewer) if one.name == name), None)
    if found is None:
        there = ", ".join(one.name for one in kinds(viewer))
        raise Refusal(f"There is no kind “{name[:40]}”. There are: {there}.", fields={"kind": "Choose one."})
    return found


def tell_ours() -> None:
    """The kinds of this room; called with what hangs on people."""
    tell(Loose("people", "People", "/customers/", "person.view", _people, _give_people))
    tell(Loose("organisations", "Organisations", "/organisations/", "organisation.view", _houses, _give_houses))


def _people(viewer: User) -> QuerySet[Any]:
    return visible_to(viewer).filter(owner=None, trashed_at=None).order_by("-pk")


def _give_people(ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    return len(many.give(dict.fromkeys(ids, to.pk), by=by, now=now))


def _houses(viewer: User) -> QuerySet[Any]:
    return organisations_visible_to(viewer).filter(owner=None, trashed_at=None).order_by("-pk")


def _give_houses(ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    found = organisations_visible_to(by).filter(pk__in=ids, owner=None).order_by("pk")
    return len([organisations.edit(row, by=by, changes={"owner": to}, now=now) for row in found])
