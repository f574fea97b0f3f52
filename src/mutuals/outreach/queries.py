"""Questions about segments: which ones somebody sees, who is in them, and in which ones a person is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.outreach.models import Member, Segment
from mutuals.people.models import Person
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff.models import User
from mutuals.staff.permissions import may


def visible_to(user: Any) -> QuerySet[Segment]:
    """The segments that somebody sees: shared ones and their own, without those in the trash. Contractors see none."""
    return with_gone(user).filter(trashed_at=None)


def with_gone(user: Any) -> QuerySet[Segment]:
    """The same with those in the trash."""
    if not may(user, "segment.view"):
        return Segment.objects.none()
    return Segment.objects.filter(Q(is_shared=True) | Q(owner_id=user.pk)).select_related("owner")


def listed(user: Any, *, text: str = "", before: int | None = None, limit: int = 50) -> list[Segment]:
    """Segments by their numbers, the newest first; `text` is a part of their name, folded."""
    rows = visible_to(user)
    rows = rows.filter(name_key__contains=text) if text else rows
    rows = rows.filter(pk__lt=before) if before else rows
    return list(rows.order_by("-pk")[:limit])


def members(user: Any, segment: Segment) -> QuerySet[Person]:
    """The people of a segment whom somebody sees."""
    return visible_people(user).filter(pk__in=Member.objects.filter(segment=segment).order_by().values("member_id"))


def page_of_members(user: Any, segment: Segment, *, after: int = 0, limit: int = 50) -> list[tuple[Person, Any]]:
    """Members by their numbers from one on, with when they came in. It walks the key of members, so it takes as long for a
    million as for ten.
    """
    rows = Member.objects.filter(segment=segment, member_id__gt=after).order_by("member_id")
    since = dict(rows.values_list("member_id", "since")[:limit])
    people = visible_people(user).filter(pk__in=list(since)).select_related("owner")
    return sorted(((one, since[one.pk]) for one in people), key=lambda row: row[0].pk)


def of_person(user: Any, person: Person) -> list[Segment]:
    """The segments in which somebody is, by name."""
    there = Member.objects.filter(member_id=person.canonical_id).order_by().values("segment_id")
    return list(visible_to(user).filter(pk__in=there).order_by("name_key", "pk"))


def is_member(segment: Segment, person: Person) -> bool:
    """Whether somebody is in a segment."""
    return Member.objects.filter(segment=segment, member_id=person.canonical_id).exists()


def held_by(user: User) -> int:
    """How many segments somebody owns."""
    return Segment.objects.filter(owner=user, trashed_at=None).count()


def of_numbers(user: Any, numbers: Sequence[int]) -> dict[int, Segment]:
    """Segments that somebody sees, by number."""
    return {one.pk: one for one in visible_to(user).filter(pk__in=list(numbers))}


def building_on(user: Any, segment: Segment) -> list[Segment]:
    """The segments whose condition asks for this one, by name."""
    return list(visible_to(user).filter(uses__contains=[segment.pk]).order_by("name_key", "pk"))
