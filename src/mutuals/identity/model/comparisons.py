"""What is compared: tests on two rows, as a SQL condition and as a Python predicate; levels; comparisons.

A test is a nested tuple, `("any", ("equal", "family"), ("jaro", "family", 0.92))`, so that a model file holds it as JSON and
any process builds both forms from it. The same bytes are compared in both engines: DuckDB measures likeness on UTF-8, so
Python does too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from mutuals.identity.model.card import Row

Test = tuple[Any, ...]
Predicate = Callable[[Row, Row], bool]


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a comparison, the strongest first; it holds where `test` is the first that is true.

    `m` and `u` are the shares of this level among pairs of one person and among pairs of two; None until trained. `tf` names
    a column whose frequencies (`tf_<column>` on the rows) correct `u`: the weight gains `share * log2(u / max(tf, floor))`.
    What is `fixed` keeps its m and u in training.
    """

    name: str
    test: Test
    tf: str | None = None
    share: float = 1.0
    floor: float = 0.0
    m: float | None = None
    u: float | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One independent piece of evidence. Where `missing` is true nothing is known and the weight is 0; where no level holds,
    the pair differs (`otherwise`). `family` groups comparisons that come from the same source of knowledge."""

    name: str
    missing: Test
    levels: tuple[Level, ...]
    family: str = ""
    otherwise: Level = Level("differs", ("otherwise",))

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if not names or len({*names, self.otherwise.name, "missing"}) != len(names) + 2:
            raise ValueError(f"the levels of {self.name} need names of their own")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes what the tests need."""

    quote: Callable[[str], str]
    jaro: str
    edits: str
    overlap: Callable[[str, str], str]
    shared: Callable[[str, str], str]
    length: Callable[[str], str]
    exists: Callable[[str, str, str], str]
    before: Callable[[str, str], str]

    def left(self, column: str) -> str:
        """The column of the left row."""
        return self.quote(f"{column}_l")

    def right(self, column: str) -> str:
        """The column of the right row."""
        return self.quote(f"{column}_r")


DUCKDB = Dialect(
    quote=lambda name: f'"{name}"',
    jaro="jaro_winkler_similarity",
    edits="damerau_levenshtein",
    overlap=lambda a, b: f"list_has_any({a}, {b})",
    shared=lambda a, b: f"len(list_intersect({a}, {b}))",
    length=lambda a: f"len({a})",
    exists=lambda a, name, condition: f"list_max(list_transform({a}, lambda {name}: CAST({condition} AS INTEGER))) = 1",
    before=lambda a, end: (
        f"list_transform(list_filter({a}, lambda v: ends_with(v, {_text(end)})), lambda v: left(v, len(v) - {len(end)}))"
    ),
)


SPARK = Dialect(
    quote=lambda name: f"`{name}`",
    jaro="jaro_winkler",
    edits="damerau_levenshtein",
    overlap=lambda a, b: f"arrays_overlap({a}, {b})",
    shared=lambda a, b: f"size(array_intersect({a}, {b}))",
    length=lambda a: f"size({a})",
    exists=lambda a, name, condition: f"exists({a}, {name} -> {condition})",
    before=lambda a, end: (
        f"transform(filter({a}, v -> endswith(v, {_text(end)})), v -> substring(v, 1, length(v) - {len(end)}))"
    ),
)


def sql(test: Test, dialect: Dialect = DUCKDB) -> str:
    """The condition on `<column>_l` and `<column>_r`. KeyError for a test that does not exist."""
    return _SQL[test[0]](dialect, *test[1:])


def predicate(test: Test) -> Predicate:
    """The same as a function of two rows. KeyError for a test that does not exist."""
    return _PYTHON[test[0]](*test[1:])


def columns_of(test: Test) -> set[str]:
    """The columns that a test looks at."""
    if test[0] in ("all", "any", "not"):
        return set().union(*(columns_of(part) for part in test[1:]))
    return set(test[1 : 1 + _COLUMNS.get(test[0], 1)]) if test[0] != "otherwise" else set()


def from_json(told: Any) -> Test:
    """A test as it was before it was written as JSON."""
    return tuple(from_json(part) if isinstance(part, list) else part for part in told)


