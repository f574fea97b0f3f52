"""Cards of persons and of profiles that are nobody's: all that their profiles say, read for comparing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from mutuals.base import bulk
from mutuals.identity.model.card import Card
from mutuals.identity.proofs.addresses import page
from mutuals.identity.reading import handles, names, signature, sites
from mutuals.identity.reading import places as towns
from mutuals.people.profiles import OWN

MOST_NAMES = 8
MOST_ADDRESSES = 3  # that one biography names
MOST = 100  # profiles of one person that are read; who has more is found by the first hundred
READ = """f.id, f.network, f.key, f.name, f.shown, f.url, CASE WHEN f.is_bot THEN 'bot' ELSE f.label END, f.fields::text, ARRAY(
    SELECT c.reference || ' interaction:' || c.interaction_id FROM identity_cited c WHERE c.profile_id = f.id AND c.counts
    UNION ALL SELECT c.reference || ' ' || c.about FROM identity_cited c WHERE c.holder_id = f.id AND c.counts
)"""
"""What is read of a profile `f`, in this order."""
_OF_PEOPLE = f"""
SELECT p.canonical_id, {READ}
FROM people_person p CROSS JOIN LATERAL (
    SELECT * FROM people_profile f WHERE f.person_id = p.id ORDER BY f.id LIMIT %s
) f WHERE p.canonical_id = ANY(%s::bigint[])
"""  # noqa: S608
_OF_NOBODY = f"SELECT NULL, {READ} FROM people_profile f WHERE f.id = ANY(%s::bigint[])"  # noqa: S608
_PLACES = """
SELECT p.canonical_id, o.name FROM people_person p JOIN people_affiliation a ON a.person_id = p.id
JOIN people_organisation o ON o.id = a.organisation_id
WHERE p.canonical_id = ANY(%s::bigint[]) AND a.until IS NULL ORDER BY a.id
"""
_REFUSED = """
SELECT p.canonical_id, f.network, f.name FROM people_person p
JOIN identity_link l ON l.person_id = p.id AND l.state = 'rejected' AND l.until IS NULL AND l.by LIKE 'staff:%%'
JOIN people_profile f ON f.id = l.profile_id WHERE p.canonical_id = ANY(%s::bigint[]) ORDER BY l.id DESC LIMIT 1000
"""
_HOUSES = """
SELECT DISTINCT g.host FROM unnest(%s::varchar[]) AS g(host)
JOIN people_organisation o ON o.domain IN (g.host, 'www.' || g.host) AND o.domain <> ''
"""
_FORM = "web"  # whoever fills in a form tells a name there, no handle: two of one name have no account in common
_NAMELESS = ("email", "phone", _FORM, OWN)
_TOLD_HANDLES = ("mastodon", "bluesky")  # networks of which a file may tell a person's handle
_ONE_EACH = ("facebook", "linkedin", "xing")  # networks whose terms allow a person one account


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
    letter: str = ""  # "interaction:9", under which its signature stood
    cited: Sequence[str] = ()  # "K20311 interaction:9" where it named it, "K20311 order:7" where it is its own


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is compared: one person with all profiles, or one profile that is nobody's."""

    person: int | None
    profile: int | None
    profiles: tuple[int, ...]
    card: Card
    voices: tuple[Voice, ...] = ()


def of(people: Sequence[int], profiles: Sequence[int], read: Iterable[Sequence[Any]] = ()) -> list[Whom]:
    """The cards of canonical persons and of unlinked profiles; five statements at most. Who has no profile has none.

    `read` are unlinked profiles of which the caller holds `READ` already.
    """
    rows = [(None, *one) for one in read]
    places, refused = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    if people:
        rows += bulk.execute(_OF_PEOPLE, [MOST, bulk.numbers(people)])
        for person, name in bulk.execute(_PLACES, [bulk.numbers(people)]):
            places[person].append(name)
        for person, network, name in bulk.execute(_REFUSED, [bulk.numbers(people)]):
            if network != _FORM:
                refused[person].append(handles.read(name[:200], network).core)
    if profiles:
        rows += bulk.execute(_OF_NOBODY, [bulk.numbers(profiles)])
    held = defaultdict[tuple[int | None, int | None], list[Voice]](list)
    for holder, number, network, key, name, shown, url, label, fields, cited in rows:
        whom = (holder, None) if holder is not None else (None, number)
        if len(held[whom]) < MOST:
            said = from_json(fields)
            told = {field: one.get("value") for field, one in said.items() if not _is_claimed(field, one)}
            letter = str(said.get("signature", {}).get("by", ""))
            held[whom].append(Voice(number, network, key, name, shown, url, label, told, letter, cited))
    made = {
        whom: card(voices, places.get(whom[0] or 0, ()), refused.get(whom[0] or 0, ())) for whom, voices in held.items()
    }
    houses = _houses(made.values())
    return [
        Whom(*whom, tuple(voice.id for voice in voices), without(made[whom], houses), tuple(voices))
        for whom, voices in held.items()
    ]


