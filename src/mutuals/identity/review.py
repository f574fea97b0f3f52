"""Acts of the review: a pair is the same, never the same, or for later; many at once; a second look; and taking it back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal, wake
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import edges, forest, joins, link, merge, queries
from mutuals.identity.edges import said_by
from mutuals.identity.model.calibrate import Error
from mutuals.identity.models import Edge, Link, LinkState, SecondLook, Verdict
from mutuals.people import canonical, persons
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN
from mutuals.staff.models import User
from mutuals.staff.permissions import require

ACCEPTED, SEEN = "pairs.accepted", "pair.seen"
PAIR = "pair"  # what open screens are told
LEAST = 0.9  # below which nothing is accepted in bulk
MOST = 200  # pairs at once
_ONE_IN = 50  # answers of which one is asked again: 2 %


class Stale(Refusal):
    """Somebody answered meanwhile, or the clues changed: the pair is not open any more."""

    def __init__(self) -> None:
        super().__init__("This pair was answered or looked at anew meanwhile. Here is what is open now.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; `key` is for `undo`."""

    key: int
    words: str
    person: Person | None = None
    edge: int | None = None  # of an answer that was taken back: the pair that is open again


@gate.giving_way
def answer(
    edge: Edge,
    verdict: Verdict,
    *,
    by: User,
    now: datetime,
    keep: Person | None = None,
    choices: Mapping[str, str] | None = None,
    anyway: bool = False,
    note: str = "",
) -> Answer:
    """Staff say of an unsure pair that it is the same, different for ever, or that they do not know (it goes to the end).

    Two persons are merged (with `keep`, `choices`, `anyway` as `merge.merge` takes them); a profile becomes the person's;
    two profiles that are nobody's become a new person. Refused: Stale, and all that these acts refuse.
    """
    require(by, "person.link")
    with transaction.atomic():
        forest.alone()
        wake.changed(PAIR, [edge.pk])
        look = SecondLook.objects.select_for_update().filter(edge=edge, verdict="").first()
        if look is not None and queries.may_look(look, by):
            return _looked(look, verdict, by=by, now=now)
        ends = _held(edge)
        edge = _open(edge)
        if queries.is_over(edge):
            raise Stale
        twins = list(queries.twins(edge).select_for_update().order_by("pk"))
        wake.changed(PAIR, [twin.pk for twin in twins])
        if verdict is Verdict.UNSURE:
            return _later(edge, twins, by=by)
        acts = (_still, _passed_on) if edge.by == queries.RENAMED else (_same, _never)
        act = acts[0] if verdict is Verdict.SAME else acts[1]
        told = act(edge, ends, _Say(by, now, keep, dict(choices or {}), anyway, note))
        words, person = told.pop("words"), told.pop("person")
        told["twins"] = [twin.pk for twin in twins if twin.pk not in told.get("ended", [])]
        edges.end(twins, now=now)
        row = journal.note(
            queries.ANSWERED, f"edge:{edge.pk}", by=by, verdict=verdict.value, probability=edge.probability, **told
        )
        if is_asked_twice(edge.pk):
            SecondLook.objects.get_or_create(edge=edge, defaults={"asked_at": now})
        return Answer(row.pk, words, person)


