"""Placing: what arrived becomes somebody's turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mutuals.base import bulk, journal, wake
from mutuals.channels.models import Channel
from mutuals.connectors.contract import Envelope, undelivered
from mutuals.conversations.arrived import Joined
from mutuals.history.keep import Kept
from mutuals.inbox import case_arrived, case_talks
from mutuals.inbox.asking import ASKING
from mutuals.inbox.models import Outcome, Promise, Purpose, Turn, TurnState
from mutuals.rules.models import Firing

_PLACE = """
INSERT INTO inbox_turn (conversation_id, state, team_id, pillar, network, is_public, unread, moved_at, waiting_since,
                        purpose, outcome)
SELECT g.id, 'open', g.team_id, g.pillar, g.network, c.is_public, g.n, g.last_at, g.first_at, '', ''
FROM {g} JOIN conversations_conversation c ON c.id = g.id
ON CONFLICT (conversation_id) DO UPDATE SET
    state = CASE WHEN {later} THEN 'open' ELSE inbox_turn.state END,
    purpose = CASE WHEN {later} THEN '' ELSE inbox_turn.purpose END,
    outcome = CASE WHEN {later} THEN '' ELSE inbox_turn.outcome END,
    closed_at = CASE WHEN {later} THEN NULL ELSE inbox_turn.closed_at END,
    closed_by_id = CASE WHEN {later} THEN NULL ELSE inbox_turn.closed_by_id END,
    is_public = inbox_turn.is_public OR EXCLUDED.is_public,
    unread = inbox_turn.unread + EXCLUDED.unread,
    moved_at = greatest(inbox_turn.moved_at, EXCLUDED.moved_at),
    waiting_since = coalesce(inbox_turn.waiting_since, EXCLUDED.waiting_since),
    snoozed_until = NULL
""".replace("{later}", "EXCLUDED.moved_at > coalesce(inbox_turn.closed_at, '-infinity')")

_KEEP = """
INSERT INTO inbox_turn (conversation_id, state, team_id, pillar, network, is_public, unread, moved_at, waiting_since,
                        purpose, outcome)
SELECT g.id, 'history', g.team_id, g.pillar, g.network, c.is_public, 0, g.last_at, NULL, '', ''
FROM {g} JOIN conversations_conversation c ON c.id = g.id
ON CONFLICT (conversation_id) DO UPDATE SET
    is_public = inbox_turn.is_public OR EXCLUDED.is_public,
    moved_at = greatest(inbox_turn.moved_at, EXCLUDED.moved_at)
"""

_ANSWERED = """
UPDATE inbox_turn t SET waiting_since = NULL, first_answer_at = coalesce(t.first_answer_at, g.last_at),
    state = CASE WHEN t.state = 'open' AND g.last_at >= t.moved_at THEN 'pending' ELSE t.state END,
    is_public = t.is_public OR c.is_public
FROM {g} JOIN conversations_conversation c ON c.id = g.id
WHERE t.conversation_id = g.id AND g.last_at >= coalesce(t.waiting_since, '-infinity')
"""

_GONE = """
UPDATE inbox_turn t SET waiting_since = NULL, unread = 0, snoozed_until = NULL,
    state = CASE WHEN t.first_answer_at IS NULL THEN 'closed' ELSE 'pending' END,
    purpose = CASE WHEN t.first_answer_at IS NULL THEN 'none' ELSE t.purpose END,
    outcome = CASE WHEN t.first_answer_at IS NULL THEN 'no_answer' ELSE t.outcome END,
    closed_at = CASE WHEN t.first_answer_at IS NULL THEN g.last_at ELSE t.closed_at END
FROM {g}
WHERE t.conversation_id = g.id AND t.state IN ('open', 'snoozed') AND NOT EXISTS (
    SELECT 1 FROM history_interaction i WHERE i.conversation_id = g.id AND i.direction = 'in' AND i.deleted_at IS NULL
        AND i.kind = ANY(%s) AND i.occurred_at > coalesce((
            SELECT max(o.occurred_at) FROM history_interaction o WHERE o.conversation_id = g.id AND o.direction = 'out'
                AND o.deleted_at IS NULL AND o.status NOT IN ('cancelled', 'failed')), '-infinity'))
