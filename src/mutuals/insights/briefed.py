"""The rows of a customer's brief, as one viewer may see them; `brief` makes sentences of them.

A page that has read some of these rows already hands them in, so that the brief asks for the rest only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from mutuals.history.queries import Line
from mutuals.inbox import cases, promises_listed, tasks_asked
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Case, CaseState, Outcome, Promise, PromiseState, Task, TurnState
from mutuals.insights import brief
from mutuals.insights.brief import Facts, Sentence, Source
from mutuals.people import queries as people
from mutuals.people.models import Affiliation, Person
from mutuals.people.visibility import called, sees_contacts
from mutuals.sales import pipeline, queries
from mutuals.sales.models import Deal, Kind, OrderLine
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import may

NEWEST = 6
"""Rows that are read of each kind; sentences name three."""


@dataclass(frozen=True, slots=True)
class Read:
    """Rows that were read already, as the viewer may see them; None = ask."""

    profile_ids: Sequence[int] | None = None
    places: Iterable[Affiliation] | None = None
    lines: Sequence[Line] | None = None  # of the timeline, newest first
    promises: Iterable[Promise] | None = None
    tasks: Iterable[Task] | None = None
    cases: Iterable[Case] | None = None
    deals: Iterable[Deal] | None = None


def of_person(viewer: User, person: Person, *, now: datetime, read: Read | None = None) -> tuple[Sentence, ...]:
    """The six sentences about a person whom the viewer may see, in the order of `brief.TOPICS`."""
    has = read or Read()
    ids = has.profile_ids if has.profile_ids is not None else [one.pk for one in people.profiles_of(person)]
    may_talk, may_order = may(viewer, "conversation.view"), may(viewer, "order.view")
    facts = Facts(
        who=_who(viewer, person, has),
        value=_value(person) if may_order else None,
        bought=_bought(viewer, ids) if may_order and person.order_count else [] if may_order else None,
        contacts=_contacts(viewer, ids, has) if may_talk else None,
        promises=_promises(viewer, person, has) if may(viewer, "promise.view") else None,
        waits=_waits(viewer, ids) if may_talk else None,
        steps=[*_tasks(viewer, person, has), *_cases(viewer, person, has), *_deals(viewer, person, has)],
        now=timezone.localtime(now),
    )
    return brief.of(facts)


def address(source: Source) -> str:
    """Where the row of a source stands; "" for a kind that has no page."""
    kind, number = named.split(source.key)
    return f"{named.kinds()[kind].way.format(number)}{source.part}" if kind else ""


def _who(viewer: User, person: Person, has: Read) -> brief.Who:
    places = has.places if has.places is not None else _places(viewer, person)
    return brief.Who(
        person.pk,
        called(person, full=sees_contacts(viewer)).name,
        person.city,
        person.country,
        person.language,
        person.stage,
        str(person.owner) if person.owner else "",
        _day(person.created_at),
        tuple(brief.Place(one.organisation_id, one.organisation.name, one.role) for one in places if one.until is None),
    )


def _places(viewer: User, person: Person) -> Iterable[Affiliation]:
    if not may(viewer, "organisation.view"):
        return ()
    rows = Affiliation.objects.filter(person__canonical_id=person.pk, until=None).select_related("organisation")
    return rows.order_by("-is_main", "-since", "-pk")[:2]


def _value(person: Person) -> brief.Value:
    last = _day(person.last_order_at) if person.last_order_at else None
    return brief.Value(person.order_count, person.order_total, person.order_currency, last)


def _bought(viewer: User, ids: Sequence[int]) -> list[brief.Bought]:
    """The lines of the newest three sales; one statement."""
    orders = queries.visible_to(viewer).filter(profile__in=ids, kind=Kind.SALE).order_by("-placed_at", "-pk")
    rows = OrderLine.objects.filter(order__in=orders.values("pk")[:3], kind=Kind.SALE, quantity__gt=0)
    shown = rows.order_by("-order__placed_at", "-order", "position").values_list(
        "order", "order__number", "order__placed_at", "quantity", "product__name", "name"
    )
    return [
        brief.Bought(pk, number, _day(at), quantity, product or name)
        for pk, number, at, quantity, product, name in shown[:NEWEST]
    ]


def _contacts(viewer: User, ids: Sequence[int], has: Read) -> list[brief.Contact]:
    rows = has.lines if has.lines is not None else inbox.timeline_lines(viewer, ids, limit=NEWEST)[0]
    words = dict(Outcome.choices)
    return [
        brief.Contact(
            _day(one.occurred_at), one.direction, one.kind, one.network, one.by or one.channel,
            "" if one.is_deleted else one.text or one.subject, str(words.get(one.outcome, "")), one.conversation_id,
        )
        for one in rows[:NEWEST]
    ]  # fmt: skip


def _promises(viewer: User, person: Person, has: Read) -> list[brief.Owed]:
    rows = has.promises
    if rows is None:
        asked = promises_listed.about_person(viewer, person).filter(state=PromiseState.OPEN)
        rows = asked.order_by("due_at", "pk")[:NEWEST]
    return [brief.Owed(one.pk, one.words, _local(one.due_at)) for one in rows if one.state == PromiseState.OPEN]


def _waits(viewer: User, ids: Sequence[int]) -> list[brief.Step]:
    rows = inbox.visible_to(viewer).filter(conversation__opener__in=ids, state=TurnState.OPEN)
    waiting = rows.filter(waiting_since__isnull=False).order_by("waiting_since").values_list("pk", "waiting_since")
    return [brief.Step(f"conversation:{pk}", "conversation", _local(since)) for pk, since in waiting[:1]]


def _tasks(viewer: User, person: Person, has: Read) -> list[brief.Step]:
    same = people.cluster(person) if has.tasks is None and may(viewer, "task.view") else []
    asked = tasks_asked.of_record(viewer, f"person:{person.pk}", person_ids=same, limit=1) if same else []
    rows = has.tasks if has.tasks is not None else asked
    return [brief.Step(f"task:{one.pk}", one.title, _local(one.due_at)) for one in rows]


def _cases(viewer: User, person: Person, has: Read) -> list[brief.Step]:
    rows = has.cases
    if rows is None:
        rows = cases.listed(viewer, person_ids=people.cluster(person), limit=NEWEST) if may(viewer, "case.view") else []
    there = [one for one in rows if one.state == CaseState.OPEN]
    return [brief.Step(f"case:{one.pk}", f"{one.reference} {one.title}", _local(one.due_at)) for one in there]


def _deals(viewer: User, person: Person, has: Read) -> list[brief.Step]:
    rows = has.deals
    if rows is None:
        rows = pipeline.of_person(viewer, person, limit=NEWEST) if may(viewer, "deal.view") else []
    return [brief.Step(f"deal:{one.pk}", one.title) for one in rows if one.is_open]


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment) if moment else None


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