def is_asked_twice(number: int, *, seed: str = "second look") -> bool:
    """Whether a pair is one of the 2 % that a second person is asked about: always the same ones for a seed."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:4]) % _ONE_IN == 0


@gate.giving_way
@transaction.atomic
def undo(key: int, *, by: User, now: datetime) -> Answer:
    """Take an answer back, or all answers of a bulk act; the pair is open again. Twice is once.

    Refused: a key that nothing has, somebody else's silent second look, and what `joins.undo` refuses.
    """
    require(by, "person.link")
    forest.alone()
    kinds = [queries.ANSWERED, ACCEPTED, SEEN]
    row = Entry.objects.select_for_update().filter(pk=key, kind__in=kinds).first() if 0 < key < 2**63 else None
    if row is None:
        raise Refusal("There is nothing to take back under this name.")
    if row.kind == ACCEPTED:
        require(by, "person.merge_many")
        done = [undo(number, by=by, now=now) for number in row.data["answers"]]
        return Answer(key, f"{len(done)} answer{'s are' if len(done) > 1 else ' is'} taken back")
    if Entry.objects.filter(kind=queries.REOPENED, about=row.about, data__of=row.pk).exists():
        return Answer(key, "It was taken back already")
    if row.kind == SEEN and row.by != f"staff:{by.pk}":
        raise Refusal("There is nothing of yours to take back under this name.")
    if row.kind == SEEN:
        SecondLook.objects.filter(edge=_number(row), by=by).update(verdict="", by=None, at=None)
    elif "was" in row.data:
        for number, priority in [(_number(row), row.data["was"]), *row.data.get("twins", [])]:
            Edge.objects.filter(pk=number, until=None).update(priority=priority)
    else:
        _take_back(row, by=by, now=now)
        SecondLook.objects.filter(edge=_number(row), verdict="").delete()
    journal.note(queries.REOPENED, row.about, by=by, of=row.pk)
    wake.changed(PAIR, [_number(row)])
    before = Edge.objects.filter(pk=_number(row)).first()
    again = edges.live(before.a_id, before.b_id) if before else None
    return Answer(key, "Taken back; the pair is open again", edge=again.pk if again else None)


@dataclass(frozen=True, slots=True)
class Quality:
    """Answers by week and band beside what was promised, and of how many pairs that two were asked about both said alike."""

    bands: list[queries.Band]
    asked: int
    alike: int


def quality(*, viewer: User, now: datetime) -> Quality:
    """How often the review was right in the last twelve weeks."""
    require(viewer, "person.merge_many")
    return Quality(queries.bands(now=now), *queries.agreement())


def error_above(threshold: float, *, viewer: User, now: datetime) -> Error:
    """What accepting all from a probability on would do wrong. Refused: a threshold below 0.9."""
    require(viewer, "person.merge_many")
    if not LEAST <= threshold <= 1:
        raise Refusal("Only pairs of 90 % and more can be accepted without looking at each.")
    return queries.error_of(threshold, now=now)


@gate.giving_way
@transaction.atomic
def accept_above(threshold: float, *, by: User, now: datetime) -> Answer:
    """All open pairs from a calibrated probability on are the same, at most 200 at once, in the name of an admin; all or none.

    Left open are those of which something says that it cannot be, and those of which somebody else is likely as well.
    Refused: a threshold below 0.9, and where nothing is above it.
    """
    require(by, "person.merge_many")
    if not LEAST <= threshold <= 1:
        raise Refusal("Only pairs of 90 % and more can be accepted without looking at each.")
    forest.alone()
    done = list[int]()
    looked_at = list(queries.acceptable(threshold)[:MOST])
    ends = {end for edge in looked_at for end in (edge.a_id, edge.b_id)}  # all of them before the first person
    list(Profile.objects.select_for_update(no_key=True).filter(pk__in=ends).order_by("pk").values_list("pk"))
    for edge in looked_at:
        rival = queries.rival_of(edge)
        if rival is not None and (rival.probability or 0) > 1 - threshold:
            continue
        try:
            done.append(answer(edge, Verdict.SAME, by=by, now=now, note="accepted in bulk").key)
        except ValueError:  # refused: it stays open for somebody to look at
            continue
    if not done:
        raise Refusal("Nothing above this threshold can be accepted without a look.")
    row = journal.note(ACCEPTED, "machine:identity", by=by, answers=done, threshold=threshold)
    words = f"{len(done)} pair{'s' if len(done) > 1 else ''} accepted"
    if left := len(looked_at) - len(done):
        stays = "1 stays" if left == 1 else f"{left} stay"
        words += f"; {stays} open, as somebody else is likely too or something speaks against it"
    return Answer(row.pk, words)


@dataclass(frozen=True, slots=True)
class _Say:
    by: User
    now: datetime
    keep: Person | None
    choices: dict[str, str]
    anyway: bool
    note: str

    @property
    def who(self) -> str:
        return f"staff:{self.by.pk}"


def _held(edge: Edge) -> list[Profile]:
    """Both ends with their persons as they are now; profiles are locked before persons, as everywhere."""
    rows = Profile.objects.select_for_update(no_key=True).filter(pk__in=[edge.a_id, edge.b_id]).order_by("pk")
    ends = list(rows)
    if len(ends) < 2:
        raise persons.Gone
    canonical.held([end.person_id for end in ends if end.person_id is not None])
    return ends


def _open(edge: Edge) -> Edge:
    found = Edge.objects.select_for_update().filter(pk=edge.pk, until=None, verdict=Verdict.UNSURE).first()
    if found is None:
        raise Stale
    return found


def _same(edge: Edge, ends: list[Profile], say: _Say) -> dict[str, Any]:
    holders = [_holder(end) for end in ends]
    if holders[0] is not None and holders[1] is not None:
        require(say.by, "person.merge")
        if holders[0].pk == holders[1].pk:
            raise Stale
        one, other = holders[0], holders[1]
        said: dict[str, Any] = {"keep": say.keep, "choices": say.choices, "anyway": say.anyway, "note": say.note}
        done = merge.merge(one, other, by=say.by, now=say.now, **said)
        edges.end([edge], now=say.now)
        return {"merge": done.key, "words": f"{done.person} is one person now", "person": done.person}
    person = holders[0] or holders[1] or _newcomer(ends, say.now)
    free = [end for end, holder in zip(ends, holders, strict=True) if holder is None]
    for end in free:
        link.confirm(end, person=person, by=say.by, now=say.now, note=say.note)
    ended = _end_others(edge, [end.pk for end in free], say)
    made = edges.say(edge.a_id, edge.b_id, Verdict.SAME, said_by(say.by, "said so", say.note), by=say.who, now=say.now)
    names = " and ".join(end.name or end.shown or end.key for end in free)
    person.refresh_from_db()
    return {
        "edge": made.pk,
        "linked": [end.pk for end in free],
        "made": person.pk if not any(holders) else None,
        "ended": ended,
        "words": f"{names} {'is' if len(free) == 1 else 'are'} {person}",
        "person": person,
    }


def _never(edge: Edge, ends: list[Profile], say: _Say) -> dict[str, Any]:
    words = said_by(say.by, "said they are two people", say.note, is_for=False)
    made = edges.say(edge.a_id, edge.b_id, Verdict.DIFFERENT, words, by=say.who, now=say.now)
    rejected = list[int]()
    holders = [_holder(end) for end in ends]
    for end, other in zip(ends, reversed(holders), strict=True):
        if _holder(end) is None and other is not None:
            suggested = Link.objects.filter(profile=end, person__canonical_id=other.pk, state=LinkState.SUGGESTED)
            suggested.filter(until=None).update(until=say.now)
            clue = {"clue": f"{say.by} said it is somebody else", "detail": say.note, "for": False, "family": "staff"}
            row = Link.objects.create(
                profile=end, person=other, state=LinkState.REJECTED, because=[clue], by=say.who, since=say.now
            )
            rejected.append(row.pk)
    return {
        "edge": made.pk,
        "rejected": rejected,
        "words": "Never the same; it is not asked again",
        "person": next((one for one in holders if one), None),
    }


def _still(edge: Edge, ends: list[Profile], say: _Say) -> dict[str, Any]:
    """An account that changed its handle and its name is still the person's who has it: nothing moves."""
    made = edges.say(edge.a_id, edge.b_id, Verdict.SAME, said_by(say.by, "said so", say.note), by=say.who, now=say.now)
    return {"edge": made.pk, "words": "Still theirs; it stays linked", "person": _holder(ends[0])}


