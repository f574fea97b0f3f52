"""Acts on organisations, and who has a place in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from mutuals.base import bulk, journal
from mutuals.base.fields import currency_key, flat
from mutuals.connectors.files.values import parse_domain
from mutuals.people import family
from mutuals.people.affiliations import check_days
from mutuals.people.models import Affiliation, Organisation, Person
from mutuals.people.names import fold, phone_key, tidy
from mutuals.people.persons import STAGES, Unfit, clean_tags, held, row_id
from mutuals.records import values as house
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_MADE = ("name", "name_key", "domain", "phone", "city", "country", "tags", "created_at", "changed_at")
LENGTHS = {"name": 200, "domain": 200, "phone": 32, "city": 100, "country": 60}


def add(*, by: User, name: str, now: datetime, **more: Any) -> Organisation:
    """An organisation that staff enter by hand. Unfit names a field that cannot stand."""
    require(by, "organisation.edit")
    made = house.read("organisation", more.pop("custom", {}), by=by, is_new=True)
    values = _read({"name": name, **more})
    with transaction.atomic():
        family.check(None, values.get("parent_id"))
        custom = house.finished("organisation", flat(made))
        organisation = Organisation.objects.create(**values, custom=custom, created_at=now, changed_at=now)
        _claim(organisation, made)
        journal.note("organisation.added", organisation, by=by)
    return organisation


@transaction.atomic
def edit(organisation: Organisation, *, by: User, changes: Mapping[str, Any], now: datetime) -> Organisation:
    """Change what is known of an organisation; the journal keeps before and after.

    `changes` may name an owner, a team and the organisation that it is a part of, as rows or numbers (None = none).
    `changes` may hold `custom`, values of fields of the house's own making by key; Misfit names one that is unfit.
    """
    require(by, "organisation.edit", organisation)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    made = house.read("organisation", changes.get("custom") or {}, by=by)
    rest = {name: value for name, value in changes.items() if name != "custom"}
    values = _read({name: value for name, value in rest.items() if not _stands(organisation, name, value)})
    changed = {name: [getattr(organisation, name), value] for name, value in values.items() if name != "name_key"}
    if values.get("parent_id") not in (None, organisation.parent_id):
        family.check(organisation.pk, values["parent_id"])
    if made:
        values["custom"] = _custom(organisation, made)
        before, after = organisation.custom, values["custom"]
        changed |= {f"custom.{key}": [before.get(key), after.get(key)] for key in {**before, **after}}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        Organisation.objects.filter(pk=organisation.pk).update(**values, changed_at=now)
        journal.note("organisation.edited", organisation, by=by, changes=changed)
        organisation.refresh_from_db()
        _claim(organisation, made)
    return organisation


def _custom(organisation: Organisation, made: Mapping[str, Any]) -> dict[str, Any]:
    """The organisation's values with these in place of what it had, and formulas reckoned anew."""
    gone = {*made, *(currency_key(key) for key in made)}
    kept = {key: value for key, value in organisation.custom.items() if key not in gone}
    return house.finished("organisation", {**kept, **flat(made)})


def _claim(organisation: Organisation, told: Mapping[str, Any]) -> None:
    """Note which unique values are this one's. Misfit: one of those told is another's."""
    if told:
        house.settle("organisation", {organisation.pk: organisation.custom})
        house.refuse_taken("organisation", organisation.pk, organisation.custom, told)


@transaction.atomic
def affiliate(
    person: Person,
    organisation: Organisation,
    *,
    by: User,
    role: str = "",
    since: date | None = None,
    until: date | None = None,
    is_main: bool = False,
) -> Affiliation:
    """Give a person a place in an organisation. The same place twice is one; a new main place replaces the old one."""
    require(by, "person.edit", person)
    check_days(since, until)
    held(person.canonical_id)
    if is_main:
        Affiliation.objects.filter(person__canonical_id=person.canonical_id, is_main=True).update(is_main=False)
    place, _ = Affiliation.objects.update_or_create(
        person_id=person.canonical_id,
        organisation_id=organisation.merged_into_id or organisation.pk,
        role=tidy(role, at_most=120),
        since=since,
        defaults={"until": until, "is_main": is_main},
    )
    journal.note("person.affiliated", person, by=by, organisation=organisation.pk, role=place.role)
    return place


