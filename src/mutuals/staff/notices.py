"""What a user was told: read, counted, kept quiet, sent by mail. Written by `notices_told`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import bulk, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.staff import named
from mutuals.staff.models import Notice, User, Why
from mutuals.staff.permissions import require

JOB = "staff.notices_mail"
_SALT = "mutuals.notices.off"
HIDDEN = "Something that you may not see any more"
_MAILED = (Why.MENTION, Why.GIVEN, Why.OFFERED)  # what a rule tells is mailed by the rule
_AT_ONCE = 50  # lines of one letter
KEPT = timedelta(days=180)
_COUNT = """
UPDATE staff_user u SET news = (SELECT count(*) FROM staff_notice n WHERE n.user_id = u.id AND n.read_at IS NULL)
WHERE u.id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as its reader may see it. `record` is None where it is not theirs to see any more: then it tells nothing else.

    `count` is how many changes it is of, `who` who made the newest.
    """

    id: int
    why: Why
    record: named.Shown | None
    did: str
    who: str
    words: str
    count: int
    at: datetime
    is_read: bool

    @property
    def text(self) -> str:
        """In one sentence, without the record."""
        if self.is_hidden:
            return HIDDEN
        if self.why is Why.TOLD:
            return self.words
        if self.why is Why.MENTION:
            return f"{self.who} mentioned you: {self.words}"
        if self.why is Why.GIVEN:
            return f"{self.who} gave it to you"
        if self.why is Why.OFFERED:
            return f"{self.who} offers it to you"
        did = self.did.partition(".")[2].replace("_", " ")
        return f"{self.count} changes, the last by {self.who}: {did}" if self.count > 1 else f"{self.who}: {did}"

    @property
    def is_hidden(self) -> bool:
        """Whether the record is gone, or not theirs to see any more."""
        return self.record is None and not (self.why is Why.TOLD and self.words)


def listed(
    viewer: User, *, unread: bool = True, before: int | None = None, limit: int = 50, whys: Collection[Why] = ()
) -> list[Line]:
    """One's own notices, newest first, walked by id; a statement, and one or two for each kind of record among them."""
    require(viewer, "notice.view")
    rows = _own(viewer).filter(read_at=None) if unread else _own(viewer)
    rows = rows.filter(why__in=whys) if whys else rows
    rows = rows.filter(pk__lt=before) if before else rows
    return lines(viewer, list(rows.order_by("-pk")[:limit]))


def lines(viewer: User, rows: Sequence[Notice]) -> list[Line]:
    """Notices as their reader may see them now."""
    there = named.shown(viewer, {row.about for row in rows if row.about})
    writers = [int(row.by.partition(":")[2]) for row in rows if row.by.startswith("staff:")]
    names = dict(User.objects.filter(pk__in=writers).values_list("pk", "name")) if writers else {}
    return [_line(row, there, names) for row in rows]


def _line(row: Notice, there: dict[str, named.Shown], names: dict[int, str]) -> Line:
    kind, _, number = row.by.partition(":")
    who = names.get(int(number), "A colleague") if kind == "staff" else "Mutuals"
    record = there.get(row.about)
    is_seen = record is not None or not row.about
    return Line(
        row.pk, Why(row.why), record, row.did if is_seen else "", who if is_seen else "", row.words if is_seen else "",
        len(row.entries), row.at, row.read_at is not None,
    )  # fmt: skip


def one(viewer: User, number: int) -> Notice | None:
    """A notice of one's own."""
    require(viewer, "notice.view")
    return _own(viewer).filter(pk=number).first()


def read(by: User, numbers: Collection[int] | None = None, *, now: datetime) -> int:
    """Mark notices of one's own as read, all without numbers; returns how many were not. Silent: reading is no event."""
    require(by, "notice.view")
    with transaction.atomic():
        _hold(by)
        rows = _own(by).filter(read_at=None)
        done = (rows if numbers is None else rows.filter(pk__in=numbers)).update(read_at=now)
        if done:
            count([by.pk])
            wake.changed("notices", [by.pk])
    return done


def unread(by: User, numbers: Collection[int]) -> int:
    """The undo of reading."""
    require(by, "notice.view")
    with transaction.atomic():
        _hold(by)
        done = _own(by).filter(pk__in=numbers).exclude(read_at=None).update(read_at=None)
        if done:
            count([by.pk])
            wake.changed("notices", [by.pk])
    return done


