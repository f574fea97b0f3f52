"""Promises to customers: making one, moving it, keeping it and telling them, and ending it otherwise.

An open promise has an owner and may have a moment until which it is to be kept. Whether it is late a clock says; that it was
broken only people say. What was kept is not done until the customer was told: `told_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mutuals.base import gate, journal, wake
from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox import stepped
from mutuals.inbox.models import Case, CaseState, Promise, PromiseState, Turn
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people.models import Person
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, require, scope
from mutuals.text.promises import telling

LONGEST = 300  # letters of the words
FURTHEST = timedelta(days=3_660)
LISTED = 5  # promises that a refusal names
_LIVE = (PromiseState.SUGGESTED, PromiseState.OPEN)


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that was kept, and what there is to tell the customer: the text, and whether it lies ready as a draft."""

    promise: Promise
    text: str
    is_drafted: bool


def visible_to(viewer: User) -> QuerySet[Promise]:
    """Promises this user may know of: all, or for a contractor those made in conversations that are theirs."""
    reach = scope(viewer, "promise.view")
    if reach is Scope.ALL:
        return Promise.objects.all()
    if reach is Scope.OWN:
        return Promise.objects.filter(conversation__in=visible_turns(viewer).values("pk"))
    return Promise.objects.none()


def make(
    *,
    by: User,
    now: datetime,
    words: str,
    due_at: datetime | None = None,
    turn: Turn | None = None,
    person: Person | None = None,
    case: Case | None = None,
    about: str = "",
    said_in: str = "",
    owner: User | None = None,
) -> tuple[Promise, bool]:
    """Write down a promise to a person, in a conversation or both; and whether it was made now.

    The case that is open in the conversation holds it, and whoever makes it sees to it unless another `owner` is named. The
    same words said in the same message, or open to the same customer until the same moment, are the same promise: a suggestion
    among them becomes open. Refused: no words, nobody to whom it is made, a moment that is over, a case that has ended,
    a record in `about` that `by` does not see.
    """
    require(by, "promise.edit", turn if turn is not None else Promise())
    words = one_line(" ".join(words.split()), what="Words", longest=LONGEST)
    _in_time(due_at, now)
    about = named.one(by, about).key if about else ""
    case = case or _case_of(turn)
    if case is not None and case.state != CaseState.OPEN:
        raise Refusal(f"{case.reference} has ended; open it again before something is promised in it.")
    if turn is None and case is not None and case.conversation_id is not None:
        turn = Turn.objects.filter(pk=case.conversation_id).first()
    person = person or _person_of(turn) or (case.person.canonical if case is not None and case.person else None)
    if person is None and turn is None:
        raise Refusal("A promise is made to somebody: name a customer or a conversation.")
    owner = _working(owner or by)
    with transaction.atomic():
        gate.enter()
        if (there := _same(words, due_at, said_in=said_in, turn=turn, person=person)) is not None:
            return _opened(there, due_at, owner, by=by, now=now)
        row = Promise.objects.create(
            person=person, case=case, about=about, conversation_id=turn.pk if turn else None, said_in=said_in[:40],
            words=words, due_at=due_at, owner=owner, made_by=f"staff:{by.pk}", made_at=now, alert_at=alert_at(now, due_at),
        )  # fmt: skip
        noted("promise.made", row, by=by)
    return row, True


def confirm(
    promise: Promise, *, by: User, now: datetime, due_at: datetime | None = None, owner: User | None = None
) -> Promise:
    """Say that what was found in our words is a promise. One that is open already stays as it is, but for what is told."""
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state not in _LIVE:
            raise Refusal(f"This promise is {row.get_state_display().lower()} already.")
        _in_time(due_at, now)
        return _opened(row, due_at, _working(owner) if owner else row.owner, by=by, now=now)[0]


def move(promise: Promise, *, by: User, now: datetime, due_at: datetime, reason: str) -> Promise:
    """Give an open promise another moment, with the reason. Refused: without one, and a moment that is over."""
    reason = one_line(reason, what="Reason", longest=300)
    with transaction.atomic():
        row = _open(promise, by)
        _in_time(due_at, now)
        if row.due_at == due_at:
            return row
        before = row.due_at
        row.due_at, row.reason, row.alert_at, row.late_at = due_at, reason, alert_at(now, due_at), None
        row.save(update_fields=["due_at", "reason", "alert_at", "late_at"])
        noted("promise.moved", row, by=by, before=before.isoformat() if before else None)
    return row


