"""Cards that wait for somebody, what became of them, who is behind them; and playbooks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._case_shapes import PRIORITIES, CaseOut
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Done, Flag, Id, In, Line, Moment, Out, Page, PathId, Ref, Text
from mutuals.api.people import zone_of
from mutuals.base import clock
from mutuals.inbox import problem
from mutuals.listening.card import acted, behind, cards, playbooks
from mutuals.listening.card.acted import Measure
from mutuals.listening.models import Card, Playbook, Step
from mutuals.staff.models import User

router = Resource("cards")
KINDS = Literal["alarm", "rising", "drop", "held", "broken"]


_SAME = ("orders", "currency", "interaction_id", "conversation_id", "at", "network")


class CardOut(Out):
    """Something that somebody has to do something about. `level`: 1 watch, 2 act, 3 crisis; `about` is the text key of what it
    concerns, `led` those of what came of it; `over_at`: since when the cause is gone."""

    id: int
    topic: Ref | None
    about: str
    kind: str
    level: int
    words: str
    since: datetime
    until: datetime
    customers: int
    value: str
    currency: str
    state: str
    reason: str
    to: Ref | None
    made_at: datetime
    settled_at: datetime | None
    over_at: datetime | None
    playbook: str
    led: list[str]

    @classmethod
    def of(cls, card: Card) -> CardOut:
        """A row."""
        same = {
            "about",
            "kind",
            "level",
            "words",
            "since",
            "until",
            "currency",
            "state",
            "reason",
            "made_at",
            "settled_at",
        }
        told = {name: getattr(card, name) for name in same | {"over_at", "playbook"}}
        return cls(
            id=card.pk, topic=Ref.of(card.topic), customers=card.touched, value=str(card.value), to=Ref.of(card.to),
            led=list(card.led), **told,
        )  # fmt: skip


class Settling(In):
    """What was done. `to_id` where it is given to somebody; `reason` where it is dismissed."""

    state: Literal["acted", "delegated", "dismissed"]
    reason: Annotated[Line, Field(max_length=300)] = ""
    to_id: Id | None = None


class MeasureOut(Out):
    """How cards ended. `acted_share`: acted on or given away, in a hundred; `hours`: median time until they ended."""

    made: int
    acted: int
    delegated: int
    dismissed: int
    share: int | None
    acted_share: int | None
    hours: float | None
    week: date | None
    kind: str

    @classmethod
    def of(cls, row: Measure) -> MeasureOut:
        """One line."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class MeasuresOut(Out):
    """All, by week and by kind."""

    all: MeasureOut
    weeks: list[MeasureOut]
    kinds: list[MeasureOut]


class TouchedOut(Out):
    """Somebody who spoke, with the way to them: the newest of what they said, and its thread."""

    person: Ref
    customer: bool
    orders: int
    value: str
    currency: str
    interaction_id: int
    conversation_id: int | None
    at: datetime
    network: str


class StakeOut(Out):
    """What customers bought for in one currency ("*" = several)."""

    currency: str
    value: str


class BoughtOut(Out):
    """What several of the customers bought."""

    name: str
    customers: int


class BehindOut(Out):
    """The people behind a card, customers first; what is at stake, and what many of them bought, as known now."""

    people: list[TouchedOut]
    stakes: list[StakeOut]
    bought: list[BoughtOut]


class ProblemIn(In):
    """A problem to open. `people` null = all customers touched; {name} and {first} are filled into the draft `text`."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    text: Annotated[Text, Field(max_length=problem.LONGEST)] = ""
    priority: PRIORITIES = "high"
    people: Annotated[list[Id], Field(max_length=behind.MOST)] | None = None


class ProblemOut(Out):
    """What was opened. `were_open`: cases of these threads that were open before, and belong to it now."""

    cases: list[CaseOut]
    were_open: int
    drafts: int


class CardStepOut(Out):
    """One line of a checklist."""

    id: int
    words: str
    to: Ref | None
    done_at: datetime | None

    @classmethod
    def of(cls, row: Step) -> CardStepOut:
        """A row."""
        return cls(id=row.pk, words=row.words, to=Ref.of(row.to), done_at=row.done_at)


class Starting(In):
    """Which playbook, and who does it (null = the caller)."""

    playbook_id: Id
    to_id: Id | None = None


class Ticking(In):
    """Whether a step is done."""

    done: Flag


class PlaybookIn(In):
    """A short list of steps for cards of a kind ("" = any) from a level on (1 watch, 2 act, 3 crisis)."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    steps: Annotated[list[Annotated[Line, Field(max_length=300)]], Field(min_length=1, max_length=playbooks.MOST_STEPS)]
    kind: KINDS | Literal[""] = ""
    level: Annotated[int, Field(ge=1, le=3)] = 1


