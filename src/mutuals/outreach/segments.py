"""Acts on segments: name one, change what it asks, pick people by hand, stop and go on, the trash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from mutuals.base import clock, gate, journal
from mutuals.base.filters import Condition, Refused, check, from_json, record, to_json
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal, one_line
from mutuals.outreach import asking, queries, renewing
from mutuals.outreach.models import Pick, Segment, SegmentState
from mutuals.people import stirred
from mutuals.people.models import Person
from mutuals.people.names import fold
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 500  # segments of a house: each is renewed for everybody who changes
MOST_PICKED = 10_000  # people of one act
LONGEST_NAME, LONGEST_WORDS = 80, 500


class Gone(Refusal):
    """The segment is not there any more."""

    def __init__(self) -> None:
        super().__init__("This segment is not there any more.")


@transaction.atomic
def add(
    *,
    by: User,
    now: datetime,
    name: str,
    condition: Condition | Mapping[str, Any] | None = None,
    people: Sequence[int] = (),
    words: str = "",
    is_shared: bool = True,
) -> Segment:
    """A segment of those whom a condition tells, or, without one, of people who are picked by hand.

    Who fits is looked for by a job. Refused: a name that is used, a condition that `by` may not ask or that leads in a
    circle, more than `MOST` segments.
    """
    require(by, "segment.edit")
    gate.enter()
    in_turn(Space.SEGMENTS)
    if Segment.objects.filter(trashed_at=None).count() >= MOST:
        raise Refusal(f"There are {MOST} segments already. Put one into the trash first.")
    told = None if condition is None else _condition(condition, by)
    row = Segment(is_fixed=told is None, condition=told, owner=by, is_shared=is_shared, began_at=now)
    _named(row, name)
    row.words = one_line(words, what="Words", longest=LONGEST_WORDS, needed=False)
    _saved(row)
    _settled([row.pk], now=now)
    journal.note("segment.added", row, by=by, fixed=row.is_fixed)
    if people:
        put_in(row, people, by=by, now=now)
    return _fresh(row)


@transaction.atomic
def change(segment: Segment, *, by: User, changes: Mapping[str, Any], now: datetime) -> Segment:
    """Change `name`, `words`, `is_shared`, `owner` (a user) or `condition`. Everybody is looked at anew where who fits may have
    changed. Twice is once. Refused: as `add`; a condition for people who are picked by hand, and Gone.
    """
    require(by, "segment.edit")
    gate.enter()
    in_turn(Space.SEGMENTS)
    row = held(segment)
    unknown = sorted(set(changes) - {"name", "words", "is_shared", "owner", "condition"})
    if unknown:
        raise Refusal(f"A segment has no field “{unknown[0][:40]}”.")
    before = {"name": row.name, "words": row.words, "is_shared": row.is_shared, "owner": row.owner_id}
    asked, former = row.condition, row.owner_id
    if "name" in changes:
        _named(row, changes["name"])
    if "words" in changes:
        row.words = one_line(changes["words"], what="Words", longest=LONGEST_WORDS, needed=False)
    row.is_shared = bool(changes.get("is_shared", row.is_shared))
    row.owner = changes.get("owner", row.owner)
    if "condition" in changes:
        if row.is_fixed:
            raise Refusal("The people of this segment are picked by hand, so it has no condition.")
        row.condition = _condition(changes["condition"], row.owner or by)
    after = {"name": row.name, "words": row.words, "is_shared": row.is_shared, "owner": row.owner_id}
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    is_other = row.condition != asked
    if not changed and not is_other:
        return row
    is_new = is_other or (not row.is_fixed and row.owner_id != former)
    row.edition, row.changed_at = row.edition + int(is_other), now
    _saved(row)
    _settled([row.pk] if is_new else [], now=now)
    journal.note("segment.changed", row, by=by, changes=changed, **({"edition": row.edition} if is_other else {}))
    return _fresh(row)


@transaction.atomic
def put_in(segment: Segment, people: Iterable[int], *, by: User, now: datetime) -> int:
    """Pick people by hand; how many are picked newly. Twice is once. They are members at once.

    Refused: a segment with a condition, people whom `by` does not see, more than `MOST_PICKED` at once.
    """
    return len(_put_in(segment, people, by=by, now=now))


@transaction.atomic
def put_in_named(name: str, people: Iterable[int], *, by: User, now: datetime) -> tuple[Segment, list[int]]:
    """Put people into the segment of that name, which is made where there is none; those who were not in it before.

    Refused: as `put_in`, and the name of a segment with a condition, or of one that `by` does not see.
    """
    require(by, "segment.edit")
    in_turn(Space.SEGMENTS)
    line = one_line(name, what="Segment", longest=LONGEST_NAME)
    row = queries.visible_to(by).filter(name_key=key_of(line)).first()
    if row is None:
        row = add(by=by, now=now, name=line)
    return row, _put_in(row, people, by=by, now=now)


def _put_in(segment: Segment, people: Iterable[int], *, by: User, now: datetime) -> list[int]:
    require(by, "segment.edit")
    gate.enter()
    row = held(segment)
    wanted = _picked(row, people)
    there = set(visible_people(by).filter(pk__in=wanted).values_list("pk", flat=True))
    if len(there) < len(wanted):
        raise Refusal(
            f"You see no person {min(set(wanted) - there)}.", fields={"people": "Not there, or not yours to see."}
        )
    known = set(row.picks.filter(person_id__in=wanted).values_list("person_id", flat=True))
    fresh = [Pick(segment=row, person_id=one, at=now, by=f"staff:{by.pk}") for one in wanted if one not in known]
    Pick.objects.bulk_create(fresh, ignore_conflicts=True)
    _renewed(row, wanted, now=now)
    if fresh:
        journal.note("segment.picked", row, by=by, people=len(fresh))
    return sorted(one.person_id for one in fresh)


@transaction.atomic
def take_out(segment: Segment, people: Iterable[int], *, by: User, now: datetime) -> int:
    """Take people out again, also as whoever was merged into them; how many picks that were. Twice is once."""
    require(by, "segment.edit")
    gate.enter()
    row = held(segment)
    wanted = _picked(row, people)
    everyone = Person.objects.filter(canonical__in=wanted).values_list("pk", flat=True)
    gone = row.picks.filter(person_id__in=[*everyone, *wanted]).delete()[0]
    _renewed(row, wanted, now=now)
    if gone:
        journal.note("segment.unpicked", row, by=by, people=gone)
    return gone


@transaction.atomic
def stop(segment: Segment, *, by: User) -> Segment:
    """End a look at everybody in the middle; those who change are followed all the same. Twice is once."""
    require(by, "segment.edit")
    row = held(segment)
    if row.state == SegmentState.BUILDING:
        renewing.stop(row)
        journal.note("segment.stopped", row, by=by, done=row.done, total=row.total)
    return _fresh(row)


@transaction.atomic
def look_again(segment: Segment, *, by: User, now: datetime) -> Segment:
    """Go on where a look was stopped, or look at everybody anew."""
    require(by, "segment.edit")
    row = held(segment)
    if row.state == SegmentState.STOPPED:
        Segment.objects.filter(pk=row.pk).update(state=SegmentState.BUILDING)
        renewing.later(row.pk)
    elif row.state != SegmentState.BUILDING:
        renewing.begin([row.pk], now=now)
    journal.note("segment.looked", row, by=by)
    return _fresh(row)


@transaction.atomic
def trash(segment: Segment, *, by: User, now: datetime) -> Segment:
    """Into the trash: nobody is a member for any list. Twice is once. Its members are found anew when it comes back."""
    require(by, "segment.edit")
    in_turn(Space.SEGMENTS)
    row = held(segment)
    if row.trashed_at is None:
        row.trashed_at, row.trashed_by = now, by
        row.save(update_fields=["trashed_at", "trashed_by"])
        _settled(_builders(row), now=now)
        journal.note("segment.trashed", row, by=by)
    return row


@transaction.atomic
def restore(segment: Segment, *, by: User, now: datetime) -> Segment:
    """Out of the trash again; everybody is looked at. Twice is once. Refused: its name is used by another one now."""
    require(by, "segment.edit")
    in_turn(Space.SEGMENTS)
    row = held(segment)
    if row.trashed_at is not None:
        row.trashed_at = row.trashed_by = None
        _saved(row)
        _settled([row.pk, *_builders(row)], now=now)
        journal.note("segment.restored", row, by=by)
    return _fresh(row)


def hand_over(user: User, to: User) -> int:
    """Give all segments of somebody to another: part of ending their access. What "me" means in them changes with it."""
    rows = Segment.objects.select_for_update(no_key=True, of=("self",)).filter(owner=user).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    asked = list(rows.filter(is_fixed=False, trashed_at=None).values_list("pk", flat=True))
    Segment.objects.filter(pk__in=numbers).update(owner=to)
    renewing.begin(asked, now=clock.now())
    journal.note_many("segment.given", [f"segment:{one}" for one in numbers], by="machine:staff", to=to.pk)
    return len(numbers)


def held(segment: Segment) -> Segment:
    """The row, locked for the caller's transaction. Refused: Gone."""
    row = (
        Segment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("owner")
        .filter(pk=segment.pk)
        .first()
    )
    if row is None:
        raise Gone
    return row