def keep_quiet(by: User, since: time | None, until: time | None) -> User:
    """Between these hours, in one's own zone, no letters leave and no bell rings; what came is told after. None = never.

    Refused: one of the two alone, and the same hour twice.
    """
    require(by, "notice.view")
    if (since is None) is not (until is None):
        raise Refusal(
            "Quiet hours have a beginning and an end.", fields={"until" if until is None else "since": "Missing."}
        )
    if since is not None and since == until:
        raise Refusal("Quiet hours end at another hour than they begin.", fields={"until": "The same hour."})
    with transaction.atomic():
        row = _hold(by)
        if (row.quiet_from, row.quiet_until) != (since, until):
            row.quiet_from, row.quiet_until = since, until
            row.save(update_fields=["quiet_from", "quiet_until"])
            journal.note("user.changed", row, by=by, fields=["quiet_from", "quiet_until"], role=row.role)
    by.quiet_from, by.quiet_until = since, until
    return row


def is_quiet(user: User, now: datetime) -> bool:
    """Whether it is one of their quiet hours, which may go over midnight."""
    since, until = user.quiet_from, user.quiet_until
    if since is None or until is None:
        return False
    hour = now.astimezone(ZoneInfo(user.zone)).time()
    return since <= hour < until if since < until else hour >= since or hour < until


def mail_out(*, now: datetime, mailed: Callable[[User, Sequence[Line], datetime], bool]) -> int:
    """Let letters leave to those who want them by mail, one for all that waits, none in quiet hours; returns how many."""
    sent = 0
    for user in User.objects.filter(is_active=True, told_by="mail", news__gt=0).order_by("pk"):
        if not is_quiet(user, now):
            sent += _mailed(user, now, mailed)
    return sent


def _mailed(user: User, now: datetime, mailed: Callable[[User, Sequence[Line], datetime], bool]) -> bool:
    with transaction.atomic():
        _hold(user)
        rows = _own(user).filter(read_at=None, mailed_at=None, why__in=_MAILED, at__gt=now - timedelta(days=2))
        found = list(rows.order_by("pk")[:_AT_ONCE])
        if not found or not mailed(user, [one for one in lines(user, found) if not one.is_hidden], now):
            return False
        Notice.objects.filter(pk__in=[row.pk for row in found]).update(mailed_at=now)
    return True


def stop_mails(by: User) -> None:
    """No more letters from here on; what is told stands on the page. Twice is once."""
    with transaction.atomic():
        row = _hold(by)
        if row.told_by:
            row.told_by = ""
            row.save(update_fields=["told_by"])
            journal.note("user.changed", row, by=row, fields=["told_by"], role=row.role)


def mark_of(user: User) -> str:
    """What the way out in a letter carries: whoever has it may stop the letters of this reader, and do nothing else."""
    return signing.dumps(user.pk, salt=_SALT)


def reader_of(mark: str) -> User | None:
    """Whose letters a mark may stop; None for one that we did not write."""
    try:
        return User.objects.filter(pk=signing.loads(mark, salt=_SALT)).first()
    except signing.BadSignature:
        return None


def count(users: Iterable[int]) -> None:
    """Count anew what these users have not read; in the transaction in which it changed."""
    bulk.execute(_COUNT, [bulk.numbers(sorted(set(users)))])


def forget(user: User) -> None:
    """Who leaves is told nothing more: part of ending an access, which asks the right."""
    Notice.objects.filter(user=user).delete()
    user.follows.all().delete()
    User.objects.filter(pk=user.pk).update(news=0)
    user.news = 0


def tidy(now: datetime) -> int:
    """Throw away what is older than half a year, read or not; returns how many."""
    old = Notice.objects.filter(at__lt=now - KEPT).order_by("pk").values_list("user_id", "pk")[:50_000]
    users, numbers = {user for user, _ in old}, [pk for _, pk in old]
    with transaction.atomic():
        done = Notice.objects.filter(pk__in=numbers).delete()[0]
        count(users)
    return int(done)


def _own(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)


def _hold(user: User) -> User:
    """The row of whose notices are written, before these: nobody counts beside somebody else."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
