"""Acts on persons: add, edit, and choosing what stands on their page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from mutuals.base import bulk, gate, ids, journal
from mutuals.base.fields import flat
from mutuals.connectors.contract import Handle
from mutuals.people import erased, profiles
from mutuals.people.choice import CHOSEN, LENGTHS, OF_HOUSE, Voice, chosen
from mutuals.people.models import Person, Profile
from mutuals.people.names import email_key, fold, phone_key, tidy
from mutuals.records import values as house
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

STAGES = ("", "lead", "customer", "former")
VOICE = ("id", "network", "key", "name", "shown", "label", "fields", "person__precedence")
"""What a `Voice` is made of, as columns of a profile that is somebody's."""
_STORED = (*CHOSEN, "name_key", "custom")
_WRITE = """
UPDATE people_person p SET name = g.name, name_key = g.name_key, email = g.email, phone = g.phone, city = g.city,
    country = g.country, language = g.language, birthday = g.birthday, custom = g.custom, changed_at = g.changed_at
FROM {g} WHERE p.id = g.id
"""
_WRITTEN = {"id": "bigint", **dict.fromkeys(_STORED, "varchar"), "changed_at": "timestamptz"}
_WRITTEN |= {"birthday": "date", "custom": "jsonb"}
_MAKE = """
INSERT INTO people_person (id, canonical_id, name, name_key, email, phone, city, country, language, stage, tags,
    order_currency, created_at, changed_at)
SELECT g.id, g.id, g.name, g.name_key, '', '', '', '', '', '', g.tags, '', g.since, g.changed_at FROM {g} RETURNING id
"""
_MADE = {"id": "bigint", "name": "varchar", "name_key": "varchar", "since": "timestamptz", "tags": "varchar[]"}
_MADE |= {"changed_at": "timestamptz"}
_NUMBERS = "SELECT nextval(pg_get_serial_sequence('people_person', 'id')) FROM generate_series(1, %s)"


class Taken(ValueError):
    """The address or number is a known person's already; `person_id` says whose."""

    def __init__(self, message: str, *, person_id: int) -> None:
        super().__init__(message)
        self.person_id = person_id


class Unfit(ValueError):
    """A value that a field cannot take; `field` names it."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class Gone(Unfit):
    """The person is not there any more."""

    def __init__(self) -> None:
        super().__init__("This person is not there any more: they were erased meanwhile.", field="")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person just made, and the profiles that `identity` is to attach: their own record, then address and number."""

    person: Person
    profile_ids: tuple[int, ...]


@transaction.atomic
def add(*, by: User, now: datetime, name: str = "", email: str = "", phone: str = "", **more: Any) -> Newcomer:
    """A person whom staff enter by hand; `more` takes what `edit` takes. The room `identity` attaches the profiles.

    Refused: nothing that says who it is; an address or number that is unreadable or was erased (Unfit), or that is
    somebody's already (Taken); a field of the house's own making that is unfit, or required and not told (Misfit).
    """
    require(by, "person.edit")
    gate.enter()
    made = house.read("person", more.pop("custom", {}), by=by, is_new=True)
    told, columns = _read({"name": name, "email": email, "phone": phone, **more})
    told |= {f"{OF_HOUSE}{key}": value for key, value in made.items()}
    told = {field: value for field, value in told.items() if value is not None}
    if not told.keys() & {"name", "email", "phone"}:
        raise Unfit("Say who this is: a name, an address or a number.", field="name")
    handles = [Handle(network, told[network], told[network]) for network in ("email", "phone") if network in told]
    found = profiles.ensure(handles, now=now)
    for handle in handles:
        holder = found[handle.network, handle.key].person_id
        if holder is not None:
            raise Taken(f"{handle.key} belongs to somebody you know already.", person_id=holder)
    own = Profile.objects.create(
        network=profiles.OWN, key=str(ids.new_key(now)), fields=profiles.tell({}, told, at=now, by=f"staff:{by.pk}")
    )
    values = _finished(chosen([Voice(own.pk, own.network, own.key, "", "", "", own.fields)]))
    person = Person.objects.create(**values, **columns, created_at=now, changed_at=now)
    person.refresh_from_db()
    _claim({person.pk: person.custom}, person, made)
    journal.note("person.added", person, by=by)
    return Newcomer(person, (own.pk, *(one.id for one in found.values())))


def held(person_id: int) -> Person:
    """The person as they are now, locked for the caller's transaction, in which nobody is erased. Refused: Gone.

    Somebody who was merged since they were read is told as whom they became; their own row is let go before, as whoever joins
    more people locks it last.
    """
    gate.enter()
    while True:
        with transaction.atomic():
            person = Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk=person_id).first()
            if person is None:
                raise Gone
            if person.canonical_id == person.pk:
                return person
            transaction.set_rollback(True)
        person_id = person.canonical_id


