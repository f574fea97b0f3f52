"""People and their accounts: how a card is read into columns, how two of them are compared, and the weights of day one.

The weights come from the literature and from counts that others published, not from anybody's data of ours: what an equal
handle is worth by its entropy (Perito and others, 2011), how many people keep a handle or a shown name over networks (Li
and others, 2018; 50 to 60 %), how many places, languages and employers two strangers share. Judgements of staff then move
the calibration. What a name is worth follows from how many of those we know bear it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mutuals.identity.model.card import Card, Column, Reading
from mutuals.identity.model.comparisons import Comparison, Level, Test
from mutuals.identity.model.file import Model
from mutuals.identity.reading import letters, names

READING = "social-1"  # raised when READINGS read otherwise, so that what is stored is read anew
VERSION = "day-one-1"
_MOST = 12  # values of one column
_RARE, _FAIR = 35.0, 24.0  # bits of entropy
_BITS_A_LETTER, _BITS_A_DIGIT = 3.6, 3.3  # of handles: below the 4.1 bits of random English letters


def entropy(handle: str) -> float:
    """About how many bits a handle tells: letters and digits, repeated ones count little."""
    digits = sum(letter.isdigit() for letter in handle)
    fresh = len(set(handle)) / max(len(handle), 1)
    return (_BITS_A_LETTER * (len(handle) - digits) + _BITS_A_DIGIT * digits) * min(1.0, 0.4 + fresh)


def _cores(card: Card) -> tuple[str, ...]:
    return tuple(dict.fromkeys(core for _, handle in card.handles[:_MOST] if (core := letters.plain(handle))))


def _locals(card: Card) -> tuple[str, ...]:
    found = (letters.plain(address.rpartition("@")[0]) for address in card.emails[:_MOST])
    return tuple(dict.fromkeys(core for core in found if len(core) > 4))


def _over(cores: tuple[str, ...], least: float) -> tuple[str, ...]:
    return tuple(core for core in cores if entropy(core) >= least)


def _stems(card: Card) -> tuple[str, ...]:
    return tuple(stem for core in (*_cores(card), *_locals(card)) if len(stem := core.strip("0123456789")) > 4)


def _pairs(card: Card) -> Iterator[tuple[str, str]]:
    yield from ((given, family) for given, family in zip(card.given[:4], card.family[:4], strict=False) if family)


def _whole(card: Card) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{given} {family}" for given, family in _pairs(card) if given))


def _forms(card: Card) -> tuple[str, ...]:
    """Short and long forms of the given name, each with the family name."""
    found = (
        f"{form} {family}" for given, family in _pairs(card) if given for form in (given, *names.shorts(given)[:8])
    )
    return tuple(dict.fromkeys(found))


def _spelled(card: Card) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for g, f in _pairs(card) if g for word in (g + f, f + g)))


def _cut(card: Card) -> tuple[str, ...]:
    found = (word for g, f in _pairs(card) if g for word in (g[0] + f, g + f[0], f + g[0]) if len(word) > 4)
    return tuple(dict.fromkeys(found))


def _bands(card: Card) -> tuple[str, ...]:
    return tuple(f"{at}{picture[at : at + 4]}" for picture in card.pictures[:3] for at in range(0, len(picture), 4))


def _plain(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(core for value in values[:_MOST] if (core := letters.plain(value))))


READINGS: Mapping[str, Reading] = {
    "name": lambda card: next(iter(_whole(card)), None),
    "names": _whole,
    "forms": _forms,
    "families": lambda card: tuple(dict.fromkeys(family for _, family in _pairs(card))),
    "spelled": _spelled,
    "cut": _cut,
    "cores": _cores,
    "fair": lambda card: _over(_cores(card), _FAIR),
    "rare": lambda card: _over(_cores(card), _RARE),
    "locals": lambda card: _over(_locals(card), _FAIR),
    "stems": _stems,
    "emails": lambda card: card.emails[:_MOST],
    "phones": lambda card: card.phones[:_MOST],
    "links": lambda card: card.links[:_MOST],
    "host": lambda card: next(iter(card.hosts), None),
    "hosts": lambda card: card.hosts[:_MOST],
    "places": lambda card: _plain(card.cities),
    "employers": lambda card: _plain(card.organisations),
    "born": lambda card: next((day for day in card.birth_dates if len(day) == 10), None),
    "languages": lambda card: tuple(language[:2].lower() for language in card.languages[:_MOST]),
    "bands": _bands,
}
_KINDS = {"name": "text", "host": "text", "born": "text"}


def _weighs(name: str, test: Test, bits: float, *, u: float = 1e-6) -> Level:
    """A level of so many bits; `u` is the share of strangers for whom it holds."""
    return Level(name, test, m=min(u * 2**bits, 0.9), u=u)


def _frequent(name: str, test: Test, column: str, m: float) -> Level:
    """A level that weighs log2(m / share of those who have the same); `m` is the share of one person's pairs."""
    return Level(name, test, tf=column, m=m, u=1e-5, floor=1e-7)


