"""Words that say nothing by themselves: those that most industries of the corpus use often."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from corpus.make.rows import Rows
from mutuals.text.features import cut, parted
from mutuals.text.normal import plain

_MOST = 110  # words a language
_SHARE = 0.55  # of the industries that write in it


def write(path: Path, ours: Rows) -> None:
    """A line a language: its name, and then its words, the most frequent first."""
    lines = []
    for language in sorted(set(ours.languages)):
        count, where = Counter[str](), dict[str, set[str]]()
        for text, of, group in zip(ours.texts, ours.languages, ours.group, strict=True):
            if of == language:
                for word in {parted(token)[1] for token in cut(plain(text), language).tokens}:
                    if word[0].isalpha():
                        count[word] += 1
                        where.setdefault(word, set()).add(group)
        industries = len({group for of, group in zip(ours.languages, ours.group, strict=True) if of == language})
        words = [word for word, _ in count.most_common(_MOST) if len(where[word]) >= _SHARE * industries]
        lines.append(f"{language}: {' '.join(words)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
