"""Playbooks: short named lists of steps that staff keep; starting one makes the checklist of a card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal, one_line
from mutuals.listening.models import Card, CardKind, CardState, Playbook, Step
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST_STEPS = 30
LEVELS = ("", "watch", "act", "crisis")
FIRST = (
    ("Something is wrong", CardKind.ALARM, 1, (
        "Read twenty of the newest mentions: is it one thing?",
        "Look whether the customers touched bought the same",
        "Answer the customers who asked something",
        "Tell the team that can mend it, with three examples",
    )),
    ("Crisis", CardKind.ALARM, 3, (
        "Name one person who speaks for us",
        "Stop planned posts until this is over",
        "Say in public what we know, and when we say more",
        "Open a case for each customer touched",
        "Answer by the hour, the largest accounts first",
        "Write down what happened, and what we change",
    )),
    ("A fault shows itself", CardKind.RISING, 1, (
        "Read the examples: which product, since when?",
        "Open a problem for the customers touched",
        "Ask product for the cause and a way round it",
        "Tell each customer what we found",
    )),
)  # fmt: skip
"""What an installation may begin with."""


def visible_to(viewer: User) -> QuerySet[Playbook]:
    """All of them, by name, for whoever sees cards."""
    return Playbook.objects.order_by("name") if may(viewer, "listening.view") else Playbook.objects.none()


def keep(
    name: str, steps: Sequence[str], *, by: User, now: datetime, kind: str = "", level: int = 1, book: Playbook | None = None,
    seen: datetime | None = None,
) -> Playbook:  # fmt: skip
    """Make one or change it. Refused: no steps or more than thirty, a name that is taken, a kind that there is not; and `seen`,
    the `changed_at` of what the writer saw, where a colleague changed it since."""
    require(by, "topic.edit")
    label = one_line(name, what="Name", longest=80)
    lines = [one_line(step, what="Step", longest=300) for step in steps if str(step).strip()]
    if not 1 <= len(lines) <= MOST_STEPS:
        raise Refusal(f"A playbook has 1 to {MOST_STEPS} steps, one a line.", fields={"steps": "One step a line."})
    if kind not in ("", *CardKind.values) or level not in (1, 2, 3):
        raise Refusal("Choose for which cards it is.", fields={"kind": "Choose one."})
    with transaction.atomic():
        if Playbook.objects.filter(name__iexact=label).exclude(pk=book.pk if book else 0).exists():
            raise _taken(label)
        row = Playbook.objects.select_for_update(no_key=True).filter(pk=book.pk).first() if book else Playbook()
        if row is None:
            raise Refusal("This playbook is not there any more.")
        if seen is not None and row.pk and row.changed_at != seen:
            raise Refusal("A colleague changed this playbook since you opened it. Look at it, then write again.")
        row.name, row.kind, row.level, row.steps, row.by, row.changed_at = label, kind, level, lines, by, now
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _taken(label) from error
        journal.note("playbook.kept", row, by=by, name=label)
    return row


def _taken(name: str) -> Refusal:
    return Refusal(f"There is a playbook {name} already.", fields={"name": "This name is used already."})


def begin(*, by: User, now: datetime) -> list[Playbook]:
    """The three that an installation may begin with; those whose names are taken are left as they are."""
    require(by, "topic.edit")
    held = {name.lower() for name in Playbook.objects.values_list("name", flat=True)}
    return [
        keep(name, steps, by=by, now=now, kind=kind, level=level)
        for name, kind, level, steps in FIRST
        if name.lower() not in held
    ]


def remove(book: Playbook, *, by: User) -> None:
    """Take one away; checklists that were made of it stay."""
    require(by, "topic.edit")
    with transaction.atomic():
        journal.note("playbook.removed", book, by=by, name=book.name)
        book.delete()


def fitting(card: Card, *, viewer: User) -> list[Playbook]:
    """Those that can be started for a card; the first is the one to start: of its kind, and the gravest that it reaches."""
    rows = visible_to(viewer).filter(Q(kind=card.kind) | Q(kind=""), level__lte=card.level)
    return sorted(rows, key=lambda one: (one.kind != card.kind, -one.level, one.name))


def start(card: Card, book: Playbook, *, by: User, now: datetime, to: User | None = None) -> list[Step]:
    """Make the checklist of a card, each step for `to`. Refused: a second one, one for a dismissed card, for nobody's eyes."""
    require(by, "listening.judge", card)
    if to is not None and not may(to, "listening.view"):
        raise Refusal("Say who does it.", fields={"to": "Choose a colleague who may see it."})
    with transaction.atomic():
        row = Card.objects.select_for_update().get(pk=card.pk)
        if row.state == CardState.DISMISSED:
            raise Refusal("This card was dismissed. Take that back first.")
        if row.playbook:
            raise Refusal(f"“{row.playbook}” was started already.")
        row.playbook = book.name
        row.save(update_fields=["playbook"])
        made = Step.objects.bulk_create(
            [Step(card=row, place=place, words=words, to=to) for place, words in enumerate(book.steps)]
        )
        journal.note("playbook.started", row, by=by, name=book.name, at=now.isoformat(), to=to.pk if to else None)
        wake.changed("card", [row.pk])
    return made


def stop(card: Card, *, by: User) -> None:
    """Take the checklist away again. Refused once a step is done."""
    require(by, "listening.judge", card)
    with transaction.atomic():
        row = Card.objects.select_for_update().get(pk=card.pk)
        if row.steps.filter(done_at__isnull=False).exists():
            raise Refusal("A step is done already; what was done stays.")
        row.steps.all().delete()
        journal.note("playbook.stopped", row, by=by, name=row.playbook)
        row.playbook = ""
        row.save(update_fields=["playbook"])
        wake.changed("card", [row.pk])


def tick(step: Step, *, by: User, now: datetime, is_done: bool) -> Step:
    """Say that a step is done, or that it is not."""
    require(by, "listening.judge", step.card)
    step.done_at, step.done_by = (now, by) if is_done else (None, None)
    with transaction.atomic():
        step.save(update_fields=["done_at", "done_by"])
        journal.note("playbook.ticked", step.card, by=by, step=step.place, done=is_done)
        wake.changed("card", [step.card_id])
    return step


def waiting_for(user: User) -> QuerySet[Step]:
    """The steps that somebody has to do, the oldest card first."""
    rows = Step.objects.filter(to=user, done_at=None).exclude(card__state=CardState.DISMISSED)
    return rows.select_related("card").order_by("card", "place")
