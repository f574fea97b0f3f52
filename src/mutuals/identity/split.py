"""Somebody turns out to be two: a whole person who was merged in, or some profiles, leave for a person of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.identity import edges, forest, merge
from mutuals.identity.edges import Grounds, said_by
from mutuals.identity.link import hand_back, hand_over, let_go, settle, settle_later
from mutuals.identity.merge import Done
from mutuals.identity.models import Edge, Link, LinkState, Merge, Split, Verdict
from mutuals.identity.remark import own_record
from mutuals.people import canonical, hanging, persons
from mutuals.people.hanging import Move
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN
from mutuals.people.queries import cluster
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PROFILES = "profiles"
MOST = 200  # profiles that leave at once


@gate.giving_way
@transaction.atomic
def whole(row: Merge, *, by: User, now: datetime, note: str = "") -> Done:
    """Whoever was merged in leaves with everything of theirs, and no machine joins the two again.

    Like `merge.undo`, which takes a mistake back, but remembered: they are different. Doing it twice is doing it once.
    """
    done = merge.undo(row, by=by, now=now)
    if done.is_new:
        _differ(row.kept, row.gone, by=by, now=now, note=note)
    return done


@gate.giving_way
@transaction.atomic
def some(
    person: Person,
    profile_ids: Sequence[int],
    *,
    by: User,
    now: datetime,
    to: Person | None = None,
    along: Mapping[str, Sequence[int]] | None = None,
    note: str = "",
) -> Done:
    """Some profiles of a person are somebody else's: of `to`, else of a new person. Everything that came in by them follows.

    `along` names things that hang on the person and go as well, by kind ("affiliations", "orders"); a rule takes others.
    The answer is remembered, so that no machine joins the two again. Refused: no profiles or more than 200, one that is
    not theirs, their own record (split the whole person instead), things that are not theirs, and Gone.
    """
    require(by, "person.merge", person)
    forest.alone()
    rows = list(Profile.objects.select_for_update(no_key=True).filter(pk__in=set(profile_ids)).order_by("pk"))
    held = canonical.held([person.pk, *([to.pk] if to else [])])
    source = held[person.pk]
    _refuse(rows, source, len(set(profile_ids)))
    target = held[to.pk] if to else _newcomer(rows, now=now)
    if target.pk == source.pk:
        raise Refusal("They are with this person already: choose another one, or make a new one.")
    moved = {PROFILES: [[row.pk, row.person_id] for row in rows]}
    own = own_record(target, now=now)
    for name, moves in _things(source, [row.pk for row in rows], along or {}, target, own).items():
        went = hanging.kinds()[name].move(moves)  # type: ignore[misc]
        moved[name] = [[move.id, move.holder] for move in moves if move.id in went]
    _refused_still(source, [row.pk for row in rows], by=by, now=now)
    hand_over(rows, to=target, by=by, now=now, note=note)
    _differ(source, target, *(row.pk for row in rows), by=by, now=now, note=note)
    who = f"staff:{by.pk}"
    split = Split.objects.create(person=source, to=target, is_new=to is None, moved=moved, by=who, at=now)
    settle([source.pk, target.pk], now=now)
    settle_later([source.pk, target.pk], now=now)
    _note("person.split", split, by=by)
    source.refresh_from_db()
    target.refresh_from_db()
    return Done(f"split:{split.pk}", source, target)


@gate.giving_way
@transaction.atomic
def undo(row: Split, *, by: User, now: datetime) -> Done:
    """What left comes back, with the links and thoughts of before; what somebody moved on since stays where it is.

    A person who was made for the split is merged into the one that they came from, so that nothing noted on them since is
    lost; what staff had said is not that one's does not come along. Undoing twice is undoing once. Refused: Blocked where
    staff said once more since that they are two.
    """
    require(by, "person.merge")
    forest.alone()
    back = dict(row.moved[PROFILES])
    rows = list(Profile.objects.select_for_update(no_key=True).filter(pk__in=back).order_by("pk"))
    held = canonical.held([row.person_id, row.to_id])
    row = Split.objects.select_for_update().get(pk=row.pk)
    if row.undone_at is not None:
        return Done(f"unsplit:{row.pk}", held[row.person_id], held[row.to_id], is_new=False)
    there = [one.pk for one in rows if one.person_id == row.to_id]
    edited = [PROFILES] if len(there) < len(back) else []
    hand_back({number: back[number] for number in there}, since=row.at, now=now)
    edited += _things_back(row, now=now)
    _same_again(row, now=now)
    Split.objects.filter(pk=row.pk).update(undone_at=now, undone_by=f"staff:{by.pk}")
    root, left = held[row.person_id], held[row.to_id]
    if row.is_new and left.pk == row.to_id and root.pk != left.pk:
        merge.unless_said_since(root, left, row.at)
        let_go(root, left, now=now)
        merge.merge(root, left, by=by, now=now, keep=root, anyway=True)
    settle([root.pk, left.pk], now=now)
    settle_later([root.pk, left.pk], now=now)
    _note("person.unsplit", row, by=by)
    root.refresh_from_db()
    return Done(f"unsplit:{row.pk}", root, row.to, edited_since=tuple(edited))


@gate.giving_way
@transaction.atomic
def again(row: Split, *, by: User, now: datetime) -> Done:
    """Split once more what was undone: to the same person, with the same things."""
    require(by, "person.merge")
    forest.alone()
    joined = Merge.objects.filter(gone=row.to_id, kept=row.person_id, undone_at=None).first()
    if row.is_new and joined is not None:
        merge.undo(joined, by=by, now=now)
    along = {name: [number for number, _ in pairs] for name, pairs in row.moved.items() if name != PROFILES}
    numbers = [number for number, _ in row.moved[PROFILES]]
    done = some(row.person, numbers, by=by, now=now, to=row.to, along=along)
    if row.is_new:  # but not of somebody whom the new one was merged into meanwhile
        Split.objects.filter(pk=int(done.key.partition(":")[2]), to=row.to_id).update(is_new=True)
    return done


def _refuse(rows: Sequence[Profile], source: Person, asked: int) -> None:
    if not rows:
        raise Refusal("Choose the presences that are somebody else's.")
    if asked > MOST:
        raise Refusal(f"At most {MOST} presences at once.")
    roots = canonical.of(row.person_id for row in rows if row.person_id)
    if len(rows) < asked or any(roots.get(row.person_id or 0) != source.pk for row in rows):
        raise Refusal("One of these presences is not this person's any more. Look again.")
    if any(row.network == OWN for row in rows):
        raise Refusal("A person's own record cannot leave them; split off the whole person who was merged in.")


def _newcomer(rows: Sequence[Profile], *, now: datetime) -> Person:
    """A person without a name yet: it is chosen from what the profiles say."""
    number = persons.make([""], now=now, since=[min(row.first_seen_at for row in rows)])[0]
    return Person.objects.get(pk=number)


def _things(
    source: Person, profile_ids: Sequence[int], along: Mapping[str, Sequence[int]], target: Person, own: Profile
) -> dict[str, list[Move]]:
    """What goes along, by kind. Refused: kinds that cannot, and things that do not hang on this person."""
    ids, found = cluster(source), {}
    wanted = {name: set(numbers) for name, numbers in along.items() if numbers}
    for name, kind in hanging.kinds().items():
        if kind.things is None or kind.move is None:
            continue
        asked = wanted.pop(name, set())
        there = kind.things(ids, profile_ids)
        if asked - {thing.id for thing in there}:
            raise Refusal(f"Some of these {name} do not hang on this person any more. Look again.")
        to = target.pk if kind.on == "person" else own.pk
        moves = [Move(thing.id, thing.holder, to) for thing in there if thing.goes or thing.id in asked]
        if moves:
            found[name] = moves
    if wanted:
        raise Refusal(f"“{min(wanted)[:40]}” cannot be chosen: it follows the presence that it came in by.")
    return found


def _things_back(row: Split, *, now: datetime) -> list[str]:
    """The names of the kinds of which something hangs on somebody else by now."""
    own, left = own_record_of(row.to, now=now), []
    for name, pairs in row.moved.items():
        kind = hanging.kinds().get(name)
        if kind is None or kind.move is None:
            continue
        holder = row.to_id if kind.on == "person" else own
        went = kind.move([Move(number, holder, before) for number, before in pairs])
        if len(went) < len(pairs):
            left.append(name)
    return left


def _differ(one: Person, other: Person, *profile_ids: int, by: User, now: datetime, note: str) -> None:
    """No machine joins these two again, nor these profiles of the other with the one."""
    grounds = said_by(by, "said they are two people", note, is_for=False)
    ours, theirs = own_record_of(one, now=now), own_record_of(other, now=now)
    for number in (theirs, *profile_ids):
        edges.say(ours, number, Verdict.DIFFERENT, grounds, by=f"staff:{by.pk}", now=now)


def _refused_still(source: Person, leaving: Sequence[int], *, by: User, now: datetime) -> None:
    """What staff said is not this person's is not that of a presence of theirs either, whoever holds that one from now on."""
    refused = Link.objects.filter(
        person__in=cluster(source), state=LinkState.REJECTED, until=None, by__startswith="staff:"
    ).exclude(profile__in=leaving)
    who = f"staff:{by.pk}"
    for number, because in refused.order_by("pk").values_list("profile", "because")[:MOST]:
        for one in leaving:
            if edges.live(one, number) is None:
                edges.say(one, number, Verdict.DIFFERENT, Grounds(because), by=who, now=now)


def own_record_of(person: Person, *, now: datetime) -> int:
    """The own record of this very row, whoever it is merged into."""
    own = persons.own_of(person.pk)
    return own.pk if own else own_record(person, now=now).pk


def _same_again(row: Split, *, now: datetime) -> None:
    """The thoughts that this split put in the place of others."""
    ours = edges.profiles_of([row.person_id, row.to_id])
    numbers = [number for number, _ in row.moved[PROFILES]]
    here = Q(a__in=ours, b__in=ours) | Q(a__in=numbers) | Q(b__in=numbers)
    for edge in Edge.objects.filter(here, verdict=Verdict.DIFFERENT, since=row.at, by=row.by, until=None).order_by(
        "pk"
    ):
        edges.take_back(edge, now=now)


def _note(kind: str, row: Split, *, by: Any) -> None:
    for number in (row.person_id, row.to_id):
        journal.note(kind, f"person:{number}", by=by, split=row.pk, person=row.person_id, to=row.to_id)