def _passed_on(edge: Edge, ends: list[Profile], say: _Say) -> dict[str, Any]:
    """It is somebody else's now: it leaves the person with all that came in by it, and that is remembered."""
    presence = next(end for end in ends if end.network != OWN)
    before, person = presence.person_id, _holder(presence)
    link.reject(presence, by=say.by, now=say.now, note=say.note)
    words = said_by(say.by, "said the account was passed on", say.note, is_for=False)
    made = edges.say(edge.a_id, edge.b_id, Verdict.DIFFERENT, words, by=say.who, now=say.now)
    let_go = {"profile": presence.pk, "person": before, "at": say.now.isoformat()}
    return {"edge": made.pk, "let_go": let_go, "words": "Not theirs any more; it is not asked again", "person": person}


def _later(edge: Edge, twins: Sequence[Edge], *, by: User) -> Answer:
    row = journal.note(
        queries.ANSWERED,
        f"edge:{edge.pk}",
        by=by,
        verdict=Verdict.UNSURE.value,
        probability=edge.probability,
        was=edge.priority,
        twins=[[twin.pk, twin.priority] for twin in twins],
    )
    Edge.objects.filter(pk__in=[edge.pk, *(twin.pk for twin in twins)]).update(priority=0)
    return Answer(row.pk, "Asked again at the end of the queue")


