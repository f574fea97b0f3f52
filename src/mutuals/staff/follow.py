"""Who follows what: any record that one may see, by its text key. Merged records are followed as one."""

from __future__ import annotations

from django.db import transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.staff import named
from mutuals.staff.models import Follow, User
from mutuals.staff.permissions import require

MOST = 5_000  # records of one user


def begin(key: str, *, by: User) -> named.Shown:
    """Follow a record. Twice is once. Refused: one that is not there or not theirs to see, and more than `MOST`."""
    require(by, "record.follow")
    there = named.one(by, key)
    with transaction.atomic():
        if follows(by, there.key):
            return there
        if Follow.objects.filter(user=by).count() >= MOST:
            raise Refusal(f"You follow {MOST:,} records already. Leave some of them first.")
        made = Follow.objects.bulk_create([Follow(user=by, about=there.key)], ignore_conflicts=True)
        if made:
            journal.note("follow.began", there.key, by=by)
    return there


def end(key: str, *, by: User) -> bool:
    """Follow it no longer, also where one may not see it any more; whether one did."""
    require(by, "record.follow")
    with transaction.atomic():
        done = Follow.objects.filter(user=by, about__in=_same(key)).delete()[0]
        if done:
            journal.note("follow.ended", key, by=by)
    return bool(done)


def follows(user: User, key: str) -> bool:
    """Whether somebody follows a record."""
    return Follow.objects.filter(user=user, about__in=_same(key)).exists()


def who(key: str) -> list[User]:
    """Who follows a record that the caller showed to somebody who may see it, by name; one statement, two for people."""
    rows = User.objects.filter(is_active=True, follows__about__in=_same(key))
    return list(rows.distinct().order_by("name", "pk"))


def of(user: User, *, before: int | None = None, limit: int = 200) -> tuple[list[named.Shown], int | None]:
    """What somebody follows and may see, the newest first, walked by the number that comes with it; None: that was all."""
    require(user, "record.follow")
    rows = Follow.objects.filter(user=user, pk__lt=before) if before else Follow.objects.filter(user=user)
    found = list(rows.order_by("-pk").values_list("pk", "about")[: limit + 1])
    there = named.shown(user, [about for _, about in found[:limit]])
    shown = {there[about].key: there[about] for _, about in found[:limit] if about in there}
    return list(shown.values()), found[limit - 1][0] if len(found) > limit else None


def _same(key: str) -> list[str]:
    return named.alike([key]).get(key, [key] if named.is_key(key) else [])
