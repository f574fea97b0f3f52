"""Rules as text, for review and to carry them elsewhere: plain YAML without tags, aliases and surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from mutuals.base.refusals import Refusal
from mutuals.rules import body, registry
from mutuals.rules.models import Rule
from mutuals.staff.models import User

LONGEST = 20_000
"""Letters of one rule."""
LONGEST_FILE = 2_000_000
DEEPEST = 30  # levels of brackets and indents
MOST = 10_000  # rules of one file
_NAMES, _PARTS = 100, 250_000  # of one part, and of a whole file: more is refused while it is read, not afterwards
_ORDER = ("name", "when", "every", "again", "among", "if", "then", "otherwise", "stop", "quiet", "hourly")


_Safe: Any = yaml.SafeLoader
if yaml.__with_libyaml__:
    from yaml._yaml import CParser
    from yaml.composer import Composer
    from yaml.constructor import SafeConstructor
    from yaml.resolver import Resolver

    class _Fast(Composer, CParser, SafeConstructor, Resolver):
        """A SafeLoader whose letters are read by libyaml, four times as fast; what they make is checked here all the same."""

        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

    _Safe = _Fast


class _Plain(_Safe):  # type: ignore[misc]
    """Texts, whole numbers, yes and no. Times and days stay texts; a document refers to nothing, not even to itself."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    depth = 0
    parts = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        mark: Any = event.start_mark
        if isinstance(event, yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(problem="a rule refers to nothing", problem_mark=mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="a rule has no tags", problem_mark=mark)
        self.depth += 1
        self.parts += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="this is too deep", problem_mark=mark)
        if self.parts > _PARTS or (isinstance(index, int) and index >= MOST):
            raise yaml.MarkedYAMLError(problem=f"a file has at most {MOST:,} rules; part it", problem_mark=mark)
        if isinstance(parent, yaml.MappingNode) and len(parent.value) >= _NAMES:
            raise yaml.MarkedYAMLError(problem="so many names no part of a rule has", problem_mark=mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                raise yaml.MarkedYAMLError(problem="a name stands here once, as a word", problem_mark=key.start_mark)
            seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|yes|Yes|false|False|no|No)$", "tTyYfFnN"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?[0-9]{1,15}\.[0-9]{1,9}$", "-0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Plain.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


class _Written(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def read(text: str) -> dict[str, Any]:
    """One rule's text as plain values. Refused, by its line: what is no plain YAML; longer than 20,000 letters."""
    found = _load(text, LONGEST)
    if not isinstance(found, dict):
        raise Refusal("A rule is written as lines of name: value, beginning with when.", fields={"text": "Line 1."})
    return found


def read_many(text: str) -> list[dict[str, Any]]:
    """The rules of a file: a list of them, or `rules:` with a list."""
    found = _load(text, LONGEST_FILE)
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
    return _dump(_ordered(name, told))


def write_many(rules: Sequence[Rule]) -> str:
    """Many rules as one file."""
    return _dump({"rules": [_ordered(one.name, one.body) for one in rules]})


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


def _dump(told: Any) -> str:
    return str(yaml.dump(told, Dumper=_Written, sort_keys=False, allow_unicode=True, width=110))


def line_of(text: str, name: str) -> int:
    """On which line a part begins, from 1; 0 where it is not written."""
    found = re.search(rf"^{re.escape(name)}\s*:", text, re.MULTILINE) if name else None
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _load(text: str, longest: int) -> Any:
    if len(text) > longest:
        raise Refusal(f"This text is longer than {longest} letters.", fields={"text": "Too long."})
    try:
        return yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader with less in it
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it holds letters that cannot be read"
        words = f"Line {mark.line + 1}: {problem}." if mark else f"This cannot be read: {problem}."
        raise Refusal(words, fields={"text": words}) from error
    except (RecursionError, ValueError) as error:
        raise Refusal("This text cannot be read as a rule.", fields={"text": "Not readable."}) from error
