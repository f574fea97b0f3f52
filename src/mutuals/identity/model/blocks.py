"""Pairs worth weighing: those that share a key which not too many have. In words of SQL that both engines understand.

`keys` is a table of the engine: `id`, `key`, and `place` (0 = the most telling key of that id). A key that more than
`most` hold is not looked under; nobody looks under more than their first `looked` keys, but is found under all.
"""

from __future__ import annotations

from collections.abc import Iterator

from mutuals.identity.model.batch import Engine


def meet(on: Engine, keys: str, *, most: int) -> None:
    """Keep as `met` the keys under which at least two and at most `most` stand."""
    held = f"SELECT key FROM {keys} GROUP BY key HAVING count(*) BETWEEN 2 AND {most:d}"  # noqa: S608 - names of ours
    on.keep("met", f"SELECT k.id, k.key, k.place FROM {keys} AS k JOIN ({held}) AS held ON k.key = held.key")  # noqa: S608


def among(on: Engine, first: int, last: int, *, looked: int) -> str:
    """The query for pairs (`left` < `right`) of which the left id lies in `first` to `last`, and either looks for the other."""
    either = f"(a.place < {looked:d} OR b.place < {looked:d})"
    return _pairs(on, f"a.id < b.id AND a.id BETWEEN {first:d} AND {last:d} AND {either}")


def across(on: Engine, border: int, *, looked: int) -> str:
    """The query for pairs of an id below `border` (`left`) and one from there on (`right`), who looks."""
    return _pairs(on, f"a.id < {border:d} AND b.id >= {border:d} AND b.place < {looked:d}")


def _pairs(on: Engine, condition: str) -> str:
    left, right = on.dialect.quote("left"), on.dialect.quote("right")
    return (
        f"SELECT DISTINCT a.id AS {left}, b.id AS {right} FROM met AS a JOIN met AS b ON a.key = b.key AND {condition}"  # noqa: S608
    )


def ranges(on: Engine, size: int) -> Iterator[tuple[int, int]]:
    """The ids that met anybody, cut into ranges of about `size` pairs of id and key (whole ids)."""
    counted = "SELECT id, sum(count(*)) OVER (ORDER BY id) AS upto FROM met GROUP BY id"
    cut = f"SELECT min(id), max(id) FROM ({counted}) AS counted GROUP BY floor(upto / {size:d}) ORDER BY 1"  # noqa: S608
    yield from ((int(first), int(last)) for first, last in on.ask(cut))