def hand(promise: Promise, *, by: User, to: User) -> Promise:
    """Give it to a colleague to see to."""
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state not in _LIVE:
            raise Refusal(f"This promise is {row.get_state_display().lower()} already.")
        if row.owner_id != to.pk:
            row.owner = _working(to)
            row.save(update_fields=["owner"])
            noted("promise.handed", row, by=by, to=to.pk)
    return row


def keep(promise: Promise, *, by: User, now: datetime) -> Kept:
    """It is done. The words that tell the customer are laid ready in the conversation, unless something lies there already.

    One that was kept already stays so. Refused: one that was withdrawn or said to be broken; take it up again first.
    """
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state == PromiseState.KEPT:
            return Kept(row, _telling(row), is_drafted=False)
        if row.state not in _LIVE:
            raise Refusal(f"This promise is {row.get_state_display().lower()}. Take it up again first.")
        row.state, row.kept_at, row.alert_at, row.told_at = PromiseState.KEPT, now, None, None
        row.save(update_fields=["state", "kept_at", "alert_at", "told_at"])
        text = _telling(row)
        drafted = Turn.objects.filter(pk=row.conversation_id or 0, draft="").update(draft=text)
        noted("promise.kept", row, by=by, late=bool(row.due_at and row.due_at < now))
    return Kept(row, text, is_drafted=bool(drafted))


def tell(promise: Promise, *, by: User, now: datetime) -> Promise:
    """Say that the customer knows that it was kept, told by phone or face to face. Twice is once."""
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state != PromiseState.KEPT:
            raise Refusal("Only what was kept is told. Say first that it was kept.")
        if row.told_at is None:
            row.told_at = now
            row.save(update_fields=["told_at"])
            noted("promise.told", row, by=by)
    return row


def give_up(promise: Promise, *, by: User, now: datetime, reason: str) -> Promise:
    """Say that it was broken: it was not kept and will not be. Refused: without a reason, and what is not open."""
    return _ended(promise, PromiseState.BROKEN, by=by, now=now, reason=one_line(reason, what="Reason", longest=300))


def withdraw(promise: Promise, *, by: User, now: datetime, reason: str = "") -> Promise:
    """Take it back: it was none, or the customer lets us off. An open one asks for the reason, a suggestion does not."""
    needed = promise.state != PromiseState.SUGGESTED
    told = one_line(reason, what="Reason", longest=300, needed=needed)
    return _ended(promise, PromiseState.WITHDRAWN, by=by, now=now, reason=told)


def reopen(promise: Promise, *, by: User, now: datetime) -> Promise:
    """Take up again what was ended: the undo of keeping, giving up and withdrawing."""
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state in _LIVE:
            return row
        if row.case is not None and row.case.state != CaseState.OPEN:
            raise Refusal(f"{row.case.reference} has ended; open it again first.")
        row.state, row.kept_at, row.told_at = PromiseState.OPEN, None, None
        row.alert_at, row.owner = alert_at(now, row.due_at), row.owner if row.owner.is_active else by
        row.save(update_fields=["state", "kept_at", "told_at", "alert_at", "owner"])
        noted("promise.reopened", row, by=by)
    return row


def of_case(case: Case) -> QuerySet[Promise]:
    """All promises in a case: made in it, or in one of its conversations while that was in none."""
    talks = set(case.talks.filter(is_suggested=False).values_list("conversation_id", flat=True))
    talks |= {case.conversation_id} if case.conversation_id else set()
    return Promise.objects.filter(Q(case=case) | Q(case=None, conversation__in=talks))


def keeps_open(case: Case) -> list[str]:
    """Why a case may not end: the promises in it that are still open, in words; [] where nothing stands against it."""
    rows = list(of_case(case).filter(state=PromiseState.OPEN).order_by("due_at", "pk")[: LISTED + 1])
    if not rows:
        return []
    told = "; ".join(f"“{row.words}”{_until(row.due_at)}" for row in rows[:LISTED])
    more = " and more" if len(rows) > LISTED else ""
    return [f"Promises are open: {told}{more}. Keep them and tell the customer, or withdraw them."]


def alert_at(now: datetime, due_at: datetime | None) -> datetime | None:
    """When the owner is told ahead: with a quarter of the time left, or an hour where that is sooner; half of less than two.

    For what is due in four days that is a day before; in three hours an hour before; in one hour half an hour before.
    """
    if due_at is None:
        return None
    whole = max(due_at - now, timedelta())
    return due_at - max(whole / 4, min(timedelta(hours=1), whole / 2))