_COLUMNS = {"crossed": 2, "across": 2, "across_share": 2}


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _near_sql(d: Dialect, column: str, condition: str) -> str:
    return d.exists(d.left(column), "x", d.exists(d.right(column), "y", condition))


_SQL: dict[str, Callable[..., str]] = {
    "all": lambda d, *parts: "(" + " AND ".join(sql(part, d) for part in parts) + ")",
    "any": lambda d, *parts: "(" + " OR ".join(sql(part, d) for part in parts) + ")",
    "not": lambda d, part: f"NOT coalesce({sql(part, d)}, false)",
    "missing": lambda d, c: f"({d.left(c)} IS NULL OR {d.right(c)} IS NULL)",
    "equal": lambda d, c: f"{d.left(c)} = {d.right(c)}",
    "pair": lambda d, c, a, b: (
        f"(({d.left(c)} = {_text(a)} AND {d.right(c)} = {_text(b)})"
        f" OR ({d.left(c)} = {_text(b)} AND {d.right(c)} = {_text(a)}))"
    ),
    "crossed": lambda d, a, b: f"({d.left(a)} = {d.right(b)} AND {d.left(b)} = {d.right(a)})",
    "across": lambda d, a, b: f"({d.left(a)} = {d.right(b)} OR {d.left(b)} = {d.right(a)})",
    "prefix": lambda d, c, n: f"substring({d.left(c)}, 1, {n:d}) = substring({d.right(c)}, 1, {n:d})",
    "begins": lambda d, c: f"(starts_with({d.left(c)}, {d.right(c)}) OR starts_with({d.right(c)}, {d.left(c)}))",
    "jaro": lambda d, c, least: f"{d.jaro}({d.left(c)}, {d.right(c)}) >= {least!r}",
    "edits": lambda d, c, most: f"{d.edits}({d.left(c)}, {d.right(c)}) <= {most:d}",
    "within": lambda d, c, most: f"abs({d.left(c)} - {d.right(c)}) <= {most!r}",
    "share": lambda d, c: d.overlap(d.left(c), d.right(c)),
    "across_share": lambda d, a, b: f"({d.overlap(d.left(a), d.right(b))} OR {d.overlap(d.left(b), d.right(a))})",
    "share_count": lambda d, c, least: f"{d.shared(d.left(c), d.right(c))} >= {least:d}",
    "overlap": lambda d, c, least: (
        f"{d.shared(d.left(c), d.right(c))} >= {least!r} * least({d.length(d.left(c))}, {d.length(d.right(c))})"
    ),
    "jaccard": lambda d, c, least: (
        f"{d.shared(d.left(c), d.right(c))} * {1 + least!r} >= {least!r} * ({d.length(d.left(c))} + {d.length(d.right(c))})"
    ),
    "parted": lambda d, c, one, other: (
        f"({d.overlap(d.before(d.left(c), one), d.before(d.right(c), other))}"
        f" OR {d.overlap(d.before(d.left(c), other), d.before(d.right(c), one))})"
    ),
    "near": lambda d, c, least: _near_sql(d, c, f"{d.jaro}(x, y) >= {least!r}"),
    "near_edits": lambda d, c, most: _near_sql(d, c, f"{d.edits}(x, y) <= {most:d}"),
}


def _known(*columns: str) -> Callable[[Predicate], Predicate]:
    """SQL's rule: what is unknown is not true."""

    def guard(inner: Predicate) -> Predicate:
        if len(columns) == 1:
            (c,) = columns
            return lambda x, y: x.get(c) is not None and y.get(c) is not None and inner(x, y)
        return lambda x, y: all(x.get(c) is not None and y.get(c) is not None for c in columns) and inner(x, y)

    return guard


def _both(*parts: Test) -> Predicate:
    tests = [predicate(part) for part in parts]

    def judge(x: Row, y: Row) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than most tests
            if not test(x, y):
                return False
        return True

    return judge


def _either(*parts: Test) -> Predicate:
    tests = [predicate(part) for part in parts]

    def judge(x: Row, y: Row) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(x, y):
                return True
        return False

    return judge


