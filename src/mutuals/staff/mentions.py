"""Who is meant by "@ana" or "@Ana Sousa" in words that colleagues write for each other. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_AT = re.compile(r"(?<![\w@.+/-])@(?=\w)")
_HANDLE = re.compile(r"\w[\w.+-]*")
MOST = 50  # of one text


@dataclass(frozen=True, slots=True)
class Colleague:
    """Whom a mention may mean."""

    id: int
    name: str
    email: str

    @property
    def handle(self) -> str:
        """The part of the address before the @, by which everybody can be meant."""
        return self.email.partition("@")[0].casefold()


def found(text: str, colleagues: Sequence[Colleague]) -> list[int]:
    """The ids of those meant, each once, as they stand: by the whole name, by the handle, or by a first name that one has.

    The longest name counts ("@Ana Sousa" is not Ana Silva), in any case. An @ within a word, as in an address, means nobody.
    """
    book = _Book(colleagues)
    there: dict[int, None] = {}
    for at in _AT.finditer(text):
        who = book.at(text[at.end() : at.end() + 130])
        if who is not None and len(there) < MOST:
            there.setdefault(who)
    return list(there)


class _Book:
    def __init__(self, colleagues: Sequence[Colleague]) -> None:
        self._names = sorted(
            ((one.name.casefold(), one.id) for one in colleagues if one.name), key=lambda one: -len(one[0])
        )
        handles = Counter(one.handle for one in colleagues)
        firsts = Counter(_first(one) for one in colleagues)
        self._words = {_first(one): one.id for one in colleagues if firsts[_first(one)] == 1}
        self._words |= {one.handle: one.id for one in colleagues if handles[one.handle] == 1}

    def at(self, words: str) -> int | None:
        """Who is meant by the words behind an @."""
        said = words.casefold()
        for name, number in self._names:
            if said.startswith(name) and not said[len(name) : len(name) + 1].isalnum():
                return number
        handle = _HANDLE.match(said)
        return self._words.get(handle[0].rstrip(".+-")) if handle else None


def _first(one: Colleague) -> str:
    return one.name.split(" ")[0].casefold()