def noted(kind: str, row: Promise, *, by: User | str, **data: object) -> None:
    """The journal's entry, about the conversation or the person, and a word to open screens."""
    about = about_of(row)
    due = row.due_at.isoformat() if row.due_at else None
    journal.note(kind, about, by=by, promise=row.pk, due=due, **data)
    wake.changed("promises", [row.pk])
    wake.changed("today", [row.owner_id])
    if row.conversation_id:
        wake.changed("inbox", [row.conversation_id])


def about_of(row: Promise) -> str:
    """What entries about a promise are kept under: its conversation, else its person."""
    return f"conversation:{row.conversation_id}" if row.conversation_id else f"person:{row.person_id}"


def _until(due_at: datetime | None) -> str:
    return f" (due {timezone.localtime(due_at):%a %-d %b, %H:%M})" if due_at else ""


def _telling(row: Promise) -> str:
    return telling(row.words, row.person.canonical.name if row.person else "")


def _in_time(due_at: datetime | None, now: datetime) -> None:
    if due_at is not None and due_at <= now:
        raise Refusal("Choose a moment that is still to come.", fields={"due_at": "Still to come."})
    if due_at is not None and due_at > now + FURTHEST:
        raise Refusal("A promise is due within ten years.", fields={"due_at": "Within ten years."})


def _working(user: User) -> User:
    if not user.is_active:
        raise Refusal(f"{user} no longer works here; choose somebody else.")
    return user


def _case_of(turn: Turn | None) -> Case | None:
    return stepped.in_conversations([turn.pk]).first() if turn else None


def _person_of(turn: Turn | None) -> Person | None:
    opener = turn.conversation.opener if turn else None
    return opener.person.canonical if opener and opener.person else None


def _same(
    words: str, due_at: datetime | None, *, said_in: str, turn: Turn | None, person: Person | None
) -> Promise | None:
    """The promise that this one is already, locked."""
    rows = Promise.objects.select_for_update(of=("self",)).filter(words=words)
    if said_in:
        return rows.filter(said_in=said_in).first()
    rows = rows.filter(state=PromiseState.OPEN, due_at=due_at)
    if turn is not None:
        return rows.filter(conversation=turn.pk).first()
    return rows.filter(person__canonical_id=person.canonical_id if person else 0, conversation=None).first()


def _opened(row: Promise, due_at: datetime | None, owner: User, *, by: User, now: datetime) -> tuple[Promise, bool]:
    """A suggestion becomes open; what is open or ended already stays as it is."""
    if row.state != PromiseState.SUGGESTED:
        return row, False
    row.state, row.owner, row.due_at = PromiseState.OPEN, owner, due_at or row.due_at
    row.alert_at, row.made_by = alert_at(now, row.due_at), f"staff:{by.pk}"
    if row.case_id is None and row.conversation_id is not None:
        row.case = stepped.in_conversations([row.conversation_id]).first()
    row.save(update_fields=["state", "owner", "due_at", "alert_at", "made_by", "case"])
    noted("promise.made", row, by=by)
    return row, True


def _ended(promise: Promise, state: PromiseState, *, by: User, now: datetime, reason: str) -> Promise:
    with transaction.atomic():
        row = _locked(promise, by)
        if row.state == state:
            return row
        if row.state not in _LIVE or (state == PromiseState.BROKEN and row.state != PromiseState.OPEN):
            raise Refusal(f"This promise is {row.get_state_display().lower()}. Take it up again first.")
        row.state, row.reason, row.alert_at = state, reason, None
        row.save(update_fields=["state", "reason", "alert_at"])
        noted(f"promise.{state.value}", row, by=by, at=now.isoformat())
    return row


def _open(promise: Promise, by: User) -> Promise:
    row = _locked(promise, by)
    if row.state != PromiseState.OPEN:
        raise Refusal(f"This promise is {row.get_state_display().lower()}, so there is nothing to move.")
    return row


def _locked(promise: Promise, by: User) -> Promise:
    """The row for this transaction, if `by` may work on it. Refused: one that is gone."""
    require(by, "promise.edit", promise)
    gate.enter()
    rows = Promise.objects.select_for_update(of=("self",)).select_related(
        "owner", "case", "person__canonical", "conversation__turn"
    )
    row = rows.filter(pk=promise.pk).first()
    if row is None:
        raise Refusal("This promise is not there any more.")
    require(by, "promise.edit", row)
    return row
