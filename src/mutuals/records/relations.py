"""How two records of any kinds stand to each other, from when to when: "supplies" one way, "is supplied by" the other way.

Both ends are text keys, so a relation may lead from a person to a machine of the house's own kind. What was said of somebody
who was merged is found under whom they became; a relation of two that became one is not shown until they are parted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.records.models import Relation, RelationKind
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import require

SHOWN = 200
"""So many relations of a record are shown."""


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of relation: its words from `one` to `other`, and back."""

    key: str
    words: str
    inverse: str
    is_retired: bool = False
    is_own: bool = False

    @property
    def is_mutual(self) -> bool:
        """One word both ways: who is the first of the two means nothing."""
        return self.words == self.inverse


USUAL = (
    Way("supplies", "supplies", "is supplied by"),
    Way("partner", "partner of", "partner of"),
    Way("competitor", "competitor of", "competitor of"),
    Way("owns", "owns", "is owned by"),
    Way("advises", "advises", "is advised by"),
    Way("referred", "referred", "was referred by"),
    Way("married", "married to", "married to"),
    Way("parent", "parent of", "child of"),
    Way("sibling", "sibling of", "sibling of"),
    Way("friend", "friend of", "friend of"),
    Way("mentor", "mentor of", "mentored by"),
    Way("reports", "reports to", "leads"),
    Way("replaces", "replaces", "is replaced by"),
    Way("caused", "led to", "came of"),
)
"""What every house knows."""


@dataclass(frozen=True, slots=True)
class Told:
    """A relation as it is read from one of its ends: `words` lead from there to `other`."""

    id: int
    kind: str
    words: str
    other: named.Shown
    since: date | None
    until: date | None
    note: str

    def is_over(self, today: date) -> bool:
        """Whether it was, and is not any more."""
        return self.until is not None and self.until < today


def kinds(*, retired: bool = False) -> list[Way]:
    """All kinds that are offered, the house's own last."""
    rows = RelationKind.objects.order_by("pk")
    own = [Way(row.key, row.words, row.inverse, row.retired_at is not None, is_own=True) for row in rows]
    return [*USUAL, *(one for one in own if retired or not one.is_retired)]


def add_kind(words: str, inverse: str = "", *, by: User, now: datetime) -> Way:
    """A kind of the house's own making; without an inverse it is one word both ways. The same again is one.

    Refused: the words of another kind.
    """
    require(by, "relation.set_up")
    there, back = one_line(words, what="Words", longest=60), one_line(inverse, what="Inverse", longest=60, needed=False)
    back = back or there
    same = next((one for one in kinds(retired=True) if one.words.casefold() == there.casefold()), None)
    with transaction.atomic():
        if same is not None:
            if not same.is_own or same.inverse.casefold() != back.casefold():
                raise Refusal("There is a relation of these words.", fields={"words": "These words are used already."})
            RelationKind.objects.filter(key=same.key).update(retired_at=None)
            return Way(same.key, same.words, same.inverse, is_own=True)
        row = RelationKind.objects.create(key="", words=there, inverse=back, made_at=now)
        row.key = f"own_{row.pk}"
        row.save(update_fields=["key"])
        journal.note("relationkind.added", row, by=by, words=there, inverse=back)
    return Way(row.key, row.words, row.inverse, is_own=True)


def retire_kind(key: str, *, by: User, now: datetime) -> None:
    """Offer it no more; what is kept stays. Refused: a kind that every house knows."""
    require(by, "relation.set_up")
    row = RelationKind.objects.filter(key=key).first()
    if row is None:
        raise Refusal("Only kinds of your own making can be retired.", fields={"kind": "Choose one of your own."})
    with transaction.atomic():
        if RelationKind.objects.filter(pk=row.pk, retired_at=None).update(retired_at=now):
            journal.note("relationkind.retired", row, by=by)


@transaction.atomic
def add(
    one: str, kind: str, other: str, *, by: User, now: datetime, since: date | None = None, until: date | None = None,
    note: str = "", is_back: bool = False,
) -> Relation:  # fmt: skip
    """Say how two records stand to each other; the same again, from the same day on, is one, and its end and note are written.

    `is_back`: the kind is meant the other way round, "is supplied by". Refused: a record that is not there or not the user's to
    see, one with itself, a kind that is not offered, days out of order.
    """
    require(by, "relation.edit")
    way = _offered(kind)
    ends = [named.one(by, key).key for key in ((other, one) if is_back else (one, other))]
    if ends[0] == ends[1]:
        raise Refusal("A record has no relation to itself.", fields={"other": "Choose another record."})
    if way.is_mutual:
        ends.sort(key=lambda key: (key.partition(":")[0], int(key.partition(":")[2])))
    values = {"until": until, "note": _note(note)}
    _check_days(since, until)
    row, is_new = Relation.objects.get_or_create(
        one=ends[0], other=ends[1], kind=way.key, since=since,
        defaults={**values, "by": f"staff:{by.pk}", "at": now},
    )  # fmt: skip
    if is_new:
        _tell("relation.added", row, by)
    elif any(getattr(row, name) != value for name, value in values.items()):
        return change(row, by=by, changes=values)
    return row


