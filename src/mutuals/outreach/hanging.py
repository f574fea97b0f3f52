"""What hangs on people here: that somebody picked them for a segment. Who fits a condition follows from what they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from mutuals.outreach.models import Pick, Response, Touch
from mutuals.people import stirred
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("picked for segments", _count, "person", _things, _move))
    register(Hanging("spoken to", _touches, "person", _touched, _move_touches))
    register(Hanging("answers to campaigns", _answers, "person", _answered, _move_answers))


def _count(person_ids: Ids, _profile_ids: Ids) -> int:
    return Pick.objects.filter(person_id__in=person_ids).count()


def _things(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Pick.objects.filter(person_id__in=person_ids).select_related("segment").order_by("pk")
    return [Thing(row.pk, f"Picked for “{row.segment}”", row.person_id) for row in rows]


def _move(moves: Sequence[Move]) -> set[int]:
    """Where the other person was picked as well, both stay."""
    went = set()
    for move in moves:
        row = Pick.objects.filter(pk=move.id, person_id=move.holder).first()
        if row is None or Pick.objects.filter(segment=row.segment_id, person_id=move.to).exists():
            continue
        Pick.objects.filter(pk=row.pk).update(person_id=move.to)
        went.add(row.pk)
        stirred.stirred([move.holder, move.to])
    return went


def _touches(person_ids: Ids, _profile_ids: Ids) -> int:
    return Touch.objects.filter(person_id__in=person_ids).count()


def _touched(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Touch.objects.filter(person_id__in=person_ids).select_related("campaign").order_by("pk")
    return [Thing(row.pk, f"Spoken to by “{row.campaign}” on {row.at:%d %b %Y}", row.person_id) for row in rows]


def _move_touches(moves: Sequence[Move]) -> set[int]:
    """Where the other person was spoken to in the same wave as well, both stay."""
    went = set()
    for move in moves:
        row = Touch.objects.filter(pk=move.id, person_id=move.holder).first()
        theirs = Touch.objects.filter(person_id=move.to)
        if row is None or theirs.filter(campaign=row.campaign_id, wave=row.wave).exists():
            continue
        Touch.objects.filter(pk=row.pk).update(person_id=move.to)
        went.add(row.pk)
    return went


def _answers(person_ids: Ids, profile_ids: Ids) -> int:
    return Response.objects.filter(Q(person_id__in=person_ids) | Q(profile_id__in=profile_ids)).count()


def _answered(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    """Those that were noted by hand; an answer in a message goes with its profile by itself."""
    rows = Response.objects.filter(person_id__in=person_ids).select_related("campaign").order_by("pk")
    return [Thing(row.pk, f"Answer to “{row.campaign}”", row.person_id) for row in rows if row.person_id is not None]


def _move_answers(moves: Sequence[Move]) -> set[int]:
    went = set()
    for move in moves:
        row = Response.objects.filter(pk=move.id, person_id=move.holder, said_in="").first()
        theirs = Response.objects.filter(person_id=move.to, said_in="")
        if row is None or theirs.filter(campaign=row.campaign_id).exists():
            continue
        Response.objects.filter(pk=row.pk).update(person_id=move.to)
        went.add(row.pk)
    return went