def _fresh(row: Segment) -> Segment:
    return Segment.objects.select_related("owner").get(pk=row.pk)


def _condition(told: Condition | Mapping[str, Any], owner: User) -> dict[str, Any]:
    """As it is kept: as it was told, once it has been checked in the name of its owner."""
    try:
        condition = from_json(told) if isinstance(told, Mapping) else told
        check(condition, record("person"), viewer=owner)
    except Refused as error:
        raise Refusal(str(error), fields={"condition": str(error)}) from error
    return to_json(condition)


def _named(row: Segment, name: object) -> None:
    row.name = one_line(name, what="Name", longest=LONGEST_NAME)
    row.name_key = key_of(row.name)


def key_of(name: str) -> str:
    """A name as names are compared: folded, without accents and outer blanks."""
    return (fold(name) or name)[:LONGEST_NAME]


def _saved(row: Segment) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        words = f"There is a segment “{row.name}” already."
        raise Refusal(words, fields={"name": "This name is used already."}) from error


def _settled(fresh: Iterable[int], *, now: datetime) -> None:
    """Begin looks for these, and for those that build on other segments than before."""
    others = asking.settle(now=now)
    renewing.begin({*fresh, *(one.pk for one in others)}, now=now)


def _builders(row: Segment) -> list[int]:
    return list(Segment.objects.filter(uses__contains=[row.pk], trashed_at=None).values_list("pk", flat=True))


def _picked(row: Segment, people: Iterable[int]) -> list[int]:
    if not row.is_fixed:
        raise Refusal("This segment has a condition: nobody is put into it by hand.")
    wanted = sorted(set(people))
    if len(wanted) > MOST_PICKED:
        raise Refusal(f"At most {MOST_PICKED:,} people at once.")
    return wanted


def _renewed(row: Segment, people: Sequence[int], *, now: datetime) -> None:
    """They are members at once; segments that build on this one hear of it like of any change."""
    renewing.step_for(row, people, now=now)
    stirred.stirred(people)