@gate.giving_way
@transaction.atomic
def edit(person: Person, *, by: User, changes: Mapping[str, Any], now: datetime) -> Person:
    """Write down what staff know. An empty value clears the field, whatever other sources say.

    `changes` may hold the fields of `CHOSEN`, tags, owner, team (rows or ids), stage, and under `custom` values of fields of
    the house's own making by key. Unfit (Misfit for these) names a bad field, among them an address or number of somebody
    who asked to be erased.
    """
    person = held(person.canonical_id)
    require(by, "person.edit", person)
    made = house.read("person", changes.get("custom") or {}, by=by)
    rest = {name: value for name, value in changes.items() if name != "custom"}
    told, columns = _read({name: value for name, value in rest.items() if not _stands(person, name, value)})
    told |= {f"{OF_HOUSE}{key}": value for key, value in made.items()}
    before = _journalled(person)
    if told:
        own = _own_record(person, now=now)
        values = {name: "" if value is None else value for name, value in told.items()}
        known = {name: one for name, one in own.fields.items() if _is_shown(person, name, values)}
        own.fields = profiles.tell(known, values, at=now, by=f"staff:{by.pk}")
        own.changed_at = now
        own.save(update_fields=["fields", "changed_at"])
        choose([person.pk], now=now)
        person.refresh_from_db()
        house.refuse_taken("person", person.pk, person.custom, made)
    if columns:
        for name, value in columns.items():
            setattr(person, name, value)
        person.changed_at = now
        person.save(update_fields=[*columns, "changed_at"])
    after = _journalled(person)
    names = [*before, *(name for name in after if name not in before)]
    changed = {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}
    if changed:
        journal.note("person.edited", person, by=by, changes=changed)
    return person


def voices(person_ids: Iterable[int]) -> list[Voice]:
    """What the profiles of these very rows say, whoever they are merged into."""
    return [Voice(*row) for row in Profile.objects.filter(person__in=list(person_ids)).values_list(*VOICE)]


def choose(person_ids: Sequence[int], *, now: datetime) -> int:
    """Choose the stored values of persons anew from all profiles of their clusters; says how many changed.

    `person_ids` are canonical ids; others are passed over. Three statements for any number of persons; what did not change
    is not written.
    """
    wanted = sorted(set(person_ids))
    spoken: dict[int, list[Voice]] = defaultdict(list)
    found = Profile.objects.filter(person__canonical_id__in=bulk.among(wanted))
    for holder, *rest in found.values_list("person__canonical_id", *VOICE):
        spoken[holder].append(Voice(*rest))
    rows: list[list[Any]] = []
    made: dict[int, dict[str, Any]] = {}
    for pk, *stored in (
        Person.objects.filter(pk__in=bulk.among(wanted), canonical_id=F("pk"))
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .values_list("pk", *_STORED)
    ):
        values = _finished(chosen(spoken[pk]))
        new = [values[name] for name in _STORED]
        if new != stored:
            rows.append([pk, *new])
        if stored[-1] or new[-1]:
            made[pk] = new[-1]
    _write(rows, now=now)
    _claim(made)
    return len(rows)


def _finished(values: dict[str, Any]) -> dict[str, Any]:
    """Chosen values with what the house's formulas make of its own fields."""
    return {**values, "custom": house.finished("person", values["custom"])}


def _claim(made: Mapping[int, Mapping[str, Any]], person: Person | None = None, told: Iterable[str] = ()) -> None:
    """Note who holds unique values; Misfit where a value that was told for `person` is another's."""
    if not made:
        return
    others: dict[int, list[int]] = defaultdict(list)
    merged = Person.objects.filter(canonical__in=made).exclude(pk=F("canonical"))
    for pk, into in merged.values_list("pk", "canonical_id") if person is None else ():
        others[into].append(pk)
    house.settle("person", made, others=others)
    if person is not None:
        house.refuse_taken("person", person.pk, person.custom, told)


def choose_away(person_id: int, cluster: Sequence[int], *, now: datetime) -> bool:
    """The same for somebody who is merged away and had these rows for a cluster then: whether anything changed.

    That is the name under which they are told of in the history, and found.
    """
    stored = Person.objects.select_for_update(no_key=True).values_list(*_STORED).get(pk=person_id)
    values = _finished(chosen(voices(cluster)))
    new = [values[name] for name in _STORED]
    if new == list(stored):
        return False
    _write([[person_id, *new]], now=now)
    return True


def _write(rows: Sequence[Sequence[Any]], *, now: datetime) -> None:
    bulk.run(_WRITE, _WRITTEN, [(*row[:-1], json.dumps(row[-1]), now) for row in rows])


