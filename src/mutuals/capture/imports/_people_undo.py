"""How people, their presences and places, and organisations that a file wrote are taken back.

A person whom the import made goes only as a whole: where something was done with them since, all that is theirs stays too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.db.models import F

from mutuals.base import bulk
from mutuals.base.models import BatchState, Change
from mutuals.capture.imports.linked import dropped, naming, pointing, worked_on
from mutuals.capture.imports.ways import Reasons, Told, Undoing, Way, along_people, undoes
from mutuals.identity import known, link
from mutuals.identity.models import LIVE, Edge, Link
from mutuals.people.models import Affiliation, Heard, Organisation, Person, Profile
from mutuals.people.names import fold
from mutuals.people.organisations import LENGTHS

_OF_PERSON = (
    "people.person", "people.profile", "people.heard", "people.affiliation", "identity.link", "identity.known",
)  # fmt: skip
OF_PROFILE = (
    "identity.link", "identity.edge", "identity.known", "identity.cited", "identity.proof", "identity.touched",
    "identity.renamed", "identity.guess",
)  # fmt: skip
_MERGED = "They were merged since."
_MORE = "They have a presence that this import did not bring."
_PLACED = "They have a place in an organisation that this import did not bring."
_SAID = "Somebody said whose it is since, or whose it is not."
_WHOLE = "Its person stays: "
_TAGS = "UPDATE people_person p SET tags = g.tags FROM {g} WHERE p.id = g.id"
_PROFILES = """
UPDATE people_profile p SET fields = g.fields, person_id = g.person_id, organisation_id = g.organisation_id
FROM {g} WHERE p.id = g.id
"""


def register() -> None:
    """Make the ways known."""
    undoes("person", Way(_people_told, _people_write, _people_remove))
    undoes("profile", Way(_profiles_told, _profiles_write, _profiles_remove))
    undoes("affiliation", Way(_columns(Affiliation), _written(Affiliation), _places_remove))
    undoes("organisation", Way(_columns(Organisation), _firms_write, _firms_remove))


def _columns(model: Any) -> Callable[[Sequence[int], Collection[str], Undoing], Told]:
    def told(ids: Sequence[int], names: Collection[str], _undoing: Undoing) -> Told:
        rows = model.objects.select_for_update(of=("self",)).filter(pk__in=bulk.among(ids)).order_by("pk")
        return {row.pk: {name: getattr(row, name) for name in names} for row in rows}

    return told


def _written(model: Any) -> Callable[[Told, Undoing], Reasons]:
    def write(values: Told, _undoing: Undoing) -> Reasons:
        for number, one in values.items():
            model.objects.filter(pk=number).update(**one)
        return {}

    return write


def _people_told(ids: Sequence[int], names: Collection[str], _undoing: Undoing) -> Told:
    rows = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=bulk.among(ids)).order_by("pk")
    tags = {name: name.removeprefix("tag:") for name in names}
    return {pk: {name: tag in has for name, tag in tags.items()} for pk, has in rows.values_list("pk", "tags")}


def _people_write(values: Told, undoing: Undoing) -> Reasons:
    """Tags that the file brought are taken off; those of others stay in their order."""
    rows = []
    for pk, tags in Person.objects.filter(pk__in=bulk.among(values)).order_by("pk").values_list("pk", "tags"):
        gone = {name.removeprefix("tag:") for name, stays in values[pk].items() if not stays}
        rows.append((pk, [tag for tag in tags if tag not in gone]))
    bulk.run(_TAGS, {"id": "bigint", "tags": "varchar[]"}, rows)
    return {}


def _people_remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    kept = stays(ids, undoing)
    gone = [number for number in ids if number not in kept]
    left = Profile.objects.filter(person__in=bulk.among(gone)).values_list("person_id", flat=True)
    kept |= dict.fromkeys(left, _MORE)
    gone = [number for number in gone if number not in kept]
    drop_people(gone)
    return kept


def drop_people(gone: Sequence[int]) -> None:
    """Delete persons who have no presence any more, with what machines made of them."""
    along_people(gone)
    known.forget([], gone)
    Heard.objects.filter(person__in=bulk.among(gone)).delete()
    Link.objects.filter(person__in=bulk.among(gone)).delete()
    bulk.execute(
        "DELETE FROM people_person WHERE id = ANY(%s::bigint[])", [bulk.numbers(gone)]
    )  # each points at itself


def stays(ids: Iterable[int], undoing: Undoing, *, brought: Collection[int] = ()) -> dict[int, str]:
    """Which persons that the import made are kept, and why: merged, worked on, vouched for, or something hangs on them.

    `brought` are profiles that came by it beside those which it told.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    ours = _of_batch(undoing)
    asked, ids_wanted = bulk.among(wanted), set(wanted)
    away = Person.objects.exclude(canonical=F("pk"))
    merged = [*away.filter(pk__in=asked).values_list("pk", "canonical_id")]
    merged += away.filter(canonical__in=asked).values_list("pk", "canonical_id")
    kept = dict.fromkeys([n for pair in merged for n in pair if n in ids_wanted], _MERGED)
    holders = dict(Profile.objects.filter(person__in=asked).values_list("pk", "person_id"))
    theirs = ours("profile", list(holders)) | set(brought)
    kept |= dict.fromkeys([person for pk, person in holders.items() if pk not in theirs], _MORE)
    places = dict(Affiliation.objects.filter(person__in=asked).values_list("pk", "person_id"))
    placed = ours("affiliation", list(places))
    kept |= dict.fromkeys([person for pk, person in places.items() if pk not in placed], _PLACED)
    for pk, why in pointing(Profile, list(holders), besides=OF_PROFILE).items():
        kept.setdefault(holders[pk], why)
    kept |= pointing(Person, wanted, besides=_OF_PERSON)
    kept |= naming("person", wanted) | worked_on("person", wanted, undoing)
    for about, words in _vouched([f"person:{number}" for number in wanted], undoing).items():
        kept.setdefault(int(about.partition(":")[2]), words)
    return kept


