"""A finished sign-in proves an account: whoever signed in was sent to its network and came back with its word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.connectors.contract import Handle
from mutuals.identity import edges, ours
from mutuals.identity.models import Edge, Verdict
from mutuals.identity.proofs import record
from mutuals.people import erased, profiles
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.staff.models import User
from mutuals.staff.permissions import require

NETWORKS = (
    "amazon", "apple", "bluesky", "discord", "facebook", "github", "gitlab", "google", "instagram", "linkedin", "mastodon",
    "microsoft", "paypal", "reddit", "spotify", "telegram", "threads", "tiktok", "twitch", "twitter", "xing", "youtube",
)  # fmt: skip
"""Where one can sign in, by the names that profiles have here."""
_KEYS = {
    "bluesky": (re.compile(r"did:[a-z]+:[\w.:%-]+"), "the account's DID (did:plc:…), not its handle"),
    "mastodon": (
        re.compile(r"https://[^/\s]+/\S+"),
        "the account's own address (https://server.example/users/name), not its handle",
    ),
    "github": (re.compile(r"\d+"), "the account's number, not its name"),
}


@dataclass(frozen=True, slots=True)
class Vouched:
    """What became of a sign-in that somebody told us of. `is_new`: False where it was known already."""

    profile: Profile
    outcome: Literal[
        "linked", "asked", "left"
    ]  # it is another person's, so staff are asked; staff said it is not theirs
    pair: int | None  # of `asked`: the pair in the review
    is_new: bool


class NotTaken(ValueError):
    """The account cannot be this person's by a sign-in alone; the message says why. Nothing is linked."""


@gate.giving_way
@transaction.atomic
def oauth(person: Person, handle: Handle, *, now: datetime) -> tuple[int, bool]:
    """Link the account that a network vouched for after its owner signed in; returns the profile's id, and whether it was news.

    The caller has finished the sign-in in this person's own session, and `handle` is what the network answered to it, not
    what a form said. Refused (NotTaken): an account of somebody who asked to be forgotten, and one that is somebody else's,
    an organisation's or our own (another person's goes to the review). Gone: the person was erased.
    """
    gate.enter()
    if not Person.objects.filter(pk=person.canonical_id).exists():
        raise Gone
    if erased.which(erased.known_as(handle)):
        raise NotTaken("The owner of this account asked to be forgotten.")
    if ours.speaks(handle):
        raise NotTaken("This account is our own or an organisation's.")
    row = profiles.ensure([handle], now=now)[handle.network, handle.key]
    if row.is_ours or row.organisation_id:
        raise NotTaken("This account is our own or an organisation's.")
    Profile.objects.select_for_update(no_key=True).get(pk=row.id)  # of those who tell the same at once one is first
    subject = f"person:{person.canonical_id}"
    is_new = not record.holds(row.id, "sign_in", subject)
    if is_new:
        journal.note("account.signed_in", f"person:{person.canonical_id}", by=record.BY, profile=row.id)
    record.keep(row.id, "sign_in", subject, seen=f"profile:{row.id}", now=now, is_lasting=True)
    record.conclude([row.id], now=now)
    return row.id, is_new


@gate.giving_way
@transaction.atomic
def vouch(person: Person, handle: Handle, *, by: User, now: datetime) -> Vouched:
    """A program of ours, such as the shop, says that a customer of its own signed in with an account. Twice is once.

    Refused: a network at which nobody signs in, or a key that is not the network's own id; what `oauth` refuses.
    """
    require(by, "identity.vouch")
    handle = _clean(handle)
    number, is_new = oauth(person, handle, now=now)
    if is_new:
        journal.note("account.vouched", f"person:{person.canonical_id}", by=by, profile=number)
    row = Profile.objects.select_related("person").get(pk=number)
    if row.person is not None and row.person.canonical_id == person.canonical_id:
        return Vouched(row, "linked", None, is_new=is_new)
    pair = _pair(row, person) if row.person is not None else None
    return Vouched(row, "asked" if pair else "left", pair.pk if pair else None, is_new=is_new)


def _clean(handle: Handle) -> Handle:
    network = handle.network.strip().casefold()
    if network not in NETWORKS:
        near = get_close_matches(network[:30], NETWORKS, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(NETWORKS)}."
        raise Refusal(f"Nobody signs in at “{network[:30]}”.{hint}", fields={"network": "Not a network that we know."})
    key = one_line(handle.key, what="Key", longest=profiles.LONGEST_KEY)
    form, words = _KEYS.get(network, (None, ""))
    if form is not None and not form.fullmatch(key):
        raise Refusal(f"The key at {network} is {words}.", fields={"key": f"Is {words}."})
    name = one_line(handle.name, what="Name", longest=300, needed=False)
    url = handle.url if handle.url.startswith("https://") else ""
    return Handle(network, key, name, shown=handle.shown, url=url)


def _pair(row: Profile, person: Person) -> Edge | None:
    """The open question whether an account that another one has is this person's."""
    theirs = Profile.objects.filter(person__canonical_id=person.canonical_id, network=profiles.OWN)
    found = edges.between([row.pk], theirs.values_list("pk", flat=True)).filter(verdict=Verdict.UNSURE)
    return found.order_by("-pk").first()
