"""What a customer's word does to cases: it opens one again that ended lately, and one that names C-00012 lands in that case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.conversations.models import Conversation
from mutuals.history.keep import Kept
from mutuals.inbox import case_close, case_talks, cases, stepped
from mutuals.inbox.models import Case
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, may

_NAMED = re.compile(r"(?<![A-Za-z0-9-])C-([0-9]{5,9})(?![0-9-])", re.ASCII)
MOST_NAMED = 3
"""Cases that one message may name."""
_READ = 20_000
"""Letters of a message in which names of cases are looked for."""
_ENDED = """
SELECT id, conversation_id FROM inbox_case WHERE conversation_id = ANY(%s) AND state <> 'open' AND ended_at IS NOT NULL
UNION ALL
SELECT t.case_id, t.conversation_id FROM inbox_casetalk t JOIN inbox_case c ON c.id = t.case_id
WHERE t.conversation_id = ANY(%s) AND NOT t.is_suggested AND c.state <> 'open'
"""


def words(said: Sequence[Kept]) -> None:
    """Do what follows from new words of people outside, which are somebody's turn already."""
    if not said:
        return
    _land(said)
    spoken: dict[int, list[tuple[datetime, int]]] = {}
    for one in said:
        number, profile = one.placed.conversation_id, one.placed.profile_id
        if number is not None and profile is not None:
            spoken.setdefault(number, []).append((one.occurred_at, profile))
    if spoken:
        _again(spoken)


def _land(said: Sequence[Kept]) -> None:
    """Let conversations that name a case into it where their author is whom it is about; else suggest them."""
    named: dict[str, list[Kept]] = {}
    for one in said:
        envelope = one.placed.arrived.envelope
        text = f"{envelope.extra.get('subject') or ''} {envelope.body[:_READ]}"
        if "C-" in text:
            for number in list(dict.fromkeys(_NAMED.findall(text)))[:MOST_NAMED]:
                named.setdefault(f"C-{int(number):05d}", []).append(one)
    if not named:
        return
    rows = Case.objects.select_related("person").filter(reference__in=list(named), trashed_at=None).order_by("pk")
    for row in rows:
        for one in named[row.reference]:
            number = one.placed.conversation_id
            if number is not None and number not in case_talks.numbers_of(row):
                _named(row, number, one)


def _named(row: Case, number: int, one: Kept) -> None:
    profile = one.placed.profile_id
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=number).values_list("pk"))
    is_free = not stepped.in_conversations([number]).exclude(pk=row.pk).exists()
    if profile is not None and is_free and case_talks.is_about(row, profile):
        if case_talks.let_in(row, number, by="machine:inbox", now=one.occurred_at):
            journal.note("case.joined", row, by="machine:inbox", case=row.reference, conversation=number)
    else:
        case_talks.suggest(row, number, now=one.occurred_at)


def _again(spoken: Mapping[int, Sequence[tuple[datetime, int]]]) -> None:
    """Open the case again that ended last in each conversation, or a new one that names it where that was too long ago.

    `spoken` tells when and which presences spoke in each. Only words of somebody whom the case is about count: strangers who
    join a public thread open nothing again.
    """
    numbers = list(spoken)
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [numbers, numbers])
        found = cursor.fetchall()
    if not found:
        return
    rows = {row.pk: row for row in Case.objects.filter(pk__in=[one[0] for one in found], trashed_at=None)}
    busy = set(stepped.in_conversations(numbers).values_list("conversation_id", flat=True))
    for number in numbers:
        theirs = [rows[pk] for pk, of in found if of == number and pk in rows]
        last = max(theirs, key=lambda row: (row.ended_at or row.opened_at, row.pk), default=None)
        if last is None or number in busy or stepped.in_conversations([number]).exists():
            continue
        if last.ended_at is None or last.reopen_until is None:
            continue
        later = [(at, profile) for at, profile in spoken[number] if at > last.ended_at]
        theirs_at = [at for at, profile in later if case_talks.is_about(last, profile)]
        if theirs_at:
            _taken_up(last, number, max(theirs_at))


def _taken_up(row: Case, number: int, at: datetime) -> None:
    """In the name of whoever had it, as far as they still may; where nobody may, the turn alone says that somebody waits."""
    assert row.reopen_until is not None
    for by in _whose(row):
        try:
            with transaction.atomic():
                if at <= row.reopen_until:
                    case_close.reopen(row, by=by, now=at, because="The customer spoke again.")
                else:
                    _next(row, number, by=by, at=at)
                return
        except (Refusal, NotAllowed):
            continue


def _next(row: Case, number: int, *, by: User, at: datetime) -> None:
    made, is_new = cases.open_case(
        by=by, now=at, title=row.title, conversation=Conversation.objects.get(pk=number), person=row.person,
        organisation=row.organisation, priority=row.priority, severity=row.severity, pillar=row.pillar,
        owner=row.owner if row.owner and row.owner.is_active and may(row.owner, "case.edit") else None, team=row.team,
        via=f"case:{row.pk}", is_usual=row.item_id is not None,
    )  # fmt: skip
    if is_new:
        Case.objects.filter(pk=made.pk).update(follows=row, kind=row.kind)
        journal.note("case.followed", row, by=by, case=row.reference, next=made.reference)


def _whose(row: Case) -> list[User]:
    """Who had it, in the order in which they are asked: its owner, who ended it, who opened it."""
    sort, _, number = row.opened_by.partition(":")
    opener = int(number) if sort == "staff" and number.isdecimal() else 0
    order = [row.owner_id, row.ended_by_id, opener]
    found = User.objects.filter(Q(pk__in=[one for one in order if one]), is_active=True).in_bulk()
    there = [found[one] for one in dict.fromkeys(order) if one in found]
    return [one for one in there if may(one, "case.edit") and may(one, "case.open")]