class PlaybookChangeIn(PlaybookIn):
    """The same; `seen` is the `changed_at` that was read before, so that nobody is written over."""

    seen: Moment | None = None


class PlaybookOut(Out):
    """A playbook."""

    id: int
    name: str
    kind: str
    level: int
    steps: list[str]
    changed_at: datetime

    @classmethod
    def of(cls, row: Playbook) -> PlaybookOut:
        """A row."""
        return cls(
            id=row.pk, name=row.name, kind=row.kind, level=row.level, steps=list(row.steps), changed_at=row.changed_at
        )


@router.read("/cards", act="listening.view", out=Page[CardOut])
def listed(
    request: HttpRequest, cursor: Cursor = "", limit: Limit = 50,
    state: Annotated[Literal["", "open", "acted", "delegated", "dismissed"], Query()] = "",
    kind: Annotated[KINDS | Literal[""], Query()] = "",
) -> Page[CardOut]:  # fmt: skip
    """What waits for somebody, and what became of the rest."""
    rows = cards.visible_to(user_of(request))
    rows = rows.filter(state=state) if state else rows
    found, following = page_by_id(rows.filter(kind=kind) if kind else rows, cursor, limit)
    return Page[CardOut](items=[CardOut.of(row) for row in found], next=following)


@router.read("/cards/measure", act="listening.view", out=MeasuresOut)
def measured(request: HttpRequest, days: Annotated[int, Query(ge=1, le=3_650)] = 90) -> MeasuresOut:
    """The share of cards that was acted on, by week and by kind, and how long it took."""
    by = user_of(request)
    told = acted.measured(viewer=by, since=clock.now() - timedelta(days=days), zone=zone_of(by).key)
    weeks, kinds = ([MeasureOut.of(row) for row in rows] for rows in (told.weeks, told.kinds))
    return MeasuresOut(all=MeasureOut.of(told.whole), weeks=weeks, kinds=kinds)


@router.read("/cards/{int:card_id}", act="listening.view", out=CardOut)
def shown(request: HttpRequest, card_id: PathId) -> CardOut:
    """One card."""
    return CardOut.of(_card(request, card_id))


@router.write("POST", "/cards/{int:card_id}/settle", act="listening.judge", out=CardOut)
def settling(request: HttpRequest, card_id: PathId, body: Settling) -> CardOut:
    """Acted on, given to somebody, or dismissed with a reason."""
    card, to = _card(request, card_id), _staff(body.to_id)
    return CardOut.of(cards.settle(card, body.state, reason=body.reason, to=to, by=user_of(request), now=clock.now()))


@router.write("POST", "/cards/{int:card_id}/reopen", act="listening.judge", out=CardOut)
def reopening(request: HttpRequest, card_id: PathId) -> CardOut:
    """Take back what was said of it."""
    return CardOut.of(cards.reopen(_card(request, card_id), by=user_of(request)))


@router.read("/cards/{int:card_id}/people", act="listening.view", out=BehindOut)
def people(request: HttpRequest, card_id: PathId) -> BehindOut:
    """Who is behind a card, what they bought for, and the way to them."""
    told = behind.of_card(_card(request, card_id), viewer=user_of(request))
    return BehindOut(
        people=[
            TouchedOut(
                person=Ref(id=who.id, name=who.name), customer=who.is_customer, value=str(who.value),
                **{name: getattr(who, name) for name in _SAME},
            )
            for who in told.people
        ],
        stakes=[StakeOut(currency=currency, value=str(value)) for currency, value in told.stakes],
        bought=[BoughtOut(name=name, customers=many) for name, many in told.bought],
    )  # fmt: skip