def make(
    names: Sequence[str],
    *,
    now: datetime,
    since: Sequence[datetime | None] | None = None,
    tags: Sequence[Sequence[str]] | None = None,
) -> list[int]:
    """Rows for new persons, in order; their values are chosen once profiles are attached. `since`: known since."""
    if not names:
        return []
    told = [tidy(name, at_most=200) for name in names]
    starts = [start or now for start in since] if since else [now] * len(told)
    numbers = [int(row[0]) for row in bulk.execute(_NUMBERS, [len(told)])]
    keys = [fold(name)[:200] for name in told]
    given = [list(one) for one in tags] if tags else [[] for _ in told]
    bulk.run(_MAKE, _MADE, [(*row, now) for row in zip(numbers, told, keys, starts, given, strict=True)])
    return numbers


def _stands(person: Person, name: str, value: Any) -> bool:
    """Whether a form only sends back the number that a file wrote without its country, which nobody could enter."""
    return name == "phone" and bool(person.phone) and value == person.phone and not phone_key(person.phone)


_JOURNALLED = ("tags", "stage", "owner_id", "team_id")


def _is_shown(person: Person, name: str, values: Mapping[str, Any]) -> bool:
    """Whether what the own record says of a field may keep its date. If something else is shown, as a person who was merged
    into this one says so, the same words count as said today."""
    if name in values and name.startswith(OF_HOUSE):
        told = flat({name.removeprefix(OF_HOUSE): values[name]})
        return bool(told) and told.items() <= person.custom.items()
    return name not in values or str(_plain(getattr(person, name)) or "") == values[name]


def _journalled(person: Person) -> dict[str, Any]:
    """What the journal keeps of a person before and after an edit; fields of the house's own making as "custom.renewal"."""
    values = {name: _plain(getattr(person, name)) for name in (*CHOSEN, *_JOURNALLED)}
    return values | {f"custom.{key}": value for key, value in person.custom.items()}


def own_of(person_id: int) -> Profile | None:
    """The own record of this very row. Those of persons merged into it are theirs, and go with them when they are split."""
    return Profile.objects.filter(network=profiles.OWN, person=person_id).order_by("pk").first()


def _own_record(person: Person, *, now: datetime) -> Profile:
    """The profile on which staff's own knowledge hangs. It is the person's by definition, so no link is needed."""
    own = own_of(person.pk)
    return own or Profile.objects.create(network=profiles.OWN, key=str(ids.new_key(now)), person=person)


def _read(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes as (fields of the own record, columns of the person), each value checked. None = left empty."""
    told: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        if name in CHOSEN:
            told[name] = _field(name, value)
        elif name == "tags":
            columns["tags"] = clean_tags(value)
        elif name == "stage":
            if value not in STAGES:
                raise Unfit("A stage is lead, customer, former or empty.", field="stage")
            columns["stage"] = value
        elif name in ("owner", "team"):
            columns[f"{name}_id"] = row_id(name, value)
        else:
            raise Unfit(f"There is no field “{name[:40]}” to edit.", field=name)
    _refuse_erased(told)
    return told, columns


def _refuse_erased(told: Mapping[str, Any]) -> None:
    for network, _ in erased.which([(name, told[name]) for name in ("email", "phone") if told.get(name)]):
        what = "address" if network == "email" else "number"
        raise Unfit(
            f"This {what} belonged to somebody who asked to be erased, and we promised to keep it out. Use another one.",
            field=network,
        )


def _field(name: str, value: Any) -> str | None:
    if name == "birthday":
        try:
            return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat() if value else None
        except (TypeError, ValueError) as error:
            raise Unfit("A birthday is written as year-month-day.", field=name) from error
    text = tidy(str(value or ""), at_most=LENGTHS[name] + 1)
    if len(text) > LENGTHS[name]:
        raise Unfit(f"This is longer than {LENGTHS[name]} letters.", field=name)
    if not text or name not in ("email", "phone"):
        return text or None
    key = email_key(text) if name == "email" else phone_key(text)
    if not key:
        raise Unfit(
            f"“{text[:60]}” is not {'an address' if name == 'email' else 'a number with its country code'}.", field=name
        )
    return key


def clean_tags(values: Any) -> list[str]:
    """Tags once each, in order, at most 40 letters and 50 of them."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise Unfit("Tags are a list of words.", field="tags")
    found = list(dict.fromkeys(tag for value in values if (tag := tidy(str(value), at_most=40))))
    if len(found) > 50:
        raise Unfit("At most 50 tags.", field="tags")
    return found


def row_id(name: str, value: Any) -> int | None:
    """The number of an owner or team that is told as a row, a number or its digits; None for none. Unfit: there is none."""
    if value in (None, ""):
        return None
    model: type[User] | type[Team] = User if name == "owner" else Team
    pk = value.pk if isinstance(value, (User, Team)) else value
    if not str(pk).isdecimal() or len(str(pk)) > 18 or not model._default_manager.filter(pk=pk).exists():
        raise Unfit(f"That {name} does not exist.", field=name)
    return int(pk)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
