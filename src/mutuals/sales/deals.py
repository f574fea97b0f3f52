"""Acts on deals: opened, edited, moved along a pipeline or into another one, won, lost, put into the trash and taken out.

A deal's pipeline is a process of kind "deal": its step, whose turn it is and every reason stand with the run. What the run
says of its end is copied to the deal by `entered`, whoever moved it and wherever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mutuals.base import bulk, gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.people import persons
from mutuals.people.models import Organisation, Person
from mutuals.people.persons import Gone
from mutuals.processes import run, usual
from mutuals.processes.models import Item, ItemState, Process
from mutuals.processes.shape import Step
from mutuals.records import values as house_fields
from mutuals.sales import quotes, walk
from mutuals.sales.amounts import home_of
from mutuals.sales.dealt import FIELDS, plain, read
from mutuals.sales.models import Deal, DealLine, DealRole, Outcome, Say
from mutuals.sales.queries import house_of
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

KIND = "deal"
MOST_ROLES = 100
_LINE = ("deal_id", "position", "product_id", "name", "quantity", "unit_price", "discount")


@dataclass(frozen=True, slots=True)
class DealIn:
    """A deal to be opened: for a person, an organisation, or a person of one. `probability` in percent, None = the step's."""

    title: str
    currency: str
    person: Person | None = None
    organisation: Organisation | None = None
    amount: Decimal = Decimal(0)
    probability: int | None = None
    expected_on: date | None = None
    owner: User | None = None
    team: Team | None = None
    came_by: str = ""
    custom: Mapping[str, Any] | None = (
        None  # values of fields of the house's own making; None = nobody was asked for them
    )


@transaction.atomic
def open_deal(
    told: DealIn, *, by: User, now: datetime, pipeline: Process | None = None, is_apart: bool = False
) -> tuple[Deal, bool]:
    """Open a deal and let it run in a pipeline, the usual one without one; the deal, and whether it was opened now. The very
    same again (title, whom, amount, pipeline), while it is open, is the same deal. It belongs to `by` where no owner is said.

    Refused: nobody to sell to, a person alone where this house sells to organisations only, an amount that no column holds.
    """
    require(by, "deal.edit")
    gate.enter()
    values = read({name: getattr(told, name) for name in FIELDS})
    made = house_fields.read("deal", told.custom or {}, by=by, is_new=told.custom is not None)
    person, house = _buyers(told.person, told.organisation)
    process = pipeline or usual.of(KIND, by=by, now=now, pillar="sales")
    if process.kind != KIND:
        raise Refusal(f"“{process.name}” is no pipeline of deals.")
    same = Deal.objects.filter(outcome="", trashed_at=None, item__process=process)
    same = same.filter(person__canonical_id=person.canonical_id) if person else same.filter(person=None)
    same = same.filter(organisation=house, title=values["title"], amount=values["amount"], currency=values["currency"])
    if not is_apart and (there := same.order_by("pk").first()) is not None:
        return there, False
    owner = values.pop("owner") or by
    row = Deal(
        **values | {"person": person, "organisation": house}, owner=owner,
        home=home_of(values["amount"], values["currency"], now),
        came_by=one_line(told.came_by, what="Came by", longest=60, needed=False), opened_at=now, changed_at=now,
    )  # fmt: skip
    house_fields.lay("deal", row, made)
    row.save()
    house_fields.claim("deal", row, made)
    walk.begin(key_of(row), process, by=by, now=now, owner=owner)
    row.refresh_from_db()
    journal.note(
        "deal.opened",
        row,
        by=by,
        owner=row.owner_id,
        amount=str(row.amount),
        currency=row.currency,
        pipeline=process.pk,
    )
    return row, True


@transaction.atomic
def edit(deal: Deal, *, by: User, changes: Mapping[str, Any], now: datetime) -> Deal:
    """Write what is known of a deal: any of `FIELDS`, and values of own fields by key under `custom`. The journal keeps before
    and after; the same again is nothing.

    Refused: the amount of a deal whose lines say it, nobody to sell to, what no column holds, a field that is not there.
    """
    row = held(deal, by=by)
    values = read({name: value for name, value in changes.items() if name != "custom"})
    made = house_fields.read("deal", changes.get("custom") or {}, by=by)
    if {"person", "organisation"} & values.keys():
        person, house = values.get("person", row.person), values.get("organisation", row.organisation)
        values["person"], values["organisation"] = _buyers(person, house)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if "amount" in changed and row.lines.exists():
        words = "Its lines say what it comes to: change these."
        raise Refusal(words, fields={"amount": words})
    own = house_fields.lay("deal", row, made)
    if not changed and not own:
        return row
    journal.note(
        "deal.edited", row, by=by,
        changes={name: [plain(getattr(row, name)), plain(value)] for name, value in changed.items()} | own,
    )  # fmt: skip
    before = row.owner_id
    for name, value in changed.items():
        setattr(row, name, value)
    row.changed_at = now
    if {"amount", "currency"} & changed.keys():
        row.home = home_of(row.amount, row.currency, row.opened_at)
    row.save(update_fields=[*changed, "home", "changed_at", *(["custom"] if own else [])])
    house_fields.claim("deal", row, made)
    item = row.item
    was_theirs = (
        item is not None and item.owner_id == before and not item.is_waiting and item.state == ItemState.RUNNING
    )
    if "owner" in changed and row.owner is not None and item is not None and was_theirs:
        run.give(item, to=row.owner, by=by)  # whose deal it is goes on with it
    return row


