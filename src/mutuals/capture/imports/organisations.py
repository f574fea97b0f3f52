"""Organisations out of files: found by their number in the source's system, by web domain, or by a name only one has.

A value of the file replaces ours where ours is empty or came from the same record; what staff changed since stays.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from mutuals.base import bulk
from mutuals.base.fields import flat
from mutuals.capture.imports.decisions import Decision, Outcome, Pair, Ref, RowIn, Shadow, joined, parted
from mutuals.capture.imports.house import custom_of
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Import
from mutuals.connectors.files.fields import OF_HOUSE
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.people import profiles
from mutuals.people.models import Organisation, Profile
from mutuals.people.names import fold, tidy
from mutuals.people.organisations import LENGTHS
from mutuals.people.profiles import stored_key
from mutuals.records import values as house

_COLUMNS = (
    "network",
    "key",
    "name",
    "shown",
    "url",
    "label",
    "is_bot",
    "is_ours",
    "organisation_id",
    "fields",
    "changed_at",
)
_CONFLICT = """(network, key) DO UPDATE SET fields = people_profile.fields || excluded.fields,
organisation_id = coalesce(people_profile.organisation_id, excluded.organisation_id),
changed_at = excluded.changed_at"""
_RETURN = "people_profile.id, network, key, people_profile.organisation_id, people_profile.xmax = 0"
"""`xmax = 0`: the row is new."""


@dataclass(slots=True)
class _Firm:
    values: dict[str, Any] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    was: dict[str, Any] = field(default_factory=dict)  # the changed ones, before this batch
    is_told: bool = False  # a row of this batch speaks of it


@dataclass(slots=True)
class _Record:
    firm: Ref | None = None
    person: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    was: dict[str, Any] = field(default_factory=dict)  # its fields before this batch
    is_free: bool = True  # nobody's before this batch
    is_changed: bool = False
    seen: int = 0


class OrganisationsPlanner:
    """Plans and writes rows of organisations."""

    def __init__(self, of: Import, shadow: Shadow) -> None:
        self._of, self._shadow, self._by = of, shadow, f"import:{of.pk}"
        self._network = f"crm-org:{of.source_id}"
        self._firms: dict[Ref, _Firm] = {}
        self._records: dict[Pair, _Record] = {}
        self._by_domain: dict[str, set[Ref]] = defaultdict(set)
        self._by_name: dict[str, set[Ref]] = defaultdict(set)

    def group(self, _row: RowIn) -> str:
        """Each row stands by itself."""
        return ""

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]:
        """Decide a batch; three questions to the database."""
        self._load([row.values for row in rows if not row.error])
        return [self._decide(row, now) for row in rows]

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Note which records the finished rows were about."""
        told = {f"seen:{joined(self._record_of(row.values))}": row.number for row in reversed(rows) if not row.error}
        self._shadow.put({key: number for key, number in told.items() if key not in self._shadow.get(told)})

    def pretend(self) -> None:
        """Remember the last plan."""
        self._remember_seen()
        told: dict[str, Any] = {}
        for ref, firm in self._firms.items():
            told[f"firm:{ref}"] = firm.values
            for index, word in (("domain", firm.values["domain"]), ("called", fold(firm.values["name"])[:200])):
                if word:
                    told[f"{index}:{word}"] = sorted({*map(str, self._index(index)[word]), str(ref)})
        for pair, record in self._records.items():
            if record.firm is not None:
                told[f"record:{joined(pair)}"] = [record.firm, record.fields]
        self._shadow.put(told)

    def apply(self, *, now: datetime) -> None:
        """Write the last plan: new rows, changed columns, records with their organisation."""
        self._remember_seen()
        new = [ref for ref in self._firms if isinstance(ref, str)]
        rows = [self._row(Organisation(created_at=now), self._firms[ref].values, now) for ref in new]
        ids: dict[Ref, int] = {ref: ref for ref in self._firms if isinstance(ref, int)}
        made = Organisation.objects.bulk_create(rows)
        ids |= dict(zip(new, [row.pk for row in made], strict=True))
        old = [(ref, firm) for ref, firm in self._firms.items() if firm.changed and isinstance(ref, int)]
        changed = [self._row(Organisation(pk=ref), firm.values, now) for ref, firm in old]
        Organisation.objects.bulk_update(changed, [*LENGTHS, "custom", "name_key", "changed_at"], batch_size=500)
        house.settle("organisation", {row.pk: row.custom for row in [*made, *changed] if row.custom})
        told = [
            (
                *pair,
                tidy(pair[1], at_most=200),
                "",
                "",
                "",
                False,
                False,
                ids[record.firm],
                json.dumps(record.fields),
                now,
            )
            for pair, record in sorted(self._records.items())
            if record.is_changed and record.firm is not None
        ]
        done = bulk.insert(Profile, _COLUMNS, told, conflict=_CONFLICT, returning=_RETURN)
        keep(self._of, [*self._firms_written(ids), *self._records_written(done)])

    def _firms_written(self, ids: Mapping[Ref, int]) -> Iterator[Wrote]:
        for ref, firm in self._firms.items():
            if isinstance(ref, str):
                yield Wrote(f"organisation:{ids[ref]}", after=_columns(firm.values, firm.values), made=True)
            elif firm.is_told:
                before = {**firm.values, **firm.was}
                yield Wrote(f"organisation:{ref}", _columns(before, firm.changed), _columns(firm.values, firm.changed))

    def _records_written(self, done: Sequence[tuple[Any, ...]]) -> Iterator[Wrote]:
        for pk, network, key, firm, is_made in done:
            record = self._records[network, key]
            before = {f"f:{name}": record.was.get(name) for name in record.fields}
            after = {f"f:{name}": value for name, value in record.fields.items()}
            if record.is_free:
                before["organisation"], after["organisation"] = None, firm
            yield Wrote(f"profile:{pk}", {} if is_made else before, after, made=bool(is_made))

    def _load(self, told: Sequence[Mapping[str, Any]]) -> None:
        pairs = {pair for values in told for pair in (self._record_of(values), *self._contacts(values))}
        self._firms, self._records = {}, {pair: _Record() for pair in pairs}
        self._by_domain, self._by_name = defaultdict(set), defaultdict(set)
        keys = [key for _, key in pairs]
        for network, key, firm, person, fields in Profile.objects.filter(
            network__in=[self._network, "email", "phone"], key__in=keys
        ).values_list("network", "key", "organisation_id", "person_id", "fields"):
            if (network, key) in self._records:
                self._records[network, key] = _Record(firm, person, fields, fields, is_free=firm is None)
        for key, number in self._shadow.get(f"seen:{joined(pair)}" for pair in pairs).items():
            self._records[parted(key)].seen = number
        for key, (firm, fields) in self._shadow.get(f"record:{joined(pair)}" for pair in pairs).items():
            self._records[parted(key)] = _Record(firm, None, fields, seen=self._records[parted(key)].seen)
        domains = {str(values["domain"]) for values in told if values.get("domain")}
        names = {fold(str(values["name"]))[:200] for values in told}
        held = {record.firm for record in self._records.values() if isinstance(record.firm, int)}
        self._find(domains, names, held)

    def _find(self, domains: set[str], names: set[str], held: set[int]) -> None:
        wanted = Q(pk__in=held) | Q(domain__in=domains) | Q(name_key__in=names)
        for row in Organisation.objects.filter(wanted).values("pk", "custom", *LENGTHS):
            own = house.told("organisation", row.pop("custom"))
            self._firms[row.pop("pk")] = _Firm({**row, **{f"{OF_HOUSE}{key}": value for key, value in own.items()}})
        indexes = {f"domain:{word}" for word in domains} | {f"called:{word}" for word in names}
        refs = {ref for found in self._shadow.get(indexes).values() for ref in found}
        refs |= {str(record.firm) for record in self._records.values() if record.firm is not None}
        for key, values in self._shadow.get(f"firm:{ref}" for ref in refs).items():
            ref = key.removeprefix("firm:")
            self._firms[int(ref) if ref.isdigit() else ref] = _Firm(values)
        for found, firm in self._firms.items():
            self._by_domain[firm.values["domain"]].add(found)
            self._by_name[fold(firm.values["name"])[:200]].add(found)

    def _decide(self, row: RowIn, now: datetime) -> Decision:
        if row.error:
            return Decision(row, Outcome.ERRORS, row.error)
        pair = self._record_of(row.values)
        record, told = self._records[pair], self._told(row.values)
        found, doubt = self._found(record, told)
        if not doubt and record.seen:
            other = [name for name, value in told.items() if record.fields.get(name, {}).get("value", value) != value]
            doubt = f"Row {record.seen} says something else about the same record: {', '.join(other)}." if other else ""
        if doubt:
            return Decision(row, Outcome.DOUBTFUL, doubt)
        if not record.seen:
            record.seen = row.number
        ref: Ref = found if found is not None else f"new:{row.number}"
        firm = self._firms.setdefault(ref, _Firm(dict.fromkeys(LENGTHS, "")))
        firm.is_told = True
        changed = self._change(firm, record, told, now)
        for held in [pair, *self._contacts(row.values)]:
            changed = self._hold(self._records[held], ref) or changed
        self._by_domain[firm.values["domain"]].add(ref)
        self._by_name[fold(firm.values["name"])[:200]].add(ref)
        return Decision(row, Outcome.NEW if found is None else Outcome.UPDATED if changed else Outcome.SAME)

    def _found(self, record: _Record, told: Mapping[str, str]) -> tuple[Ref | None, str]:
        found = {record.firm} - {None}
        if told.get("domain"):
            found |= self._by_domain[told["domain"]]
        if not found:
            free = {"", told.get("domain", "")}
            found = {
                ref for ref in self._by_name[fold(told["name"])[:200]] if self._firms[ref].values["domain"] in free
            }
        if len(found) > 1:
            names = ", ".join(sorted({self._firms[ref].values["name"] for ref in found if ref is not None}))
            return None, f"The row fits {len(found)} organisations: {names}."[:500]
        return next(iter(found), None), ""

    def _change(self, firm: _Firm, record: _Record, told: Mapping[str, Any], now: datetime) -> bool:
        changed = False
        for name, value in told.items():
            before = record.fields.get(name, {}).get("value", "")
            if before == value:
                continue
            changed = record.is_changed = True
            if firm.values.get(name, "") in ("", before) and firm.values.get(name) != value:
                firm.was.setdefault(name, firm.values.get(name, ""))
                firm.values[name] = value
                firm.changed.add(name)
        record.fields = profiles.tell(record.fields, told, at=now, by=self._by)
        return changed

    def _hold(self, record: _Record, ref: Ref) -> bool:
        if record.firm is not None or record.person is not None:
            return False
        record.firm, record.is_changed = ref, True
        return True

    def _told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        phones = values.get("phone") or values.get(AS_WRITTEN) or [""]
        whole = {**{name: str(values.get(name) or "") for name in LENGTHS}, "phone": phones[0]}
        own = {f"{OF_HOUSE}{key}": value for key, value in custom_of(dict(values)).items()}
        return {name: text for name, most in LENGTHS.items() if (text := tidy(whole[name], at_most=most))} | own

    def _record_of(self, values: Mapping[str, Any]) -> Pair:
        known = values.get("id") or (f"domain:{values['domain']}" if values.get("domain") else "")
        return stored_key(self._network, str(known or f"name:{fold(str(values['name']))}"))

    def _contacts(self, values: Mapping[str, Any]) -> list[Pair]:
        return [stored_key(network, key) for network in ("email", "phone") for key in values.get(network, ())]

    def _index(self, name: str) -> dict[str, set[Ref]]:
        return self._by_domain if name == "domain" else self._by_name

    def _remember_seen(self) -> None:
        self._shadow.put({f"seen:{joined(pair)}": record.seen for pair, record in self._records.items() if record.seen})

    def _row(self, row: Organisation, values: Mapping[str, Any], now: datetime) -> Organisation:
        for name in LENGTHS:
            setattr(row, name, values[name])
        row.custom = house.finished("organisation", flat(custom_of(dict(values))))
        row.name_key, row.changed_at = fold(row.name)[:200], now
        return row


def _columns(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Values as the columns hold them: own fields are one column together."""
    told = {name: values[name] for name in names if name in LENGTHS}
    if any(name.startswith(OF_HOUSE) for name in names):
        made = {key: value for key, value in custom_of(dict(values)).items() if value not in ("", None)}
        told["custom"] = house.finished("organisation", flat(made))
    return told
