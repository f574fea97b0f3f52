"""Whose profile is it: exact only. The network's immutable id is the profile itself; beside it counts only an address or
number that the network vouches for and that already is one person's. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.connectors.contract import Handle
from mutuals.history.keep import Kept
from mutuals.identity.link import attach, is_refused
from mutuals.identity.models import LinkState
from mutuals.people.models import Profile


def authors(kept: Sequence[Kept]) -> None:
    """Link new authors whose network vouches for an address or number that is one person's already."""
    vouched = {
        one.placed.profile_id: handle
        for one in kept
        if one.is_new
        and not one.placed.is_ours
        and one.placed.profile_id
        and (handle := one.placed.arrived.envelope.author)
        and (handle.verified_email or handle.verified_phone)
    }
    if not vouched:
        return
    nobody = Profile.objects.filter(pk__in=vouched, person=None, organisation=None, is_ours=False)
    free = nobody.select_for_update(no_key=True).order_by("pk").in_bulk()
    holders = _holders([vouched[number] for number in free])
    now = max(one.placed.arrived.received_at for one in kept)
    for number in sorted(free):
        handle = vouched[number]
        people = {holders[key] for key in _keys(handle) if key in holders}
        if len(people) != 1 or is_refused(free[number], person := next(iter(people))):
            continue
        clues = [
            {"clue": f"{handle.network} vouches for the same {key[0]}", "detail": key[1], "for": True}
            for key in _keys(handle)
        ]
        attach([(number, person)], state=LinkState.PROVEN, because=clues, by="machine:identity", now=now)


def _keys(handle: Handle) -> list[tuple[str, str]]:
    keys = [("email", handle.verified_email.strip().casefold()), ("phone", handle.verified_phone.strip())]
    return [key for key in keys if key[1]]


def _holders(handles: Sequence[Handle]) -> dict[tuple[str, str], int]:
    keys = {key for handle in handles for key in _keys(handle)}
    rows = Profile.objects.filter(network__in=["email", "phone"], key__in=[key for _, key in keys]).exclude(person=None)
    return {
        (network, key): canonical
        for network, key, canonical in rows.values_list("network", "key", "person__canonical_id")
    }
