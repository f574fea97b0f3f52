"""Sentences out of the tables: opener, core, closer, now and then a face; slots filled from the person's own life."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from mutuals.town import phrases_en as en
from mutuals.town import phrases_more as more

PRODUCTS = (
    "Classic 1.5",
    "Classic 1.0",
    "Gooseneck",
    "Whistler",
    "Solo",
    "Camp",
    "Induction 2",
    "Copper No. 4",
    "Tea Master 80",
)
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes"),
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag"),
}
_MONTHS = {
    "en": ("January", "March", "May", "August", "October", "November"),
    "de": ("Januar", "März", "Mai", "August", "Oktober", "November"),
}
_FACES = {
    "good": ("😊", "🎉", "❤️", "☕", "🫖", "👍", "🙌"),
    "bad": ("😡", "😞", "🙄", "💦", "👎", "🤦"),
    "neutral": ("🤔", "🙂", "🫖", "☕", "🌧️"),
}
MOODS = {"complaint": "bad", "praise": "good", "insist": "bad", "thanks": "good", "return": "bad", "idea": "good"}
_SHARES = {
    "complaint": 30, "question": 22, "praise": 16, "chat": 12, "order_status": 10, "return": 5, "idea": 5,
}  # fmt: skip
STRANGER_SHARES = {"chat": 55, "complaint": 16, "praise": 14, "question": 12, "idea": 3}


def intent(rng: Random, shares: Mapping[str, int] = _SHARES) -> str:
    """What somebody wants, by its share."""
    return rng.choices(list(shares), list(shares.values()))[0]


def slots(rng: Random, *, town: str, language: str, order: str = "", product: str = "") -> dict[str, str]:
    """What the braces stand for, once per thread, so that its messages speak of the same things."""
    weekdays = _WEEKDAYS[language]
    return {
        "product": product or rng.choice(PRODUCTS),
        "order": order or f"KW-{rng.randrange(100_000, 999_999)}",
        "days": str(rng.randrange(2, 60)),
        "month": rng.choice(_MONTHS.get(language, _MONTHS["en"])),
        "weekday": rng.choice(weekdays),
        "city": town,
        "amount": str(rng.randrange(5, 60)),
        "hour": str(rng.randrange(5, 12)),
        "staff": rng.choice(("Ada", "Ben", "Cleo")),
        "us": "kettleworks",
    }


def topics(language: str, what: str) -> tuple[tuple[str, str], ...]:
    """The (intent, topic) pairs that this language has sentences for."""
    return _TOPICS[language].get(what, ())


def opening(rng: Random, language: str, what: str, filled: Mapping[str, str]) -> tuple[str, str, str]:
    """(text, topic, language) of a first message; a language without such sentences falls back to English."""
    if not topics(language, what):
        language = "en"
    pair = rng.choice(topics(language, what))
    if language == "en":
        core, before, after = en.CORES[pair], en.OPENERS.get(what, ("",)), en.CLOSERS.get(what, ("",))
    else:
        core, before, after = more.CORES[language][pair], more.OPENERS[language], more.CLOSERS[language]
    body = rng.choice(core).format_map(filled)
    lead = rng.choice(before).format_map(filled)
    body = body[0].upper() + body[1:] if not lead.endswith((",", "but", "if")) else body
    text = " ".join(part for part in (lead, body, rng.choice(after)) if part)
    return _faced(rng, text, what), pair[1], language


def following(rng: Random, language: str, what: str, filled: Mapping[str, str]) -> str:
    """A later message of a customer (thanks, insist, detail) or of a bystander (peer)."""
    table = en.FOLLOW_UPS if language == "en" else more.FOLLOW_UPS[language]
    return _faced(rng, rng.choice(table[what]).format_map(filled), what)


def answer(rng: Random, language: str, what: str, filled: Mapping[str, str], *, name: str) -> str:
    """What our staff write back, signed."""
    table = en.STAFF if language == "en" else more.STAFF[language]
    said = rng.choice(table.get(what) or table["question"]).format_map(filled)
    return f"{said} ^{name}" if name else said


def subject(rng: Random, language: str, what: str, filled: Mapping[str, str]) -> str:
    """The subject of a mail."""
    table = en.SUBJECTS.get(what, ("Hello",)) if language == "en" else more.SUBJECTS[language]
    return rng.choice(table).format_map(filled)


def spam(rng: Random, filled: Mapping[str, str]) -> str:
    """What bots write."""
    return rng.choice(en.CORES[("spam", "spam")]).format_map(filled)


def _faced(rng: Random, text: str, what: str) -> str:
    if rng.random() < 0.22:
        return f"{text} {rng.choice(_FACES[MOODS.get(what, 'neutral')])}"
    return text


_TOPICS: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    language: {
        what: tuple(pair for pair in table if pair[0] == what)
        for what in ("complaint", "praise", "question", "idea", "order_status", "return", "chat")
    }
    for language, table in {"en": en.CORES, **more.CORES}.items()
}