def _looked(look: SecondLook, verdict: Verdict, *, by: User, now: datetime) -> Answer:
    """The second answer is kept beside the first; nothing else changes, and nobody is told that it was the second."""
    look.verdict, look.by, look.at = verdict.value, by, now
    look.save(update_fields=["verdict", "by", "at"])
    row = journal.note(SEEN, f"edge:{look.edge_id}", by=by, verdict=verdict.value)
    words = {
        Verdict.SAME: "Your answer is noted: the same person",
        Verdict.DIFFERENT: "Your answer is noted: never the same",
        Verdict.UNSURE: "Your answer is noted: not sure",
    }
    return Answer(row.pk, words[verdict])


def _holder(end: Profile) -> Person | None:
    return Person.objects.get(pk=end.person_id).canonical if end.person_id is not None else None


def _newcomer(ends: list[Profile], now: datetime) -> Person:
    """A person of two presences that were nobody's; the name is chosen from what these say."""
    number = persons.make([""], now=now, since=[min(end.first_seen_at for end in ends)])[0]
    return Person.objects.get(pk=number)


def _end_others(edge: Edge, profile_ids: list[int], say: _Say) -> list[int]:
    """The other thoughts of machines about whose a profile may be: it is known now."""
    rows = Edge.objects.filter(
        Q(a__in=profile_ids) | Q(b__in=profile_ids), until=None, verdict=Verdict.UNSURE, by__startswith="machine:"
    ).exclude(pk=edge.pk)
    found = [row for row in rows if OWN in (row.a.network, row.b.network)]
    edges.end(found, now=say.now)
    return [row.pk for row in found]


def _take_back(row: Entry, *, by: User, now: datetime) -> None:
    """What an answer did is taken back; what somebody did with it since stays."""
    data, number = row.data, _number(row)
    if data.get("merge"):
        joins.undo(data["merge"], by=by, now=now)
        edges.again(Edge.objects.filter(pk__in=[number, *data.get("twins", [])]), now=now)
        return
    for profile in Profile.objects.filter(pk__in=data.get("linked", [])):
        link.take_back(profile, said_by=row.by, now=now)
    Link.objects.filter(pk__in=data.get("rejected", []), until=None).update(until=now)
    if gone := data.get("let_go"):
        _give_back(gone, now)
    edge = Edge.objects.filter(pk=data.get("edge")).first()
    if edge is not None:
        edges.take_back(edge, now=now)
    edges.again(Edge.objects.filter(pk__in=[*data.get("ended", []), *data.get("twins", [])]), now=now)


def _give_back(gone: Mapping[str, Any], now: datetime) -> None:
    """An account that had been passed on is theirs again, unless it became somebody's meanwhile."""
    free = Profile.objects.select_for_update(no_key=True).filter(pk=gone["profile"], person=None).first()
    root = Person.objects.filter(pk=gone["person"]).values_list("canonical_id", flat=True).first()
    if free is not None and root is not None:
        link.hand_back({free.pk: gone["person"]}, since=datetime.fromisoformat(gone["at"]), now=now)
        link.settle([root], now=now)


def _number(row: Entry) -> int:
    return int(row.about.partition(":")[2])
