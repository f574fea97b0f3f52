"""Who has the page of a record open, and who changes it: a beat every twenty seconds says so, a minute without ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.base import bulk, wake
from mutuals.staff import named
from mutuals.staff.models import Here, User
from mutuals.staff.permissions import require

GONE = timedelta(seconds=60)
_BUSY = timedelta(seconds=45)
"""How long an open form counts against a page of the same record that the same user has open beside it."""
_BEAT = """
WITH before AS (
    SELECT is_editing, at FROM staff_here WHERE about = %(about)s AND user_id = %(user)s
), beat AS (
    INSERT INTO staff_here AS h (about, user_id, is_editing, at) VALUES (%(about)s, %(user)s, %(editing)s, %(now)s)
    ON CONFLICT (about, user_id) DO UPDATE SET is_editing = EXCLUDED.is_editing, at = EXCLUDED.at
    WHERE NOT (h.is_editing AND NOT EXCLUDED.is_editing AND h.at > %(busy)s)
    RETURNING is_editing
)
SELECT u.id, u.name, h.is_editing, EXISTS (SELECT FROM beat) AND NOT EXISTS (
    SELECT FROM before b, beat WHERE b.at > %(gone)s AND b.is_editing = beat.is_editing
) FROM staff_here h JOIN staff_user u ON u.id = h.user_id
WHERE h.about = %(about)s AND h.user_id <> %(user)s AND h.at > %(gone)s AND u.is_active ORDER BY u.name, u.id LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Beside:
    """A colleague who is at the same record."""

    id: int
    name: str
    is_editing: bool


def beat(key: str, *, by: User, now: datetime, is_editing: bool = False) -> list[Beside]:
    """Say that one is at a record; who else is. Its other readers are woken where that is new to them.

    Refused: a record that is not there or not theirs to see. One statement beside that question.
    """
    require(by, "record.follow")
    about = named.one(by, key).key
    told = {"about": about, "user": by.pk, "editing": is_editing, "now": now, "gone": now - GONE, "busy": now - _BUSY}
    rows = bulk.execute(_BEAT, told)
    if rows and rows[0][3]:
        _wake(about)
    return [Beside(int(row[0]), row[1], bool(row[2])) for row in rows]


def leave(key: str, *, by: User, is_editing: bool = False) -> None:
    """Say that one went. Twice is once, and needs no right: it tells nothing."""
    keys = named.alike([key]).get(key, [])
    if keys and Here.objects.filter(about__in=keys, user=by, is_editing=is_editing).delete()[0]:
        _wake(keys[0])


def tidy(now: datetime) -> int:
    """Throw away who went without a word."""
    return int(Here.objects.filter(at__lt=now - timedelta(hours=1)).delete()[0])


def _wake(about: str) -> None:
    kind, number = named.split(about)
    if kind:
        wake.changed(f"here-{kind}", [number])
