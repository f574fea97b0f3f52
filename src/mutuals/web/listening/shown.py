"""A mention as the stream prints it, and the mark of a reading as any screen does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from mutuals.listening.models import Aside, Reading, Version
from mutuals.listening.queries import Shown
from mutuals.listening.read import words_of
from mutuals.listening.topic.hits import marked, said
from mutuals.listening.topic.wanted import Node, phrases, read
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.web.frame import talk
from mutuals.web.listening.asked import Asked

_ICONS = {"positive": "mup", "neutral": "flat", "negative": "mdown", "": "help"}
_CSS = {"positive": "up", "neutral": "flat", "negative": "down", "": ""}
_LETTERS, _LINE = 600, 40
_WHOLE = 100_000
_INTENTS = {"purchase": "wants to buy", "churn": "may leave"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A reading in a line: its mood with an icon and a word, and what is asked."""

    css: str
    icon: str
    words: str
    intents: tuple[str, ...]
    is_corrected: bool
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """One mention. `pieces`: its text in parts, those that it was found by marked."""

    id: int
    at: datetime
    who: str
    icon: str
    is_public: bool
    person: str
    person_url: str
    pieces: tuple[tuple[str, bool], ...]
    is_cut: bool
    is_deleted: bool
    mark: Mark | None
    met: str
    copies: int
    aside: str
    talk_url: str
    out_url: str
    alike_url: str


_EVEN = 500
"""Thousandths: a mood that is less likely is told as *perhaps*, and nothing is said of what was felt."""


def mark_of(reading: Reading | None) -> Mark | None:
    """The house's mark of a mood; None where it was not read yet."""
    if reading is None:
        return None
    words = reading.mood or "nothing to read"
    likely = max(reading.negative, reading.neutral, reading.positive)
    if reading.mood and likely < _EVEN and "mood" not in reading.corrected:
        words = f"perhaps {reading.mood}"
    elif reading.mood and reading.emotion not in ("", "neutral"):
        words = f"{reading.mood}, {reading.emotion}"
    return Mark(
        _CSS[reading.mood],
        _ICONS[reading.mood],
        words,
        tuple(_INTENTS.get(one, one) for one in reading.intents),
        bool(reading.corrected),
        reverse("reading", args=[reading.pk]),
    )


def stream(rows: Sequence[Shown], version: Version, viewer: User, asked: Asked) -> list[Said]:
    """Mentions as they are printed."""
    node, full = read(version.words), sees_contacts(viewer)
    return [_said(one, node, asked, full=full) for one in rows]


def _said(one: Shown, node: Node, asked: Asked, *, full: bool) -> Said:
    row = one.row
    text = words_of(row)
    pieces = marked([node], text[: 10 * _LETTERS])
    begun = short(pieces)
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    who = talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row)
    return Said(
        row.pk,
        row.occurred_at,
        who,
        talk.icon_for(row),
        row.is_public,
        (person.name or "a person we know") if person else "",
        reverse("customer", args=[person.pk]) if person else "",
        tuple(begun),
        bool(whole(text, begun)),
        row.deleted_at is not None,
        mark_of(one.reading),
        _met(node, pieces),
        one.copies,
        Aside(one.mention.aside).label if one.mention.aside else "",
        f"{reverse('conversation', args=[row.conversation_id])}#m{row.pk}" if row.conversation_id else "",
        row.url if row.url.startswith(("https://", "http://")) else "",
        asked.narrow(alike=row.pk) if one.copies else "",
    )


def _met(node: Node, pieces: Sequence[tuple[str, bool]]) -> str:
    """By how many words it was found; a question that one word answers names it."""
    words = {piece.casefold() for piece, is_hit in pieces if is_hit}
    told = next((said(one) for one in phrases(node)), "")
    return f"{len(words)} words" if len(words) > 1 else next(iter(words), told)


def short(pieces: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The beginning of a text: 600 letters, or 15 lines; where its first mark comes late, it begins shortly before that."""
    first = next((place for place, (_, is_hit) in enumerate(pieces) if is_hit), 0)
    kept, left = list[tuple[str, bool]](), _LETTERS
    for place, (piece, is_hit) in enumerate(pieces):
        if place == 0 and first == 1 and len(piece) > _LETTERS // 2:
            piece = "… " + piece[-_LETTERS // 2 :]
        size = _fitting(piece, left)
        kept.append((piece[:size], is_hit))
        left -= size + (_LINE - 1) * piece.count("\n", 0, size)
        if size < len(piece):
            kept.append(("…", False))
            break
    return kept


def whole(text: str, pieces: Sequence[tuple[str, bool]]) -> str:
    """What is to be opened below the beginning of a text, at most 100,000 letters; empty: it stands there whole."""
    return "" if "".join(piece for piece, _ in pieces) == text else text[:_WHOLE]


def _fitting(piece: str, left: int) -> int:
    """How many letters of a piece have room, where the end of a line takes that of many."""
    for place, letter in enumerate(piece):
        left -= _LINE if letter == "\n" else 1
        if left < 0:
            return place
    return len(piece)