@router.write("POST", "/cards/{int:card_id}/problem", act="case.open", out=ProblemOut)
def opening(request: HttpRequest, card_id: PathId, body: ProblemIn) -> ProblemOut:
    """Open a problem: a case for each customer touched, and a draft into each thread. Nothing is sent."""
    done = problem.open_problem(
        _card(request, card_id), by=user_of(request), now=clock.now(), title=body.title, text=body.text,
        priority=body.priority, only=body.people,
    )  # fmt: skip
    return ProblemOut(
        cases=[CaseOut.of(row, user_of(request)) for row in done.cases], were_open=done.were_open, drafts=done.drafts
    )


@router.read("/cards/{int:card_id}/steps", act="listening.view", out=list[CardStepOut])
def steps(request: HttpRequest, card_id: PathId) -> list[CardStepOut]:
    """The checklist of a card; empty where no playbook was started."""
    return [CardStepOut.of(row) for row in _card(request, card_id).steps.select_related("to").order_by("place")]


@router.write("POST", "/cards/{int:card_id}/steps", act="listening.judge", out=list[CardStepOut], refuses=(404,))
def starting(request: HttpRequest, card_id: PathId, body: Starting) -> list[CardStepOut]:
    """Start a playbook: its steps become the checklist of the card."""
    by, card = user_of(request), _card(request, card_id)
    book = one(playbooks.visible_to(by), body.playbook_id)
    to = _staff(body.to_id) if body.to_id else by
    if to is None:
        raise Http404
    playbooks.start(card, book, by=by, now=clock.now(), to=to)
    return [CardStepOut.of(row) for row in card.steps.select_related("to").order_by("place")]


@router.write("DELETE", "/cards/{int:card_id}/steps", act="listening.judge", out=Done)
def stopping(request: HttpRequest, card_id: PathId) -> Done:
    """Take the checklist away again, while no step is done."""
    playbooks.stop(_card(request, card_id), by=user_of(request))
    return Done()


@router.write("POST", "/cards/{int:card_id}/steps/{int:step_id}", act="listening.judge", out=CardStepOut)
def ticking(request: HttpRequest, card_id: PathId, step_id: PathId, body: Ticking) -> CardStepOut:
    """Say that a step is done, or that it is not."""
    step = one(_card(request, card_id).steps.select_related("card", "to"), step_id)
    return CardStepOut.of(playbooks.tick(step, by=user_of(request), now=clock.now(), is_done=body.done))


@router.read("/playbooks", act="listening.view", out=Page[PlaybookOut])
def books(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[PlaybookOut]:
    """Short lists of steps that staff keep."""
    rows, following = page_by_id(playbooks.visible_to(user_of(request)), cursor, limit)
    return Page[PlaybookOut](items=[PlaybookOut.of(row) for row in rows], next=following)


@router.write("POST", "/playbooks", act="topic.edit", out=PlaybookOut, status=201)
def writing(request: HttpRequest, body: PlaybookIn) -> PlaybookOut:
    """Write a playbook."""
    by, now = user_of(request), clock.now()
    return PlaybookOut.of(playbooks.keep(body.name, body.steps, by=by, now=now, kind=body.kind, level=body.level))


@router.write("PUT", "/playbooks/{int:playbook_id}", act="topic.edit", out=PlaybookOut)
def rewriting(request: HttpRequest, playbook_id: PathId, body: PlaybookChangeIn) -> PlaybookOut:
    """Change one. Refused where a colleague changed it since `seen`."""
    by = user_of(request)
    book = one(playbooks.visible_to(by), playbook_id)
    kept = playbooks.keep(
        body.name, body.steps, by=by, now=clock.now(), kind=body.kind, level=body.level, book=book, seen=body.seen
    )
    return PlaybookOut.of(kept)


@router.write("DELETE", "/playbooks/{int:playbook_id}", act="topic.edit", out=Done)
def removing(request: HttpRequest, playbook_id: PathId) -> Done:
    """Take one away; checklists that were made of it stay."""
    by = user_of(request)
    playbooks.remove(one(playbooks.visible_to(by), playbook_id), by=by)
    return Done()


def _card(request: HttpRequest, number: int) -> Card:
    return one(cards.visible_to(user_of(request)), number)


def _staff(number: int | None) -> User | None:
    return User.objects.filter(pk=number).first() if number else None