@transaction.atomic
def move(
    deal: Deal, *, to: str, by: User, now: datetime, because: str = "", values: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Deal:  # fmt: skip
    """Let it go on to a step of its pipeline. Refused: as `processes.run.move`; `seen` is the run's `changes`."""
    row = held(deal, by=by)
    run.move(_run(row), to=to, by=by, now=now, because=because, values=values, seen=seen)
    return _fresh(row)


@transaction.atomic
def win(deal: Deal, *, by: User, now: datetime, seen: int | None = None) -> Deal:
    """It was won: its run ends there, and the person is a customer from now on. Twice is once."""
    row = held(deal, by=by)
    if row.outcome != Outcome.WON:
        walk.to_end(_run(row), by=by, now=now, seen=seen)
    return _fresh(row)


@transaction.atomic
def lose(deal: Deal, *, by: User, now: datetime, because: str, seen: int | None = None) -> Deal:
    """It was lost, and why. Twice is once. Refused: no reason."""
    row = held(deal, by=by)
    if row.outcome != Outcome.LOST:
        reason = one_line(because, what="Because", longest=run.LONGEST)
        walk.to_end(_run(row), by=by, now=now, is_lost=True, because=reason, seen=seen)
    return _fresh(row)


@transaction.atomic
def reopen(deal: Deal, *, by: User, now: datetime, because: str) -> Deal:
    """It goes on where it stood before it ended. What is open stays as it is. Refused: no reason."""
    row = held(deal, by=by)
    if row.outcome:
        reason = one_line(because, what="Because", longest=run.LONGEST)
        run.again(_run(row), by=by, now=now, because=reason)
    return _fresh(row)


@transaction.atomic
def move_to_pipeline(deal: Deal, pipeline: Process, *, by: User, now: datetime) -> Deal:
    """Let it run in another pipeline from its start; where it ran before it is dropped there. Twice is once.

    Refused: what is no pipeline of deals, is retired, or has no version in use; a deal that has ended.
    """
    row = held(deal, by=by)
    old = row.item
    if old is not None and old.process_id == pipeline.pk:
        return row
    if pipeline.kind != KIND:
        raise Refusal(f"“{pipeline.name}” is no pipeline of deals.")
    if row.outcome:
        raise Refusal(f"This deal is {row.get_outcome_display().lower()}; open it again first.")
    words = f"Into the pipeline {pipeline.name}."
    item = walk.begin(key_of(row), pipeline, by=by, now=now, owner=row.owner or by, because=words)
    Deal.objects.filter(pk=row.pk).update(item=item, changed_at=now)
    if old is not None:
        run.drop(old, by=by, now=now, because=words)
    frm = old.process_id if old else None
    journal.note("deal.moved_to_pipeline", row, by=by, to=pipeline.pk, **{"from": frm})
    return _fresh(row)


@transaction.atomic
def put_lines(deal: Deal, lines: Sequence[quotes.Offer], *, by: User, now: datetime) -> Deal:
    """What is in the deal, instead of what was; its amount is their sum. Without a price the price lists say it. No lines: the
    amount stays and is anybody's to change. Refused: as the lines of a quote.
    """
    row = held(deal, by=by)
    found: list[quotes.Position] = []
    total = row.amount
    if lines:
        terms = quotes.Terms(row.currency, tuple(lines))
        found, total = quotes.reckon(terms, row.organisation, timezone.localdate(now))
    if total < 0:
        raise Refusal("A deal comes to nothing at least.", fields={"lines": "Their sum is below zero."})
    known = list(row.lines.order_by("position").values_list(*_LINE[1:]))
    if known == found and row.amount == total:
        return row
    row.lines.all().delete()
    bulk.insert(DealLine, _LINE, [(row.pk, *line) for line in found])
    row.amount, row.home, row.changed_at = total, home_of(total, row.currency, row.opened_at), now
    row.save(update_fields=["amount", "home", "changed_at"])
    journal.note("deal.lines", row, by=by, lines=len(found), amount=str(total))
    return row


@transaction.atomic
def name_role(deal: Deal, person: Person, role: str, *, by: User) -> Deal:
    """What say a person of the other side has in it; "" takes them out. Twice is once. Refused: a say that is not there."""
    row = held(deal, by=by)
    theirs = DealRole.objects.filter(deal=row, person__canonical_id=person.canonical_id)
    known = list(theirs.values_list("role", flat=True))
    if known == ([role] if role else []):
        return row
    if role and role not in Say.values:
        raise Refusal("There is no such part.", fields={"role": f"One of: {', '.join(Say.values)}."})
    if role and not known and DealRole.objects.filter(deal=row).count() >= MOST_ROLES:
        raise Refusal(f"At most {MOST_ROLES} people are named in one deal.")
    theirs.delete()
    if role:
        if not Person.objects.filter(pk=person.canonical_id).exists():
            raise Gone
        DealRole.objects.create(deal=row, person_id=person.canonical_id, role=role)
    journal.note("deal.role", row, by=by, person=person.canonical_id, role=role)
    return row


@transaction.atomic
def trash(deal: Deal, *, by: User, now: datetime) -> Deal:
    """Put it into the trash: it is in no list, sum or board from now on. Twice is once."""
    row = held(deal, by=by, is_trashed=True)
    if row.trashed_at is None:
        Deal.objects.filter(pk=row.pk).update(trashed_at=now, changed_at=now)
        journal.note("deal.trashed", row, by=by)
    return _fresh(row)


@transaction.atomic
def restore(deal: Deal, *, by: User, now: datetime) -> Deal:
    """Take it out of the trash as it was. Twice is once."""
    row = held(deal, by=by, is_trashed=True)
    if row.trashed_at is not None:
        Deal.objects.filter(pk=row.pk).update(trashed_at=None, changed_at=now)
        journal.note("deal.restored", row, by=by)
    return _fresh(row)


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """A run of a deal entered a step, or was dropped (None): the deal is open, won or lost by it. Runs in other processes than
    the deal's own say nothing.
    """
    number = int(item.about.partition(":")[2])
    row = Deal.objects.select_related("person").filter(Q(item=item) | Q(item=None), pk=number).first()
    if row is None:
        return
    if step is None or step.end == "lost":
        outcome, reason = Outcome.LOST.value, walk.why(item)
    else:
        outcome, reason = Outcome.WON.value if step.end else "", ""
    was = row.outcome
    ended = None if not outcome else now if outcome != was else row.ended_at
    Deal.objects.filter(pk=row.pk).update(
        item=item, outcome=outcome, ended_at=ended, lost_reason=reason, changed_at=now
    )
    if outcome != was:
        data = {"amount": str(row.amount), "currency": row.currency}
        journal.note(f"deal.{outcome or 'reopened'}", row, by=by, **data)
    person = row.person.canonical if row.person else None
    if outcome == Outcome.WON and person is not None and person.stage != "customer":
        persons.edit(person, by=by, changes={"stage": "customer"}, now=now)


def fill(key: str, values: Mapping[str, Any], by: User, now: datetime) -> None:
    """What a step of its process asks for, as a form tells it. Refused: a field that is not filled there."""
    row = Deal.objects.filter(pk=int(key.partition(":")[2])).first()
    names = {"expected": "expected_on"}
    told = {names.get(name, name): value for name, value in values.items()}
    if row is None or not told.keys() <= {"title", "amount", "probability", "expected_on"}:
        raise Refusal("These fields are filled on the page of the deal.")
    edit(row, by=by, changes=told, now=now)


def held(deal: Deal, *, by: User, is_trashed: bool = False) -> Deal:
    """The deal, locked with its run until the end of the transaction, for somebody who may edit it.

    Refused: one that is not there any more, and one in the trash unless `is_trashed`.
    """
    require(by, "deal.edit", deal)
    gate.enter()
    number = Deal.objects.filter(pk=deal.pk).values_list("item", flat=True).first()
    list(Item.objects.select_for_update(no_key=True).filter(pk=number or 0).values_list("pk"))  # as whoever moves it
    rows = Deal.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("item__process", "item__version", "person__canonical", "organisation", "owner", "team")
    found = row.filter(pk=deal.pk).first()
    if found is None:
        raise Refusal("This deal is not there any more.")
    if found.trashed_at is not None and not is_trashed:
        raise Refusal("This deal is in the trash; take it out first.")
    return found


def key_of(deal: Deal) -> str:
    """Its text key: "deal:5"."""
    return f"deal:{deal.pk}"


def _run(row: Deal) -> Item:
    if row.item is None:
        raise Refusal("This deal runs in no pipeline; put it into one first.")
    return row.item


def _fresh(row: Deal) -> Deal:
    row.refresh_from_db()
    return row


def _buyers(person: Person | None, house: Organisation | None) -> tuple[Person | None, Organisation | None]:
    """For whom it is, locked; refused where nobody is, and Gone."""
    if person is None and house is None:
        words = "Say whom it is for: a person, an organisation, or both."
        raise Refusal(words, fields={"person": words})
    whom = persons.held(person.canonical_id) if person is not None else None
    house = house_of(whom, house)
    if house is not None:
        list(Organisation.objects.select_for_update(no_key=True).filter(pk=house.pk).values_list("pk"))
    return whom, house
