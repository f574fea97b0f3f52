"""Cues: what pillars find in the stream, kept as it is read; what people say of them, and how that moves the bar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mutuals.base import bulk, gate, jobs, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.models import Bar, Cue, PillarWords
from mutuals.listening.pillar.pillars import ANY, BAR, ENOUGH, FLOOR, LISTED, Way, chance, shipped, strength, tuned
from mutuals.listening.topic.wanted import read
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text.read import Reading as Understood

JOB = "listening.cues"
_NEWEST = 500  # verdicts that move a bar
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
_COLUMNS = ("way", "interaction_id", "occurred_at", "is_met", "chance", "strength")
_KEEP = (
    "(interaction_id, way) DO UPDATE SET is_met = EXCLUDED.is_met, chance = EXCLUDED.chance, strength = EXCLUDED.strength,"
    " occurred_at = EXCLUDED.occurred_at"
)


def write(found: Iterable[tuple[int, datetime, Understood, set[Way]]]) -> None:
    """Keep what each way finds in texts as they are read, with the ways whose words they hold. What is spam, or holds nothing
    to read, is no cue."""
    rows = []
    for number, at, understood, met in found:
        if understood.is_read and not any(label.name == "spam" for label in understood.intents):
            rows += [row(way, number, at, way in met, chance(way, understood.chances)) for way in LISTED]
    keep([one for one in rows if one[3] or one[4] >= FLOOR])


def row(way: Way, number: int, at: datetime, is_met: bool, sure: int) -> tuple[str, int, datetime, bool, int, int]:
    """A cue as `keep` takes it."""
    return way.value, number, at, is_met, sure, strength(is_met=is_met, chance=sure)


def keep(rows: Sequence[tuple[str, int, datetime, bool, int, int]]) -> None:
    """Write cues; what people said of one that is there stays."""
    bulk.insert(Cue, _COLUMNS, sorted(rows, key=lambda one: (one[1], one[0])), conflict=_KEEP)


def drop(gone: Sequence[int], again: Sequence[int]) -> None:
    """Of what is gone nothing is left; of what was edited, only what people said of it."""
    if gone or again:
        Cue.objects.filter(
            Q(interaction_id__in=gone) | Q(interaction_id__in=again, is_right=None, taken_at=None)
        ).delete()


def bars() -> dict[Way, Bar]:
    """The bar of each way that was moved."""
    found: dict[Way, Bar] = {}
    for one in Bar.objects.filter(undone_at=None).order_by("at", "pk"):
        found[Way(one.way)] = one
    return found


def bar_of(way: Way) -> int:
    """How strong a cue must be to be shown, in thousandths."""
    moved = bars().get(way)
    return moved.value if moved else BAR


def judge(interaction_id: int, way: Way, *, is_right: bool | None, by: User, now: datetime) -> Cue:
    """Say whether what a way reads in something is right for us; None takes that back. Enough of it moves the bar.

    Right where nothing was read puts it into the stream. Refused: what is not there any more.
    """
    require(by, "listening.judge")
    with transaction.atomic():
        gate.enter()
        cue = _cue(interaction_id, way)
        is_back = is_right is None
        cue.is_right, cue.judged_by, cue.judged_at = is_right, None if is_back else by, None if is_back else now
        cue.save(update_fields=["is_right", "judged_by", "judged_at"])
        journal.note("cue.judged", f"interaction:{interaction_id}", by=by, way=way.value, right=is_right)
        if is_right is not None and way in LISTED:
            _tune(way, now)
        wake.changed("cues", [interaction_id])
    return cue


def take(interaction_id: int, way: Way, *, by: User, now: datetime) -> Cue:
    """Work on it: it waits for nobody else, and counts as right unless somebody says otherwise. Refused: a colleague's."""
    require(by, "listening.judge")
    with transaction.atomic():
        gate.enter()
        cue = _cue(interaction_id, way)
        if cue.taken_by_id not in (None, by.pk):
            raise Refusal(f"{cue.taken_by} works on this already.")
        cue.taken_by, cue.taken_at = by, now
        if cue.is_right is None:
            cue.is_right, cue.judged_by, cue.judged_at = True, by, now
        cue.save(update_fields=["taken_by", "taken_at", "is_right", "judged_by", "judged_at"])
        journal.note("cue.taken", f"interaction:{interaction_id}", by=by, way=way.value)
        wake.changed("cues", [interaction_id])
    return cue


