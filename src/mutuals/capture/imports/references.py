"""Whom and what a row names that came by another file: by the other system's number, an address, or a name only one has.

Nothing is guessed: who is not known fails the row, and what fits several, or two ways that lead to two, leaves it in doubt.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mutuals.capture.imports.decisions import KEPT_OUT, Pair
from mutuals.capture.models import Brought, Import
from mutuals.people import erased
from mutuals.people.models import Organisation, Person, Profile
from mutuals.people.names import fold
from mutuals.people.profiles import stored_key

_WITH_ADDRESS = re.compile(r"^(.*?)\s*\(([^()\s]+@[^()\s]+)\)$")  # Bea Solmar (bea@town.example)
_FILES = {"person": "people", "organisation": "organisations"}


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a row may name: what the value is called, which record it is, and the fields that name it."""

    name: str
    record: str
    number: str
    address: str = ""  # an email, or a web domain
    called: str = ""


PERSON = Reference("person", "person", "person_id", "person_email", "person_name")
ORGANISATION = Reference("organisation", "organisation", "organisation_id", "organisation_domain", "organisation_name")


@dataclass(slots=True)
class Found:
    """What the references of one row lead to: text keys by name; or why the row fails, or is in doubt."""

    keys: dict[str, str] = field(default_factory=dict)
    error: str = ""
    doubt: str = ""


@dataclass(slots=True)
class _Said:
    number: str = ""
    address: str = ""
    called: str = ""

    def words(self, system: str) -> str:
        told = [
            f"the number {self.number} in {system}" if self.number else "",
            f"the address {self.address}" if self.address else "",
            f"the name “{self.called[:80]}”" if self.called else "",
        ]
        return " or ".join(one for one in told if one)


