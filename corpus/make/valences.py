"""How well or ill words are meant, graded by people: the lexicon of VADER (Hutto and Gilbert 2014, MIT), words and emoji."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_HEAD = """# How well (+4) or ill (-4) words are meant: the mean of ten people, from the lexicon of VADER.
# C. J. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014.
# MIT License, Copyright (c) 2016 C.J. Hutto. Permission is hereby granted, free of charge, to any person obtaining a copy of
# this software and associated documentation files (the "Software"), to deal in the Software without restriction, including
# without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
# Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: the above
# copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
# WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
# COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
# OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def write(path: Path) -> None:
    """A line a word: the word and its mean. An emoji has that of the words that describe it."""
    folder = files("vaderSentiment")
    held: dict[str, float] = {}
    for line in (folder / "vader_lexicon.txt").read_text(encoding="utf-8").splitlines():
        word, mean, *_ = line.split("\t")
        if word.isalpha() or (word.replace("'", "").isalpha() and word[0].isalpha()):
            held.setdefault(word, float(mean))
    for line in (folder / "emoji_utf8_lexicon.txt").read_text(encoding="utf-8").splitlines():
        emoji, _, told = line.partition("\t")
        found = [held[word] for word in told.split() if word in held]
        if len(emoji) == 1 and found:
            held.setdefault(emoji, round(sum(found) / len(found), 1))
    lines = [f"{word} {mean:g}" for word, mean in sorted(held.items()) if mean]
    path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
