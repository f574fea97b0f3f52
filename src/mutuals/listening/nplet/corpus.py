"""Many posts as numbers: which word with a meaning stands in which post, whose it is, and which post is a copy of another.

Texts are taken apart by Arrow, a column at a time; only each distinct word is looked at in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mutuals.text.small_words import NUMBERS, SMALL_WORDS, UNITS

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LONGEST_POST, LONGEST_WORD = 2_000, 30
"""Characters that are read; a longer word is no word."""
MOST_WORDS = 20_000
"""Distinct words that are kept, the commonest."""
WIDEST = 24
"""Words of one post that are kept, the first."""
_SLICE = 50_000  # posts that are taken apart at once
_ASIDE = (
    r"https?://\S*|www\.\S*|[@＠][\w.\-]+|&#?\w{1,10};|[\x00-\x08\x0b-\x1f\x{200b}-\x{200f}\x{202a}-\x{202e}\x{feff}]"
)
_APOSTROPHES = ("'", "’")
_BETWEEN = r"[\x00-/:-@\[-`{-¿–—‘“”„…‹›«»،؛؟।॥×÷´`]+"
_REPEATED = re.compile(r"(.)\1{2,}")
_JOINED = re.compile(r"^(\d+)([^\W\d_]+)$")
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("lled", "l"), ("lling", "l"), ("tted", "t"), ("tting", "t"), ("pped", "p"),
    ("pping", "p"), ("nned", "n"), ("nning", "n"), ("ing", "e"), ("ing", ""), ("ed", "e"), ("ed", ""), ("es", "e"),
    ("es", ""), ("s", ""),
)  # fmt: skip
_OF_UNIT = {unit: number for number, unit in enumerate(dict.fromkeys(UNITS.values()))}
_COPY = 5  # words that a post has to have before it can be a copy
_SIGNED = 4  # of them that are compared: those of the smallest hashes


@dataclass(frozen=True, slots=True)
class Corpus:
    """`words` as they are shown; `post` and `word`: one entry for each distinct word of each post, in order of both post
    and place; `author` of each post (posts without one have one each); `is_copy` of an earlier post, word for word or nearly.
    """

    words: tuple[str, ...]
    post: Ints
    word: Ints
    author: Ints
    is_copy: Bools

    @property
    def posts(self) -> int:
        """How many were read, empty ones too."""
        return len(self.author)


def read(
    texts: Iterable[str | None], *, authors: Sequence[str | None] | None = None, dull: Iterable[str] = ()
) -> Corpus:
    """Take posts apart. `dull` are words that say nothing here, such as the brand's own name.

    Nothing is refused: what holds no word is a post without words; a word in three hundred forms is three hundred words.
    Scripts that put no blanks between words are not taken apart.
    """
    post, place, distinct, size = _taken_apart(texts)
    code, shown = _meant(distinct, place, frozenset(word.casefold() for word in dull))
    word = _with_numbers(code[place], post, place, distinct)
    kept = word >= 0
    post, word = post[kept], word[kept]
    frequent = np.bincount(word, minlength=len(shown))
    order = np.argsort(-frequent, kind="stable")[:MOST_WORDS]
    order = order[frequent[order] >= 2]
    numbers = np.full(len(shown), -1, np.int64)
    numbers[order] = np.arange(len(order))
    word = numbers[word]
    kept = word >= 0
    post, word = _first_ones(post[kept], word[kept], size)
    who = _authors(authors, size)
    return Corpus(tuple(shown[one] for one in order.tolist()), post, word, who, _copies(post, word, size))


def _taken_apart(texts: Iterable[str | None]) -> tuple[Ints, Ints, list[str], int]:
    """The post and the distinct word of each word of all posts; the distinct words; and how many posts there are."""
    posts, places, known = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], dict[str, int]()
    size = 0
    for column in _slices(texts):
        plain = pc.utf8_lower(pc.utf8_slice_codeunits(pc.fill_null(column, ""), 0, LONGEST_POST))
        plain = pc.replace_substring_regex(plain, _ASIDE, " ")
        for one in _APOSTROPHES:
            plain = pc.replace_substring(plain, one, "")
        plain = pc.replace_substring_regex(plain, _BETWEEN, " ")
        lists = pc.utf8_split_whitespace(plain)
        found = lists.flatten().dictionary_encode()
        numbers = np.array([known.setdefault(one, len(known)) for one in found.dictionary.to_pylist()] or [0], np.int64)
        places.append(numbers[found.indices.to_numpy(zero_copy_only=False)] if len(found) else np.zeros(0, np.int64))
        posts.append(np.repeat(np.arange(size, size + len(column)), pc.list_value_length(lists).to_numpy()))
        size += len(column)
    return np.concatenate(posts), np.concatenate(places), list(known), size


def _slices(texts: Iterable[str | None]) -> Iterable[Any]:
    """Arrow arrays of some posts each. What UTF-8 cannot hold is replaced."""
    if isinstance(texts, pa.Array | pa.ChunkedArray):
        for start in range(0, len(texts), _SLICE):
            piece = texts[start : start + _SLICE]
            yield piece.combine_chunks() if isinstance(piece, pa.ChunkedArray) else piece
        return
    left = iter(texts)
    while some := list(islice(left, _SLICE)):
        yield _array([text and text[:LONGEST_POST] for text in some])


def _array(texts: list[str | None]) -> Any:
    try:
        return pa.array(texts, pa.string())
    except (UnicodeEncodeError, pa.ArrowException):
        return pa.array([text and text.encode("utf-8", "replace").decode() for text in texts], pa.string())


def _meant(distinct: Sequence[str], place: Ints, dull: frozenset[str]) -> tuple[Ints, list[str]]:
    """What each distinct word counts as (-1: nothing) and what that is called, the commonest form of each."""
    often = np.bincount(place, minlength=len(distinct))
    plain = [_REPEATED.sub(r"\1\1", word.strip("_-"))[: LONGEST_WORD + 1] for word in distinct]
    times = dict[str, int]()
    for word, many in zip(plain, often.tolist(), strict=True):
        times[word] = times.get(word, 0) + many
    code, shown, best = np.full(len(distinct), -1, np.int64), [f"<n> {unit}" for unit in _OF_UNIT], [0] * len(_OF_UNIT)
    known = {name: number for number, name in enumerate(shown)}
    for index, word in enumerate(plain):
        if word in SMALL_WORDS or word in dull or not 2 <= len(word) <= LONGEST_WORD:
            continue
        unit = _JOINED.match(word)
        if unit and unit[2] in UNITS:
            stem = called = f"<n> {UNITS[unit[2]]}"
        elif word.isdigit() or not any(map(str.isalpha, word)):
            continue
        else:
            stem, called = _stem(word, times), word
        if stem in dull:
            continue
        number = known.setdefault(stem, len(known))
        if number == len(shown):
            shown.append(called)
            best.append(0)
        if times[word] > best[number]:
            shown[number], best[number] = called, times[word]
        code[index] = number
    return code, shown


def _stem(word: str, times: dict[str, int]) -> str:
    """The form that forms of a word share: what is left without an ending, where that stands in the posts by itself."""
    if len(word) < 4 or not word.isascii():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss"):
            shorter = word[: -len(ending)] + instead
            if len(shorter) >= 3 and shorter not in SMALL_WORDS and times.get(shorter, 0) * 50 >= times[word]:
                return _stem(shorter, times) if len(shorter) > 4 else shorter
    return word


def _with_numbers(word: Ints, post: Ints, place: Ints, distinct: Sequence[str]) -> Ints:
    """Words, where a unit after a number counts as so many of it."""
    if not len(word):
        return word
    is_number = np.array([one.isdigit() or one in NUMBERS for one in distinct], bool)
    unit = np.array([_OF_UNIT.get(UNITS.get(one, ""), -1) for one in distinct], np.int64)
    after = np.zeros(len(word), bool)
    after[1:] = is_number[place[:-1]] & (post[1:] == post[:-1]) & (unit[place[1:]] >= 0)
    return np.where(after, unit[place], word)


def _first_ones(post: Ints, word: Ints, size: int) -> tuple[Ints, Ints]:
    """Each word of a post once, where it stands first, and at most WIDEST of them."""
    width = int(word.max(initial=0)) + 1
    _, first = np.unique(post * width + word, return_index=True)
    first.sort()
    post, word = post[first], word[first]
    starts = np.searchsorted(post, np.arange(size))
    kept = np.arange(len(post)) - starts[post] < WIDEST
    return post[kept], word[kept]


def distinct(values: Ints) -> Ints:
    """Each value once, sorted. Sorting is several times faster here than the hashing of np.unique."""
    ordered = np.sort(values)
    kept = np.ones(len(ordered), bool)
    kept[1:] = ordered[1:] != ordered[:-1]
    return ordered[kept]


def _authors(authors: Sequence[str | None] | None, size: int) -> Ints:
    """A number an author; who is not known is somebody else each time."""
    own = np.arange(size, dtype=np.int64)
    if authors is None:
        return own
    column = authors if isinstance(authors, pa.Array | pa.ChunkedArray) else pa.array(authors, pa.string())
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if len(column) != size:
        raise ValueError(f"There are {size:,} posts and {len(column):,} authors.")
    codes = column.dictionary_encode().indices
    known = pc.is_valid(codes).to_numpy(zero_copy_only=False)
    return np.where(known, pc.fill_null(codes, 0).to_numpy(zero_copy_only=False) + size, own)


def _copies(post: Ints, word: Ints, size: int) -> Bools:
    """Posts whose words of the smallest hashes are those of an earlier post (bottom-k sketch, Broder 1997)."""
    many = np.bincount(post, minlength=size)
    hashes = (((word + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)).astype(np.int64)
    keys = np.sort((post << 32) | hashes)
    starts = np.searchsorted(keys, np.arange(size) << 32)
    able = np.flatnonzero(many >= _COPY)
    is_copy = np.zeros(size, bool)
    if not len(able):
        return is_copy
    sign = np.zeros(len(able), np.uint64)
    for step in range(_SIGNED):
        part = (keys[starts[able] + step] & 0xFFFFFFFF).astype(np.uint64)
        sign = (sign ^ part) * np.uint64(0x100000001B3) + np.uint64(step)
    _, first = np.unique(sign, return_index=True)
    is_copy[able] = True
    is_copy[able[first]] = False
    return is_copy
