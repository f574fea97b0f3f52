"""Language of tweets in seven languages; the eighth of the set, Hindi mixed with English, is told beside it."""

from __future__ import annotations

import time

from benchmarks.figure import Figure
from benchmarks.text_sets import rows, texts_of
from mutuals.text.language import UNKNOWN, languages
from mutuals.text.normal import plain

_CODES = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es",
    "hindi": "hi-Latn",
}  # fmt: skip


def measure() -> list[Figure]:
    """The share that is right among posts of three words and more; of shorter ones nothing is said."""
    some = rows("umsab_xlmt")
    texts = [plain(text) for text in texts_of(some)]
    start = time.process_time()
    found = languages(texts)
    speed = len(texts) / (time.process_time() - start)
    told = [(str(row["lang"]), one) for row, one in zip(some, found, strict=True) if one != UNKNOWN]
    seven = [one == _CODES[lang] for lang, one in told if lang != "hindi"]
    hindi = [one in ("hi", "hi-Latn") for lang, one in told if lang == "hindi"]
    unsaid = sum(one == UNKNOWN for one in found) / len(found)
    return [
        Figure(
            "UMSAB, language of 7, posts of 3 words and more",
            sum(seven) / len(seven),
            "",
            ">= 0.97",
            f"unsaid {unsaid:.3f}",
        ),
        Figure("UMSAB, Hindi with English told as Hindi", sum(hindi) / len(hindi), ""),
        Figure("language, posts a CPU second", speed, "/s"),
    ]
