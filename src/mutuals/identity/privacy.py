"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from typing import Any

from mutuals.identity.models import Challenge, Link, Proof
from mutuals.people.privacy import Holder


def export(who: Holder) -> dict[str, Any]:
    """Every link of the person, live and past, with how we knew; what was proven; the codes that were sent."""
    rows = Link.objects.filter(person__in=who.person_ids)
    proofs = Proof.objects.filter(profile__in=who.profile_ids)
    codes = Challenge.objects.filter(person__in=who.person_ids)
    return {
        "links": list(rows.values("profile__network", "profile__key", "state", "because", "by", "since", "until")),
        "proofs": list(proofs.values("profile__network", "profile__key", "kind", "subject", "seen", "at", "ended_at")),
        "codes": list(codes.values("sent_to__network", "sent_to__key", "made_at", "ends_at", "met_at")),
    }


def erase(who: Holder) -> dict[str, int]:
    """Delete links, proofs and codes."""
    rows = Link.objects.filter(person__in=who.person_ids) | Link.objects.filter(profile__in=who.profile_ids)
    proofs = Proof.objects.filter(profile__in=who.profile_ids)
    codes = Challenge.objects.filter(person__in=who.person_ids) | Challenge.objects.filter(sent_to__in=who.profile_ids)
    return {"links": rows.delete()[0], "proofs": proofs.delete()[0], "codes": codes.delete()[0]}
