"""Promises in what we write: "I will call you back tomorrow", "you will get the refund by Friday". Pure.

Rather none than a wrong one: a question, a condition, a doubt, what others said and what was quoted are no promises. Read are
de, en, es, fr, it, pt; in other languages nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from mutuals.text.promises_due import Hours, Moment, moments
from mutuals.text.promises_words import Tongue, tongues

LONGEST = 300  # letters of the words
_READ = 20_000  # letters that are looked at
_MOST = 300  # sentences that are looked at
_SENTENCE = 600  # letters of a sentence that are looked at
_BEFORE = 45  # letters before a promise in which its day may stand
_QUOTED = re.compile(r"“[^”]{0,500}”|„[^“]{0,500}“|«[^»]{0,500}»|(?<!\w)\"[^\"\n]{0,500}\"")
_REPLY = re.compile(
    r"^(?:>.*|-- ?|_{5,}|On .{5,200} wrote:|Am .{5,200} schrieb .{0,100}:|Le .{5,200} a écrit ?:)$", re.MULTILINE
)
_MONTHS = "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez"
_END = re.compile(
    r"(?<!\bz)(?<!\bz\.B)(?<![ap]\.m)(?<!\bca)(?<!\bDr)(?<!\d)[.!?…]+(?=\s|$)"
    rf"|[.!?](?=\s+(?!{_MONTHS})[A-ZÀ-Þ¿¡][a-zß-ÿ’']|\s*$)|\n+"
)
_TAIL = re.compile(r"[\s,;:–-]*(?:\b(?:and|but|und|aber|et|mais|y|pero|e|ma|mas)\b)?[\s,;:–-]*$", re.IGNORECASE)
_TELLING = {
    "de": ("Hallo{name},\n\nwir hatten Ihnen geschrieben: „{words}“ Das ist nun erledigt."),
    "fr": ("Bonjour{name},\n\nnous vous avions écrit : « {words} » C’est fait."),
    "es": ("Hola{name}:\n\nle habíamos escrito: «{words}» Ya está hecho."),
    "it": ("Buongiorno{name},\n\nle avevamo scritto: «{words}» Ora è fatto."),
    "pt": ("Olá{name},\n\ntínhamos escrito: “{words}” Já está feito."),
    "en": ("Hello{name},\n\nwe told you: “{words}” That is done now."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A promise as it stands in a text: its words, when it is due (None = not said, or in doubt), and in which language."""

    words: str
    due_at: datetime | None
    language: str


def found(text: str, *, now: datetime, zone: ZoneInfo, hours: Hours | None = None) -> list[Said]:
    """The promises in a text that its writer wrote at `now` by the clock of `zone`, in their order.

    `hours` says when the house closes on a day. The same words count once.
    """
    local, told = now.astimezone(zone), dict[str, Said]()
    for sentence in islice(_sentences(_own_words(text[:_READ])), _MOST):
        read = [several for tongue in tongues() if (several := _in(sentence, tongue, local, hours))]
        best = max(read, key=lambda those: (any(one.due_at for one in those), len(those)), default=[])
        for one in best:
            told.setdefault(one.words, one)
    return list(told.values())


def telling(words: str, name: str = "") -> str:
    """What tells a customer that a promise was kept, in the language of its words; English where that is not known."""
    languages = [tongue.code for tongue in tongues() if tongue.commits.search(words)]
    pattern = _TELLING[languages[0] if languages else "en"]
    end = words if words.endswith((".", "!", "…")) else f"{words}."
    return pattern.replace("{name}", f" {name}" if name else "").replace("{words}", end)


def _in(sentence: str, tongue: Tongue, now: datetime, hours: Hours | None) -> list[Said]:
    hits = list(tongue.commits.finditer(sentence))
    if not hits or tongue.never.search(sentence):
        return []
    starts = [0, *(hit.start() for hit in hits[1:]), len(sentence)]
    said = list[Said]()
    for hit, (begin, end) in zip(hits, pairwise(starts), strict=True):
        part = sentence[begin:end]
        due = _due(moments(part, tongue, now, hours), hit.start() - begin)
        if due is None and hit["sure"] is None:
            continue
        words = " ".join(_TAIL.sub("", part).split())[:LONGEST].strip()
        if words:
            said.append(Said(words, due, tongue.code))
    return said


def _due(told: list[Moment], at: int) -> datetime | None:
    """The moment after the promise, or the one that stands shortly before it."""
    later = [one for one in told if one.end > at]
    if later:
        return later[0].at
    near = [one for one in told if at - one.end <= _BEFORE]
    return near[-1].at if near else None


def _own_words(text: str) -> str:
    """The text without what it quotes: lines of others, and words in quotation marks."""
    text = re.split(r"(?m)^-- ?$", text)[0]
    return _QUOTED.sub(lambda hit: " " * len(hit[0]), _REPLY.sub("", text)).replace("\u00a0", " ")


def _sentences(text: str) -> Iterator[str]:
    """Sentences that are no questions."""
    begin = 0
    for hit in [*_END.finditer(text), None]:
        end = hit.end() if hit else len(text)
        told = text[begin:end].strip()
        begin = end
        if told and not told.endswith("?") and not told.startswith("¿"):
            yield told[:_SENTENCE]
