"""The builder: a rule as the form of a sentence, out of a stored body and out of what was posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mutuals.base.filters import OP_WORDS, Field, Kind, Record, Refused, from_json, from_query, record, to_json
from mutuals.rules import registry
from mutuals.rules.body import HOURLY
from mutuals.rules.events import EVENTS
from mutuals.rules.registry import Action, Parameter
from mutuals.staff.models import User

MOST = 20  # lines of a group in a form
_SEVERAL = ("in", "notin", "between", "says", "saysnot")
_LASTING = ("last", "next", "older", "later")
_COUNTED = ("atleast", "atmost")
_NOT = "not "
_DENIED = ("contains", "starts", "in", "between", "last")  # questions that have no opposite of their own
_NO_VALUE = ("empty", "filled", "any", "none")


@dataclass(frozen=True, slots=True)
class Line:
    """One condition: the way to its field (person.value), the question, the answer as it is typed."""

    path: str = ""
    op: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """One act with its answers as they are typed."""

    act: str
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it stands in the form. `text` is used instead of the lines where they cannot say what it says."""

    name: str = ""
    when: str = "received"
    match: str = "all"
    among: tuple[Line, ...] = ()
    tests: tuple[Line, ...] = ()
    then: tuple[Do, ...] = ()
    otherwise: tuple[Do, ...] = ()
    stop: bool = False
    quiet_from: str = ""
    quiet_to: str = ""
    zone: str = "UTC"
    hourly: str = str(HOURLY)
    every: str = "day"
    again: str = "30"


def from_body(name: str, told: Mapping[str, Any], *, zone: str) -> Draft | None:
    """The form of a stored rule; None where its conditions are deeper than the form is."""
    try:
        match, tests = _lines(told.get("if"))
        among_match, among = _lines(told.get("among"))
    except (_TooDeep, Refused):
        return None
    quiet = told.get("quiet") or {}
    if among_match == "any" and len(among) > 1:
        return None
    return Draft(
        name, str(told.get("when", "received")), match, among, tests, _dos(told.get("then")), _dos(told.get("otherwise")),
        bool(told.get("stop")), str(quiet.get("from", "")), str(quiet.get("to", "")), str(quiet.get("zone", zone)),
        str(told.get("hourly", HOURLY)), str(told.get("every", "day")), str(told.get("again", 30)),
    )  # fmt: skip


def from_post(data: Mapping[str, Any]) -> Draft:
    """The form as it was sent."""

    def one(name: str, longest: int = 500) -> str:
        return str(data.get(name, "")).replace("\0", "")[:longest]

    when = one("when")
    return Draft(
        one("name", 200), when if when in EVENTS else "received", "any" if one("match") == "any" else "all",
        tuple(_posted_lines(data, "a")), tuple(_posted_lines(data, "i")), tuple(_posted_dos(data, "t")),
        tuple(_posted_dos(data, "o")), bool(one("stop")), one("quiet_from", 5), one("quiet_to", 5), one("zone", 50) or "UTC",
        one("hourly", 6) or str(HOURLY), one("every", 5) or "day", one("again", 5) or "30",
    )  # fmt: skip


def again(draft: Draft, asked: str) -> Draft:
    """The form with a line more or less: "add i", "drop t 2"; anything else leaves it as it is."""
    verb, _, rest = asked.partition(" ")
    group, _, number = rest.partition(" ")
    names = {"a": "among", "i": "tests", "t": "then", "o": "otherwise"}
    if group not in names:
        return draft
    rows = list(getattr(draft, names[group]))
    if verb == "add" and len(rows) < MOST:
        rows.append(Line() if group in "ai" else Do(next(iter(registry.actions()), "")))
    elif verb == "drop" and number.isdigit() and int(number) < len(rows):
        del rows[int(number)]
    changed: dict[str, Any] = {names[group]: tuple(rows)}
    return replace(draft, **changed)


def plain(draft: Draft) -> dict[str, Any]:
    """The body that the form says, unchecked."""
    of = record(EVENTS[draft.when].record)
    told: dict[str, Any] = {"name": draft.name, "when": draft.when}
    if among := [_condition(line, of) for line in draft.among if line.path]:
        told["among"] = {"all": among}
    if tests := [_condition(line, of) for line in draft.tests if line.path]:
        told["if"] = {draft.match: tests}
    for name, dos in (("then", draft.then), ("otherwise", draft.otherwise)):
        if dos:
            told[name] = [{one.act: {key: value for key, value in one.told.items() if value != ""}} for one in dos]
    if draft.stop:
        told["stop"] = True
    if draft.quiet_from or draft.quiet_to:
        told["quiet"] = {"from": draft.quiet_from, "to": draft.quiet_to, "zone": draft.zone}
    if draft.hourly != str(HOURLY):
        told["hourly"] = _whole(draft.hourly)
    if draft.when == "clock":
        told |= {"every": draft.every, "again": _whole(draft.again)}
    return told


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


