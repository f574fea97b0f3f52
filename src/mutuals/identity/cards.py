"""Cards of persons and of profiles that are nobody's: all that their profiles say, read for comparing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from mutuals.base import bulk
from mutuals.identity.model.card import Card
from mutuals.identity.proofs.addresses import page
from mutuals.identity.reading import handles, names, sites
from mutuals.people.profiles import OWN

MOST_NAMES = 8
MOST = 100  # profiles of one person that are read; who has more is found by the first hundred
_OF_PEOPLE = """
SELECT p.canonical_id, f.id, f.network, f.key, f.name, f.shown, f.url, f.label, f.fields::text
FROM people_person p CROSS JOIN LATERAL (
    SELECT * FROM people_profile f WHERE f.person_id = p.id ORDER BY f.id LIMIT %s
) f WHERE p.canonical_id = ANY(%s::bigint[])
"""
_OF_NOBODY = """
SELECT NULL, f.id, f.network, f.key, f.name, f.shown, f.url, f.label, f.fields::text
FROM people_profile f WHERE f.id = ANY(%s::bigint[])
"""
_PLACES = """
SELECT p.canonical_id, o.name FROM people_person p JOIN people_affiliation a ON a.person_id = p.id
JOIN people_organisation o ON o.id = a.organisation_id
WHERE p.canonical_id = ANY(%s::bigint[]) AND a.until IS NULL ORDER BY a.id
"""
_NAMELESS = ("email", "phone", OWN)
_TOLD_HANDLES = ("mastodon", "bluesky")  # networks of which a file may tell a person's handle


@dataclass(frozen=True, slots=True)
class Voice:
    """One profile as far as it is compared."""

    id: int
    network: str
    key: str
    name: str
    shown: str
    url: str
    label: str
    told: Mapping[str, Any]  # what it says of itself: field -> value


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is compared: one person with all profiles, or one profile that is nobody's."""

    person: int | None
    profile: int | None
    profiles: tuple[int, ...]
    card: Card


def of(people: Sequence[int], profiles: Sequence[int]) -> list[Whom]:
    """The cards of canonical persons and of unlinked profiles; three statements at most. Who has no profile has none."""
    rows = list[tuple[Any, ...]]()
    places = defaultdict[int, list[str]](list)
    if people:
        rows += bulk.execute(_OF_PEOPLE, [MOST, bulk.numbers(people)])
        for person, name in bulk.execute(_PLACES, [bulk.numbers(people)]):
            places[person].append(name)
    if profiles:
        rows += bulk.execute(_OF_NOBODY, [bulk.numbers(profiles)])
    held = defaultdict[tuple[int | None, int | None], list[Voice]](list)
    for holder, number, network, key, name, shown, url, label, fields in rows:
        whom = (holder, None) if holder is not None else (None, number)
        if len(held[whom]) < MOST:
            told = {field: one.get("value") for field, one in from_json(fields).items()}
            held[whom].append(Voice(number, network, key, name, shown, url, label, told))
    return [
        Whom(person, profile, tuple(voice.id for voice in voices), card(voices, places.get(person or 0, ())))
        for (person, profile), voices in held.items()
    ]


def card(voices: Sequence[Voice], places: Iterable[str] = ()) -> Card:
    """What the profiles of one holder say together. Own records come first: staff wrote them.

    Given and family names stand in pairs: the first of one belongs to the first of the other.
    """
    ordered = sorted(voices, key=lambda voice: (voice.network != OWN, voice.id))[:MOST]
    called = [name for voice in ordered for name in _names(voice)]
    pairs = list(dict.fromkeys((name.given, name.family) for name in called if name.family))[:MOST_NAMES]
    pages = [site for voice in ordered for site in _sites(voice)]
    own = [voice for voice in ordered if voice.label != "shared"]
    return Card(
        key=str(ordered[0].id),
        given=tuple(given for given, _ in pairs),
        family=tuple(family for _, family in pairs),
        names=_once(" ".join(name.words) for name in called),
        handles=_once(pair for voice in ordered for pair in _handles(voice)),
        emails=_once(sites.address(told) for told in [*_keys(own, "email"), *_told(ordered, "email")]),
        phones=_once([*_keys(own, "phone"), *_told(ordered, "phone")]),
        hosts=_once(sites.host(page) for page in pages),
        links=_once(link for link in map(_page, [*(voice.url for voice in ordered), *pages]) if link),
        cities=_once([*_told(ordered, "city"), *_told(ordered, "place")]),
        organisations=_once(
            [*places, *_told(ordered, "employer"), *_told(ordered, "organisation"), *_signed(ordered, "employer")]
        ),
        birth_dates=_once(_told(ordered, "birthday")),
        languages=_once(_told(ordered, "language")),
        pictures=_once(_told(ordered, "picture")),
    )


def _once(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _keys(voices: Iterable[Voice], network: str) -> list[str]:
    return [voice.key for voice in voices if voice.network == network]


def _told(voices: Iterable[Voice], name: str) -> list[str]:
    return [value[:200] for voice in voices if isinstance(value := voice.told.get(name), str) and value]


def _signed(voices: Iterable[Voice], name: str) -> list[str]:
    """What stands in the signatures under their letters. Only names are taken: anybody can put another's number there."""
    signatures = [told for voice in voices if isinstance(told := voice.told.get("signature"), dict)]
    return [value[:200] for one in signatures if isinstance(value := one.get(name), str) and value]


def _names(voice: Voice) -> list[names.Name]:
    """What the profile says its holder is called."""
    given, family = voice.told.get("given_name"), voice.told.get("family_name")
    if isinstance(given, str) and isinstance(family, str) and given and family:
        return list(names.readings(given=given[:200], family=family[:200]))
    said = [voice.told.get("name"), voice.shown if voice.network != OWN else "", *_signed([voice], "name")]
    told = [one[:200] for one in said if isinstance(one, str) and one and "@" not in one and one != voice.key]
    return [name for one in dict.fromkeys(told) for name in names.readings(one)]


def _handles(voice: Voice) -> Iterator[tuple[str, str]]:
    if voice.network not in _NAMELESS and not voice.network.startswith("crm:") and voice.name:
        yield voice.network, handles.read(voice.name[:200], voice.network).core
    for network in _TOLD_HANDLES:
        if isinstance(told := voice.told.get(network), str) and told:
            yield network, handles.read(told[:200], network).core


def _sites(voice: Voice) -> list[str]:
    found = list[str]()
    for name in ("sites", "proven_sites"):
        value = voice.told.get(name)
        found += [one for one in value[:10] if isinstance(one, str)] if isinstance(value, list) else []
    for name in ("bio", "website", "extra"):
        value = voice.told.get(name)
        found += sites.links(value)[:10] if isinstance(value, str) else []
    website = voice.told.get("website")
    return [*found, website] if isinstance(website, str) and website and "//" not in website else found


def _page(address: str) -> str:
    """An address as a page; that of a whole site or of a link page that many share is none."""
    found = page(address)
    return found if "/" in found else ""