@transaction.atomic
def change(relation: Relation, *, by: User, changes: Mapping[str, Any]) -> Relation:
    """Write when it began and ended, and the note. Refused: days out of order; the same relation from that day on is there."""
    require(by, "relation.edit")
    row = _held(relation)
    told = {name: changes[name] for name in ("since", "until") if name in changes}
    if "note" in changes:
        told["note"] = _note(changes["note"])
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
    _check_days(row.since, row.until)
    try:
        with transaction.atomic():
            row.save(update_fields=list(changed))
    except IntegrityError as error:
        raise Refusal(
            "This very relation is noted already.", fields={"since": "It is there from this day on."}
        ) from error
    _tell("relation.changed", row, by)
    return row


@transaction.atomic
def remove(relation: Relation, *, by: User) -> None:
    """Take out what never was; what has ended gets its last day instead. Twice is once."""
    require(by, "relation.edit")
    row = Relation.objects.select_for_update().filter(pk=relation.pk).first()
    if row is not None:
        _tell("relation.removed", row, by)
        row.delete()


def of(viewer: User, key: str, *, limit: int = SHOWN) -> list[Told]:
    """The relations of a record, read from its side, whose other end the viewer sees: what stands first, then what was.

    A statement for the record's keys, one for the relations, one or two for each kind of record among the other ends.
    """
    require(viewer, "relation.view")
    keys = named.alike([key]).get(key, [key])
    found = Relation.objects.filter(Q(one__in=keys) | Q(other__in=keys))
    rows = list(found.order_by("-until", "-since", "pk")[:limit])
    seen = named.shown(viewer, {end for row in rows for end in (row.one, row.other)} - set(keys))
    ways = {one.key: one for one in kinds(retired=True)}
    told = []
    for row in rows:
        is_forth = row.one in keys
        other = row.other if is_forth else row.one
        if other in keys or other not in seen:
            continue
        way = ways.get(row.kind) or Way(row.kind, row.kind, row.kind)
        words = way.words if is_forth else way.inverse
        told.append(Told(row.pk, row.kind, words, seen[other], row.since, row.until, row.note))
    return sorted(told, key=lambda one: (one.until is not None, one.words))


def seen(viewer: User, number: int) -> Relation | None:
    """The relation of that number, where the viewer sees both ends."""
    require(viewer, "relation.view")
    row = Relation.objects.filter(pk=number).first() if number < 2**63 else None
    return row if row is not None and named.seen(viewer, [row.one, row.other]) == {row.one, row.other} else None


def count_of(keys: Sequence[str]) -> int:
    """How many relations these keys have, as they are written."""
    return Relation.objects.filter(Q(one__in=keys) | Q(other__in=keys)).count()


def move(number: int, *, holder: str, to: str) -> bool:
    """Let one end of a relation be another record, as splits do; whether it went. One that would be there twice stays."""
    row = Relation.objects.select_for_update().filter(pk=number).first()
    if row is None or holder not in (row.one, row.other):
        return False
    ends = {"one": to if row.one == holder else row.one, "other": to if row.other == holder else row.other}
    try:
        with transaction.atomic():
            return bool(Relation.objects.filter(pk=number).update(**ends))
    except IntegrityError:
        return False


def said(row: Relation) -> str:
    """A relation in words, without names: "supplies organisation 5"."""
    way = next((one for one in kinds(retired=True) if one.key == row.kind), None)
    return f"{way.words if way else row.kind} {row.other.replace(':', ' ')} (of {row.one.replace(':', ' ')})"


def _offered(key: str) -> Way:
    found = next((one for one in kinds() if one.key == key), None)
    if found is None:
        raise Refusal(f"There is no kind of relation “{key[:40]}”.", fields={"kind": "Please choose one."})
    return found


def _held(relation: Relation) -> Relation:
    row = Relation.objects.select_for_update().filter(pk=relation.pk).first()
    if row is None:
        raise Refusal("This relation is not there any more.")
    return row


def _check_days(since: date | None, until: date | None) -> None:
    for name, day in (("since", since), ("until", until)):
        if day and not 1000 <= day.year <= 2200:
            raise Refusal("A day lies between 1000 and 2200.", fields={name: "A day lies between 1000 and 2200."})
    if since and until and until < since:
        raise Refusal("The end lies before the beginning.", fields={"until": "The end lies before the beginning."})


def _note(text: Any) -> str:
    return one_line(text, what="Note", longest=500, needed=False)


def _tell(kind: str, row: Relation, by: User) -> None:
    """Both ends are told; neither entry names the other one, who may be erased."""
    journal.note_many(kind, [row.one, row.other], by=by, relation=row.pk, words=row.kind)
