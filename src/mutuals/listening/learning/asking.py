"""What teaches most, asked of staff: readings that are unsure, unlike each other, fresh, in all languages; and some by chance.

One in ten is asked by chance: how often the reader is right is told from those alone, because the others were chosen as hard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from zlib import crc32

from django.db import transaction

from mutuals.base import bulk
from mutuals.base.refusals import Refusal
from mutuals.history.models import Direction, Interaction
from mutuals.listening.learning.correct import correct
from mutuals.listening.models import Correction, Question, Reading
from mutuals.listening.read import KINDS, words_of
from mutuals.listening.topic.topics import Share, share
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require
from mutuals.text.normal import plain

FIRST = 50
"""Labels that are asked for to begin with: from then on the reader knows how people speak of this company."""
MANY, MOST = 10, 50
"""How many are asked at once, and at most."""
_LOOKED = 5_000  # newest readings
_POOL = 300  # of which the texts are looked at
_CHANCE = 10  # one in so many
_ALIKE = 0.5  # share of words from which on two are alike
_NEWEST = """
SELECT r.interaction_id, r.language, r.mood, r.negative, r.neutral, r.positive, r.version
FROM (SELECT id FROM history_interaction WHERE direction = %s AND kind = ANY(%s::varchar[]) AND deleted_at IS NULL
    ORDER BY occurred_at DESC, id DESC LIMIT %s) i
JOIN listening_reading r ON r.interaction_id = i.id
WHERE r.mood <> '' AND r.intents <> '{spam}' AND NOT 'mood' = ANY(r.corrected)
AND NOT EXISTS (SELECT 1 FROM listening_question q WHERE q.interaction_id = i.id)
"""
_BEGUN = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM listening_correction WHERE label = 'mood' AND ended_at IS NULL LIMIT %s) c),
    EXISTS (SELECT 1 FROM listening_reading)
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """One to be asked: its mood as it was read with its chance in a thousand, and why it is asked."""

    interaction: Interaction
    mood: str
    chance: int
    language: str
    is_random: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How many moods staff have told (by answers, and in place), how many were asked and skipped, and how often the reader was
    right of those asked by chance (None before the first)."""

    labels: int
    answered: int
    skipped: int
    right: Share | None

    @property
    def is_begun(self) -> bool:
        """Whether the first ones are told."""
        return self.labels >= FIRST


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    language: str
    mood: str
    shares: tuple[int, int, int]

    @property
    def margin(self) -> int:
        """How much more probable the first mood is than the second."""
        first, second, _ = sorted(self.shares, reverse=True)
        return first - second

    @property
    def is_random(self) -> bool:
        return is_random(self.id)


def queue(*, by: User, many: int = MANY) -> list[Ask]:
    """What to ask next, best first; what was answered, corrected or skipped is not asked again."""
    require(by, "listening.judge")
    told = bulk.execute(_NEWEST, [Direction.IN, list(KINDS), _LOOKED])
    rows = [_Row(number, language, mood, (no, flat, yes)) for number, language, mood, no, flat, yes, _ in told]
    often = Counter(row.language for row in rows)
    unsure = _in_turn(sorted((row for row in rows if not row.is_random), key=lambda row: row.margin), often)[:_POOL]
    by_chance = [row for row in rows if row.is_random][:_POOL]
    pool = Interaction.objects.select_related("profile__person__canonical", "conversation").defer("extra")
    there = pool.filter(deleted_at=None).in_bulk([row.id for row in [*unsure, *by_chance]])
    return _unlike(unsure, by_chance, there, max(1, min(many, MOST)))


def answer(interaction_id: int, mood: str, *, by: User, now: datetime) -> Correction:
    """Tell which mood it is, also where the reader was right: both teach. Refused: what is not read, a mood that is none."""
    with transaction.atomic():
        reading = Reading.objects.filter(pk=interaction_id).first()
        if reading is not None:
            _asked(reading, told=mood, by=by, now=now)
        return correct(interaction_id, "mood", [mood], by=by, now=now)


def skip(interaction_id: int, *, by: User, now: datetime) -> None:
    """Ask it no more. Refused: what is not read."""
    require(by, "listening.judge")
    reading = Reading.objects.filter(pk=interaction_id).first()
    if reading is None:
        raise Refusal("This was not read yet, or its words are gone.")
    _asked(reading, told="", by=by, now=now)


def progress() -> Progress:
    """How far it is."""
    asked = Counter(
        (row.is_random, bool(row.told), row.told == row.was)
        for row in Question.objects.only("is_random", "told", "was")
    )
    by_chance = {right: n for (is_random, is_told, right), n in asked.items() if is_random and is_told}
    answered = sum(n for (_, is_told, _), n in asked.items() if is_told)
    return Progress(
        Correction.objects.filter(label="mood", ended_at=None).count(),
        answered,
        sum(asked.values()) - answered,
        share(by_chance.get(True, 0), sum(by_chance.values())),
    )


def left(*, by: User) -> int | None:
    """How many of the first labels are still to be told; None where all are, nothing is read yet, or this user may not."""
    if not may(by, "listening.judge"):
        return None
    [[told, is_any]] = bulk.execute(_BEGUN, [FIRST])
    return FIRST - told if is_any and told < FIRST else None


def is_random(interaction_id: int) -> bool:
    """Whether it is one of those that are asked by chance, the same whoever asks."""
    return crc32(str(interaction_id).encode()) % _CHANCE == 0


def _asked(reading: Reading, *, told: str, by: User, now: datetime) -> None:
    Question.objects.update_or_create(
        interaction_id=reading.pk,
        defaults={
            "is_random": is_random(reading.pk), "was": reading.mood, "told": told[:8], "version": reading.version,
            "by": by, "at": now,
        },
    )  # fmt: skip


def _in_turn(rows: Sequence[_Row], often: Counter[str]) -> list[_Row]:
    """Languages take turns, each as often as the root of how much is said in it: a small one is not passed over."""
    place = Counter[str]()
    keyed = []
    for row in rows:
        place[row.language] += 1
        keyed.append((place[row.language] / sqrt(often[row.language]), row.id, row))
    return [row for _, _, row in sorted(keyed, key=lambda one: one[:2])]


def _unlike(unsure: Sequence[_Row], by_chance: Sequence[_Row], there: dict[int, Interaction], many: int) -> list[Ask]:
    """In their order, one by chance after nine others, none that says what another one says."""
    chosen, seen = list[Ask](), list[set[str]]()
    ways = {False: iter(unsure), True: iter(by_chance)}
    while len(chosen) < many and ways:
        is_chance = True in ways and (len(chosen) % _CHANCE == _CHANCE // 2 or False not in ways)
        row = next(ways[is_chance], None)
        if row is None:
            del ways[is_chance]
            continue
        held = there.get(row.id)
        words = set(plain(words_of(held)).casefold().split()) if held else set[str]()
        if held is None or any(2 * len(words & one) >= _ALIKE * (len(words) + len(one)) for one in seen):
            continue
        seen.append(words)
        chosen.append(Ask(held, row.mood, max(row.shares), row.language, row.is_random))
    return chosen
