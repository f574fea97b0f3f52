"""Leads: people and organisations who may buy. A lead is a stage and a run of its own; converting one moves nothing.

History, profiles, notes and orders hang where they hung: a conversion writes a stage, a place in an organisation and a deal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import gate, journal
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal, one_line
from mutuals.people import organisations, persons
from mutuals.people.models import Affiliation, Organisation, Person
from mutuals.people.visibility import organisations_visible_to
from mutuals.people.visibility import visible_to as people_visible_to
from mutuals.processes import queries as items
from mutuals.processes import run, usual
from mutuals.processes.models import Item, ItemState, Process
from mutuals.processes.shape import Step
from mutuals.sales import deals, walk
from mutuals.sales.models import Deal
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, may, require, scope

KIND = "lead"
PAGE = 50
STATES = ("running", "won", "lost")
BESIDE = ("process", "version", "owner", "team")
_BOUGHT = ("won", "done")
Who = Person | Organisation


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may buy: the run, who it is, and what was said when they were taken up."""

    item: Item
    who: Who
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Converted:
    """What a lead became. `is_new` False: it had been converted before, and this is what it became then."""

    item: Item
    who: Who
    organisation: Organisation | None
    deal: Deal | None
    is_new: bool


@transaction.atomic
def take_up(who: Who, *, by: User, now: datetime, source: str = "", note: str = "") -> tuple[Item, bool]:
    """Treat somebody as a lead: the run and whether it began now. A person who is no customer gets the stage "lead".

    It runs in the usual process of leads; one who was dropped or converted before begins anew. Twice is once.
    """
    require(by, "lead.edit")
    gate.enter()
    said = one_line(source, what="Source", longest=120, needed=False)
    words = one_line(note, what="Note", longest=500, needed=False)
    there = run_of(who)
    if there is not None and there.state == ItemState.RUNNING:
        return there, False
    process = there.process if there is not None and there.process.retired_at is None else None
    process = process or usual.of(KIND, by=by, now=now, pillar="sales")
    item = walk.begin(there.about if there else key_of(who), process, by=by, now=now)
    journal.note("lead.taken_up", item.about, by=by, item=item.pk, source=said, note=words)
    return item, True


@transaction.atomic
def convert(
    who: Who,
    *,
    by: User,
    now: datetime,
    organisation: Organisation | None = None,
    organisation_name: str = "",
    role: str = "",
    deal: deals.DealIn | None = None,
    seen: int | None = None,
) -> Converted:
    """Make a lead a customer: its run ends, and on wish they get a place in an organisation, which is made if it is new by its
    name, and a deal. Converted twice is converted once.

    Refused: who is no lead, what the run's steps refuse, what `deals.open_deal` refuses, and a deal of a title that is open.
    """
    require(by, "lead.edit")
    gate.enter()
    item = run_of(who)
    if item is not None and item.state == ItemState.DONE and item.end in _BOUGHT:
        return _known(item, who)
    if item is None or item.state != ItemState.RUNNING:
        raise Refusal(f"{who} is no lead; take them up first.")
    item = walk.to_end(item, by=by, now=now, seen=seen)
    house = who if isinstance(who, Organisation) else _house(organisation, organisation_name, by=by, now=now)
    if isinstance(who, Person) and house is not None:
        _place(who, house, role, by=by)
    made = None
    if deal is not None:
        person = who if isinstance(who, Person) else deal.person
        told = replace(deal, person=person, organisation=house or deal.organisation, came_by=f"item:{item.pk}")
        _no_double(told)
        made, _ = deals.open_deal(told, by=by, now=now)
    journal.note(
        "lead.converted", item.about, by=by, item=item.pk,
        organisation=house.pk if house else None, deal=made.pk if made else None,
    )  # fmt: skip
    return Converted(item, who, house, made, is_new=True)


@transaction.atomic
def drop(who: Who, *, by: User, now: datetime, because: str, seen: int | None = None) -> Item:
    """Let a lead go, with the reason. Twice is once. Refused: no reason, who is no lead, one that was converted."""
    require(by, "lead.edit")
    gate.enter()
    item = run_of(who)
    if item is None:
        raise Refusal(f"{who} is no lead.")
    if item.state == ItemState.DROPPED or (item.state == ItemState.DONE and item.end == "lost"):
        return item
    if item.state == ItemState.DONE:
        raise Refusal(f"{who} was converted already.")
    reason = one_line(because, what="Because", longest=run.LONGEST)
    item = walk.to_end(item, by=by, now=now, is_lost=True, because=reason, seen=seen)
    journal.note("lead.dropped", item.about, by=by, item=item.pk, because=reason)
    return item


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """A run of a lead entered a step, or was dropped (None): the stage of the person or organisation goes along."""
    who = next(iter(rows_of([item.about]).values()), None)
    if who is None:
        return
    stage, has_bought = who.stage, isinstance(who, Person) and who.order_count > 0
    if step is None or step.end == "lost":
        stage = ("former" if has_bought else "") if stage == "lead" else stage
    elif step.end:
        stage = "customer"
    elif stage == "former" or (not stage and not has_bought):
        stage = "lead"
    if stage == who.stage:
        return
    if isinstance(who, Person):
        persons.edit(who, by=by, changes={"stage": stage}, now=now)
    else:
        Organisation.objects.filter(pk=who.pk).update(stage=stage, changed_at=now)
        journal.note("organisation.edited", who, by=by, changes={"stage": [who.stage, stage]})


def key_of(who: Who) -> str:
    """The text key under which somebody runs: "person:5" or "organisation:5"."""
    return f"person:{who.canonical_id}" if isinstance(who, Person) else f"organisation:{who.pk}"


