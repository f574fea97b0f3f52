"""What is wrong among many rules: quarrels, rules that can never fire or never did, and what an earlier wording said."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mutuals.base.filters import All, Condition, to_json
from mutuals.base.refusals import Refusal
from mutuals.rules import hidden, queries, text
from mutuals.rules.body import Body
from mutuals.rules.models import Rule
from mutuals.rules.queries import Asked, Quarrel
from mutuals.rules.there import There
from mutuals.staff.models import User

Kind = Literal["same", "gone", "new"]
MOST = 100
"""Lines of each part of the report."""
_MOST_PAIRS = 250_000  # of changed words, that are compared with each other
_WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule that can never fire: an earlier one takes all that it is for, and stops."""

    rule: Rule
    by: Rule


@dataclass(frozen=True, slots=True)
class Report:
    """What to look at. `noisy`: more wrong than right, by fifty conversations at least."""

    quarrels: list[Quarrel]
    shadows: list[Shadow]
    broken: list[tuple[Rule, str]]
    held: list[Rule]
    silent: list[Rule]
    noisy: list[Rule]

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.quarrels or self.shadows or self.broken or self.held or self.silent or self.noisy)


def report(viewer: User, *, now: datetime) -> Report:
    """All rules looked through once."""
    rules = list(queries.visible_to(viewer))
    on = [rule for rule in rules if rule.is_on]
    there = There()
    broken = [(rule, why) for rule in on if (why := queries.broken(rule, there))]
    held, silent, noisy = (
        list(queries.listed(viewer, Asked(kind=kind), now=now)[:MOST]) for kind in ("held", "silent", "noisy")
    )
    return Report(queries.quarrels(viewer, now=now), shadows(on)[:MOST], broken[:MOST], held, silent, noisy)


def shadows(rules: Sequence[Rule]) -> list[Shadow]:
    """Rules behind one that stops and asks for nothing that they do not ask for, too; in the order in which they run."""
    found: list[Shadow] = []
    stopping: dict[str, dict[str, list[tuple[frozenset[str], Rule]]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules:
        read = queries.body_of(rule)
        if read is None or read.when == "clock":  # those of the clock each look for themselves
            continue
        tests = _tests(read)
        there = stopping[read.when]
        by = next((one for key in (*tests, "") for asked, one in there.get(key, ()) if asked <= tests), None)
        if by is not None and not read.otherwise:
            found.append(Shadow(rule, by))
        elif read.stop and read.then and rule.held_at is None:
            there[min(tests, default="")].append((tests, rule))
    return found


def _tests(read: Body) -> frozenset[str]:
    """What must all be so, each as text; what is an alternative counts as one."""
    return frozenset(str(to_json(part)) for part in _parts(read.both))


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def compared(rule: Rule, first: int, second: int, *, viewer: User) -> list[tuple[Kind, str]]:
    """Two versions as one text, word by word: ("same" | "gone" | "new", words). Refused: a version that is not there."""
    found = rule.versions.filter(number__in=[first, second])
    told = {one.number: text.write(one.name, hidden.body(one.body, viewer)) for one in found}
    for number in (first, second):
        if number not in told:
            raise Refusal(f"There is no version {number} of this rule.")
    return _differences(*(_WORD.findall(told[number]) for number in (first, second)))


def _differences(before: list[str], after: list[str]) -> list[tuple[Kind, str]]:
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    gone, new = before[start : len(before) - end], after[start : len(after) - end]
    is_long = len(gone) * len(new) > _MOST_PAIRS  # finding what moved would take too long
    parts = [("replace", 0, len(gone), 0, len(new))]
    if not is_long:
        parts = list(difflib.SequenceMatcher(None, gone, new).get_opcodes())
    found: list[tuple[Kind, str]] = [("same", "".join(before[:start]))]
    for tag, a, b, c, d in parts:
        if tag == "equal":
            found.append(("same", "".join(gone[a:b])))
        else:
            found += [("gone", "".join(gone[a:b])), ("new", "".join(new[c:d]))]
    found.append(("same", "".join(before[len(before) - end :])))
    return [(kind, words) for kind, words in found if words]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