RETURNING t.conversation_id, t.state
"""

_TURN = {
    "id": "bigint", "team_id": "bigint", "pillar": "text", "network": "text", "n": "int", "last_at": "timestamptz",
    "first_at": "timestamptz",
}  # fmt: skip


_WORK = (
    "state", "waiting_since", "first_answer_at", "snoozed_until", "purpose", "outcome", "closed_at", "closed_by_id",
)  # fmt: skip


@dataclass
class _Asked:
    team_id: int | None
    pillar: str
    network: str
    count: int
    last_at: datetime
    first_at: datetime


def interactions(kept: Sequence[Kept], joined: Sequence[Joined] = ()) -> None:
    """Open, wake or reopen the turn of each conversation that somebody spoke in; note those that we answered elsewhere.

    Where all that they said since our answer was deleted, nobody waits any more; where nothing of theirs is left to answer at
    all, the turn is closed as "no answer needed". What was brought in as history only is nobody's turn: it opens nothing, and
    changes no state that is there.
    """
    _join(joined)
    pillars = _pillars(kept)
    asked: dict[int, _Asked] = {}
    past: dict[int, _Asked] = {}
    answered: dict[int, datetime] = {}
    for one in kept:
        number = one.placed.conversation_id
        if number is None or not one.is_new or one.placed.arrived.envelope.kind not in ASKING:
            continue
        if one.placed.is_ours:
            answered[number] = max(answered.get(number, one.occurred_at), one.occurred_at)
        elif not _automatic(one.placed.arrived.envelope):
            _ask(past if one.placed.arrived.is_history else asked, number, one, pillars)
    bulk.run(_KEEP, _TURN, _rows(past))
    bulk.run(_PLACE, _TURN, _rows(asked))
    bulk.run(_ANSWERED, {"id": "bigint", "last_at": "timestamptz"}, sorted(answered.items()))
    gone = {
        one.placed.conversation_id: one.occurred_at for one in kept if one.is_deleted and one.placed.conversation_id
    }
    _let_go(gone)
    case_arrived.words(
        [one for one in kept if one.is_new and one.placed.conversation_id in asked and not one.placed.is_ours]
    )
    touched = {*asked, *past, *answered, *(one.placed.conversation_id for one in kept if one.placed.conversation_id)}
    if touched:
        wake.changed("inbox", sorted(touched))


def _let_go(gone: dict[int, datetime]) -> None:
    """Nobody waits for an answer to what was deleted; what closes itself by that is noted as any closing is."""
    kinds = [kind.value for kind in ASKING]
    moved = bulk.run(_GONE, {"id": "bigint", "last_at": "timestamptz"}, sorted(gone.items()), kinds)
    closed = [f"conversation:{number}" for number, state in moved if state == TurnState.CLOSED]
    if closed:
        told = {
            "purpose": Purpose.NONE.value,
            "outcome": Outcome.NO_ANSWER.value,
            "because": "nothing of theirs is left",
        }
        journal.note_many("conversation.closed", closed, by="machine:inbox", **told)


def _rows(asked: dict[int, _Asked]) -> list[tuple[object, ...]]:
    return [
        (number, one.team_id, one.pillar, one.network, one.count, one.last_at, one.first_at)
        for number, one in sorted(asked.items())
    ]


def _automatic(envelope: Envelope) -> bool:
    """Written by a machine, so nobody waits. A report that something of ours did not arrive is work all the same."""
    return bool(envelope.extra.get("auto")) and undelivered(envelope) is None


def _ask(asked: dict[int, _Asked], number: int, one: Kept, pillars: dict[int, str]) -> None:
    source, envelope, at = one.placed.arrived.source, one.placed.arrived.envelope, one.occurred_at
    network = envelope.author.network if envelope.author else source.connector
    turn = asked.get(number)
    if turn is None:
        pillar = pillars.get(one.placed.channel_id or 0, "")
        asked[number] = _Asked(source.team_id, pillar, network[:30], 1, at, at)
    else:
        turn.count += 1
        turn.last_at, turn.first_at = max(turn.last_at, at), min(turn.first_at, at)


def _pillars(kept: Sequence[Kept]) -> dict[int, str]:
    sources = {one.placed.arrived.source.pk for one in kept}
    return dict(Channel.objects.filter(source__in=sources).values_list("pk", "pillar"))


def _join(joined: Sequence[Joined]) -> None:
    """The turn of a conversation that became part of another one goes with it; what is open stays open.

    Where one of both is history only, the other one says how far the work is.
    """
    case_talks.joined(joined)
    for pair in joined:
        Promise.objects.filter(conversation=pair.gone).update(conversation=pair.stays)
        Firing.objects.filter(conversation_id=pair.gone).update(conversation_id=pair.stays)
        gone = Turn.objects.filter(pk=pair.gone).first()
        if gone is None:
            continue
        if not Turn.objects.filter(pk=pair.stays).exists():
            Turn.objects.filter(pk=pair.gone).update(conversation_id=pair.stays)
        else:
            stays = Turn.objects.select_for_update().get(pk=pair.stays)
            stays.unread += gone.unread
            stays.moved_at = max(stays.moved_at, gone.moved_at)
            stays.is_public = stays.is_public or gone.is_public
            stays.assignee_id = stays.assignee_id or gone.assignee_id
            stays.draft = stays.draft or gone.draft
            if stays.state == TurnState.HISTORY and gone.state != TurnState.HISTORY:
                for name in _WORK:
                    setattr(stays, name, getattr(gone, name))
            if gone.state == TurnState.OPEN:
                stays.state = TurnState.OPEN
            stays.save()
            gone.delete()
