"""A model as one function of Python: every test that several levels ask is answered once for a pair, and nothing is called.

The source is made of our own words and numbers alone. What a model brings (columns, levels, weights, other kinds of
tests) comes in beside it, by number, so that no text of a model file is ever run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mutuals.identity.model.comparisons import Comparison, Level, Test, predicate

Said = Sequence[tuple[Comparison, Sequence[Any]]]
"""Each comparison with what is said where one of its levels holds, and last where none does."""


Against = Callable[[Mapping[str, Any]], Callable[[Mapping[str, Any]], list[Any]]]


def compiled(said: Said, rare: Callable[..., Any]) -> Against:
    """A function that takes one row and gives one that takes another, and lists what is said of the two.

    What a level with a frequency says is `rare(what is said, the level, frequency on the left, frequency on the right)`.
    """
    made: Against = _Source(rare).function(said)
    return made


class _Source:
    """The lines of the function, and what they name by number."""

    def __init__(self, rare: Callable[..., Any]) -> None:
        self._given: dict[str, Any] = {"rare": rare}
        self._columns = dict[str, int]()
        self._sets = set[int]()
        self._shares = dict[str, int]()  # columns of frequencies
        self._answers = dict[Test, str]()
        self._asked = Counter[Test]()

    def function(self, said: Said) -> Any:
        for comparison, _ in said:
            for test in (comparison.missing, *(level.test for level in comparison.levels)):
                self._asked.update(_simple(test))
        steps = [line for comparison, told in said for line in self._comparison(comparison, told)]
        columns, sets, shares = self._columns.values(), sorted(self._sets), self._shares.values()
        lines = [
            "def against(left):",
            *(f"    l{n} = left.get(c{n})" for n in columns),
            *(f"    s{n} = None if l{n} is None else frozenset(l{n})" for n in sets),
            *(f"    f{n} = left.get(tf{n})" for n in shares),
            "    def score(right):",
            f"        {', '.join(f'r{n}' for n in columns)}, = map(right.get, columns)",
            *(f"        {name} = None" for name in self._answers.values()),
            "        found = []",
            *(f"        {line}" for line in steps),
            "        return found",
            "    return score",
        ]
        self._given["columns"] = list(self._columns)
        self._given |= {f"c{n}": name for name, n in self._columns.items()}
        self._given |= {f"tf{n}": f"tf_{name}" for name, n in self._shares.items()}
        exec(compile("\n".join(lines), "<model>", "exec"), self._given)  # noqa: S102  our own words, see above
        return self._given["against"]

    def _comparison(self, comparison: Comparison, told: Sequence[Any]) -> list[str]:
        lines = [f"if not {self._test(comparison.missing)}:"]
        for level, one in zip(comparison.levels, told, strict=False):
            lines.append(f"    {'el' if len(lines) > 1 else ''}if {self._test(level.test)}:")
            lines.append(f"        found.append({self._saying(level, one)})")
        return [*lines, "    else:", f"        found.append({self._name('e', told[-1])})"]

    def _saying(self, level: Level, one: Any) -> str:
        name = self._name("e", one)
        if level.tf is None or level.u is None:
            return name
        n = self._shares.setdefault(level.tf, len(self._shares))
        numbers = self._name("w", level)
        return f"rare({name}, {numbers}, f{n}, right.get(tf{n}))"

    def _test(self, test: Test) -> str:
        kind, *parts = test
        if kind in ("all", "any"):
            return "(" + (" and " if kind == "all" else " or ").join(map(self._test, parts)) + ")"
        if kind == "not":
            return f"(not {self._test(parts[0])})"
        answer = self._answer(kind, parts)
        if self._asked[test] == 1:
            return answer
        name = self._answers.setdefault(test, f"t{len(self._answers)}")
        return f"({name} if {name} is not None else ({name} := {answer}))"

    def _answer(self, kind: str, parts: Sequence[Any]) -> str:
        if kind not in ("missing", "equal", "share", "across_share"):
            return f"{self._name('p', predicate((kind, *parts)))}(left, right)"
        places = [self._column(part) for part in parts]
        n = places[0]
        if kind == "missing":
            return f"(l{n} is None or r{n} is None)"
        if kind == "equal":
            return f"(l{n} is not None and l{n} == r{n})"
        self._sets.update(places)
        shared = (
            f"s{a} is not None and r{b} is not None and not s{a}.isdisjoint(r{b})"
            for a, b in zip(places, reversed(places), strict=True)
        )
        return f"({' or '.join(shared)})"

    def _column(self, name: str) -> int:
        return self._columns.setdefault(name, len(self._columns))

    def _name(self, kind: str, value: Any) -> str:
        name = f"{kind}{len(self._given)}"
        self._given[name] = value
        return name


def _simple(test: Test) -> Iterator[Test]:
    """What it is made of."""
    if test[0] in ("all", "any", "not"):
        for part in test[1:]:
            yield from _simple(part)
    else:
        yield test