def _neither(part: Test) -> Predicate:
    test = predicate(part)
    return lambda x, y: not test(x, y)


def _same(left: object, right: object) -> bool:
    return left is not None and left == right


def _shares(left: Any, right: Any) -> bool:
    return left is not None and right is not None and not set(left).isdisjoint(right)


def _shared(left: Any, right: Any) -> int:
    return len(set(left).intersection(right))


def _some(left: Any, right: Any, test: Callable[[str, str], bool]) -> bool:
    return any(test(a, b) for a in left for b in right)


def jaro(left: str, right: str) -> float:
    """Jaro-Winkler likeness (0 to 1) of the UTF-8 bytes, as DuckDB measures it."""
    return JaroWinkler.similarity(left.encode(), right.encode())


def edits(left: str, right: str, most: int) -> int:
    """Damerau-Levenshtein distance in bytes of UTF-8, as DuckDB measures it; `most + 1` for more than that."""
    return DamerauLevenshtein.distance(left.encode(), right.encode(), score_cutoff=most)


def _before(values: Any, end: str) -> set[str]:
    return {value[: -len(end)] for value in values if value.endswith(end)}


def _parted(left: Any, right: Any, one: str, other: str) -> bool:
    """Whether two values begin alike, and one ends in this way and the other in that."""
    begun = _before(left, one)
    if begun and not begun.isdisjoint(_before(right, other)):
        return True
    return one != other and not _before(left, other).isdisjoint(_before(right, one))


def _begins(left: Any, right: Any) -> bool:
    return bool(left.startswith(right) or right.startswith(left))


_PYTHON: dict[str, Callable[..., Predicate]] = {
    "all": _both,
    "any": _either,
    "not": _neither,
    "missing": lambda c: lambda x, y: x.get(c) is None or y.get(c) is None,
    "equal": lambda c: lambda x, y: _same(x.get(c), y.get(c)),
    "pair": lambda c, a, b: lambda x, y: (x.get(c), y.get(c)) in ((a, b), (b, a)),
    "crossed": lambda a, b: lambda x, y: _same(x.get(a), y.get(b)) and _same(x.get(b), y.get(a)),
    "across": lambda a, b: lambda x, y: _same(x.get(a), y.get(b)) or _same(x.get(b), y.get(a)),
    "prefix": lambda c, n: _known(c)(lambda x, y: x[c][:n] == y[c][:n]),  # type: ignore[index]
    "begins": lambda c: _known(c)(lambda x, y: _begins(x[c], y[c])),
    "jaro": lambda c, least: _known(c)(lambda x, y: jaro(x[c], y[c]) >= least),  # type: ignore[arg-type]
    "edits": lambda c, most: _known(c)(lambda x, y: edits(x[c], y[c], most) <= most),  # type: ignore[arg-type]
    "within": lambda c, most: _known(c)(lambda x, y: abs(x[c] - y[c]) <= most),  # type: ignore[operator]
    "share": lambda c: lambda x, y: _shares(x.get(c), y.get(c)),
    "across_share": lambda a, b: lambda x, y: _shares(x.get(a), y.get(b)) or _shares(x.get(b), y.get(a)),
    "share_count": lambda c, least: _known(c)(lambda x, y: _shared(x[c], y[c]) >= least),
    "overlap": lambda c, least: _known(c)(lambda x, y: _shared(x[c], y[c]) >= least * min(len(x[c]), len(y[c]))),  # type: ignore[arg-type]
    "jaccard": lambda c, least: _known(c)(
        lambda x, y: _shared(x[c], y[c]) * (1 + least) >= least * (len(x[c]) + len(y[c]))  # type: ignore[arg-type]
    ),
    "parted": lambda c, one, other: _known(c)(lambda x, y: _parted(x[c], y[c], one, other)),
    "near": lambda c, least: _known(c)(lambda x, y: _some(x[c], y[c], lambda a, b: jaro(a, b) >= least)),
    "near_edits": lambda c, most: _known(c)(lambda x, y: _some(x[c], y[c], lambda a, b: edits(a, b, most) <= most)),
}