def run_of(who: Who) -> Item | None:
    """The run of a lead: what runs now, else the newest; of all rows of a person who was merged."""
    keys = [key_of(who)]
    if isinstance(who, Person):
        cluster = Person.objects.filter(canonical_id=who.canonical_id).values_list("pk", flat=True)
        keys = [f"person:{number}" for number in cluster]
    rows = Item.objects.filter(process__kind=KIND, about__in=keys).select_related("process", "version", "owner", "team")
    return max(rows, key=lambda row: (row.state == ItemState.RUNNING, row.entered_at, row.pk), default=None)


def rows(viewer: User, state: str = "running") -> QuerySet[Item]:
    """The runs of leads: those that run, or by `state` "won", "lost", "all".

    Who sees some people alone sees none, for whom a run is about is a text key.
    """
    if not (may(viewer, "lead.view") and may(viewer, "process.view")) or scope(viewer, "person.view") is not Scope.ALL:
        return Item.objects.none()
    processes = list(Process.objects.filter(kind=KIND).values_list("pk", flat=True))
    return in_state(Item.objects.filter(process__in=processes), state)


def in_state(found: QuerySet[Item], state: str) -> QuerySet[Item]:
    """Those of some runs that stand so: "running", "won", "lost", "all"."""
    if state == "running":
        return found.filter(state=ItemState.RUNNING)
    if state == "won":
        return found.filter(state=ItemState.DONE, end__in=_BOUGHT)
    return found.exclude(state=ItemState.RUNNING).exclude(end__in=_BOUGHT) if state == "lost" else found


def listed(viewer: User, *, state: str = "running", limit: int = PAGE) -> list[Lead]:
    """Leads that somebody may see, last begun first."""
    return told(viewer, list(rows(viewer, state).select_related(*BESIDE).order_by("-pk")[:limit]))


def lead(viewer: User, number: int) -> Lead | None:
    """One by the id of its run; None where it is not there for them."""
    rows = items.items(viewer).filter(process__kind=KIND, pk=number) if 0 < number < 2**63 else ()
    return next(iter(told(viewer, list(rows))), None)


def told(viewer: User, rows: Sequence[Item]) -> list[Lead]:
    """Runs with who they are about, those that somebody may see; four statements for any number."""
    who = whos(viewer, [row.about for row in rows])
    notes: dict[int, Mapping[str, str]] = {}
    keys = [row.about for row in rows if row.about in who]
    for data in (
        Entry.objects.filter(kind="lead.taken_up", about__in=keys).order_by("pk").values_list("data", flat=True)
    ):
        if data:
            notes[data.get("item", 0)] = data
    return [
        Lead(
            row,
            who[row.about],
            str(notes.get(row.pk, {}).get("source", "")),
            str(notes.get(row.pk, {}).get("note", "")),
        )
        for row in rows
        if row.about in who
    ]


def whos(viewer: User, keys: Sequence[str]) -> dict[str, Who]:
    """The people, as whom they are known now, and organisations of some keys that somebody may see."""
    if not may(viewer, "lead.view"):
        return {}
    return rows_of(keys, people=people_visible_to(viewer), houses=organisations_visible_to(viewer))


def rows_of(
    keys: Sequence[str], *, people: QuerySet[Person] | None = None, houses: QuerySet[Organisation] | None = None
) -> dict[str, Who]:
    """The same, whoever asks, or among these; three statements at most."""
    people = Person.objects.all() if people is None else people
    houses = Organisation.objects.all() if houses is None else houses
    became = dict(Person.objects.filter(pk__in=_numbers(keys, "person")).values_list("pk", "canonical_id"))
    by_id = {row.pk: row for row in people.filter(pk__in=set(became.values()))}
    found: dict[str, Who] = {f"person:{pk}": by_id[to] for pk, to in became.items() if to in by_id}
    return found | {f"organisation:{row.pk}": row for row in houses.filter(pk__in=_numbers(keys, "organisation"))}


def _numbers(keys: Sequence[str], word: str) -> list[int]:
    return [int(number) for name, _, number in (key.partition(":") for key in keys) if name == word]


def _house(row: Organisation | None, name: str, *, by: User, now: datetime) -> Organisation | None:
    if row is not None or not name.strip():
        return row
    known = organisations.by_names([name])
    if known:
        return Organisation.objects.get(pk=next(iter(known.values())))
    return organisations.add(by=by, name=name, now=now)


def _place(person: Person, house: Organisation, role: str, *, by: User) -> None:
    """A place there, the main one where they have none. Whoever has a place there already keeps it as it is."""
    theirs = Affiliation.objects.filter(person__canonical_id=person.canonical_id)
    if not theirs.filter(organisation=house, until=None).exists():
        organisations.affiliate(person, house, by=by, role=role, is_main=not theirs.filter(is_main=True).exists())


def _no_double(told: deals.DealIn) -> None:
    """Whoever converts seldom knows what is open already: a deal of that title is not opened a second time unasked."""
    rows = Deal.objects.filter(outcome="", trashed_at=None, title__iexact=told.title.strip())
    whose = {"person__canonical_id": told.person.canonical_id} if told.person else {"organisation": told.organisation}
    there = rows.filter(**whose).first()
    if there is not None:
        words = f"“{there.title}” is open with them already ({there.amount} {there.currency})."
        raise Refusal(f"{words} Convert without a deal, or give another title.", fields={"title": words})


def _known(item: Item, who: Who) -> Converted:
    made = Deal.objects.filter(came_by=f"item:{item.pk}").select_related("organisation").order_by("-pk").first()
    note = Entry.objects.filter(kind="lead.converted", about=item.about).order_by("-pk").first()
    number = note.data.get("organisation") if note else None
    house = Organisation.objects.filter(pk=number).first() if number else None
    return Converted(item, who, house or (made.organisation if made else None), made, is_new=False)
