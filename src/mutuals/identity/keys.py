"""Under which words somebody is found: from a card to hashes of 64 bits, the most telling first. Pure.

Handles, the local parts of addresses and the ways to spell a name share one kind, so that a handle meets a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

from mutuals.identity.model.card import Card
from mutuals.identity.reading import handles as readings
from mutuals.identity.reading import letters, names

MOST = 32  # keys of one card: the cost of whoever has a hundred accounts is bounded
MOST_NAMES = 4
MOST_NAMED = 4  # accounts and addresses that a biography names
MOST_BARE = 4  # readings of one handle without the usual words around a name
MOST_SHORTS = 4
SHORTEST = 5  # letters of a handle that is looked for; shorter ones are everybody's
_BANDS = 4  # parts of a picture's hash; of two that differ in up to three bits, one part is the same
_DIGITS = re.compile("[0-9]+")
_NUMBER = re.compile("[0-9]{2,9}")


def keys_of(card: Card) -> list[int]:
    """At most `MOST` hashes, without doubles."""
    found: dict[int, None] = {}
    for kind, word in _words(card):
        found[hashed(f"{kind}\0{word}")] = None
        if len(found) == MOST:
            break
    return list(found)


@lru_cache(maxsize=10_000)
def hashed(text: str) -> int:
    """64 bits with a sign, as PostgreSQL's bigint; the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _words(card: Card) -> Iterator[tuple[str, str]]:
    yield from (("email", address) for address in card.emails)
    yield from (("phone", number) for number in card.phones)
    yield from (("link", address) for address in card.links)
    yield from (("email", named) for named in card.named[:MOST_NAMED] if "@" in named and " " not in named)
    yield from (("cited", reference) for reference in card.cited[:MOST_NAMES])
    yield from (("host", host) for host in card.hosts)
    handles = [plain for _, handle in card.handles if len(plain := letters.plain(handle)) >= SHORTEST]
    yield from (("spelled", handle) for handle in handles)
    named = (letters.plain(readings.read(*_account(told)).core) for told in card.named[:MOST_NAMED])
    yield from (("spelled", handle) for handle in named if len(handle) >= SHORTEST)
    bare = (word for handle in handles for word in readings.bare(handle)[:MOST_BARE] if word != handle)
    yield from (("spelled", word) for word in bare if len(word) >= SHORTEST)
    locals_ = [letters.plain(address.rpartition("@")[0]) for address in card.emails]
    yield from (("spelled", local) for local in locals_ if len(local) >= SHORTEST)
    yield from (("spelled", core) for core in _cores([*handles, *locals_]))
    called = list(_names(card))
    numbers = [number for word in (*handles, *locals_) for number in _NUMBER.findall(word)][:2]
    for given, family in called[:2]:  # who shows a first name alone is found by the number behind it
        yield from (("numbered", f"{given or family} {number}") for number in numbers)
        yield from (("numbered", f"{given or family} {number[:-1]}") for number in numbers if len(number) > 2)
    for given, family in called:
        if family and given:
            yield "name", f"{family} {given[:3]}"
    for given, family in called:
        yield from (("spelled", word) for word in _spellings(given, family) if len(word) >= SHORTEST)
    yield from (("town", f"{family} {letters.plain(city)}") for _, family in called for city in card.cities[:4])
    for picture in card.pictures:
        size = max(1, len(picture) // _BANDS)
        yield from ((f"picture{at}", picture[at * size : (at + 1) * size]) for at in range(_BANDS))


def _account(named: str) -> tuple[str, str]:
    """Handle and network of an account as cards write it: `github bea`, `bea@tea.example`, `bea.example`."""
    network, _, handle = named.rpartition(" ")
    return handle, network or ("mastodon" if "@" in handle else "bluesky")


def _cores(words: Iterable[str]) -> list[str]:
    return [core for word in words if len(core := _DIGITS.sub("", word)) >= SHORTEST and core != word]


def _names(card: Card) -> list[tuple[str, str]]:
    pairs = zip(card.given[:MOST_NAMES], card.family[:MOST_NAMES], strict=False)
    return [(letters.plain(given), letters.plain(family)) for given, family in pairs if family]


def _spellings(given: str, family: str) -> Iterator[str]:
    if given and family:
        yield given + family
        yield family + given
        yield given[0] + family
        yield given + family[0]
        yield family + given[0]
        yield family
        yield from (short + family for short in names.shorts(given)[:MOST_SHORTS])
