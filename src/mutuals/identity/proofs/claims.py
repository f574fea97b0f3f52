"""What profiles claim of themselves, and which of it is worth a look: only what could tell us something about a person.

A stranger's page is not fetched for its own sake. It is looked at where somebody's record names it, an organisation has its
domain, or another profile is proven by it; then one fetch serves everybody who claims it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from mutuals.base import bulk, jobs
from mutuals.identity.models import Proof
from mutuals.identity.proofs import record
from mutuals.identity.proofs.addresses import domain, host, may_call, page, spellings

PAGE, DOMAIN, PICTURES = "identity.look_at_page", "identity.look_at_domain", "identity.look_at_pictures"
MOST_PAGES = 10  # of one profile
MOST_CLAIMANTS = 200  # of one page: who is claimed by more is nobody's own page
_TOLD = """
SELECT id, network, key, name, person_id, fields::text FROM people_profile
WHERE id = ANY(%s) AND NOT is_ours AND organisation_id IS NULL
    AND (network = 'bluesky' OR fields ?| array['sites', 'proven_sites', 'website', 'avatar'])
"""
_RECORDED = f"""
SELECT f.fields->'website'->>'value' FROM people_profile f WHERE f.person_id IS NOT NULL AND f.fields ? 'website'
    AND {record.VOUCHED} AND lower(left(regexp_replace(regexp_replace(
        f.fields->'website'->>'value', '^(https?://)?(www\\.)?', '', 'i'), '/+$', ''), 300)) = ANY(%s)
UNION ALL
SELECT substr(subject, 6) FROM identity_proof WHERE subject = ANY(%s::varchar[]) AND ended_at IS NULL
"""  # noqa: S608 - words of ours
_ORGANISED = "SELECT domain FROM people_organisation WHERE domain <> '' AND domain = ANY(%s::varchar[])"
_PROVEN = "SELECT 1 FROM identity_proof WHERE profile_id = ANY(%s) AND ended_at IS NULL LIMIT 1"
_CLAIMANTS = """
SELECT id, network, key, name, person_id, fields::text FROM people_profile
WHERE fields ? 'sites' AND fields->'sites'->'value' ?| %s AND NOT is_ours AND organisation_id IS NULL
ORDER BY id LIMIT %s
"""

_ACCOUNTS = "SELECT id FROM people_profile WHERE name = ANY(%s) AND network = 'bluesky' LIMIT %s"


_UNSHOWN = "The network does not show the site as verified any more."


@dataclass(frozen=True, slots=True)
class Teller:
    """A profile as far as it claims something. `pages` are those that it names as its own, with the address as written."""

    id: int
    network: str
    key: str
    name: str
    person: int | None
    told: Mapping[str, Any]
    pictured: str = ""  # the address of the portrait whose hash is kept

    @property
    def portrait(self) -> str:
        """The address of a portrait that was not looked at yet; "" = there is none."""
        address = str(self.told.get("avatar") or "")
        return address if address[:200] != self.pictured and may_call(address) else ""

    @property
    def pages(self) -> dict[str, str]:
        return _pages(self.told.get("sites"))

    @property
    def domain(self) -> str:
        """The handle of an account of the AT Protocol; "" elsewhere."""
        return domain(self.name) if self.network == "bluesky" and self.key.startswith("did:") else ""

    @property
    def website(self) -> str:
        """What a record of a person says is their page; not what a profile says of itself."""
        return str(self.told.get("website") or "") if self.person is not None else ""


def _teller(row: Sequence[Any]) -> Teller:
    number, network, key, name, person, fields = row
    read = from_json(fields)
    told = {field: one.get("value") for field, one in read.items()}
    return Teller(number, network, key, name, person, told, read.get("picture", {}).get("by", ""))


def _pages(addresses: Any) -> dict[str, str]:
    told = [one for one in addresses[:MOST_PAGES] if isinstance(one, str)] if isinstance(addresses, list) else []
    return {where: one for one in told if (where := page(one))}


def told_by(profile_ids: Iterable[int]) -> list[Teller]:
    """Those of the profiles that claim anything."""
    return [_teller(row) for row in bulk.execute(_TOLD, [sorted(set(profile_ids))])]


def claimants(of: str) -> list[Teller]:
    """The profiles that name a page as their own; [] where too many do."""
    rows = bulk.execute(_CLAIMANTS, [spellings(of), MOST_CLAIMANTS + 1])
    found = [one for one in map(_teller, rows) if of in one.pages]
    return found if len(rows) <= MOST_CLAIMANTS else []


def look(profile_ids: Iterable[int], *, now: datetime) -> list[tuple[int, int]]:
    """Profiles changed: take down what their networks found, defer looks that may prove something, and link what is proven.

    A handful of statements for any number of profiles, one where nobody claims anything. Returns what `conclude` returns.
    """
    tellers = told_by(profile_ids)
    if not tellers:
        return []
    held: dict[int, dict[str, Proof]] = {one.id: {} for one in tellers}
    if bulk.execute(_PROVEN, [list(held)]):
        for proof in Proof.objects.filter(profile__in=list(held), ended_at=None):
            held[proof.profile_id][f"{proof.kind} {proof.subject}"] = proof
    changed = {number for number, proofs in held.items() if proofs}
    changed |= {one.id for one in tellers if _take_down(one, held[one.id], now)}
    known = _worth(where for one in tellers for where in (*one.pages, *filter(None, [one.domain])))
    for one in tellers:
        for where in known.intersection(one.pages):
            if not {f"rel_me page:{where}", f"verified_field page:{where}"} & held[one.id].keys():
                _defer_page(where, one)
        by_domain = {proof.subject for proof in held[one.id].values() if proof.kind == "domain"}
        if (one.domain in known or by_domain) and by_domain != {f"page:{one.domain}"}:
            _defer_domain(one.id)
    if pictures := [one.id for one in tellers if one.portrait]:
        jobs.later(PICTURES, profile_ids=pictures)
    changed |= _recorded(tellers)
    return record.conclude(changed, now=now) if changed else []


def look_at_touched(*, now: datetime, most: int) -> list[tuple[int, int]]:
    """`look` for those who wait to be compared, before they are: what is proven needs no weighing."""
    rows = bulk.execute("SELECT profile_id FROM identity_touched ORDER BY profile_id DESC LIMIT %s", [most])
    return look((number for (number,) in rows), now=now) if rows else []


def _take_down(one: Teller, held: Mapping[str, Proof], now: datetime) -> bool:
    """The sites that the network found to lead back; one that it does not tell any more is lost. True where any is new."""
    told = one.told.get("proven_sites")
    if not isinstance(told, list):
        return False
    told_now = {f"page:{where}" for where in _pages(told)}
    known = {proof.subject: proof for proof in held.values() if proof.kind == "verified_field"}
    fresh = told_now - known.keys()
    if fresh:
        fresh -= _contradicted(one.id, fresh, now)
    for subject in sorted(fresh):
        record.keep(one.id, "verified_field", subject, seen=f"profile:{one.id}", now=now)
    for subject in sorted(known.keys() - told_now):
        record.lose(known[subject], why=_UNSHOWN, now=now)
    return bool(fresh)


def _contradicted(number: int, subjects: Iterable[str], now: datetime) -> set[str]:
    """What the network vouches for and a look of our own found otherwise; it is believed again when a month has passed."""
    rows = Proof.objects.filter(profile=number, kind="verified_field", subject__in=sorted(subjects))
    lost = rows.filter(ended_at__gt=now - record.AGAIN).exclude(ended_because__in=["", _UNSHOWN])
    return set(lost.values_list("subject", flat=True))


def _worth(claimed: Iterable[str]) -> set[str]:
    """Those of the pages and domains that a person's record names, that prove a profile already, or that are an
    organisation's."""
    asked = sorted(set(claimed))
    if not asked:
        return set()
    rows = bulk.execute(_RECORDED, [[one.lower()[:300] for one in asked], [f"page:{one}" for one in asked]])
    known = {page(str(told)) for (told,) in rows}
    theirs = {str(name).removeprefix("www.") for (name,) in bulk.execute(_ORGANISED, [record.spelt(map(host, asked))])}
    return {one for one in asked if one in known or host(one) in theirs}