def _is_claimed(field: str, said: Mapping[str, Any]) -> bool:
    """Whether somebody wrote an account into a form, which may be anybody's: it is not held to be theirs."""
    return field in _TOLD_HANDLES and str(said.get("by", "")).startswith("form:")


def _houses(made: Iterable[Card]) -> frozenset[str]:
    """The hosts that are an organisation's: whoever names their employer's site names nothing of their own."""
    named = {host for one in made for host in (*one.hosts, *map(sites.own_domain, one.emails)) if host}
    return frozenset(host for (host,) in bulk.execute(_HOUSES, [sorted(named)])) if named else frozenset()


def without(one: Card, houses: frozenset[str]) -> Card:
    """The card without hosts that are not the holder's own."""
    return replace(one, hosts=tuple(host for host in one.hosts if host not in houses), houses=houses) if houses else one


def card(voices: Sequence[Voice], places: Iterable[str] = (), refused: Iterable[str] = ()) -> Card:
    """What the profiles of one holder say together, and which handles staff refused. Own records come first: staff wrote them.

    Given and family names stand in pairs: the first of one belongs to the first of the other.
    """
    ordered = sorted(voices, key=lambda voice: (voice.network != OWN, voice.id))[:MOST]
    held = [pair for voice in ordered for pair in _handles(voice)]
    taken = frozenset(form for network, handle in held for form in handles.forms(handle, network))
    called = [name for voice in ordered for name in _names(voice, taken)]
    pairs = list(dict.fromkeys(pair for name in called for pair in _pairs(name)))[:MOST_NAMES]
    pages = [site for voice in ordered for site in _sites(voice)]
    own = [voice for voice in ordered if voice.label != "shared"]
    return Card(
        key=str(ordered[0].id),
        given=tuple(given for given, _ in pairs),
        family=tuple(family for _, family in pairs),
        names=_once(" ".join(name.words) for name in called),
        handles=_once((network, handles.read(handle, network).core) for network, handle in held),
        emails=_once(sites.address(told) for told in [*_keys(own, "email"), *_told(ordered, "email")]),
        phones=_once([*_keys(own, "phone"), *_told(ordered, "phone")]),
        hosts=_once(sites.host(page) for page in [*pages, *_own_domains(ordered)]),
        links=_once(link for link in map(_page, [*(voice.url for voice in ordered), *pages]) if link),
        cities=_once([*_told(ordered, "city"), *_told(ordered, "place")]),
        organisations=_once(
            [*places, *_told(ordered, "employer"), *_told(ordered, "organisation"), *_signed(ordered, "employer")]
        ),
        birth_dates=_once(_told(ordered, "birthday")),
        languages=_once([*_told(ordered, "language"), *_written(ordered)]),
        pictures=_once(_told(ordered, "picture")),
        accounts=_once(account for voice in ordered for account in _accounts(voice)),
        named=_once(account for voice in ordered for account in _named(voice)),
        signed=_once(told for voice in ordered for told in _signed_ways(voice)),
        mentioned=_once(place for bio in _told(ordered, "bio") for place in towns.mentioned(bio)),
        sole=_once(
            _account(*_of(voice)) for voice in own if voice.network in _ONE_EACH and voice.label in ("", "personal")
        ),
        holders=_once(pair for voice in ordered for pair in _holders(voice)),
        firms=_once(voice.shown[:200] for voice in ordered if signature.is_firm(voice.shown)),
        cited=_once(one.partition(" ")[0] for voice in ordered for one in voice.cited),
        refused=_once(refused)[:MOST],
        presences=len(ordered),
    )


