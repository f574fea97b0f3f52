"""Presences of our own: whoever speaks as us is nobody's account, and is not compared with anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mutuals.base import bulk, gate, journal
from mutuals.channels.models import Channel
from mutuals.connectors.contract import Handle
from mutuals.identity import edges, known, link
from mutuals.identity.models import LIVE, Edge, Link, LinkState, Verdict
from mutuals.people.models import Person, Profile

BY = "machine:ours"
_OURS = """
SELECT DISTINCT p.id FROM channels_channel c
JOIN people_profile p ON p.network = lower(c.network) AND p.key IN (c.key, lower(c.key))
WHERE NOT p.is_ours AND p.organisation_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM identity_link l WHERE l.profile_id = p.id AND l.until IS NULL AND l.state IN ('confirmed', 'proven')
        AND l.by LIKE 'staff:%%')
ORDER BY p.id
"""
"""Our presences are few, and profiles are found by network and key: this costs the same whatever the base."""


def mark(*, now: datetime) -> list[int]:
    """Profiles of our own presences are marked as ours; returns those that were not.

    What machines linked them to or thought of them ends. What staff linked to a person stays that person's: a member of
    staff may write from an address of their own that is a presence of the company too.
    """
    if not (found := _found()):
        return []
    with transaction.atomic():
        gate.enter()
        rows = list(Profile.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk"))
        numbers = [row.pk for row in rows]
        lost = sorted({row.person_id for row in rows if row.person_id is not None})
        Profile.objects.filter(pk__in=numbers).update(is_ours=True, person=None)
        open_links = Link.objects.filter(profile__in=numbers, until=None, state__in=[*LIVE, LinkState.SUGGESTED])
        open_links.update(until=now)
        thought = Edge.objects.filter(Q(a__in=numbers) | Q(b__in=numbers), until=None).exclude(
            verdict=Verdict.DIFFERENT
        )
        edges.end(thought, now=now)
        known.forget(numbers)
        journal.note_many("profile.ours", [f"profile:{number}" for number in numbers], by=BY)
        link.settle(_canonical(lost), now=now)
    return numbers


def speaks(handle: Handle) -> bool:
    """Whether an account is one of ours, however its address is spelled: in capitals, or with a slash at its end."""
    keys = Channel.objects.filter(network__iexact=handle.network).values_list("key", flat=True)
    return _plain(handle.key) in map(_plain, keys)


def _plain(key: str) -> str:
    return key.strip().casefold().rstrip("/")


def _found() -> list[int]:
    return [int(number) for (number,) in bulk.execute(_OURS, [])]


def _canonical(people: Sequence[int]) -> list[int]:
    return sorted(Person.objects.filter(pk__in=people).values_list("canonical_id", flat=True))
