"""What the small town's staff made of it: deals along their pipeline, a lead, cases with a promise, tasks and ideas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from mutuals.communities import ideas
from mutuals.inbox import cases, promises, tasks
from mutuals.inbox.models import Priority, Turn, TurnState
from mutuals.inbox.tasks_read import TaskIn
from mutuals.outreach import renewing, segments
from mutuals.people.models import Affiliation, Organisation, Person
from mutuals.sales import deals, leads
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal
from mutuals.staff import queries as staff
from mutuals.staff.models import Pillar, User
from mutuals.town.shapes import DOMAIN

_DEALS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (  # title, amount, days ago, its way
    ("Kettles for the new office", 1_840, 3, ()),
    ("Descaling twice a year", 960, 6, ()),
    ("Forty kettles for a canteen", 5_200, 14, ("needs",)),
    ("Filters, a year's supply", 740, 9, ("needs",)),
    ("Tea corner on three floors", 3_150, 20, ("needs", "offer")),
    ("Kettles with our name on them", 7_900, 31, ("needs", "offer")),
    ("Boilers for two bars", 4_400, 40, ("needs", "offer", "decision")),
    ("Replacement of last year's lot", 2_260, 52, ("needs", "offer", "decision", "won")),
    ("Samples for a hotel", 380, 45, ("needs", "lost")),
)
_IDEAS = (
    ("A kettle that keeps 80 °C", "For green tea, which boiling water spoils.", 4),
    ("Lids as spare parts", "Many ask for a lid alone, and have to buy a kettle.", 3),
    ("A quieter boil", "Open offices and sleeping children.", 1),
)
_SEGMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Regular buyers", "Ask them first, and tell them first.",
        {"all": [{"field": "orders", "op": "atleast", "value": 2}, {"field": "last_order", "op": "last", "value": 90}]},
    ),
    (
        "Bought, and silent since", "To be won back.",
        {"all": [{"field": "orders", "op": "over", "value": 0}, {"field": "last_order", "op": "older", "value": 30}]},
    ),
)  # fmt: skip


@transaction.atomic
def records(owner: User, *, now: datetime) -> None:
    """Make them, once, all or nothing."""
    if Deal.objects.exists():
        return
    ada, ben = staff.by_email(f"ada@{DOMAIN}") or owner, staff.by_email(f"ben@{DOMAIN}") or owner
    buyers = list(
        Person.objects.filter(canonical_id__isnull=False, order_count__gt=0).order_by("-order_total", "pk")[:40]
    )
    buyers = [one for one in buyers if one.canonical_id == one.pk]
    if len(buyers) < 12:  # too small a town for a day's work
        return
    _deals(buyers, by=ben, now=now)
    lead = Person.objects.filter(order_count=0, stage="").order_by("pk").first()
    if lead is not None and lead.canonical_id == lead.pk:
        leads.take_up(
            lead, by=ben, now=now - timedelta(days=2), source="Contact form", note="Asked for a price of twenty."
        )
    _segments(buyers, by=ben, now=now)
    for place, (title, text, votes) in enumerate(_IDEAS):
        idea, _ = ideas.add(by=ben, now=now - timedelta(days=20 - place), title=title, text=text, owner=ben)
        for person in buyers[place : place + votes]:
            ideas.vote(idea, person=person, by=ben, now=now - timedelta(days=5))
    _cases(by=ada, now=now)
    _tasks(buyers, ada=ada, ben=ben, now=now)


def _segments(buyers: Sequence[Person], *, by: User, now: datetime) -> None:
    """Three groups of customers, each looked at once."""
    for name, words, condition in _SEGMENTS:
        made = segments.add(by=by, now=now, name=name, words=words, condition=condition)
        renewing.look(made.pk, now=now)
    panel = segments.add(
        by=by, now=now, name="Tea panel", words="They try what is new.", people=[one.pk for one in buyers[:6]]
    )
    renewing.look(panel.pk, now=now)


def _deals(buyers: Sequence[Person], *, by: User, now: datetime) -> None:
    houses = list(Organisation.objects.order_by("pk")[: len(_DEALS)])
    for place, (title, amount, ago, way) in enumerate(_DEALS):
        at = now - timedelta(days=ago)
        house = houses[place] if place < len(houses) and place % 3 != 1 else None
        there = (
            Affiliation.objects.filter(organisation=house, until=None).select_related("person__canonical").first()
            if house
            else None
        )
        person = there.person.canonical if there else None if house else buyers[place]
        told = DealIn(
            title,
            "EUR",
            person=person,
            organisation=house,
            amount=Decimal(amount),
            expected_on=(now + timedelta(days=7 * place)).date(),
        )
        row, _ = deals.open_deal(told, by=by, now=at)
        for number, step in enumerate(way, 1):
            when = at + timedelta(days=ago * number / (len(way) + 1))
            because = "They bought elsewhere." if step == "lost" else ""
            row = deals.move(row, to=step, by=by, now=when, because=because)


def _cases(*, by: User, now: datetime) -> None:
    open_ones = Turn.objects.filter(state=TurnState.OPEN, pillar=Pillar.SERVICE).select_related(
        "conversation__opener__person__canonical"
    )
    for place, turn in enumerate(open_ones.order_by("-moved_at", "-pk")[:5]):
        opener = turn.conversation.opener
        person = opener.person.canonical if opener and opener.person else None
        at = min(turn.moved_at + timedelta(minutes=40), now)
        title = (turn.conversation.subject or turn.conversation.snippet or "A customer waits")[:80]
        priority = (Priority.HIGH, Priority.NORMAL, Priority.URGENT, Priority.LOW, Priority.NORMAL)[place]
        case, _ = cases.open_case(
            by=by, now=at, title=title, conversation=turn.conversation, person=person, pillar=Pillar.SERVICE,
            priority=priority, owner=by, is_usual=place < 3,
        )  # fmt: skip
        if person is not None and place < 3:
            due = now + timedelta(hours=(-5, 4, 30)[place])
            words = ("Call back about the refund", "Send a new lid", "Say when the kettle is repaired")[place]
            promises.make(
                by=by, now=min(at, due - timedelta(hours=8)), words=words, due_at=due, person=person, case=case
            )


def _tasks(buyers: Sequence[Person], *, ada: User, ben: User, now: datetime) -> None:
    soon, later = now + timedelta(days=1), now + timedelta(days=1, hours=1)
    told = (
        (ben, TaskIn("Prepare the offer for the canteen", about=f"person:{buyers[2].pk}", due_on=now.date())),
        (
            ben,
            TaskIn("Ask how the kettles do", "call", about=f"person:{buyers[0].pk}", due_at=now + timedelta(hours=3)),
        ),
        (ada, TaskIn("Look through the returns of the lot", due_on=(now - timedelta(days=1)).date())),
        (ada, TaskIn("Order descaler", due_on=(now + timedelta(days=6)).date())),
        (ada, TaskIn("Weekly look at complaints", "meeting", starts_at=soon, ends_at=later, users=(ben,))),
    )
    for user, task in told:
        tasks.add(task, by=user, now=now)
