"""Reading history: what came before a topic was asked for, and before there was a reader. Jobs in batches, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from mutuals.base import bulk, clock, gate, jobs, wake
from mutuals.base.locks import Space, in_turn
from mutuals.history.models import Direction, Interaction
from mutuals.listening import mentions
from mutuals.listening.board.counts import LONGEST
from mutuals.listening.ears import Asked, Ears, settled
from mutuals.listening.models import Backlog, Reading, State, Topic, Version
from mutuals.listening.pillar import cues
from mutuals.listening.read import KINDS, hear, hits_of, mark, said_by
from mutuals.listening.topic.hits import Index
from mutuals.listening.topic.wanted import read

BATCH = 1_000
CATCH_UP = "listening.catch_up"


def fill(version_id: int) -> None:
    """Job: all that was said is asked once; then this version is the one that is shown. Goes on where it stopped."""
    settled()  # who listens from here on knows this version, so nothing falls between both
    Version.objects.filter(pk=version_id, began_below=None).update(began_below=_end(), below=_end())
    version = Version.objects.select_related("topic").get(pk=version_id)
    asked = Asked(
        version.pk, version.topic_id, frozenset(version.languages), frozenset(version.without), frozenset(version.topic.muted)
    )  # fmt: skip
    listening = Ears("", (), {version.pk: asked}, Index({version.pk: read(version.words)}))
    while _fill_some(version_id, listening):
        wake.changed("topic", [version.topic_id])
        jobs.may_go_on()
    _shown(version)


@gate.giving_way
@transaction.atomic
def _fill_some(version_id: int, listening: Ears) -> bool:
    """One batch; False where nothing is left. Whoever listens or corrects meanwhile comes first: then it begins again."""
    bulk.execute(f"SELECT {gate.ENTER}, {gate.GIVE_WAY}", [])
    version = _filling().filter(pk=version_id).first()
    rows = _below(version.below) if version is not None and version.below is not None else []
    if version is None or not rows:
        return False
    _read_unread(rows)
    languages = dict(Reading.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "language"))
    said = [said_by(row) for row in rows]
    hits = [
        hit for one in said for hit in hits_of(one, languages.get(one.interaction_id, ""), mark(one.text), listening)
    ]
    mentions.write(hits)
    version.below, version.hits = rows[-1].pk, version.hits + len(hits)
    version.save(update_fields=["below", "hits"])
    return True


def _filling() -> QuerySet[Version]:
    """Locked so that nobody else fills it or puts it away, and mentions of it can still be written."""
    return Version.objects.select_for_update(no_key=True).filter(state=State.FILLING)


@transaction.atomic
def _shown(version: Version) -> None:
    """It takes the place of those before, whose mentions are deleted afterwards; one that was asked for since goes on filling.

    The topic is locked before its versions, as whoever changes it does.
    """
    Topic.objects.select_for_update(no_key=True).get(pk=version.topic_id)
    if not _filling().filter(pk=version.pk).exists():
        return
    Version.objects.filter(topic=version.topic_id, number__lt=version.number).update(state=State.OLD)
    Version.objects.filter(pk=version.pk).update(state=State.LIVE, filled_at=Now(), below=0)
    Topic.objects.filter(pk=version.topic_id).update(version=version, changed_at=Now())
    jobs.later("listening.tidy", once="listening.tidy")
    jobs.later("listening.rise", once="listening.rise")
    jobs.later("listening.warn", once="listening.warn")
    wake.changed("topic", [version.topic_id])


def catch_up() -> None:
    """Job: read what was there before there was a reader; begins once, and goes on where it stopped."""
    with transaction.atomic():
        in_turn(Space.BACKLOG)
        if not Backlog.objects.exists():
            Backlog.objects.create(below=_end(), began_below=_end(), began_at=clock.now())
    while _catch_some():
        wake.changed("topic", [])
        jobs.may_go_on()


@transaction.atomic
def _catch_some() -> bool:
    gate.enter()
    backlog = Backlog.objects.select_for_update().filter(ended_at=None).first()
    if backlog is None:
        return False
    rows = _below(backlog.below)
    if not rows:
        backlog.below, backlog.ended_at = 0, clock.now()
        backlog.save()
        return False
    backlog.read, backlog.below = backlog.read + _read_unread(rows), rows[-1].pk
    backlog.save()
    return True


def known() -> None:
    """Job: who became a customer, or was linked to one, since they spoke in the last day."""
    mentions.known_again(since=clock.now() - timedelta(days=1))


def tidy() -> None:
    """Job: delete the mentions of versions that were replaced, some at a time, and what is left of deleted words; and ask of
    all that screens show whether their authors are customers.
    """
    mentions.known_again(since=clock.now() - LONGEST)
    for version in Version.objects.filter(state=State.OLD):
        while bulk.execute(_SOME, [version.pk, 10 * BATCH])[0][0]:
            pass
        bulk.execute("DELETE FROM listening_count WHERE version_id = %s", [version.pk])
        Topic.objects.filter(version=version).update(version=None)
        version.delete()
    gone = [row[0] for row in bulk.execute(_BLANKED, [])]
    for at in range(0, len(gone), BATCH):
        with transaction.atomic():
            mentions.drop(gone[at : at + BATCH])
            Reading.objects.filter(pk__in=gone[at : at + BATCH]).delete()
            cues.drop(gone[at : at + BATCH], [])


_SOME = """
WITH gone AS (DELETE FROM listening_mention WHERE id IN (SELECT id FROM listening_mention WHERE version_id = %s LIMIT %s)
    RETURNING 1)
SELECT count(*) FROM gone
"""
_BLANKED = """
SELECT i.id FROM history_interaction i JOIN listening_reading r ON r.interaction_id = i.id
WHERE i.deleted_at > now() - interval '3 days'
"""


def _below(number: int) -> list[Interaction]:
    rows = Interaction.objects.filter(pk__lt=number, direction=Direction.IN, kind__in=KINDS, deleted_at=None)
    return list(rows.select_related("profile").defer("extra").order_by("-pk")[:BATCH])


def _read_unread(rows: Sequence[Interaction]) -> int:
    known = set(Reading.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    unread = [said_by(row) for row in rows if row.pk not in known]
    hear(unread)
    return len(unread)


def _end() -> int:
    return (Interaction.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
