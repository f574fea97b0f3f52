"""Looks that were deferred: one page for all who claim it, one domain, one portrait; and those that are due again."""

from __future__ import annotations

import json
from datetime import datetime

from django.conf import settings

from mutuals.base import bulk, clock
from mutuals.base.net import Http, NetError, guarded
from mutuals.channels.models import Source, SourceState
from mutuals.identity.models import Proof
from mutuals.identity.proofs import claims, record
from mutuals.identity.proofs.addresses import host, page
from mutuals.identity.proofs.claims import Teller
from mutuals.identity.proofs.looking import Look, names_did, page_read
from mutuals.identity.proofs.pictures import LARGEST, difference_hash
from mutuals.people.models import Profile

RECHECK = "identity.recheck"
MOST_DUE = 500  # of one round
_PICTURE = """
UPDATE people_profile SET fields = fields || jsonb_build_object('picture', %s::jsonb)
WHERE id = %s AND fields->'avatar'->>'value' = %s
"""


def out() -> Http:
    """The guarded way out with this installation's allow-list."""
    return guarded(settings.NET_ALLOW)[0]


def at_page(*, address: str, http: Http, now: datetime) -> Look:
    """Fetch a page once and judge all who claim it; what leads back is a proof, and one that no longer does is lost."""
    where = page(address)
    look = page_read(http, address)
    tellers = {one.id: one for one in claims.claimants(where)}
    held = list(Proof.objects.filter(subject=f"page:{where}", kind__in=["rel_me", "verified_field"], ended_at=None))
    tellers |= {one.id: one for one in claims.told_by(proof.profile_id for proof in held) if one.id not in tellers}
    found = {one.id: look.at(_addresses(one)) for one in tellers.values()}
    for proof in held:
        _judge(proof, found.get(proof.profile_id, look), now)
    for number in [number for number, one in found.items() if one.found and where in tellers[number].pages]:
        record.keep(number, "rel_me", f"page:{where}", seen=look.seen, now=now)
    record.conclude([*found, *(proof.profile_id for proof in held)], now=now)
    return look


def _addresses(one: Teller) -> list[str]:
    """Where a presence stands: its page, and its id where that is an address; for accounts of the fediverse also @name.

    Where the id is an address, a page on another host does not count: a server may give its accounts anybody's page.
    """
    url = Profile.objects.filter(pk=one.id).values_list("url", flat=True).first() or ""
    if one.key.startswith(("https://", "http://")) and host(page(one.key)) != host(page(url)):
        url = ""
    name, _, server = one.name.removeprefix("@").partition("@")
    return [url, one.key, *([f"https://{server}/@{name}"] if one.network == "mastodon" and server else [])]


def at_domain(*, profile_id: int, http: Http, now: datetime) -> Look | None:
    """Ask a domain which account it names; None where the handle is none by now, and what it proved is lost."""
    one = next(iter(claims.told_by([profile_id])), None)
    if one is None or not one.domain:
        for proof in Proof.objects.filter(profile=profile_id, kind="domain", ended_at=None):
            record.lose(proof, why="The account has no such handle any more.", now=now)
        return None
    look = names_did(http, one.domain, did=one.key, ask=_service())
    subject = f"page:{one.domain}"
    for proof in Proof.objects.filter(profile=one.id, kind="domain", ended_at=None):
        if proof.subject != subject:
            record.lose(proof, why="The account has another handle now.", now=now)
        else:
            _judge(proof, look, now)
    if look.found:
        record.keep(one.id, "domain", subject, seen=look.seen, now=now)
    record.conclude([one.id], now=now)
    return look


def _service() -> str:
    """A service that resolves handles: the one that we have an account on, or none."""
    rows = Source.objects.filter(connector="bluesky", state=SourceState.ACTIVE).order_by("pk")
    return next((str(row.settings.get("address", "")) for row in rows[:1]), "")


def _judge(proof: Proof, look: Look, now: datetime) -> None:
    if look.found is False:
        record.lose(proof, why=look.words, now=now)
    elif look.found is None and proof.kind != "verified_field":  # which its network goes on to vouch for
        record.unanswered(proof, now=now)
    else:
        record.keep(proof.profile_id, proof.kind, proof.subject, seen=proof.seen, now=now)


def at_picture(*, profile_id: int, http: Http, now: datetime) -> str:
    """Fetch a portrait and keep its hash ("" for none) beside the address it was made from; not twice from one address."""
    row = Profile.objects.filter(pk=profile_id).first()
    address = str(row.fields.get("avatar", {}).get("value", "")) if row else ""
    if row is None or not address or row.fields.get("picture", {}).get("by") == address[:200]:
        return ""
    try:
        reply = http.request("GET", address, timeout=10.0, max_bytes=LARGEST, headers={"accept": "image/*"})
        found = difference_hash(reply.body) if reply.status == 200 else ""
    except NetError:
        found = ""
    told = {"value": found, "at": now.isoformat(), "by": address[:200]}
    bulk.execute(_PICTURE, [json.dumps(told), profile_id, address])
    return found


def recheck(*, http: Http, now: datetime) -> int:
    """Look again at proofs whose time has come; each page and domain once. Returns how many proofs were due."""
    due = list(Proof.objects.filter(ended_at=None, again_at__lte=now).order_by("again_at", "pk")[:MOST_DUE])
    for subject in dict.fromkeys(proof.subject for proof in due if proof.kind in ("rel_me", "verified_field")):
        seen = next((proof.seen for proof in due if proof.subject == subject and "://" in proof.seen), "")
        address = seen or f"https://{subject.removeprefix('page:')}"
        at_page(address=address, http=http, now=now)
    for number in dict.fromkeys(proof.profile_id for proof in due if proof.kind == "domain"):
        at_domain(profile_id=number, http=http, now=now)
    return len(due)


def page_now(profile_id: int, place: str) -> None:
    """Job: `at_page` for that page of a profile, if it still claims it."""
    for one in claims.told_by([profile_id]):
        for where, address in one.pages.items():
            if claims.place_of(where) == place:
                at_page(address=address, http=out(), now=clock.now())


def domain_now(profile_id: int) -> None:
    """Job: `at_domain`."""
    at_domain(profile_id=profile_id, http=out(), now=clock.now())


def pictures_now(profile_ids: list[int]) -> None:
    """Job: `at_picture` for each."""
    http = out()
    for number in profile_ids:
        at_picture(profile_id=number, http=http, now=clock.now())


def recheck_now(timestamp: int = 0) -> None:
    """Job by the clock: `recheck`."""
    recheck(http=out(), now=clock.now())