def _against(bits: float) -> Level:
    return Level("differs", ("otherwise",), m=0.5 * 2**-bits, u=0.5)


def _no(column: str) -> Test:
    return ("missing", column)


_ONE_HANDLE: Test = ("any", ("share", "cores"), ("across_share", "cores", "locals"))
_A_NAME: Test = ("any", ("across_share", "spelled", "cores"), ("across_share", "cut", "cores"))
"""A handle that only spells the name says what the name says: namesakes choose it as well. It is no second kind of clue."""

_COMPARISONS = (
    Comparison(
        "handle",
        ("all", _no("cores"), ("not", ("across_share", "fair", "locals"))),
        (
            _weighs("same, as their name is", ("all", _ONE_HANDLE, _A_NAME), 0.9, u=0.2),
            _weighs("same and rare", ("share", "rare"), 13),
            _weighs("same", ("share", "fair"), 9, u=1e-4),
            _weighs("of the address", ("across_share", "fair", "locals"), 8, u=1e-4),
            _weighs("same, as many have", ("share", "cores"), 4, u=1e-3),
            _weighs("same but for digits", ("share", "stems"), 4, u=1e-3),
        ),
        "handle",
        _against(1.2),
    ),
    Comparison(
        "name",
        ("all", _no("names"), ("not", ("across_share", "spelled", "cores")), ("not", ("across_share", "cut", "cores"))),
        (
            _frequent("same", ("share", "names"), "name", 0.5),
            _weighs("short form", ("share", "forms"), 11, u=1e-4),
            _weighs("spelled by the handle", ("across_share", "spelled", "cores"), 11, u=1e-4),
            _weighs("cut by the handle", ("across_share", "cut", "cores"), 6, u=1e-3),
            _weighs("nearly the same", ("near", "names", 0.95), 8, u=1e-3),
            _weighs("same family", ("share", "families"), 0.5, u=1e-2),
        ),
        "name",
        _against(5.0),
    ),
    Comparison(
        "address", _no("emails"), (_weighs("same", ("share", "emails"), 18),), "contact", _against(0.3)
    ),
    Comparison("number", _no("phones"), (_weighs("same", ("share", "phones"), 16),), "contact", _against(0.3)),
    Comparison(
        "site",
        ("all", _no("links"), _no("hosts")),
        (
            _weighs("same page", ("share", "links"), 13),
            _frequent("same host", ("share", "hosts"), "host", 0.5),
        ),
        "site",
        _against(0.3),
    ),
    Comparison("place", _no("places"), (_weighs("same", ("share", "places"), 3, u=0.05),), "place", _against(1.0)),
    Comparison("employer", _no("employers"), (_weighs("same", ("share", "employers"), 5, u=0.01),), "work", _against(0.5)),
    Comparison("born", _no("born"), (_weighs("same day", ("equal", "born"), 13, u=1e-5),), "birth", _against(9.0)),
    Comparison("language", _no("languages"), (_weighs("same", ("share", "languages"), 0.5, u=0.5),), "talk", _against(1.5)),
    Comparison("picture", _no("bands"), (_weighs("alike", ("share_count", "bands", 3), 7, u=1e-4),), "picture", _against(0.2)),
)  # fmt: skip


def day_one() -> Model:
    """The model before anybody judged anything; its own prior is not used, as every decision states its pool."""
    columns = tuple(Column(name, _KINDS.get(name, "texts")) for name in READINGS)
    return Model("social", columns, _COMPARISONS, prior=1e-6, seed=7, pool=(), link=True, notes={"version": VERSION})
