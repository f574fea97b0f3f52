"""Words that rise as a table prints them: a line of two weeks, what people said, and the customers touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from mutuals.history.models import Interaction
from mutuals.listening.card import behind
from mutuals.listening.card.rise import Rise
from mutuals.listening.models import Rising, Topic
from mutuals.staff.models import User

EXAMPLES, NAMED = 2, 4
_SHORT = 160  # letters of an example
_WIDE, _HIGH, _EDGE = 96, 24, 2


@dataclass(frozen=True, slots=True)
class Line:
    """One set of words. `path` draws `counts`, and `area` the second half of them, which rises. `known`: how many customers
    there are by now, `others` those that are not named.
    """

    words: str
    key: str
    path: str
    area: str
    counts: str
    examples: tuple[Example, ...]
    customers: tuple[tuple[str, str], ...]
    known: int
    others: int


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody said, when, and where it stands ("" = nowhere)."""

    text: str
    at: datetime
    url: str


def lines(topic: Topic, sets: Sequence[Rise | Rising], viewer: User) -> list[Line]:
    """The same for each of some sets, in two queries."""
    wanted = [number for one in sets for number in one.examples[:EXAMPLES]]
    said = (
        Interaction.objects.filter(pk__in=wanted, deleted_at=None)
        .only("text", "occurred_at", "conversation_id")
        .in_bulk()
    )
    touched = behind.customers_of(topic, [one.said for one in sets], viewer=viewer)
    return [
        _line(one, [said[number] for number in one.examples[:EXAMPLES] if number in said], who)
        for one, who in zip(sets, touched, strict=True)
    ]


def _line(one: Rise | Rising, said: Sequence[Interaction], who: Sequence[tuple[int, str]]) -> Line:
    path, area = _drawn(one.line)
    return Line(
        " + ".join(one.words),
        "\t".join(one.words),
        path,
        area,
        ", ".join(map(str, one.line)),
        tuple(_example(row) for row in said),
        tuple((name or "unnamed", reverse("customer", args=[number])) for number, name in who[:NAMED]),
        max(one.customers, len(who)),
        max(one.customers, len(who)) - min(len(who), NAMED),
    )


def _example(row: Interaction) -> Example:
    text = " ".join(row.text[: 4 * _SHORT].split())
    url = f"{reverse('conversation', args=[row.conversation_id])}#m{row.pk}" if row.conversation_id else ""
    return Example(text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…", row.occurred_at, url)


def _drawn(counts: Sequence[int]) -> tuple[str, str]:
    """A small line, and the area under its second half."""
    if len(counts) < 2:
        return "", ""
    most, base = max(1, *counts), _HIGH - _EDGE
    step = (_WIDE - 2 * _EDGE) / (len(counts) - 1)
    points = [
        (round(_EDGE + step * place, 1), round(base - (base - _EDGE) * n / most, 1)) for place, n in enumerate(counts)
    ]
    half = points[len(points) // 2 :]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    area = "M" + "L".join(f"{x} {y}" for x, y in half) + f"L{half[-1][0]} {base}L{half[0][0]} {base}Z"
    return path, area
