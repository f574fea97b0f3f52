"""What is there: teams, colleagues, processes and others that a rule tells by their names, looked up once for many rules."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from mutuals.base.filters import All, Condition, Either, Field, Kind, Not, Record, Refused, record
from mutuals.base.refusals import Refusal
from mutuals.processes.models import Process, VersionState
from mutuals.rules.registry import Action
from mutuals.staff import queries as staff
from mutuals.staff.models import Team


class NotThere(Refusal):
    """A name that nothing in this house has: in a file of rules from elsewhere, or of what was retired since."""


class There:
    """Names as they stood when they were first asked for; make a new one for each piece of work."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], list[str]] = {}

    @cached_property
    def _teams(self) -> dict[str, str]:
        return {name.casefold(): name for name in Team.objects.values_list("name", flat=True)}

    @cached_property
    def _staff(self) -> dict[str, str]:
        return {email.casefold(): email for email in staff.active().values_list("email", flat=True)}

    def names(self, of: Record, field: Field) -> list[str]:
        """All names that a field can hold."""
        key = (of.name, field.name)
        if key not in self._names:
            self._names[key] = sorted(field.names()) if field.names else []
        return self._names[key]

    @cached_property
    def _processes(self) -> dict[str, str]:
        rows = Process.objects.filter(retired_at=None, versions__state=VersionState.IN_USE)
        return {name.casefold(): name for name in rows.values_list("name", flat=True)}

    def check_act(self, act: Action, told: Mapping[str, Any], when: str) -> None:
        """Refused, by the answer: a team, colleague or process that is not there; what the act's own check refuses, in general
        and for this kind of event.
        """
        for one in act.parameters:
            value = told.get(one.name)
            if one.kind == "team" and value and value.casefold() not in self._teams:
                words = f"There is no team “{value}”{_nearest(value, self._teams)}"
            elif one.kind == "staff" and value and value.strip().casefold() not in self._staff:
                words = f"Nobody who works here has the address {value}{_nearest(value, self._staff)}"
            elif one.kind == "process" and value and value.casefold() not in self._processes:
                words = f"No process in use is called “{value}”{_nearest(value, self._processes)}"
            else:
                continue
            raise NotThere(words, fields={one.name: words})
        if act.check is not None:
            act.check(told)
        if act.suits is not None:
            act.suits(when, told)

    def check_condition(self, told: Condition, of: Record) -> None:
        """Refused: a test for a name that nothing has. The condition is a checked one."""
        if isinstance(told, All | Either):
            for part in told.parts:
                self.check_condition(part, of)
            return
        if isinstance(told, Not):
            self.check_condition(told.part, of)
            return
        field = next((one for one in of.fields if one.name == told.field), None)
        if field is None:
            return
        if field.kind is Kind.RELATION:
            self.check_condition(told.value, record(field.related))
        elif field.names is not None and told.value is not None:
            there = {name: name for name in self.names(of, field)}
            for value in told.value if isinstance(told.value, tuple) else (told.value,):
                if value not in there:
                    words = f"There is no “{value}” among {field.label}{_nearest(str(value), there)}"
                    raise Refused(words, field=field.name)


def _nearest(value: str, there: Mapping[str, str]) -> str:
    """The end of a refusal: the name that was meant, perhaps."""
    folded = {key.casefold(): name for key, name in there.items()}
    found = get_close_matches(value.strip().casefold(), folded, n=1)
    return f". Did you mean “{folded[found[0]]}”?" if found else "."
