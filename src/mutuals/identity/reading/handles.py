"""Handles: the core without its host, the words that people put around a name, numbers, and where its parts meet. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from mutuals.identity.reading import letters, sites

LONGEST = 40
"""Letters of a core; longer ones are made by machines."""
SHORTEST = 3
"""Letters of a piece that may be a name."""


def _longest_first(text: str) -> list[str]:
    return sorted(text.split(), key=lambda word: (-len(word), word))


_BEFORE = _longest_first(
    "the real official offcl iam im its hey ask dr drs mr mrs ms prof professor rep representative congressman congresswoman "
    "cong congress sen senator gov governor mayor mp mep delegate del pres president judge coach chef artist dj author writer "
    "team vote elect chairman chairwoman leader speaker captain capt sgt pastor father rev sir lady miss herr frau"
)
_BEHIND = _longest_first(
    "official real offcl hq tv press news online live mp phd md esq jr sr ii iii blog writes author art photo music dev code "
    "codes tech team house senate office data stats science lab tea uk us usa de fr eu nyc dc al ak az ar ca co ct fl ga hi id "
    "il in ia ks ky me ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy"
)
_ANY_BEFORE, _ANY_BEHIND = tuple(_BEFORE), tuple(_BEHIND)
_USUAL = frozenset((*_BEFORE, *_BEHIND))
KINDS = ("whole", "role", "digits", "word", "role digits", "role word", "left over before", "left over behind")
"""What stands around the piece of a handle that may be a name; their places number them."""
_MOST_BARE = 6
_DIGIT_BITS = 3.3  # log2(10)
_WORD_BITS = 4.0  # one of the usual words
_ROLE_BITS = 2.0
_LETTER_BITS = 7.5  # that a middle initial stands there at all, and which
_SMALL_BIG = re.compile(r"([a-z])([A-Z])")
_BIG_BIG_SMALL = re.compile(r"([A-Z])([A-Z][a-z])")
_PART = re.compile(r"[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Handle:
    """`core` is in small letters and digits; `meets` are the places in it where the writing shows that one part ends."""

    core: str
    meets: frozenset[int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of a core from `start` to `end`, without the one at `dropped`, and what stands around them: a place in KINDS,
    and its cost in bits."""

    text: str
    start: int
    end: int
    kind: int
    bits: float
    dropped: int = -1


@lru_cache(65_536)
def read(handle: str, network: str = "") -> Handle:
    """The core of a handle: without @, without the host of a fediverse or mail address, and of a domain its own label."""
    text = letters.clean(handle).lstrip("@").split("?")[0].rstrip("/").rsplit("/", 1)[-1].lstrip("@")
    text = text.split("@")[0]
    if "." in text and network.lower() in ("bluesky", "bsky", "atproto", "web", "site"):
        text = own_label(text)
    return _of(letters.latin(text)[:LONGEST])


def forms(handle: str, network: str = "") -> tuple[str, str]:
    """How a handle stands where it is shown as a name: without its house, and whole."""
    return read(handle, network).core, letters.plain(letters.clean(handle))


def is_name(shown: str, taken: Collection[str]) -> bool:
    """Whether what somebody is shown as may be a name: no account or address, no domain, and not one word that is a handle
    again (`taken`, as `forms` gives them), which then would count twice."""
    clean = letters.clean(shown)
    if "@" in clean:
        return False
    said = letters.latin(letters.spoken(clean)).split()
    return len(said) != 1 or not (sites.is_domain(said[0]) or letters.plain(said[0]) in taken)


def own_label(domain: str) -> str:
    """The label of a domain that somebody chose: of jane.bsky.social the first, of janedoe.com that as well, of www.x.org x."""
    labels = [label for label in domain.split(".") if label and label != "www"]
    return labels[0] if labels else ""


def _of(text: str) -> Handle:
    if text.isascii() and text.isalpha() and text.islower():
        return Handle(text, frozenset())
    parted, small = text, text.lower()
    if small != text:
        parted = _SMALL_BIG.sub(r"\1 \2", text)
        if not text.isupper():
            parted = _BIG_BIG_SMALL.sub(r"\1 \2", parted)
    parts = _PART.findall(parted.lower())
    meets, place = set[int](), 0
    for part in parts[:-1]:
        place += len(part)
        meets.add(place)
    return Handle("".join(parts), frozenset(meets))


