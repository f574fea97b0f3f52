"""Questions about deals: who may see them, lists, and the board of a pipeline with its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from mutuals.base.lists import TOO_SLOW, Asked, listing, rows_of
from mutuals.base.patience import within
from mutuals.people.models import Organisation, Person
from mutuals.processes import queries as processes
from mutuals.processes import steps
from mutuals.processes.models import ItemState, Process, Version, VersionState
from mutuals.processes.shape import Shape, Step
from mutuals.sales.amounts import CENT, rounded
from mutuals.sales.models import Deal, DealRole
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, scope

CARDS = 50
"""So many deals of a step are on its board; the others are counted, and stand in the table."""
_SHOWN = ("person__canonical", "organisation", "owner", "team", "item__process", "item__version", "item__owner")


@dataclass(frozen=True, slots=True)
class Money:
    """What deals of one currency come to, and what by their probabilities may be expected of them."""

    currency: str
    amount: Decimal
    weighted: Decimal


@dataclass(slots=True)
class Column:
    """One step of a board: how many are in it, how many of them over its limit, their sums and the first cards."""

    step: Step
    count: int = 0
    late: int = 0
    sums: dict[str, Money] = field(default_factory=dict)
    cards: list[Deal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """A pipeline: its steps in order, those of past versions where something is still in them at the end; what all comes to."""

    process: Process
    columns: list[Column]
    sums: list[Money]
    count: int


def deals_visible_to(user: Any, *, trashed: bool = False) -> QuerySet[Deal]:
    """The deals that `user` may see: all, their own and their teams', or none. Those in the trash only by `trashed`."""
    rows = Deal.objects.filter(trashed_at__isnull=not trashed)
    reach = scope(user, "deal.view")
    if reach is Scope.ALL:
        return rows
    return rows.none() if reach is Scope.NONE else rows.filter(Q(owner=user) | Q(team__in=user.team_ids()))


def deal(viewer: Any, number: int, *, trashed: bool = False) -> Deal | None:
    """One by its id with what a page shows of it; None where it is not there for them. By `trashed` also one in the trash."""
    if not 0 < number < 2**63:
        return None
    rows = deals_visible_to(viewer).filter(pk=number).select_related(*_SHOWN)
    found = rows.first()
    if found is None and trashed:
        found = deals_visible_to(viewer, trashed=True).filter(pk=number).select_related(*_SHOWN).first()
    return found


def of_person(viewer: Any, person: Person, *, limit: int = 20) -> list[Deal]:
    """The deals of a person over the whole cluster, open ones first, then the newest; one statement."""
    rows = deals_visible_to(viewer).filter(person__canonical_id=person.canonical_id).select_related(*_SHOWN)
    return list(rows.order_by("outcome", "-opened_at", "-pk")[:limit])


def of_organisation(viewer: Any, organisation: Organisation, *, limit: int = 20) -> list[Deal]:
    """The same of an organisation."""
    rows = deals_visible_to(viewer).filter(organisation=organisation).select_related(*_SHOWN)
    return list(rows.order_by("outcome", "-opened_at", "-pk")[:limit])


def pipelines(viewer: User) -> list[Process]:
    """The pipelines in which deals can be opened, the usual one first."""
    rows = processes.visible_to(viewer).filter(kind="deal", retired_at=None, versions__state=VersionState.IN_USE)
    return sorted(rows, key=lambda row: (not row.is_usual, row.name))


def listed(
    viewer: Any, *, state: str = "open", process: Process | None = None, step: str = "", owner: User | None = None,
    person: Person | None = None, organisation: Organisation | None = None, text: str = "", trashed: bool = False,
    before: int | None = None, limit: int = 50, asked: Asked | None = None,
) -> list[Deal]:  # fmt: skip
    """Deals, last opened first: `state` open, won, lost or "" for all; `before` the id of the last one of the page before.

    `asked` narrows by a condition besides. TooSlow: those that fit were not found in time.
    """
    if asked is not None:
        of = replace(listing("deal"), visible_to=lambda user: deals_visible_to(user, trashed=trashed))
        rows = rows_of(of, asked).select_related(*_SHOWN).order_by("-pk")
    else:
        rows = deals_visible_to(viewer, trashed=trashed).select_related(*_SHOWN).order_by("-pk")
    rows = rows.filter(outcome={"open": ""}.get(state, state)) if state else rows
    rows = rows.filter(item__process=process) if process else rows
    rows = rows.filter(item__step=step, item__state=ItemState.RUNNING) if step else rows
    rows = rows.filter(owner=owner) if owner else rows
    rows = rows.filter(person__canonical_id=person.canonical_id) if person else rows
    rows = rows.filter(organisation=organisation) if organisation else rows
    rows = rows.filter(title__icontains=text) if text else rows
    with within(None, TOO_SLOW):
        return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def board(viewer: Any, process: Process, *, now: datetime, owner: User | None = None) -> Board:
    """What is open in a pipeline by its steps: one statement for counts and sums, one for the first cards of each step."""
    rows = standing(deals_visible_to(viewer), process)
    rows = rows.filter(owner=owner) if owner else rows
    found, versions = columns(rows, process, now=now)
    by_key = {one.step.key: one for one in found}
    for deal in _cards(rows):
        item = deal.item
        if item is not None and item.step in by_key:  # moved between the two statements, perhaps
            item.process = process
            item.version = versions.get(item.version_id) or item.version  # one row for all of them
            by_key[item.step].cards.append(deal)
    return Board(process, found, whole(found), sum(one.count for one in found))