def _once(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _keys(voices: Iterable[Voice], network: str) -> list[str]:
    return [voice.key for voice in voices if voice.network == network]


def _told(voices: Iterable[Voice], name: str) -> list[str]:
    return [value[:200] for voice in voices if isinstance(value := voice.told.get(name), str) and value]


def _written(voices: Iterable[Voice]) -> list[str]:
    """The languages that they wrote in."""
    told = [voice.told.get("writes") for voice in voices]
    return [one[:12] for many in told if isinstance(many, list) for one in many if isinstance(one, str)]


def _signed(voices: Iterable[Voice], name: str) -> list[str]:
    """What stands in the signatures under their letters. Only names are taken: anybody can put another's number there."""
    signatures = [told for voice in voices if isinstance(told := voice.told.get("signature"), dict)]
    return [value[:200] for one in signatures if isinstance(value := one.get(name), str) and value]


def _names(voice: Voice, taken: Collection[str]) -> list[names.Name]:
    """What the profile says its holder is called; a handle of theirs that is told as a name (`taken`) is none."""
    given, family = voice.told.get("given_name"), voice.told.get("family_name")
    if isinstance(given, str) and isinstance(family, str) and given and family:
        return list(names.readings(given=given[:200], family=family[:200]))
    shown = voice.shown or (voice.name if voice.network == _FORM else "")
    said = [voice.told.get("name"), shown if voice.network != OWN else "", *_signed([voice], "name")]
    told = [one[:200] for one in said if isinstance(one, str) and one and one != voice.key]
    told = [one for one in told if handles.is_name(one, taken)]
    return [name for one in dict.fromkeys(told) for name in names.readings(one)]


def _pairs(name: names.Name) -> Iterator[tuple[str, str]]:
    """Given and family name; a name in the middle may be the first half of the family name."""
    if name.family:
        yield name.given, name.family
        if name.given and name.middle and len(name.middle[-1]) > 1:
            yield name.given, name.middle[-1] + name.family


def _handles(voice: Voice) -> Iterator[tuple[str, str]]:
    """Network and handle as written."""
    if voice.network not in _NAMELESS and not voice.network.startswith("crm:") and voice.name:
        yield _of(voice)
    for network in _TOLD_HANDLES:
        if isinstance(told := voice.told.get(network), str) and told:
            yield network, told[:200]


def _of(voice: Voice) -> tuple[str, str]:
    return voice.network, voice.name[:200]


def _account(network: str, handle: str) -> str:
    """A whole account: `bea@tea.example`, `bea.example` of Bluesky, `github bea` elsewhere; "" for a part of one."""
    plain = handle.strip().lstrip("@").lower()
    if network == "mastodon" or "@" in plain:
        return plain if "@" in plain else ""
    if network == "bluesky":
        return plain if "." in plain else ""
    return f"{network} {plain}" if network and plain else ""


def _accounts(voice: Voice) -> Iterator[str]:
    if voice.network not in _NAMELESS and not voice.network.startswith(("crm:", "shop:")):
        yield _account(*_of(voice))
    for network in _TOLD_HANDLES:
        if isinstance(told := voice.told.get(network), str) and told:
            yield _account(network, told[:200])


def _holders(voice: Voice) -> Iterator[tuple[str, str]]:
    """The whole account and the network's own number of who holds it, which stays when an account changes hands."""
    account = _account(*_of(voice))
    if (
        voice.network not in _NAMELESS
        and account
        and voice.key.lstrip("@").lower() not in (account, account.split(" ")[-1])
    ):
        yield account, voice.key[:200]


def _named(voice: Voice) -> list[str]:
    """Accounts that a biography or a signature calls its own, or anybody else's, and mail addresses of a biography: nobody
    asked them, so that no address is held to be the holder's for it."""
    bio, signed = voice.told.get("bio"), voice.told.get("signature")
    told = list(signature.handles(bio)) if isinstance(bio, str) else []
    addresses = map(sites.address, signature.addresses(bio)) if isinstance(bio, str) else ()
    reached = [one for one in addresses if one and one != voice.key][:MOST_ADDRESSES]
    pairs = signed.get("handles") if isinstance(signed, dict) else None
    for pair in pairs[:10] if isinstance(pairs, list) else []:
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
            told.append((pair[0], pair[1][:200]))
    own = set(_accounts(voice))
    accounts = [account for network, handle in told if (account := _account(network, handle)) and account not in own]
    return [*reached, *accounts]


def _signed_ways(voice: Voice) -> list[str]:
    """Addresses, numbers and hosts that stand under somebody's letters."""
    signed = voice.told.get("signature")
    if not isinstance(signed, dict):
        return []
    ways = {
        name: [one for one in signed.get(name) or [] if isinstance(one, str)][:10]
        for name in ("emails", "phones", "sites")
    }
    found = [*map(sites.address, ways["emails"]), *ways["phones"], *map(sites.host, ways["sites"])]
    return [one for one in found if one != voice.key]


def _own_domains(voices: Iterable[Voice]) -> list[str]:
    """Handles of Bluesky that are a domain of one's own."""
    told = [voice.name.lstrip("@").lower() for voice in voices if voice.network == "bluesky" and "." in voice.name]
    return [name for name in told if ".".join(name.split(".")[-2:]) not in sites.HOSTERS]


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