class References:
    """The references of one batch: `load` asks a few questions for all rows, `of` answers for one."""

    def __init__(self, of: Import, those: Sequence[Reference]) -> None:
        self._of, self._those, self._system = of, those, of.source.name
        self._by_pair: dict[Pair, int] = {}
        self._by_name: dict[tuple[str, str], set[int]] = {}
        self._by_domain: dict[str, set[int]] = {}
        self._numbered: dict[tuple[str, int], set[str]] = {}
        self._brought: dict[tuple[str, str], str] = {}
        self._erased: set[Pair] = set()

    def load(self, told: Iterable[Mapping[str, Any]]) -> None:
        """Ask for all that these rows name."""
        said = [(one, _said(one, values)) for values in told for one in self._those]
        pairs = {pair for one, words in said for pair in self._pairs(one, words)}
        self._erased = erased.which(pairs) if pairs else set()
        rows = Profile.objects.filter(network__in={one for one, _ in pairs}, key__in={key for _, key in pairs})
        held = rows.values_list("network", "key", "person__canonical_id", "organisation_id")
        self._by_pair = {(network, key): person or house for network, key, person, house in held if person or house}
        self._load_names(said)
        self._load_brought(said)

    def of(self, values: Mapping[str, Any]) -> Found:
        """What one row names."""
        found = Found()
        for one in self._those:
            said = _said(one, values)
            if not said.words(""):
                continue
            if self._erased.intersection(self._pairs(one, said)):
                found.error = f"{KEPT_OUT} This person asked to be forgotten."
            elif one.record in _FILES:
                self._known(one, said, found)
            elif (about := self._brought.get((one.record, said.number))) is not None:
                found.keys[one.name] = about
            else:
                found.error = f"No {one.record} has {said.words(self._system)}. Bring the file of {one.record}s first."
            if found.error or found.doubt:
                return found
        return found

    def _known(self, one: Reference, said: _Said, found: Found) -> None:
        ways = [self._numbers(one, said), self._addresses(one, said)]
        sure = set().union(*ways)
        fits = sure or self._names(one, said)
        if len(fits) > 1:
            several = " and ".join(f"{one.record}:{number}" for number in sorted(fits)[:5])
            found.doubt = f"By {said.words(self._system)} the row names {len(fits)}: {several}. Say which one."[:500]
        elif fits:
            found.keys[one.name] = f"{one.record}:{next(iter(fits))}"
        else:
            who = "Nobody" if one.record == "person" else "No organisation"
            found.error = f"{who} has {said.words(self._system)}. Bring the file of {_FILES[one.record]} first."[:500]

    def _numbers(self, one: Reference, said: _Said) -> set[int]:
        return {self._by_pair[pair]} if (pair := self._pair(one, said)) and pair in self._by_pair else set()

    def _addresses(self, one: Reference, said: _Said) -> set[int]:
        if one.record == "organisation":
            return self._by_domain.get(said.address, set()) if said.address else set()
        pair = stored_key("email", said.address) if said.address else None
        return {self._by_pair[pair]} if pair in self._by_pair else set()

    def _names(self, one: Reference, said: _Said) -> set[int]:
        """Those called so; where the row tells a number, none who has another number in that system."""
        there = self._by_name.get((one.record, fold(said.called)[:200]), set()) if said.called else set()
        if not said.number:
            return there
        return {number for number in there if not self._numbered.get((one.record, number), set()) - {said.number}}

    def _pair(self, one: Reference, said: _Said) -> Pair | None:
        network = {"person": "crm", "organisation": "crm-org"}.get(one.record)
        return stored_key(f"{network}:{self._of.source_id}", said.number) if network and said.number else None

    def _pairs(self, one: Reference, said: _Said) -> list[Pair]:
        numbered = self._pair(one, said)
        mailed = stored_key("email", said.address) if one.record == "person" and said.address else None
        return [pair for pair in (numbered, mailed) if pair]

    def _load_names(self, said: Sequence[tuple[Reference, _Said]]) -> None:
        self._by_name, self._by_domain, self._numbered = defaultdict(set), defaultdict(set), defaultdict(set)
        asked = {(one.record, fold(words.called)[:200]) for one, words in said if words.called and one.record in _FILES}
        people = Person.objects.filter(name_key__in=[name for record, name in asked if record == "person"])
        for number, name in people.filter(trashed_at=None).values_list("canonical_id", "name_key"):
            self._by_name["person", name].add(number)
        houses = Organisation.objects.filter(trashed_at=None)
        named = houses.filter(name_key__in=[name for record, name in asked if record == "organisation"])
        for number, name in named.values_list("pk", "name_key"):
            self._by_name["organisation", name].add(number)
        domains = {words.address for one, words in said if one.record == "organisation" and words.address}
        for number, domain in houses.filter(domain__in=domains).values_list("pk", "domain"):
            self._by_domain[domain].add(number)
        for record, network, held in (
            ("person", "crm", "person__canonical"),
            ("organisation", "crm-org", "organisation"),
        ):
            ids = {number for (of, _), numbers in self._by_name.items() if of == record for number in numbers}
            rows = Profile.objects.filter(network=f"{network}:{self._of.source_id}", **{f"{held}__in": ids})
            for number, key in rows.exclude(key__contains=":").values_list(f"{held}_id", "key") if ids else ():
                self._numbered[record, number].add(key)

    def _load_brought(self, said: Sequence[tuple[Reference, _Said]]) -> None:
        asked = {(one.record, words.number) for one, words in said if one.record not in _FILES and words.number}
        rows = Brought.objects.filter(source=self._of.source_id, record__in={one for one, _ in asked})
        rows = rows.filter(key__in={key for _, key in asked})
        self._brought = {(record, key): about for record, key, about in rows.values_list("record", "key", "about")}


def _said(one: Reference, values: Mapping[str, Any]) -> _Said:
    """What a row says of one reference. Of several the first is meant."""
    called = _first(values.get(one.called)) if one.called else ""
    address = str(values.get(one.address) or "") if one.address else ""
    if one.record == "person" and (both := _WITH_ADDRESS.match(called)):
        called, address = both[1], address or both[2].casefold()
    return _Said(_first(values.get(one.number)), address, called)


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "").strip()
