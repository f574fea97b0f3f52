"""The two sides of a pair as a screen lays them beside each other: whose they are, and what is equal, fits or differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from mutuals.history.queries import count_of
from mutuals.identity import forest
from mutuals.identity.models import Edge
from mutuals.people import canonical
from mutuals.people.choice import Voice, chosen
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.people.names import fold
from mutuals.people.profiles import OWN, said
from mutuals.people.visibility import Called, called, nameless

MOST = 100  # profiles of one side that are read
_COLUMNS = ("id", "network", "key", "name", "shown", "label", "fields")
_ALONE = ("name", "birthday", "city", "country")  # of which a person usually has one, so another one speaks against


@dataclass(frozen=True, slots=True)
class Side:
    """One side: a person, or a profile that is nobody's (or was, when the pair was asked about)."""

    profile: Profile
    person: Person | None  # whom the side stands for today
    persons: tuple[int, ...]
    profiles: tuple[Profile, ...]
    values: dict[str, tuple[str, ...]]
    messages: int
    value: Any  # total of orders

    @property
    def is_person(self) -> bool:
        """Whether it is somebody on record."""
        return bool(self.persons)

    def called(self, *, full: bool) -> Called:
        """What the side is called; a person whom nobody named by what is known of all their presences."""
        if name := next(iter(self.values.get("name", ())), ""):
            return Called(name)
        if self.person is None:
            return called(self.profile, full=full)
        first = {name: next(iter(self.values.get(name, ())), "") for name in ("email", "phone", "handle", "city")}
        contacts, more = [first["email"], first["phone"]], [first["handle"], first["city"]]
        return nameless(contacts, more, f"Person {self.person.pk}", full)


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both sides; `mark` is equal, fits, differs, other (both known, neither for nor against), or one side."""

    field: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    mark: str


def of(edge: Edge) -> tuple[Side, Side]:
    """Both sides of an edge, the person on record first. What belongs to both today is shown where it came from."""
    ends = list(Profile.objects.filter(pk__in=[edge.a_id, edge.b_id]).order_by("pk"))
    persons = [_persons(end) for end in ends]
    if persons[0] and persons[1]:
        mine, yours = set(persons[0]), set(persons[1])
        smaller = mine if len(mine) <= len(yours) else yours
        larger = yours if smaller is mine else mine
        larger -= smaller
        persons = [sorted(mine), sorted(yours)]
    alone = {end.pk for end, ids in zip(ends, persons, strict=True) if not ids}
    sides = [_side(end, ids, alone) for end, ids in zip(ends, persons, strict=True)]
    first, second = sorted(sides, key=lambda side: (not side.is_person, side.persons or (0,)))
    return first, second


def rows(one: Side, other: Side) -> list[Row]:
    """The fields that at least one side knows."""
    found = []
    for name in (
        "name",
        "email",
        "phone",
        "handle",
        "city",
        "country",
        "language",
        "birthday",
        "website",
        "organisation",
    ):
        mine, yours = one.values.get(name, ()), other.values.get(name, ())
        if mine or yours:
            found.append(Row(name, mine, yours, _mark(name, mine, yours)))
    return found


def _mark(name: str, mine: Sequence[str], yours: Sequence[str]) -> str:
    if not mine or not yours:
        return "one side"
    left, right = {fold(one).lstrip("@") for one in mine}, {fold(one).lstrip("@") for one in yours}
    if left & right:
        return "equal"
    if name in ("name", "city", "website", "organisation", "handle") and any(_fits(a, b) for a in left for b in right):
        return "fits"
    return "differs" if name in _ALONE else "other"


def _fits(one: str, other: str) -> bool:
    """Whether each word of the shorter one is a word of the longer one, or the beginning of one."""
    short, long = sorted((one.replace(".", " ").split(), other.replace(".", " ").split()), key=len)
    return bool(short) and all(any(word.startswith(part) for word in long) for part in short)


def _persons(end: Profile) -> list[int]:
    """The rows of persons for whom an end stands. An own record speaks for its row and all that were merged into it."""
    if end.network == OWN and end.person_id is not None:
        return forest.under(end.person_id)
    return []


def _side(end: Profile, ids: Sequence[int], alone: Iterable[int]) -> Side:
    rows = Profile.objects.filter(person__in=ids) if ids else Profile.objects.filter(pk=end.pk)
    profiles = [row for row in rows.order_by("pk")[:MOST] if not ids or row.pk not in set(alone)]
    root = canonical.of([end.person_id])[end.person_id] if end.person_id is not None else None
    return Side(
        end,
        Person.objects.select_related("owner").filter(pk=root).first() if root else None,
        tuple(ids),
        tuple(profiles),
        _values(profiles, ids),
        count_of([row.pk for row in profiles])[0],
        Person.objects.filter(pk__in=ids).aggregate(total=Sum("order_total"))["total"] or 0 if ids else 0,
    )


def _values(profiles: Sequence[Profile], ids: Sequence[int]) -> dict[str, tuple[str, ...]]:
    voices = [Voice(*(getattr(row, name if name != "id" else "pk") for name in _COLUMNS)) for row in profiles]
    stands = chosen(voices)
    told = [{name: one.value for name, one in said(row.fields).items()} for row in profiles]
    found: dict[str, list[str]] = {
        "name": [stands["name"], *(row.shown for row in profiles)],
        "email": [row.key for row in profiles if row.network == "email"] + [stands["email"]],
        "phone": [row.key for row in profiles if row.network == "phone"] + [stands["phone"]],
        "handle": [
            row.name or row.key
            for row in profiles
            if row.network not in (OWN, "email", "phone") and not row.network.startswith(("crm:", "shop:"))
        ],
        "birthday": [stands["birthday"].isoformat() if stands["birthday"] else ""],
        "organisation": _organisations(ids),
    }
    for name in ("city", "country", "language", "website"):
        found[name] = [stands.get(name, "") or "", *(str(one.get(name) or "") for one in told)]
    found["name"] = [one for one in found["name"] if one not in found["handle"] or " " in one.strip()]  # no mere handle
    found["organisation"] += [str(one.get("organisation") or "") for one in told]
    return {name: tuple(dict.fromkeys(one for one in values if one))[:6] for name, values in found.items()}


def _organisations(ids: Sequence[int]) -> list[str]:
    rows = Affiliation.objects.filter(person__in=ids, until=None).select_related("organisation")
    return [row.organisation.name for row in rows[:6]] if ids else []
