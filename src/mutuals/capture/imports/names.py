"""Whether two names can be one person's, as far as a shared address is concerned. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mutuals.people.names import fold


def clash(name: str, known: Iterable[str]) -> bool:
    """True where the names at one address are surely two people's: no known name has a part in common at its front.

    Agreement is: all parts of the shorter name occur in the longer one, in any order, an initial or one wrong letter
    forgiven; or the first parts agree, so that a new surname is no other person. An empty name agrees with all.
    """
    asked = _parts(name)
    others = [parts for one in known if (parts := _parts(one))]
    return bool(asked and others) and not any(_agree(asked, parts) for parts in others)


def _parts(name: str) -> list[str]:
    return [part.strip(".") for part in fold(name).replace(",", " ").replace("-", " ").split() if part.strip(".")]


def _agree(one: list[str], two: list[str]) -> bool:
    shorter, longer = sorted((one, two), key=len)
    return _same(one[0], two[0]) or all(any(_same(part, other) for other in longer) for part in shorter)


def _same(one: str, two: str) -> bool:
    if one == two or (min(len(one), len(two)) == 1 and one[0] == two[0]):
        return True
    return min(len(one), len(two)) >= 4 and _one_letter_apart(one, two)


def _one_letter_apart(one: str, two: str) -> bool:
    """One letter wrong, missing, added, or two neighbours swapped (Damerau 1964: four of five typing errors)."""
    if abs(len(one) - len(two)) > 1:
        return False
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    rest, other = one[start:], two[start:]
    return (
        rest[1:] == other[1:]
        or rest == other[1:]
        or rest[1:] == other
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )
