"""A problem that touches many: one card above, a case for each customer touched, and a draft to each. Nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal, wake
from mutuals.base.refusals import Refusal, one_line
from mutuals.conversations.models import Conversation
from mutuals.inbox import cases
from mutuals.inbox.models import Case, CaseState, Priority, Turn
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.listening.card import behind, cards
from mutuals.listening.models import Card, CardState
from mutuals.people.models import Person
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

_MARKS = re.compile(r"( ?)\{(name|first|subject)\}")
LONGEST = 5_000  # letters of a draft


@dataclass(frozen=True, slots=True)
class Opened:
    """What was done: cases that were opened, those that were open already and belong to it now, drafts that were put down."""

    cases: tuple[Case, ...]
    were_open: int
    drafts: int


def open_problem(
    card: Card, *, by: User, now: datetime, title: str, text: str = "", priority: str = Priority.HIGH,
    only: Collection[int] | None = None,
) -> Opened:  # fmt: skip
    """Open a case for each customer touched, and put `text` as a draft into each thread where nothing is drafted yet.

    The card is the parent: it names the cases, and is acted on by this. `only` are numbers of people (all customers touched
    where it is None; whoever spoke may be named). {name} and {first} in `text` become the name of each. A second time opens
    what is missing. Refused: nobody to open it for, an empty title, a card that was dismissed.
    """
    require(by, "listening.judge", card)
    require(by, "case.open")
    label = one_line(title, what="Title", longest=200)
    words = text.replace("\0", "").strip()
    if len(words) > LONGEST:
        raise Refusal(
            f"The draft is longer than {LONGEST:,} letters.", fields={"text": f"At most {LONGEST:,} letters."}
        )
    found, were_open, drafts = list[Case](), 0, 0
    with transaction.atomic():
        gate.enter()
        card = Card.objects.select_for_update(of=("self",)).select_related("topic").get(pk=card.pk)
        if card.state == CardState.DISMISSED:
            raise Refusal("This card was dismissed. Take that back first.")
        told = behind.of_card(card, viewer=by)
        people = [one for one in told.people if (one.is_customer if only is None else one.id in only)]
        if not people:
            raise Refusal("No customer was touched, so there is nobody to open it for.")
        persons = Person.objects.in_bulk([one.id for one in people])
        talks = Conversation.objects.in_bulk([one.conversation_id for one in people if one.conversation_id])
        held = {case.person_id: case for case in parts(card, viewer=by) if case.state == CaseState.OPEN}
        for one in people:
            if one.id not in persons or one.id in held:
                continue
            talk = talks.get(one.conversation_id or 0)
            case, is_new = cases.open_case(
                by=by, now=now, title=label, conversation=talk, person=persons[one.id], priority=priority
            )
            found.append(case)
            were_open += not is_new
            drafts += _draft(talk, filled(words, name=one.name), by=by)
        cards.led(card, *found)
        journal.note("problem.opened", card, by=by, title=label, cases=[one.reference for one in found], drafts=drafts)
        if card.state == CardState.OPEN:
            cards.settle(card, CardState.ACTED, by=by, now=now, reason=f"Problem opened: {label}"[:300])
    return Opened(tuple(found), were_open, drafts)


def parts(card: Card, *, viewer: User) -> list[Case]:
    """The cases that a card led to, of those that `viewer` may see; the open ones first."""
    numbers = [int(key[5:]) for key in card.led if key.startswith("case:") and key[5:].isdecimal()]
    rows = cases.visible_to(viewer).filter(pk__in=numbers).select_related("person__canonical", "conversation")
    return sorted(rows, key=lambda one: (one.state != CaseState.OPEN, one.pk))


def filled(text: str, *, name: str, subject: str = "") -> str:
    """A draft with its marks filled in. Where nobody knows the name, the mark goes with the space before it: "Hello, ..."."""
    known = {"name": name, "first": name.split(" ")[0], "subject": subject}
    return _MARKS.sub(lambda found: f"{found[1]}{known[found[2]]}" if known[found[2]] else "", text)


def _draft(talk: Conversation | None, text: str, *, by: User) -> bool:
    """Whether it was put down: not where somebody answers elsewhere, may not, or something is drafted already."""
    if talk is None or not text or not may(by, "conversation.reply"):
        return False
    turn = visible_turns(by).filter(pk=talk.pk, draft="").first()
    if turn is None:
        return False
    Turn.objects.filter(pk=turn.pk, draft="").update(draft=text)
    wake.changed("inbox", [turn.pk])
    return True
