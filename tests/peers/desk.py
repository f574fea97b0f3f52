"""The company's side of a story: sources come, news is drawn, answers leave, all by the product's own acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cast
from mutuals import flow
from mutuals.base import clock
from mutuals.capture import draw, outbox
from mutuals.capture.models import Outgoing
from mutuals.channels import presences, signin, sources
from mutuals.channels.models import Bucket, Channel, Source
from mutuals.history import queries
from mutuals.history.models import Direction, Interaction
from mutuals.inbox import answer
from mutuals.inbox.models import Turn
from mutuals.staff.models import User
from peers.harness import until

GOVERNED = {
    "purpose": "Answer customers where they ask",
    "legal_basis": "Legitimate interest",
    "data_class": "What customers tell us",
}
BACK = "http://127.0.0.1:8000/sources/oauth"


def connect(
    staff: cast.Staff,
    connector: str,
    answers: Mapping[str, Any],
    *,
    agreed: Callable[[str], Mapping[str, str]] | None = None,
) -> Channel:
    """Aron adds a source, signs it in and lets it go live; Ada may speak there.

    `agreed` is what a person does at the address that the network's sign-in opens; without it the form is enough.
    """
    by = staff.aron
    source = sources.add(
        connector=connector, name=f"Our {connector}", by=by, answers=answers, team=staff.service, **GOVERNED
    )
    if agreed is None:
        channel = signin.check(source, by=by)
    else:
        channel = signin.finish(source, agreed(signin.begin(source, return_to=BACK, by=by)), by=by)
    assert channel is not None
    sources.activate(source, by=by)
    presences.change(channel, by=by, pillar="service", speakers=[staff.ada])
    return Channel.objects.select_related("source").get(pk=channel.pk)


def bring(source: Source) -> int:
    """Draw what is new and carry it through the house; how many raws were opened.

    A story looks some times a second, which our own limit of calls is not made for: it begins full each time.
    """
    Bucket.objects.filter(source=source).delete()
    draw.draw(source.pk)
    return flow.run(source.pk)


def heard(source: Source, text: str, **where: Any) -> Interaction:
    """Draw until somebody outside is heard to say `text`."""

    def ask() -> Interaction | None:
        bring(source)
        return Interaction.objects.filter(source=source, text__contains=text, direction=Direction.IN, **where).first()

    return until(ask, what=f"{text!r} in the history")


def drawn_until(source: Source, row: Interaction, change: Callable[[Interaction], object], *, what: str) -> Interaction:
    """Draw until the network's news have changed `row`."""

    def ask() -> Interaction | None:
        bring(source)
        row.refresh_from_db()
        return row if change(row) else None

    return until(ask, what=what)


def turn_of(row: Interaction) -> Turn:
    """The work that a message became."""
    return Turn.objects.select_related("conversation__source").get(pk=row.conversation_id)


def says(turn: Turn, text: str, *, by: User) -> Interaction:
    """An answer that was written so long ago that its time for an undo is over."""
    return answer.reply(turn, by=by, text=text, now=clock.now() - answer.UNDO)


def leave(row: Interaction) -> Interaction:
    """What waits for this row leaves."""
    outbox.send(Outgoing.objects.filter(interaction_id=row.pk).latest("pk").pk)
    row.refresh_from_db()
    return row


def said(row: Interaction) -> list[tuple[str, str, str]]:
    """The conversation of a message, oldest first: direction, status, text."""
    rows = queries.thread(turn_of(row).conversation, limit=100).rows[::-1]
    return [(one.direction, one.status, one.text) for one in rows]
