"""Columns that somebody names by hand: found as they are written or as they are meant, and refused with what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from mutuals.connectors.files.synonyms import normal
from mutuals.connectors.files.work import Refused

LONGEST_HEADING = 200
"""Letters of a heading that are compared."""


def pairs(told: Iterable[str], option: str, such: str) -> dict[str, str]:
    """OURS=THEIRS, as often as it was said. Refused: what is no pair, and one of ours given to two columns."""
    found = dict[str, str]()
    for pair in told:
        ours, _, theirs = pair.partition("=")
        if not ours.strip() or not theirs:
            raise Refused(f"{option} wants OURS=THEIRS, such as {option} {such}, not {pair[:60]!r}.")
        choose(found, ours.strip(), theirs, option)
    return found


def choose(found: dict[str, str], ours: str, theirs: str, option: str) -> None:
    """Keep that `ours` is the column `theirs`; Refused where it is another one already."""
    before = found.setdefault(ours, theirs)
    if before != theirs:
        raise Refused(f"{option} gives {ours[:60]} to “{before[:60]}” and to “{theirs[:60]}”; choose one.")


def heading(name: str, columns: Sequence[str]) -> str:
    """The column of that heading, letter for letter or else as `normal` reads it; empty when there is none."""
    if name in columns:
        return name
    key = normal(name[:LONGEST_HEADING])
    return next((column for column in columns if normal(column) == key != ""), "")


def no_column(name: str, columns: Sequence[str], where: str) -> str:
    """That there is no such column, the nearest one, and which there are."""
    plain = {normal(column): column for column in columns}
    near = difflib.get_close_matches(normal(name[:LONGEST_HEADING]), list(plain), 1, 0.5)
    hint = f" Did you mean “{plain[near[0]]}”?" if near else ""
    return f"{where} has no column “{name[:60]}”.{hint} It has: {listed(columns)}."


def no_word(ours: str, words: Sequence[str]) -> str:
    """That columns are not mapped to such a word, the nearest one, and which there are."""
    near = difflib.get_close_matches(normal(ours[:LONGEST_HEADING]).replace(" ", "_"), words, 1, 0.5)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return f"“{ours[:60]}” is no word that columns are mapped to.{hint} There are: {', '.join(words)}."


def taken(said: Mapping[str, str], columns: Sequence[str], words: Iterable[str], where: str) -> dict[str, str]:
    """Ours -> heading of what was said. Refused: no word of ours, no such column, one column for two of ours."""
    words, found = list(words), dict[str, str]()
    for ours, theirs in said.items():
        if ours not in words:
            raise Refused(no_word(ours, words))
        column = heading(theirs, columns)
        if not column:
            raise Refused(no_column(theirs, columns, where))
        other = next((name for name, held in found.items() if held == column), "")
        if other:
            raise Refused(f"Column “{column}” is given to {other} and to {ours}; choose one.")
        found[ours] = column
    return found


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a message, the first of them where there are many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(f"“{name[:40]}”" for name in names[:most]) + more