def _of_batch(undoing: Undoing) -> Callable[[str, Sequence[int]], set[int]]:
    def made(record: str, ids: Sequence[int]) -> set[int]:
        abouts = bulk.among_texts(f"{record}:{number}" for number in ids)
        rows = Change.objects.filter(batch=undoing.batch, about__in=abouts).values_list("about", flat=True)
        return {int(about.partition(":")[2]) for about in rows}

    return made


def _vouched(abouts: Sequence[str], undoing: Undoing) -> dict[str, str]:
    told = Change.objects.filter(about__in=bulk.among_texts(abouts), batch__kind="import").exclude(batch=undoing.batch)
    rows = told.exclude(batch__state__in=[BatchState.UNDOING, BatchState.UNDONE]).select_related("batch")
    return {one.about: f"{one.batch.words} says so too." for one in rows}


def _profiles_told(ids: Sequence[int], names: Collection[str], _undoing: Undoing) -> Told:
    asked = bulk.among(ids)
    rows = Profile.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=asked).order_by("pk")
    found: dict[int, dict[str, Any]] = {}
    roots = dict(Profile.objects.filter(pk__in=asked).values_list("pk", "person__canonical_id"))
    for row in rows:
        told = {name: row.fields.get(name.removeprefix("f:")) for name in names if name.startswith("f:")}
        found[row.pk] = told | {"person": roots.get(row.pk), "organisation": row.organisation_id}
    return found


def _profiles_write(values: Told, undoing: Undoing) -> Reasons:
    """What the file told by them, and whose they became."""
    rows = {row.pk: row for row in Profile.objects.filter(pk__in=bulk.among(values)).order_by("pk")}
    people = {row.person_id for row in rows.values() if row.person_id}
    kept = _whole(
        {row.pk: row.person_id for row in rows.values() if row.person_id and "person" in values[row.pk]}, undoing
    )
    for number, row in rows.items():
        if number in kept:
            continue
        for name, value in values[number].items():
            if name.startswith("f:"):
                row.fields.pop(name[2:], None)
                row.fields |= {name[2:]: value} if value is not None else {}
            elif name == "organisation":
                row.organisation_id = value
            else:
                _let_go(row, undoing)
    told = [(row.pk, json.dumps(row.fields), row.person_id, row.organisation_id) for row in rows.values()]
    bulk.run(_PROFILES, {"id": "bigint", "fields": "jsonb", "person_id": "bigint", "organisation_id": "bigint"}, told)
    _settle(people, undoing)
    return kept


