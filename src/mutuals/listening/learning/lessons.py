"""Learning from corrections: the next version of the reader, which is used if it does not get worse; and going back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from mutuals.base import clock, gate, jobs, journal, wake
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.learning.correct import LEARN, soon
from mutuals.listening.learning.meant import LABELS
from mutuals.listening.models import Correction, Lesson
from mutuals.listening.read import words_of
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text.model import shipped
from mutuals.text.refit import LEAST, MOST, Compared, Move, Refitted, TooFew, moved, refit, restored, saved

KEPT = 5
"""The newest versions whose weights are kept."""
ABOUT = "machine:reader"


@dataclass(frozen=True, slots=True)
class Told:
    """What staff said of one label of one text; `number` is that of the correction."""

    number: int
    text: str
    said: str | list[str]


@dataclass(slots=True)
class _Next:
    """What a version will be: what is done to each head, from which corrections, and how each did."""

    moves: dict[str, Move]
    corrections: set[int]
    figures: dict[str, Any]
    is_taken: bool = False


def learn(*, by: User | None = None, now: datetime) -> Lesson | None:
    """Make the next version from all corrections that stand, and use it if it does not get worse; None where there is
    nothing to learn. Somebody who asks for it overrules that a version is held. What meets another change is tried again."""
    if by is not None:
        require(by, "listening.learn")
    used = in_use()
    if used is not None and used.is_held and by is None:
        return None
    told = _told()
    read = sorted(one.number for some in told.values() for one in some)
    last = Lesson.objects.order_by("-number").first()
    if (
        by is None
        and last is not None
        and not last.is_taken
        and (last.corrections, last.base) == (read, shipped().version)
    ):
        return None  # it was tried, and was not better
    found = _next(used, told)
    return _keep(found, used, read, by=by, now=now) if found.figures else None


def learn_now(by_id: int | None = None) -> None:
    """Job: the same by itself, or for somebody who asked."""
    by = User.objects.filter(pk=by_id).first() if by_id else None
    learn(by=by, now=clock.now())


def ask(*, by: User) -> None:
    """Have it learn at once, in the background, also where somebody went back."""
    require(by, "listening.learn")
    jobs.later(LEARN, once=f"{LEARN}:{by.pk}", lock=LEARN, urgent=True, by_id=by.pk)


def in_use() -> Lesson | None:
    """The version that is used; None as it came, before anything was learned."""
    return Lesson.objects.filter(is_used=True).first()


def versions() -> QuerySet[Lesson]:
    """Versions and attempts, the newest first; their weights are not fetched."""
    rows = Lesson.objects.annotate(has_weights=Q(weights__isnull=False)).defer("weights", "corrections")
    return rows.select_related("by").order_by("-number")


def is_kept(row: Lesson) -> bool:
    """Whether one can go to a version."""
    held = getattr(row, "has_weights", None)
    return row.number == 0 or (
        row.is_taken and (row.weights is not None if held is None else held) and row.base == shipped().version
    )


def use(lesson: Lesson, *, by: User, now: datetime) -> Lesson:
    """Go back to a version, or forward again; returns the one that was used. New readings are its own from now on.

    After going back nothing is learned by itself, until the newest is used again or somebody has it learn. Refused: one that is
    not kept any more or was never taken, or of another release.
    """
    require(by, "listening.learn")
    with transaction.atomic():
        in_turn(Space.LESSONS)
        row = Lesson.objects.get(pk=lesson.pk)
        if not is_kept(row):
            raise Refusal("This version is not kept any more. Choose one of those that are.")
        was = in_use() or row
        if was.pk == row.pk:
            raise Refusal(f"It is {row} that is used already.")
        newest = Lesson.objects.filter(is_taken=True, weights__isnull=False, base=shipped().version).aggregate(
            n=Max("number")
        )["n"]
        _used(row, is_held=row.number < (newest or 0), now=now)
        journal.note("reader.used", ABOUT, by=by, version=row.number, was=was.number)
    return was


def forget(corrections: Sequence[int], *, now: datetime) -> int:
    """No version keeps what it learned from these, whose words are being erased; how many versions did.

    The reader is as it came until the next one is made, seconds later, from what is left.
    """
    in_turn(Space.LESSONS)
    rows = Lesson.objects.filter(weights__isnull=False, corrections__overlap=list(corrections))
    numbers = list(rows.values_list("number", flat=True))
    if not numbers:
        return 0
    is_used = rows.filter(is_used=True).exists()
    Lesson.objects.filter(number__in=numbers).update(weights=None, corrections=[])
    if is_used:
        _used(_first(now), is_held=False, now=now)
        soon(now)
    journal.note("reader.forgot", ABOUT, by=ABOUT, versions=numbers)
    return len(numbers)


def in_words(told: Mapping[str, Any]) -> str:
    """The figures of one label in a sentence."""
    own, known = told.get("own"), told.get("known")
    if not own:
        return f"forgotten: {told['many']} corrections are too few"
    by = 100 * (own["after"] - own["before"])
    words = (
        f"{own['after']:.2f} instead of {own['before']:.2f} on {told['many']} corrections"
        f" ({by:+.0f} points, from {100 * own['low']:+.0f} to {100 * own['high']:+.0f})"
    )
    if told["is_taken"]:
        return words
    if told.get("earlier") and told["earlier"]["high"] < 0:
        was, will = told["earlier"]["before"], told["earlier"]["after"]
        return f"{words}; against what was said before: {will:.2f} instead of {was:.2f}"
    if by >= 0 and known:
        return f"{words}; forgets what it came with: {known['after']:.2f} instead of {known['before']:.2f}"
    return words


def unlearned() -> int:
    """How many corrections that stand the version in use has not learned from."""
    used = in_use()
    return Correction.objects.filter(ended_at=None).exclude(pk__in=used.corrections if used else []).count()


def _told() -> dict[str, list[Told]]:
    """What stands, by label, the newest MOST of each, oldest first; what was deleted out there teaches nothing."""
    found = dict[str, list[Told]]()
    for label in LABELS:
        rows = list(Correction.objects.filter(label=label, ended_at=None).order_by("-at", "-pk")[:MOST])[::-1]
        texts = {
            row.pk: words_of(row)
            for row in Interaction.objects.filter(pk__in=[one.interaction_id for one in rows], deleted_at=None).only(
                "subject", "text"
            )
        }
        found[label] = [
            Told(one.pk, texts[one.interaction_id], json.loads(one.now))
            for one in rows
            if texts.get(one.interaction_id)
        ]
    return found


def _next(used: Lesson | None, told: Mapping[str, Sequence[Told]]) -> _Next:
    is_ours = used is not None and used.weights is not None and used.base == shipped().version
    held = {move.head: move for move in restored(bytes(used.weights))} if used and used.weights and is_ours else {}
    known = set(used.corrections) if used and is_ours else set[int]()
    made = _Next(dict(held), set(), {})
    for head, some in told.items():
        numbers = {one.number for one in some}
        before = known & set(Correction.objects.filter(pk__in=known, label=head).values_list("pk", flat=True))
        if numbers == before or (head not in held and len(some) < LEAST):
            made.corrections |= before
        elif len(some) < LEAST:
            made.moves.pop(head)
            made.figures[head], made.is_taken = {"many": len(some), "is_taken": True}, True
        else:
            _try(made, head, some, before, held)
    return made


def _try(made: _Next, head: str, some: Sequence[Told], before: set[int], held: Mapping[str, Move]) -> None:
    learned = [one.number in before for one in some] if head in held else []
    used = moved(shipped(), [held[head]]) if head in held else None
    try:
        found = refit(
            shipped(), [one.text for one in some], [one.said for one in some], head=head, learned=learned, used=used
        )
    except TooFew:
        made.corrections |= before
        return
    made.figures[head] = _figures(found)
    if found.is_better:
        made.moves[head], made.is_taken = found.move, True
        made.corrections |= {one.number for one in some}
    else:
        made.corrections |= before


def _figures(found: Refitted) -> dict[str, Any]:
    def plain(one: Compared | None) -> dict[str, Any] | None:
        return None if one is None else {name: round(value, 4) for name, value in asdict(one).items()}

    return {
        "many": found.own.many,
        "is_taken": found.is_better,
        "own": plain(found.own),
        "earlier": plain(found.earlier),
        "known": plain(found.known),
    }


def _keep(made: _Next, used: Lesson | None, read: Sequence[int], *, by: User | None, now: datetime) -> Lesson | None:
    """One transaction: before it the old version is used, after it the new one. What it learned from must still stand."""
    moves = [made.moves[head] for head in LABELS if head in made.moves]
    weights = saved(moves) if made.is_taken and moves else None
    with transaction.atomic():
        gate.enter()
        in_turn(Space.LESSONS)
        standing = Correction.objects.filter(pk__in=read, ended_at=None).count()
        if standing != len(read) or (in_use() or used) != used:
            soon(now)
            return None
        first = _first(now)
        row = Lesson(
            number=(Lesson.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
            name=moved(shipped(), moves).version[:40],
            base=shipped().version,
            is_taken=made.is_taken,
            weights=weights,
            corrections=sorted(made.corrections) if made.is_taken else list(read),
            figures=made.figures,
            because="asked for" if by else "corrections",
            by=by,
            at=now,
        )
        if made.is_taken and not moves:  # all was taken back: it is as it came
            row.is_taken = False
            _used(first, is_held=False, now=now)
            row.corrections = list(read)
        row.save()
        if row.is_taken:
            _used(row, is_held=False, now=now)
            _prune()
        kind = "reader.learned" if made.is_taken else "reader.not_better"
        journal.note(kind, ABOUT, by=by or ABOUT, version=row.number, figures=made.figures)
    return row


def _first(now: datetime) -> Lesson:
    """The reader as it came."""
    name = shipped().version[:40]
    return Lesson.objects.get_or_create(
        number=0, defaults={"name": name, "base": name, "is_taken": True, "because": "as it came", "at": now}
    )[0]


def _used(row: Lesson, *, is_held: bool, now: datetime) -> None:
    Lesson.objects.filter(is_used=True).update(is_used=False, is_held=False)
    row.is_used, row.is_held, row.used_at = True, is_held, now
    row.save(update_fields=["is_used", "is_held", "used_at"])
    wake.changed("reader", [row.pk])


def _prune() -> None:
    kept = Lesson.objects.filter(weights__isnull=False).order_by("-number").values_list("pk", flat=True)[:KEPT]
    Lesson.objects.filter(weights__isnull=False).exclude(pk__in=list(kept)).update(weights=None)
