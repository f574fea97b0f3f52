"""Several conversations in one case: which belong to it, letting one in, parting it again, and what becomes of joined ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mutuals.base import clock, gate, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.conversations.arrived import Joined
from mutuals.conversations.models import Conversation
from mutuals.inbox import stepped
from mutuals.inbox.models import Case, CaseState, CaseTalk, Outcome, Purpose
from mutuals.people.models import Profile
from mutuals.processes import run
from mutuals.staff.models import User

MOST = 200
"""Conversations of one case."""
MOST_SUGGESTED = 20
"""Suggestions that wait in one case; who names it after that is told to nobody."""


def numbers_of(case: Case) -> list[int]:
    """The conversations of a case: where it began, then those that joined it."""
    joined = case.talks.filter(is_suggested=False).order_by("since", "pk").values_list("conversation_id", flat=True)
    return list(dict.fromkeys([*([case.conversation_id] if case.conversation_id else []), *joined]))


def suggested(case: Case) -> list[CaseTalk]:
    """Conversations that named it, written by somebody whom it is not known to be about."""
    return list(case.talks.filter(is_suggested=True).select_related("conversation__opener").order_by("pk"))


@transaction.atomic
def join_talk(case: Case, conversation: Conversation, *, by: User, now: datetime) -> Case:
    """Let a conversation into a case, a suggested one too. Twice is once.

    Refused: one that another open case has, a case that has ended, more than 200.
    """
    gate.enter()
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk).values_list("pk"))
    row = stepped.held(case, by=by)
    if row.state != CaseState.OPEN:
        raise Refusal(f"{row.reference} has ended; open it again first.")
    if let_in(row, conversation.pk, by=f"staff:{by.pk}", now=now):
        journal.note("case.joined", row, by=by, case=row.reference, conversation=conversation.pk)
        wake.changed("inbox", [conversation.pk])
    return row


def let_in(row: Case, number: int, *, by: str, now: datetime) -> bool:
    """Whether it joined now. Row and conversation are locked by the caller. Refused as `join_talk` says."""
    if row.conversation_id == number or row.talks.filter(conversation=number, is_suggested=False).exists():
        return False
    other = stepped.in_conversations([number]).exclude(pk=row.pk).first()
    if other is not None:
        raise Refusal(f"{other.reference} is open in this conversation; end it first.")
    if row.talks.count() >= MOST:
        raise Refusal(f"A case holds at most {MOST} conversations.")
    told = {"since": now, "by": by, "is_open": row.state == CaseState.OPEN, "is_suggested": False}
    CaseTalk.objects.update_or_create(case=row, conversation_id=number, defaults=told)
    return True


@transaction.atomic
def part_talk(case: Case, conversation: Conversation, *, by: User) -> Case:
    """Part a conversation from a case, or say no to a suggested one. Twice is once. Refused: the one where it began."""
    row = stepped.held(case, by=by)
    if row.conversation_id == conversation.pk:
        raise Refusal("The case began in this conversation, so it stays.")
    if row.talks.filter(conversation=conversation.pk).delete()[0]:
        journal.note("case.parted", row, by=by, case=row.reference, conversation=conversation.pk)
        wake.changed("inbox", [conversation.pk])
    return row


def suggest(row: Case, number: int, *, now: datetime) -> None:
    """Note that a conversation named the case. What was parted may be suggested again; what joined is not."""
    if row.conversation_id == number or row.talks.filter(is_suggested=True).count() >= MOST_SUGGESTED:
        return
    told = {"since": now, "by": "machine:inbox", "is_open": False, "is_suggested": True}
    _, is_new = CaseTalk.objects.get_or_create(case=row, conversation_id=number, defaults=told)
    if is_new:
        journal.note("case.named", row, by="machine:inbox", case=row.reference, conversation=number)


def is_about(row: Case, profile_id: int) -> bool:
    """Whether a presence is of somebody whom the case is about: its person, or who began one of its conversations."""
    openers = list(
        Conversation.objects.filter(pk__in=numbers_of(row), opener__isnull=False).values_list("opener_id", flat=True)
    )
    if profile_id in openers:
        return True
    theirs = Q(pk__in=openers)
    if row.person_id is not None:
        theirs |= Q(person=row.person_id)
    people = Profile.objects.filter(theirs, person__isnull=False).values_list("person__canonical_id", flat=True)
    canonical = {*people, *([row.person.canonical_id] if row.person else [])}
    return Profile.objects.filter(pk=profile_id, person__canonical_id__in=canonical).exists()


def joined(pairs: Sequence[Joined]) -> None:
    """Cases go along when conversations become one; of two that are open, the one of the conversation that stays goes on."""
    for pair in pairs:
        theirs = Case.objects.filter(conversation=pair.gone)
        stays = set(stepped.in_conversations([pair.stays]).values_list("pk", flat=True))
        if stays:
            _give_way(list(theirs.filter(state=CaseState.OPEN).exclude(pk__in=stays)))
        theirs.update(conversation=pair.stays)
        talks = CaseTalk.objects.filter(conversation=pair.gone)
        there = CaseTalk.objects.filter(conversation=pair.stays).values("case_id")
        talks.filter(Q(case__in=there) | Q(case__conversation=pair.stays)).delete()
        if stays:
            talks.update(is_open=False)
        talks.update(conversation=pair.stays)


def _give_way(rows: Sequence[Case]) -> None:
    if not rows:
        return
    words = "Its conversation joined one with an open case."
    keys = [f"case:{row.pk}" for row in rows if row.item_id is not None]
    if keys:
        run.lapse(keys, now=clock.now(), because=words)
    numbers = [row.pk for row in rows]
    Case.objects.filter(pk__in=numbers).update(
        state=CaseState.DROPPED, ended_at=clock.now(), purpose=Purpose.NONE, outcome=Outcome.PASSED_ON, result=words
    )
    CaseTalk.objects.filter(case__in=numbers).update(is_open=False)