def _recorded(tellers: Sequence[Teller]) -> set[int]:
    """Persons' records name pages: who claims one is looked at; who is proven by one may be linked, and is returned."""
    pages = {where for one in tellers if one.website and (where := page(one.website))}
    if not pages:
        return set()
    written = [spelling for where in sorted(pages) for spelling in spellings(where)]
    first: dict[str, Teller] = {}
    for one in map(_teller, bulk.execute(_CLAIMANTS, [written, MOST_CLAIMANTS * 10])):
        for where in pages.intersection(one.pages):
            first.setdefault(where, one)
    for where, one in first.items():
        _defer_page(where, one)
    for (number,) in bulk.execute(_ACCOUNTS, [sorted(pages), MOST_CLAIMANTS]):
        _defer_domain(number)
    held = Proof.objects.filter(subject__in=[f"page:{where}" for where in pages], ended_at=None)
    return set(held.values_list("profile", flat=True)[: MOST_CLAIMANTS * 10])


def place_of(where: str) -> str:
    """A page's name in a job, which must not hold what somebody may ask to be erased: 24 letters of its hash."""
    return hashlib.sha256(where.encode("utf-8", "replace")).hexdigest()[:24]


def _defer_page(where: str, one: Teller) -> None:
    if may_call(one.pages[where]):
        jobs.later(PAGE, once=f"page:{place_of(where)}", profile_id=one.id, place=place_of(where))


def _defer_domain(profile_id: int) -> None:
    jobs.later(DOMAIN, once=f"domain:{profile_id}", profile_id=profile_id)