@transaction.atomic
def leave(place: Affiliation, *, by: User, on: date) -> Affiliation:
    """A person leaves an organisation: the place stays on record with its last day."""
    require(by, "person.edit", place.person)
    if place.since and on < place.since:
        raise Unfit("The end lies before the beginning.", field="until")
    held(place.person_id)
    place.until, place.is_main = on, False
    place.save(update_fields=["until", "is_main"])
    journal.note("person.left", place.person, by=by, organisation=place.organisation_id, on=on.isoformat())
    return place


def by_names(names: Iterable[str]) -> dict[str, int]:
    """The organisations of these names by folded name; of several of one name the oldest, of merged ones what they became."""
    wanted = {key for name in names if (key := fold(name)[:200])}
    found = Organisation.objects.filter(name_key__in=bulk.among_texts(wanted)).values("name_key")
    found = found.annotate(first=Min(Coalesce("merged_into", "pk")))
    return dict(found.values_list("name_key", "first"))


def make(names: Sequence[str], *, now: datetime, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """Rows for organisations that are not there yet, by folded name; those that are there are found.

    `known`: what `by_names` just told of these names, where the caller asked already. Two statements for any number.
    """
    found = dict(by_names(names) if known is None else known)
    new: dict[str, tuple[Any, ...]] = {}
    for name in dict.fromkeys(names):
        key = fold(name)[:200]
        if key and key not in found and key not in new:
            new[key] = (tidy(name, at_most=200), key, "", "", "", "", [], now, now)
    made = bulk.insert(Organisation, _MADE, list(new.values()), returning="name_key, id")
    return found | {str(key): int(number) for key, number in made}


def _stands(organisation: Organisation, name: str, value: Any) -> bool:
    """Whether a form only sends back the number that a file wrote without its country, which nobody could enter."""
    phone = organisation.phone
    return name == "phone" and bool(phone) and value == phone and not phone_key(phone)


def _read(changes: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "tags":
            values["tags"] = clean_tags(value)
        elif name == "stage":
            if (value or "") not in STAGES:
                raise Unfit("A stage is lead, customer, former or empty.", field="stage")
            values["stage"] = value or ""
        elif name in ("owner", "team"):
            values[f"{name}_id"] = row_id(name, value)
        elif name == "parent":
            values["parent_id"] = _parent(value)
        elif name in LENGTHS:
            values[name] = _field(name, str(value or ""))
        else:
            raise Unfit(f"There is no field “{name[:40]}” to edit.", field=name)
    if "name" in values:
        if not values["name"]:
            raise Unfit("An organisation needs a name.", field="name")
        values["name_key"] = fold(values["name"])[:200]
    return values


def _parent(value: Any) -> int | None:
    """The number of an organisation that is told as a row, a number or its digits. Unfit: there is none, or none any more."""
    if value in (None, ""):
        return None
    number = str(value.pk if isinstance(value, Organisation) else value)
    found = Organisation.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise Unfit("There is no such organisation.", field="parent")
    return found.merged_into_id or found.pk


def _field(name: str, value: str) -> str:
    text = tidy(value, at_most=LENGTHS[name] + 1)
    if len(text) > LENGTHS[name]:
        raise Unfit(f"This is longer than {LENGTHS[name]} letters.", field=name)
    if name == "phone" and text:
        text = phone_key(text)
        if not text:
            raise Unfit("This is not a number with its country code.", field=name)
    if name == "domain" and text:
        try:
            return parse_domain(text)
        except ValueError as error:
            raise Unfit(f"“{text[:60]}” is not a web domain.", field=name) from error
    return text