def said(handle: Handle) -> str:
    """The letters that may spell a name: without numbers, and without the usual words where the writing parts them."""
    places = [0, *sorted(handle.meets), len(handle.core)]
    parts = [handle.core[start:end] for start, end in pairwise(places)]
    return "".join(part for part in parts if part.isalpha() and part not in _USUAL)


def pieces(core: str) -> list[Piece]:
    """Every piece of the core that may be a name, the likeliest surroundings of each."""
    if not core or core.isdigit():
        return []
    size = len(core)
    starts = [0, *(len(word) for word in _BEFORE if core.startswith(word) and size - len(word) >= SHORTEST)]
    found = dict[tuple[int, int], Piece]()
    for start in starts:
        for end in _ends(core):
            _add(found, _piece(core, start, end))
    held = list(found.values())
    for start in range(1, size - 4):
        _add(found, Piece(core[start:], start, size, 6, 0.0))
    for start in starts:
        for end in range(size - 1, start + 4, -1):
            _add(found, Piece(core[start:end], start, end, 7, _ROLE_BITS if start else 0.0))
    return [*found.values(), *(one for piece in held for one in _without_a_letter(core, piece))]


def _ends(core: str) -> list[int]:
    digits = re.search(r"\d+$", core)
    ends = [len(core)]
    if digits and digits.start() >= SHORTEST:
        ends.append(digits.start())
    for end in list(ends):
        ends += [end - len(word) for word in _BEHIND if core[:end].endswith(word) and end - len(word) > SHORTEST]
    return ends


def _piece(core: str, start: int, end: int) -> Piece:
    tail = core[end:]
    digits = sum(letter.isdigit() for letter in tail)
    kind = (1 if start else 0) if not tail else (4 if start else 2) if digits == len(tail) else (5 if start else 3)
    bits = _DIGIT_BITS * digits + (_WORD_BITS if digits < len(tail) else 0.0) + (_ROLE_BITS if start else 0.0)
    return Piece(core[start:end], start, end, kind, bits)


@lru_cache(65_536)
def bare(core: str) -> tuple[str, ...]:
    """The letters of a core that may spell a name: all of them, and without the usual words before and behind them."""
    text = core if core.isalpha() else "".join([letter for letter in core if not letter.isdigit()])
    fore = [text]
    if text.startswith(_ANY_BEFORE):
        fore += [text[len(word) :] for word in _BEFORE if text.startswith(word)]
    both = [
        *fore,
        *(one[: -len(word)] for one in fore if one.endswith(_ANY_BEHIND) for word in _BEHIND if one.endswith(word)),
    ]
    return tuple(dict.fromkeys(one for one in both if len(one) >= SHORTEST))[:_MOST_BARE]


def _add(found: dict[tuple[int, int], Piece], piece: Piece) -> None:
    if len(piece.text) >= SHORTEST and not piece.text.isdigit():
        place = (piece.start, piece.end)
        if place not in found or (piece.kind < 6 and found[place].bits > piece.bits):
            found[place] = piece


def _without_a_letter(core: str, piece: Piece) -> Iterator[Piece]:
    """Perhaps one letter is the initial of a middle name that the list does not have."""
    if piece.end - piece.start < 6:
        return
    for place in range(piece.start + 1, piece.end - 2):
        if core[place].isalpha():
            text = core[piece.start : place] + core[place + 1 : piece.end]
            yield Piece(text, piece.start, piece.end, piece.kind, piece.bits + _LETTER_BITS, place)


def fits(handle: Handle, piece: Piece, meet: int) -> bool:
    """Whether the writing (capitals, dots, numbers) parts the handle where this reading does. True where it shows nothing."""
    if not handle.meets:
        return True
    edges = {piece.start, piece.end} - {0, len(handle.core)}
    inner = {place for place in handle.meets if piece.start < place < piece.end}
    wanted = {piece.start + meet} if meet else set()
    if piece.dropped >= 0:
        wanted.add(piece.dropped + 1)
    return edges <= handle.meets and inner <= wanted