def give_back(interaction_id: int, way: Way, *, by: User) -> Cue:
    """It waits again. Refused: what a colleague works on."""
    require(by, "listening.judge")
    with transaction.atomic():
        gate.enter()
        cue = _cue(interaction_id, way)
        if cue.taken_by_id not in (None, by.pk):
            raise Refusal(f"{cue.taken_by} works on this.")
        cue.taken_by = cue.taken_at = None
        cue.save(update_fields=["taken_by", "taken_at"])
        journal.note("cue.given_back", f"interaction:{interaction_id}", by=by, way=way.value)
        wake.changed("cues", [interaction_id])
    return cue


def _cue(interaction_id: int, way: Way) -> Cue:
    """The cue, locked; made where there is none, as nobody found anything: of no strength, or, of words that rise, of full."""
    at = Interaction.objects.filter(pk=interaction_id, deleted_at=None).values_list("occurred_at", flat=True).first()
    if at is None:
        raise Refusal("This is not there any more.")
    rows = Cue.objects.select_for_update(of=("self",)).select_related("taken_by")
    made = {"occurred_at": at, "is_met": False, "chance": 0, "strength": 1000 if way is Way.AHEAD else 0}
    return rows.get_or_create(interaction_id=interaction_id, way=way, defaults=made)[0]


def _tune(way: Way, now: datetime) -> None:
    """Move the bar where verdicts speak for it; after a move, or its undoing, only when as many new ones are there again."""
    last = Bar.objects.filter(way=way).order_by("-at", "-pk").first()
    since = (last.undone_at or last.at) if last else None
    rows = Cue.objects.filter(way=way, judged_at__isnull=False, is_right__isnull=False, strength__gt=0)
    if since and rows.filter(judged_at__gt=since).count() < ENOUGH:
        return
    told = list(rows.order_by("-judged_at").values_list("strength", "is_right")[:_NEWEST])
    was = bar_of(way)
    found = tuned([(strong, bool(right)) for strong, right in told], was)
    if found is not None:
        made = Bar.objects.create(way=way, was=was, value=found.bar, right=found.right, judged=found.judged, at=now)
        journal.note("pillar.bar_moved", made, by="machine:listening", way=way.value, was=was, value=found.bar)


def undo_bar(bar: Bar, *, by: User, now: datetime) -> None:
    """The bar stands where it stood before. Refused: one that was undone, or moved again since."""
    require(by, "topic.edit")
    with transaction.atomic():
        row = Bar.objects.select_for_update().get(pk=bar.pk)
        if row.undone_at is not None or bars().get(Way(row.way)) != row:
            raise Refusal("This was undone already, or the bar was moved again since.")
        row.undone_by, row.undone_at = by, now
        row.save(update_fields=["undone_by", "undone_at"])
        journal.note("pillar.bar_undone", row, by=by, way=row.way)


def set_words(way: Way, language: str, words: str | None, *, by: User, now: datetime) -> str:
    """What a way looks for in a language; "" = nothing, None = what comes with Mutuals. The newest posts are asked again.

    Refused: words that cannot be understood (`wanted.Unclear`), a way that has no words, a language that is none.
    """
    require(by, "topic.edit")
    if way not in LISTED:
        raise Refusal("This rests on words that rise, not on a list.")
    if language != ANY and not _LANGUAGE.fullmatch(language):
        raise Refusal(f"{language[:12]} is no language.", fields={"language": "Such as en, de, hi-Latn; empty = all."})
    told = None if words is None else " ".join(words.split())
    if told:
        read(told)
    with transaction.atomic():
        if told is None or told == shipped().get((way, language), ""):
            PillarWords.objects.filter(way=way, language=language).delete()
        else:
            PillarWords.objects.update_or_create(
                way=way, language=language, defaults={"words": told, "by": by, "at": now}
            )
        journal.note("pillar.words", f"pillar:{way.value}", by=by, language=language, words=told)
        jobs.later(JOB, once=JOB)
    return told if told is not None else shipped().get((way, language), "")
