"""Working on a turn: assign, note, wait, snooze, close with purpose and outcome, reopen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal, wake
from mutuals.history import own
from mutuals.history.models import Interaction
from mutuals.inbox.models import Outcome, Purpose, Turn, TurnState
from mutuals.inbox.queries import answered_at, unanswered
from mutuals.staff import notices_told
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import Scope, require, scope

_STATE = (
    "state", "assignee", "team", "unread", "moved_at", "waiting_since", "first_answer_at", "snoozed_until", "purpose",
    "outcome", "closed_at", "closed_by",
)  # fmt: skip


def lock(turn: Turn) -> None:
    """Bring a turn that was read earlier up to date and keep it so for this transaction: others may work on it too.

    Refused: one that became part of another conversation, or whose person was erased, since it was read.
    """
    gate.enter()
    try:
        turn.refresh_from_db(fields=_STATE, from_queryset=Turn.objects.select_for_update(of=("self",)))
    except Turn.DoesNotExist as error:
        raise ValueError("This conversation is not there any more: it joined another one, or was erased.") from error


def assign(turn: Turn, *, by: User, to: User | None = None, team: Team | None = None, now: datetime) -> Turn:
    """Give a turn to somebody, to a team, or back to nobody. Taking an unassigned one of your own team is always allowed.

    What was kept as history becomes work by it.

    Refused (NotAllowed): naming a team that `by` does not belong to, for those who may take work but not give it away.
    """
    if to is not None and not to.is_active:
        raise ValueError(f"{to} no longer works here; choose somebody else.")
    with transaction.atomic():
        lock(turn)
        takes_it = to == by and turn.assignee_id is None and scope(by, "conversation.reply") is not Scope.NONE
        gives_away = not takes_it or (team is not None and team.pk not in by.team_ids())
        require(by, "conversation.assign" if gives_away else "conversation.reply", turn)
        turn.assignee, turn.team = to, team or turn.team
        if turn.state == TurnState.HISTORY and (to or team):
            turn.state = TurnState.OPEN
        turn.save(update_fields=["assignee", "team", "state"])
        journal.note(
            "conversation.assigned",
            _about(turn),
            by=by,
            to=to.pk if to else None,
            team=turn.team_id,
            at=now.isoformat(),
        )
        wake.changed("inbox", [turn.pk])
    return turn


def note(turn: Turn, *, by: User, text: str, now: datetime, key: UUID | None = None) -> Interaction:
    """Write an internal note into the thread; nobody outside ever sees it.

    What a rule writes says so; whoever owns the rule stands behind it.
    `key` is drawn once for each composer that is shown: the same words by the same writer with it are the same note.
    """
    require(by, "conversation.note", turn)
    number = own.note_number(key, by=by, about=_about(turn), text=text, now=now)
    with transaction.atomic():
        lock(turn)
        require(by, "conversation.note", turn)
        if key and (kept := own.noted(number)) is not None:
            return kept
        way = journal.way()
        row = own.note(
            number=number, by=by, text=text, now=now, conversation=turn.conversation, rule=way[-1] if way else None
        )
        journal.note("conversation.noted", _about(turn), by=by, interaction=row.pk)
        if "@" in text:
            notices_told.soon()
        wake.changed("inbox", [turn.pk])
    return row


def close(turn: Turn, *, by: User, purpose: str, outcome: str, now: datetime) -> Turn:
    """End a turn with what was wanted and what came of it; both are asked for, neither is guessed."""
    require(by, "conversation.close", turn)
    if purpose not in Purpose.values:
        raise ValueError(f"Say what they wanted: one of {', '.join(Purpose.values)}.")
    if outcome not in Outcome.values:
        raise ValueError(f"Say what came of it: one of {', '.join(Outcome.values)}.")
    with transaction.atomic():
        lock(turn)
        require(by, "conversation.close", turn)
        turn.state, turn.purpose, turn.outcome = TurnState.CLOSED, purpose, outcome
        turn.closed_at, turn.closed_by, turn.unread, turn.waiting_since, turn.snoozed_until = now, by, 0, None, None
        turn.save(update_fields=_STATE)
        own.settle(turn.pk, purpose=purpose, outcome=outcome)
        journal.note("conversation.closed", _about(turn), by=by, purpose=purpose, outcome=outcome)
        wake.changed("inbox", [turn.pk])
    return turn


def reopen(turn: Turn, *, by: User, now: datetime) -> Turn:
    """Take up a turn again: the undo of closing and of snoozing, and how what was kept as history becomes work."""
    return _move(turn, TurnState.OPEN, "conversation.reopened", act="conversation.close", by=by, now=now)


def wait(turn: Turn, *, by: User, now: datetime) -> Turn:
    """It is their turn: out of the open list until they speak again."""
    return _move(turn, TurnState.PENDING, "conversation.pending", act="conversation.reply", by=by, now=now)


def snooze(turn: Turn, *, by: User, until: datetime, now: datetime) -> Turn:
    """Out of sight until a time in the future, or until they speak again."""
    require(by, "conversation.reply", turn)
    if until <= now:
        raise ValueError("Choose a time that is still to come.")
    return _move(turn, TurnState.SNOOZED, "conversation.snoozed", act="conversation.reply", by=by, now=now, until=until)


def _move(
    turn: Turn, state: TurnState, kind: str, *, act: str, by: User, now: datetime, until: datetime | None = None
) -> Turn:
    """Asks the right on the locked row: the turn may have been given to somebody else since it was read."""
    with transaction.atomic():
        lock(turn)
        require(by, act, turn)
        turn.state, turn.snoozed_until = state, until
        if state == TurnState.OPEN:
            waits = unanswered(turn, answered_at(turn))
            turn.waiting_since = waits.occurred_at if waits else None
            turn.purpose, turn.outcome, turn.closed_at, turn.closed_by = "", "", None, None
        elif state == TurnState.PENDING:
            turn.waiting_since = None
        turn.save(update_fields=_STATE)
        journal.note(kind, _about(turn), by=by, at=now.isoformat(), until=until.isoformat() if until else None)
        wake.changed("inbox", [turn.pk])
    return turn


def drop_draft(turn: Turn, *, by: User) -> None:
    """Throw away the answer that a rule prepared."""
    with transaction.atomic():
        lock(turn)
        require(by, "conversation.reply", turn)
        Turn.objects.filter(pk=turn.pk).update(draft="")
        wake.changed("inbox", [turn.pk])


def seen(turn: Turn, *, by: User) -> None:
    """The one whose turn it is has read it; a look by others leaves it unread. Silent: reading is no event."""
    require(by, "conversation.view", turn)
    if turn.unread and turn.assignee_id in (None, by.pk):
        Turn.objects.filter(pk=turn.pk).update(unread=0)


def wake_snoozed(now: datetime) -> int:
    """Open what was snoozed until now; returns how many."""
    due = list(
        Turn.objects.filter(Q(snoozed_until__lte=now), state=TurnState.SNOOZED).values_list("pk", flat=True)[:1000]
    )
    if due:
        with transaction.atomic():
            Turn.objects.filter(pk__in=due, state=TurnState.SNOOZED).update(state=TurnState.OPEN, snoozed_until=None)
            journal.note_many("conversation.woken", [f"conversation:{number}" for number in due], by="machine:inbox")
            wake.changed("inbox", due)
    return len(due)


def hand_over(user: User, to: User) -> int:
    """Give all that is not closed from one user to another: part of ending somebody's access, which asks the right."""
    numbers = list(Turn.objects.filter(assignee=user).exclude(state=TurnState.CLOSED).values_list("pk", flat=True))
    Turn.objects.filter(pk__in=numbers).update(assignee=to)
    wake.changed("inbox", numbers)
    return len(numbers)


def _about(turn: Turn) -> str:
    return f"conversation:{turn.pk}"
