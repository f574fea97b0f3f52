"""What a rule says: a checked body out of plain values, and the same as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mutuals.base.filters import All, Condition, Refused, check, from_json, from_query, record
from mutuals.base.refusals import Refusal
from mutuals.rules import registry
from mutuals.rules.events import EVENTS
from mutuals.rules.there import NotThere, There
from mutuals.staff.models import User

MOST_STEPS = 10
HOURLY = 200  # firings an hour from which on a rule is held, unless it says otherwise
_MOST_HOURLY = 10_000
_KNOWN = frozenset({"name", "when", "among", "if", "then", "otherwise", "stop", "quiet", "hourly", "every", "again"})


@dataclass(frozen=True, slots=True)
class Step:
    """One act with its answers."""

    act: str
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nobody is disturbed, by the clock of a zone; past midnight where `start` is later than `end`."""

    start: time
    end: time
    zone: str


@dataclass(frozen=True, slots=True)
class Body:
    """A rule's words. `among` narrows what is looked at; what is left and does not fit `condition` is otherwise.

    `hourly`: firings an hour from which on it is held. `every` and `again` are for the clock alone: "hour" or "day", and
    after how many days the same person may be met again.
    """

    when: str
    condition: Condition
    among: Condition = field(default_factory=All)
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    stop: bool = False
    quiet: Quiet | None = None
    hourly: int = HOURLY
    every: str = "day"
    again: int = 30
    plain: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def both(self) -> Condition:
        """What must hold for the `then` part."""
        return All((self.among, self.condition)) if self.among != All() else self.condition


def read(told: Any, *, viewer: User | None, is_checked: bool = True, there: There | None = None) -> Body:
    """A body out of plain values. Refused, naming the part: what is unknown, missing, of another type or not allowed.

    The fields of conditions are those that `viewer`, the owner, may see. `is_checked` False takes acts that nobody offers any
    more and names that are gone, as a stored rule may have them; give the same `there` to read many at once.
    """
    if not isinstance(told, Mapping):
        raise Refusal("A rule is written as when, if, then and, if need be, among, otherwise, stop, quiet and hourly.")
    unknown = [str(name)[:40] for name in told if name not in _KNOWN]
    if unknown:
        raise _refuse(unknown[0], f"is not known. There are: {', '.join(sorted(_KNOWN))}.")
    when = told.get("when")
    if not isinstance(when, str) or when not in EVENTS:
        raise _refuse("when", f"is one of: {', '.join(EVENTS)}.")
    of, known = record(EVENTS[when].record), (there or There()) if is_checked else None
    parts = {name: _condition(name, told.get(name), of, viewer, known) for name in ("among", "if")}
    for name, part in parts.items():
        if known and name in told and part == All():
            raise _refuse(name, "asks for nothing. Leave it away where the rule shall always hold.")
    then = _steps("then", told.get("then"), known, when)
    otherwise = _steps("otherwise", told.get("otherwise"), known, when)
    if not then and not otherwise:
        raise _refuse("then", "names one act at least.")
    if not isinstance(told.get("stop", False), bool):
        raise _refuse("stop", "is yes or no.")
    return Body(
        when=when,
        condition=parts["if"],
        among=parts["among"],
        then=then,
        otherwise=otherwise,
        stop=bool(told.get("stop", False)),
        quiet=_quiet(told.get("quiet")),
        hourly=_number("hourly", told.get("hourly", HOURLY), _MOST_HOURLY),
        every=_every(told.get("every", "day")),
        again=_number("again", told.get("again", 30), 3_650),
        plain={name: value for name, value in told.items() if name != "name" and value not in (None, [], {})},
    )


def _refuse(name: str, words: str) -> Refusal:
    return Refusal(f"“{name}” {words}", fields={name: f"{words[0].upper()}{words[1:]}"})


def _condition(name: str, told: Any, of: Any, viewer: User | None, known: There | None) -> Condition:
    """As JSON, or as a list of short forms and JSON, all of which must hold."""
    try:
        if told is None or told in ([], {}):
            found: Condition = All()
        elif isinstance(told, str):
            found = from_query([told])
        elif isinstance(told, list) and all(isinstance(part, str) for part in told):
            found = from_query(told)
        else:
            found = from_json({"all": told} if isinstance(told, list) else told)
        checked = check(found, of, viewer=viewer)
        if known:
            known.check_condition(checked, of)
        return checked
    except Refused as error:
        fields = {name: str(error)} | ({f"{name}.{error.field}": str(error)} if error.field else {})
        raise Refusal(f"“{name}”: {error}", fields=fields) from error


def _steps(name: str, told: Any, there: There | None, when: str) -> tuple[Step, ...]:
    if told is None:
        return ()
    if not isinstance(told, list) or len(told) > MOST_STEPS:
        raise _refuse(name, f"is a list of at most {MOST_STEPS} acts.")
    return tuple(_step(name, number, one, there, when) for number, one in enumerate(told))


def _step(name: str, number: int, told: Any, there: There | None, when: str) -> Step:
    """`give_to_team: {team: Service}`, or the bare name of an act without answers. Unchecked without `there`."""
    if isinstance(told, str):
        told = {told: {}}
    if not isinstance(told, Mapping) or len(told) != 1:
        raise _refuse(name, "lists acts, each as its name with its answers: give_to_team: {team: Service}.")
    act, answers = next(iter(told.items()))
    known = registry.find(act) if isinstance(act, str) else None
    if known is None:
        if there is None and isinstance(act, str) and isinstance(answers or {}, Mapping):
            return Step(act, dict(answers or {}))
        raise _refuse(
            name, f"names “{str(act)[:40]}”, which nobody offers. There are: {', '.join(registry.actions())}."
        )
    if there is None:
        return Step(act, dict(answers or {}))
    try:
        read = known.read(answers)
        there.check_act(known, read, when)
        return Step(act, read)
    except Refusal as error:
        exact = {f"{name}.{number}.{answer}": words for answer, words in error.fields.items()}
        kind = NotThere if isinstance(error, NotThere) else Refusal
        raise kind(f"“{name}”: {error}", fields={name: str(error)} | exact) from error


def _quiet(told: Any) -> Quiet | None:
    if told in (None, {}):
        return None
    if not isinstance(told, Mapping) or set(told) - {"from", "to", "zone"}:
        raise _refuse("quiet", 'takes from, to and zone: {from: "22:00", to: "07:00", zone: Europe/Lisbon}.')
    try:
        start, end = (time.fromisoformat(str(told.get(name, ""))) for name in ("from", "to"))
        zone = str(told.get("zone", "UTC"))[:50]
        ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise _refuse("quiet", 'takes hours as "22:00", in quotes, and a zone as Europe/Lisbon.') from error
    if start == end or start.tzinfo or end.tzinfo:
        raise _refuse("quiet", "ends at another hour than it begins.")
    return Quiet(start, end, zone)


def _number(name: str, told: Any, most: int) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not 1 <= told <= most:
        raise _refuse(name, f"is a whole number from 1 to {most}.")
    return told


def _every(told: Any) -> str:
    if told not in ("hour", "day"):
        raise _refuse("every", "is hour or day.")
    return str(told)