# what the page draws


@dataclass(frozen=True, slots=True)
class Drawn:
    """One condition of the form with all that its menus offer."""

    line: Line
    number: int
    ops: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...]
    has_value: bool
    hint: str
    names: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of an act in the form."""

    parameter: Parameter
    value: str
    choices: tuple[tuple[str, str], ...]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class DrawnDo:
    """One act of the form with its answers."""

    do: Do
    number: int
    asked: tuple[Asked, ...]


def fields(when: str, viewer: User) -> list[tuple[str, str]]:
    """What can be asked, as (path, label): the record's own fields, then those of what it is related to."""
    found: list[tuple[str, str]] = []
    for one in record(EVENTS[when].record).visible_fields(viewer):
        found += _ways(one, "", "", viewer, 2)
    return found


def _ways(one: Field, path: str, label: str, viewer: User, deep: int) -> list[tuple[str, str]]:
    here = (f"{path}{one.name}", f"{label}{one.label}")
    if one.kind is not Kind.RELATION:
        return [here]
    found = [here]
    if deep:
        for inner in record(one.related).visible_fields(viewer):
            found += _ways(inner, f"{here[0]}.", f"{here[1]}: ", viewer, deep - 1)
    return found


def drawn(lines: Sequence[Line], when: str, wrong: Mapping[str, str]) -> list[Drawn]:
    """The conditions as the page draws them. `wrong`: field -> what is wrong with what it is asked."""
    of = record(EVENTS[when].record)
    found = []
    for number, line in enumerate(lines):
        one = _field(line.path, of)
        ops = _ops(one) if one else ()
        op = line.op if line.op in ops else (ops[0] if ops else "")
        choices = one.choices if one and op in ("is", "isnot", "has", "hasnot") else ()
        if one and one.kind is Kind.BOOL:
            choices = (("yes", "yes"), ("no", "no"))
        words = tuple((each, _op_words(one, each)) for each in ops)
        plain_op = op.removeprefix(_NOT)
        hint = "commas part several" if plain_op in _SEVERAL else "days, or 3 weeks" if plain_op in _LASTING else ""
        names = tuple(sorted(one.names())) if one and one.names and not choices else ()
        found.append(
            Drawn(
                replace(line, op=op), number, words, choices, bool(one) and op not in _NO_VALUE, hint, names,
                wrong.get(line.path.rpartition(".")[2], "") if line.path else "",
            )
        )  # fmt: skip
    return found


def _ops(one: Field) -> tuple[str, ...]:
    return (*one.ops, *(f"{_NOT}{op}" for op in one.ops if op in _DENIED))


def _op_words(one: Field | None, op: str) -> str:
    if one and one.kind is Kind.RELATION:
        return {"any": "is known", "none": "is not known"}.get(op, f"are {OP_WORDS.get(op, op)}")
    words = OP_WORDS.get(op.removeprefix(_NOT), op)
    return _denied(words) if op.startswith(_NOT) else words


def _denied(words: str) -> str:
    return words.replace("is ", "is not ", 1) if words.startswith("is ") else f"does not: {words}"


def drawn_dos(
    dos: Sequence[Do], *, names: Mapping[str, Sequence[tuple[str, str]]], wrong: Mapping[str, str]
) -> list[DrawnDo]:
    """The acts as the page draws them; an act that is gone keeps its name and asks nothing.

    `names`: kind of an answer ("team", "staff", "process") -> what its menu offers. `wrong`: "1.title" -> what is wrong with
    that answer of the second act.
    """
    found = []
    for number, one in enumerate(dos):
        known = registry.find(one.act)
        asked = [
            replace(_asked(each, one, names), wrong=wrong.get(f"{number}.{each.name}", ""))
            for each in (known.parameters if known else ())
        ]
        found.append(DrawnDo(one, number, tuple(asked)))
    return found


def _asked(one: Parameter, do: Do, names: Mapping[str, Sequence[tuple[str, str]]]) -> Asked:
    value = do.told.get(one.name, "" if one.default is None else str(one.default))
    if one.kind == "number" and not one.is_needed and value == "0":
        value = ""  # none: an empty field says so better
    choices: tuple[tuple[str, str], ...] = tuple((each, each) for each in one.choices) or tuple(names.get(one.kind, ()))
    if choices and value and value not in dict(choices):
        choices = ((value, f"{value} (gone)"), *choices)
    return Asked(one, value, choices)


