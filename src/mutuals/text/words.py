"""A plain text in its words: what a token is, which of them deny, and where a clause ends."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from mutuals.text.normal import spoken

MOST = 1_500
"""Tokens of one text that are read."""
LONGEST = 40
"""Letters of one word that are read."""
DENIED = "¬"
"""Stands before a word that is within the reach of a denial."""

_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2934-\u2935\u2b05-\u2b55\u3030\u303d\U0001f000-\U0001faff"
_TOKEN = re.compile(
    rf"§[uma]|[^\W\d_](?:[^\W\d_]|['’\u064b-\u0652\u0670\u0900-\u0963\u0971-\u097f](?=[^\W\d_]|[\u0900-\u097f])|[\u064b-\u0652\u0900-\u0963])*"
    rf"|\d+(?:[.,:/-]\d+)*|[:;=][-^o]?[()DPp/|\\\]\[](?!\w)|<3|[!?؟¿¡]+|\.\.+|…|[.,;:،؛।()\"“”$€£₹%&*/#|\n]|[{_EMOJI}]"
)
_ELIDED = re.compile(
    r"\b((?:[ldjmtsnc]|qu|jusqu|lorsqu|un|dell|all|nell|sull|dall|quell)['’])(?=[^\W\d_]{3})", re.IGNORECASE
)
"""Articles and pronouns of French and Italian that run into the next word; what English cuts off is shorter."""
_BREAK = frozenset(".,;:،؛।!?؟…()|\n#")
_SAME = 3  # of one token in a row: whoever writes it a thousand times says it no more than that
REACH = 4
"""Words after a denial that it may deny."""


def tokens(text: str) -> list[str]:
    """The tokens of a plain text in lower case, shouted words too; a denied word with DENIED before it.

    Numbers are `0`, runs of signs are at most two of them, runs of a token at most three, `§up` stands at the end where most
    letters are capitals.
    """
    found = _TOKEN.findall(_ELIDED.sub(r"\1 ", spoken(text)))[:MOST]
    out: list[str] = []
    reach = 0
    for token in found:
        word = folded(token)
        if out[-_SAME:] == [word] * _SAME:
            continue
        if reach and word[0] in _BREAK:
            reach = 0
        if word in deniers():
            out.append(word)
            reach = REACH
        elif reach and word[0].isalpha():
            reach -= 1
            out.append(DENIED + word)
        else:
            out.append(word)
    if len(text) > 12 and sum(map(str.isupper, text)) > 0.6 * sum(map(str.isalpha, text)):
        out.append("§up")
    return out


def says(token: str) -> bool:
    """Whether a token says something by itself: a word, an emoji or an emoticon, not a name, a number or a mark."""
    return token[0].isalpha() or token[0] == DENIED or token[0] > "\u2100" or (len(token) > 1 and token[0] in ":;=<")


@lru_cache(maxsize=100_000)
def folded(token: str) -> str:
    """A token as it is counted: lower case, three of a letter as two, numbers as `0`, runs of signs as two at most."""
    first = token[0]
    if first.isdigit():
        return "0"
    if not first.isalpha():
        return token[:2] if first in "!?؟¿¡." else token
    word = re.sub(r"(.)\1\1+", r"\1\1", token.lower().replace("’", "'"))[:LONGEST]
    if "\u0600" <= first <= "\u06ff":
        word = re.sub("[\u064b-\u0652\u0670\u0640]", "", word).translate(_ARABIC)
    return word or "0"


_ARABIC = str.maketrans("أإآٱىةؤئ", "ااااي\u0647وي")


@lru_cache(maxsize=1)
def deniers() -> frozenset[str]:
    """Words that deny what comes after them, in all languages that are read."""
    text = (files("mutuals.text") / "deniers.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