def standing(rows: QuerySet[Deal], process: Process) -> QuerySet[Deal]:
    """Those among some deals that stand on the board of a pipeline."""
    return rows.filter(item__process=process, item__state=ItemState.RUNNING, outcome="")


def columns(rows: QuerySet[Deal], process: Process, *, now: datetime) -> tuple[list[Column], Mapping[int, Version]]:
    """The steps of a pipeline with counts and sums of those that stand there, without cards; and the versions they run in."""
    counted = _counted(rows, now)
    versions = Version.objects.in_bulk({one[0] for one in counted})
    newest = processes.version(process)
    shape = steps.shape_of(newest) if newest else Shape("", ())
    found = {one.key: Column(one) for one in shape.steps if not one.end}
    for version, key, currency, count, late, amount, unsaid, said in counted:
        step = steps.shape_of(versions[version]).step(key)
        assert step is not None  # what runs stands in a step of its version
        column = found.setdefault(key, Column(step))
        column.count += count
        column.late += late
        expected = said / 100 + unsaid * (step.probability or 0) / 100
        _add(column.sums, Money(currency, amount, rounded(expected, CENT)))
    return list(found.values()), versions


def whole(found: Sequence[Column]) -> list[Money]:
    """What all columns come to, once for each currency."""
    told: dict[str, Money] = {}
    for column in found:
        for one in column.sums.values():
            _add(told, one)
    return [told[name] for name in sorted(told)]


def probability(deal: Deal) -> int | None:
    """The percent of a deal: its own, else that of its step; None where nobody says any."""
    if deal.probability is not None:
        return deal.probability
    step = step_of(deal)
    return step.probability if step else None


def weighted(deal: Deal) -> Decimal:
    """What may be expected of a deal: its amount by its probability, all of one that was won, nothing of one that was lost."""
    if deal.outcome:
        return deal.amount if deal.outcome == "won" else Decimal(0)
    return rounded(deal.amount * (probability(deal) or 0) / 100, CENT)


def step_of(deal: Deal) -> Step | None:
    """The step in which it is; fetched with its item and version it costs no statement."""
    return steps.shape_of(deal.item.version).step(deal.item.step) if deal.item else None


def roles(deal: Deal) -> list[DealRole]:
    """Who on the other side has a say, each person once as whom they are known now."""
    rows = DealRole.objects.filter(deal=deal).select_related("person__canonical").order_by("pk")
    return list({row.person.canonical_id: row for row in rows}.values())


def owners(rows: Sequence[Deal]) -> Mapping[int, User]:
    """Whose deals these are, by id."""
    return {row.owner_id: row.owner for row in rows if row.owner_id is not None and row.owner is not None}


def _counted(rows: QuerySet[Deal], now: datetime) -> list[tuple[Any, ...]]:
    """By version, step and currency: how many, how many late, the sum, that of deals without a probability of their own, and
    of the others the sum of amount by percent."""
    unsaid, zero = Q(probability=None), Decimal(0)
    found = rows.values_list("item__version", "item__step", "currency").annotate(
        n=Count("pk"),
        late=Count("pk", filter=Q(item__due_at__lte=now)),
        total=Sum("amount"),
        unsaid=Sum("amount", filter=unsaid, default=zero),
        said=Sum(F("amount") * F("probability"), filter=~unsaid, default=zero),
    )
    return list(found.order_by())


def _cards(rows: QuerySet[Deal]) -> list[Deal]:
    """The first of each step: who came last stands first. Their ids are read on their own: as a subselect they would be joined
    with all deals that there are."""
    place = Window(RowNumber(), partition_by=F("item__step"), order_by=[F("item__entered_at").desc(), F("pk").desc()])
    first = list(rows.annotate(place=place).filter(place__lte=CARDS).values_list("pk", flat=True))
    found = Deal.objects.filter(pk__in=first).select_related("person__canonical", "organisation", "owner", "item")
    return list(found.order_by("-item__entered_at", "-pk"))


def _add(sums: dict[str, Money], more: Money) -> None:
    was = sums.get(more.currency, Money(more.currency, Decimal(0), Decimal(0)))
    sums[more.currency] = Money(more.currency, was.amount + more.amount, was.weighted + more.weighted)