def acts() -> list[tuple[str, str]]:
    """What rules may do, as (name, words)."""
    return [(one.name, bare(one)) for one in registry.actions().values()]


def bare(one: Action) -> str:
    """What it does, short enough for a menu: without what its own fields beside it say."""
    words = one.sentence.split(", ")[0]
    for each in one.parameters:
        words = words.replace(f"{{{each.name}}}", "…")
    return words


# between lines and conditions


class _TooDeep(ValueError):
    """More than the lines of a form can say."""


def _lines(told: Any) -> tuple[str, tuple[Line, ...]]:
    if told in (None, [], {}):
        return "all", ()
    if isinstance(told, str):
        told = [told]
    if isinstance(told, list):
        told = to_json(from_query(told)) if all(isinstance(one, str) for one in told) else {"all": told}
    told = to_json(from_json(told))
    if set(told) == {"field", "op", "value"} or set(told) == {"field", "op"}:
        return "all", (_line(told, ""),)
    match = next(iter(told))
    if match not in ("all", "any") or len(told[match]) > MOST:
        raise _TooDeep
    return match, tuple(_line(one, "") for one in told[match])


def _line(told: Mapping[str, Any], path: str) -> Line:
    if set(told) == {"not"} and "field" in told["not"] and not isinstance(told["not"].get("value"), Mapping):
        line = _line(told["not"], path)
        return replace(line, op=f"{_NOT}{line.op}")
    if "field" not in told:
        raise _TooDeep
    here, value = f"{path}{told['field']}", told.get("value")
    if isinstance(value, Mapping):
        if set(value) == {"all"} and not value["all"] and not told.get("of"):
            return Line(here, told["op"], str(told.get("amount", "")))
        if told["op"] != "any":
            raise _TooDeep
        return _line(value, f"{here}.")
    words = ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else _typed(value)
    return Line(here, told["op"], words)


def _typed(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _condition(line: Line, of: Record) -> dict[str, Any]:
    name, _, rest = line.path.partition(".")
    if rest:
        one = _field(name, of)
        related = record(one.related) if one and one.related else of
        return {"field": name, "op": "any", "value": _condition(replace(line, path=rest), related)}
    if line.op.startswith(_NOT):
        return {"not": _condition(replace(line, op=line.op.removeprefix(_NOT)), of)}
    if line.op in ("any", "none"):
        return {"field": name, "op": line.op, "value": {"all": []}}
    if line.op in _COUNTED and (one := _field(name, of)) and one.kind is Kind.RELATION:
        return {"field": name, "op": line.op, "amount": line.value.strip(), "value": {"all": []}}
    if line.op in _NO_VALUE:
        return {"field": name, "op": line.op}
    several = [part.strip() for part in line.value.split(",") if part.strip()]
    return {"field": name, "op": line.op, "value": several if line.op in _SEVERAL else line.value.strip()}


def _field(path: str, of: Record) -> Field | None:
    """The field at the end of a way, or None."""
    name, _, rest = path.partition(".")
    one = next((each for each in of.fields if each.name == name), None)
    if one is None or not rest:
        return one
    return _field(rest, record(one.related)) if one.related else None


def _dos(told: Any) -> tuple[Do, ...]:
    found = []
    for one in told or ():
        act, answers = (one, {}) if isinstance(one, str) else next(iter(one.items()))
        found.append(Do(act, {key: _typed(value) for key, value in (answers or {}).items()}))
    return tuple(found)


def _posted_lines(data: Mapping[str, Any], group: str) -> Iterator[Line]:
    for number in range(MOST):
        path = str(data.get(f"{group}-{number}-field", ""))[:100]
        if path:
            op, value = str(data.get(f"{group}-{number}-op", ""))[:20], str(data.get(f"{group}-{number}-value", ""))
            yield Line(path, op, value.replace("\0", "")[:2000])
        elif f"{group}-{number}-field" not in data:
            return
        else:
            yield Line()


def _posted_dos(data: Mapping[str, Any], group: str) -> Iterator[Do]:
    for number in range(MOST):
        act = str(data.get(f"{group}-{number}-act", ""))[:60]
        if not act:
            return
        known = registry.find(act)
        names = [one.name for one in known.parameters] if known else []
        sent = {name: data[f"{group}-{number}-{name}"] for name in names if f"{group}-{number}-{name}" in data}
        yield Do(act, {name: str(value).replace("\0", "")[:500] for name, value in sent.items()})
