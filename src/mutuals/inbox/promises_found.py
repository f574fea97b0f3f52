"""What machines do about promises: find them in what we sent, tell owners ahead and when late, see that customers were told."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection, transaction

from mutuals.base import calendars, gate, house, journal, wake
from mutuals.base.models import Calendar
from mutuals.history.models import Direction, Interaction, Status
from mutuals.inbox.models import Promise, PromiseState, Turn
from mutuals.inbox.promises import about_of, noted
from mutuals.staff.models import User
from mutuals.text import promises as text
from mutuals.text.promises_due import Hours

JOB = "inbox.find_promises"
BY = "machine:promises"
MOST = 5  # promises that are suggested of one message
PIECE = 500  # promises whose owners are told in one transaction
_NOT_SAID = (Status.CANCELLED, Status.FAILED, Status.DELETED)
_TOLD = """
UPDATE inbox_promise p SET told_at = s.at FROM (
  SELECT p.id, (SELECT min(i.occurred_at) FROM history_interaction i WHERE i.conversation_id = p.conversation_id
    AND i.direction = 'out' AND i.status = 'sent' AND i.deleted_at IS NULL AND i.kind IN ('reply', 'message', 'mail', 'post')
    AND i.occurred_at >= p.kept_at) AS at
  FROM inbox_promise p WHERE p.state = 'kept' AND p.told_at IS NULL AND p.conversation_id IS NOT NULL
    AND p.kept_at > %s - interval '30 days'
) s WHERE s.id = p.id AND s.at IS NOT NULL AND p.told_at IS NULL RETURNING p.id, p.conversation_id
"""


def promised(words: str, *, writer: User, now: datetime) -> list[text.Said]:
    """What a text of a writer promises, by their clock and the hours of the house. Nothing is kept."""
    return text.found(words, now=now, zone=zone_of(writer), hours=hours())[:MOST]


def zone_of(user: User) -> ZoneInfo:
    """Their zone; that of the house where theirs is not known any more."""
    for name in (user.zone, house.row().zone):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")


def hours() -> Hours | None:
    """When the house closes on a day, by its calendar: the one that was made first. None where there is no calendar."""
    row = Calendar.objects.order_by("pk").first()
    calendar = house.calendar(row.name) if row else None
    if calendar is None or not calendar.windows:
        return None
    told: calendars.Calendar = calendar
    closed = {one.on_day: one for one in told.holidays}

    def closes(day: datetime) -> time | None:
        """The end of its last window that does not run into the next day; None = nobody works."""
        windows = [(one.starts, one.ends) for one in told.windows if one.weekday == day.weekday()]
        holiday = closed.get(day.date())
        if holiday is not None and not holiday.is_half:
            windows = list(holiday.windows)
        ends = [end if end > start else time(23, 59) for start, end in windows]
        return max(ends, default=None)

    return closes


def find_in(interaction_id: int, *, now: datetime) -> list[Promise]:
    """Suggest what a message that we sent promises. Again finds nothing new; what was made of it already stays as it is.

    A message that was taken back or failed promises nothing: what was made with it is withdrawn.
    """
    said = Interaction.objects.filter(pk=interaction_id, direction=Direction.OUT).select_related("by").first()
    if said is None or said.by is None or said.conversation_id is None:
        return []
    if said.status in _NOT_SAID or said.deleted_at is not None:
        unsaid(said.pk, now=now)
        return []
    told = promised(said.text, writer=said.by, now=said.occurred_at)
    if not told or not said.by.is_active:
        return []
    key, made = f"interaction:{said.pk}", list[Promise]()
    with transaction.atomic():
        gate.enter()
        turn = Turn.objects.select_related("conversation__opener__person__canonical").filter(pk=said.conversation_id)
        talk = turn.first()
        if talk is None or not Interaction.objects.filter(pk=said.pk).exists():
            return []
        opener = talk.conversation.opener
        for one in told:
            row, is_new = Promise.objects.get_or_create(
                said_in=key, words=one.words,
                defaults={
                    "person": opener.person.canonical if opener and opener.person else None, "due_at": one.due_at,
                    "conversation_id": talk.pk, "owner": said.by, "made_by": BY, "made_at": now,
                    "state": PromiseState.SUGGESTED,
                },
            )  # fmt: skip
            if is_new:
                made.append(row)
                noted("promise.found", row, by=BY)
    return made


def unsaid(interaction_id: int, *, now: datetime) -> int:
    """What was promised in a message that was never sent is withdrawn; how many."""
    with transaction.atomic():
        live = Promise.objects.select_for_update(of=("self",)).filter(
            said_in=f"interaction:{interaction_id}", state__in=[PromiseState.SUGGESTED, PromiseState.OPEN]
        )
        rows = list(live)
        for row in rows:
            row.state, row.alert_at = PromiseState.WITHDRAWN, None
            row.reason = "It was taken back before it was sent."
            row.save(update_fields=["state", "alert_at", "reason"])
            noted("promise.withdrawn", row, by=BY, at=now.isoformat())
    return len(rows)


def alert(now: datetime) -> int:
    """Tell owners of promises that are soon due, and of those that are late; how many were told of."""
    done = 0
    while told := _alert_some(now):
        done += told
    return done


def _alert_some(now: datetime) -> int:
    with transaction.atomic():
        due = Promise.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=PromiseState.OPEN, alert_at__lte=now
        )
        rows = list(due.select_related("owner").order_by("alert_at")[:PIECE])
        for row in rows:
            is_late = row.due_at is not None and row.due_at <= now
            row.alert_at, row.alerted_at = None if is_late else row.due_at, now
            row.late_at = now if is_late else None
            row.save(update_fields=["alert_at", "alerted_at", "late_at"])
            if is_late:
                noted("promise.late", row, by=BY)
            _note(row, is_late=is_late)
    return len(rows)


def _note(row: Promise, *, is_late: bool) -> None:
    """On their page of today. Whom it was promised and in which words stands where it leads, not in the journal."""
    if row.due_at is None:
        return
    local = row.due_at.astimezone(zone_of(row.owner))
    words = f"A promise of yours {'was' if is_late else 'is'} due {local:%a %-d %b, %H:%M}"
    journal.note("staff.told", f"staff:{row.owner_id}", by=BY, text=words, thing=about_of(row), promise=row.pk)
    wake.changed("today", [row.owner_id])


def told(now: datetime) -> int:
    """Mark what was kept and of which the customer was told since, by an answer in that conversation; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TOLD, [now])
        found = cursor.fetchall()
        if found:
            abouts = sorted({f"conversation:{number}" for _, number in found})
            journal.note_many("promise.told", abouts, by=BY, promises=[pk for pk, _ in found][:200])
            wake.changed("promises", [pk for pk, _ in found])
            wake.changed("inbox", [number for _, number in found])
    return len(found)


def each_minute(now: datetime) -> None:
    """What the clock does about promises."""
    alert(now)
    told(now)


def held_by(user: User) -> int:
    """How many promises this user is to keep."""
    return Promise.objects.filter(owner=user, state__in=[PromiseState.SUGGESTED, PromiseState.OPEN]).count()


def hand_over(user: User, to: User) -> int:
    """Give all that are not ended from one user to another: part of ending somebody's access, which asks the right."""
    rows = Promise.objects.filter(owner=user, state__in=[PromiseState.SUGGESTED, PromiseState.OPEN])
    numbers = list(rows.values_list("pk", flat=True))
    Promise.objects.filter(pk__in=numbers).update(owner=to)
    wake.changed("promises", numbers)
    return len(numbers)