def _let_go(row: Profile, undoing: Undoing) -> None:
    """A profile that was nobody's before is nobody's again; what was thought of it then stands again."""
    ours = Link.objects.filter(profile=row, by=f"import:{undoing.of.pk}", until=None, state__in=LIVE)
    since = list(ours.values_list("since", flat=True))
    ours.delete()
    Link.objects.filter(profile=row, until__in=since).update(until=None)
    row.person_id = None


def _profiles_remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    holders = dict(Profile.objects.filter(pk__in=bulk.among(ids)).values_list("pk", "person_id"))
    kept = _whole({pk: person for pk, person in holders.items() if person}, undoing)
    kept |= pointing(Profile, ids, besides=OF_PROFILE) | naming("profile", ids) | worked_on("profile", ids, undoing)
    kept |= _answered(ids)
    gone = [number for number in ids if number not in kept]
    known.forget(gone)
    Profile.objects.filter(pk__in=bulk.among(gone)).delete()
    _settle({holders[pk] for pk in gone if holders.get(pk)}, undoing)
    return kept


def _answered(ids: Sequence[int]) -> dict[int, str]:
    """Profiles of which staff said whose they are, or are not."""
    asked, wanted = bulk.among(ids), set(ids)
    both = [*Link.objects.filter(profile__in=asked, by__startswith="staff:").values_list("profile_id", flat=True)]
    thought = Edge.objects.filter(by__startswith="staff:", until=None)
    both += thought.filter(a__in=asked).values_list("a_id", flat=True)
    both += thought.filter(b__in=asked).values_list("b_id", flat=True)
    return {number: _SAID for number in both if number in wanted}


def _whole(holders: dict[int, int], undoing: Undoing) -> dict[int, str]:
    """Rows (by id, with their person) that stay because the import made their person, who stays."""
    made = Change.objects.filter(
        batch=undoing.batch, made=True, about__in=bulk.among_texts(f"person:{one}" for one in set(holders.values()))
    )
    people = [int(about.partition(":")[2]) for about in made.values_list("about", flat=True)]
    kept = stays(people, undoing)
    return {pk: f"{_WHOLE}{kept[person]}" for pk, person in holders.items() if person in kept}


def _settle(people: Collection[int], undoing: Undoing) -> None:
    """What stands on those who go on is chosen and counted anew; those whom the import made go in a moment."""
    asked = bulk.among_texts(f"person:{number}" for number in people)
    made = Change.objects.filter(batch=undoing.batch, made=True, about__in=asked)
    going = {int(about.partition(":")[2]) for about in made.values_list("about", flat=True)}
    roots = Person.objects.filter(pk__in=bulk.among(set(people) - going)).values_list("canonical_id", flat=True)
    link.settle(set(roots), now=undoing.now)


def _places_remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    kept = _whole(dict(Affiliation.objects.filter(pk__in=bulk.among(ids)).values_list("pk", "person_id")), undoing)
    kept |= dropped(Affiliation, "affiliation", [number for number in ids if number not in kept], undoing)
    return kept


def _firms_write(values: Told, undoing: Undoing) -> Reasons:
    del undoing
    rows = {row.pk: row for row in Organisation.objects.filter(pk__in=list(values))}
    for number, row in rows.items():
        for name, value in values[number].items():
            setattr(row, name, value or ({} if name == "custom" else ""))
        row.name_key = fold(row.name)[:200]
    Organisation.objects.bulk_update(rows.values(), [*LENGTHS, "name_key", "custom"])
    return {}


def _firms_remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    """An organisation goes where nobody but this import's own rows named it."""
    return dropped(Organisation, "organisation", ids, undoing)
