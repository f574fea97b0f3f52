"""Rules as text, for review and to carry them elsewhere: plain YAML without tags, aliases and surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mutuals.base import yaml_text
from mutuals.base.refusals import Refusal
from mutuals.base.yaml_text import Bounds
from mutuals.rules import body, registry
from mutuals.rules.models import Rule
from mutuals.staff.models import User

LONGEST = 20_000
"""Letters of one rule."""
LONGEST_FILE = 2_000_000
MOST = 10_000  # rules of one file
_FILE = Bounds(
    "a rule", LONGEST_FILE, levels=30, values=250_000, listed=MOST, names=100,
    full=f"a file has at most {MOST:,} rules; part it",
)  # fmt: skip
_RULE = replace(_FILE, letters=LONGEST)
_ORDER = ("name", "when", "every", "again", "among", "if", "then", "otherwise", "stop", "quiet", "hourly")


def read(text: str) -> dict[str, Any]:
    """One rule's text as plain values. Refused, by its line: what is no plain YAML; longer than 20,000 letters."""
    found = yaml_text.load(text, _RULE)
    if not isinstance(found, dict):
        raise Refusal("A rule is written as lines of name: value, beginning with when.", fields={"text": "Line 1."})
    return found


def read_many(text: str) -> list[dict[str, Any]]:
    """The rules of a file: a list of them, or `rules:` with a list."""
    found = yaml_text.load(text, _FILE)
    rows = found.get("rules") if isinstance(found, dict) and "rules" in found else found
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows or len(rows) > MOST or not all(isinstance(one, dict) for one in rows):
        raise Refusal(
            "A file of rules is a list of rules, each as name, when, if and then.", fields={"text": "Line 1."}
        )
    return rows


def check(text: str, *, viewer: User) -> body.Body:
    """The body of a text. What is refused is said with the number of its line."""
    told = read(text)
    try:
        return body.read(told, viewer=viewer)
    except Refusal as error:
        place = line_of(text, next(iter(error.fields), ""))
        words = f"Line {place}: {error}" if place else str(error)
        raise Refusal(words, fields={"text": words}) from error


def write(name: str, told: Mapping[str, Any]) -> str:
    """A body as text, its parts always in the same order."""
    return yaml_text.dump(_ordered(name, told))


def write_many(rules: Sequence[Rule]) -> str:
    """Many rules as one file."""
    return yaml_text.dump({"rules": [_ordered(one.name, one.body) for one in rules]})


def _ordered(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**told, "name": name}
    for part in ("then", "otherwise"):
        if isinstance(whole.get(part), list):
            whole[part] = [_typed(one) for one in whole[part]]
    return {key: whole[key] for key in _ORDER if key in whole}


def _typed(step: Any) -> Any:
    """An act with numbers as numbers, whoever wrote them: a form sends texts. What nobody offers any more stays as it is."""
    if not isinstance(step, Mapping) or len(step) != 1:
        return step
    act, answers = next(iter(step.items()))
    known = registry.find(act)
    try:
        return {act: known.read(answers)} if known else step
    except Refusal:
        return step


def line_of(text: str, name: str) -> int:
    """On which line a part begins, from 1; 0 where it is not written."""
    found = re.search(rf"^{re.escape(name)}\s*:", text, re.MULTILINE) if name else None
    return text.count("\n", 0, found.start()) + 1 if found else 0
