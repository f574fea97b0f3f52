"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base import bulk
from mutuals.identity import cited, known
from mutuals.identity.evidence import CONFLICT
from mutuals.identity.models import Challenge, Cited, Edge, Link, LinkState, Merge, Proof, SecondLook, Split
from mutuals.people.models import Person, Profile
from mutuals.people.privacy import Holder

_READ_AGAIN = """
INSERT INTO identity_touched (profile_id)
SELECT min(f.id) FROM people_profile f WHERE f.person_id = ANY(%s::bigint[]) GROUP BY f.person_id
ON CONFLICT (profile_id) DO UPDATE SET at = clock_timestamp()
"""


def export(who: Holder) -> dict[str, Any]:
    """Every link of the person, live and past, with how we knew; what was thought of their profiles, proven, joined and split;
    the codes that were sent.

    Of an edge to somebody else's profile only the verdict is told: whose it is, and the clues, are theirs as well. So it is
    with a link to a presence that is not theirs, but was suggested, or held to be theirs once.
    """
    rows = Link.objects.filter(person__in=who.person_ids).order_by("pk")
    told = ("state", "by", "since", "until")
    proofs = Proof.objects.filter(profile__in=who.profile_ids)
    codes = Challenge.objects.filter(person__in=who.person_ids)
    columns = ("verdict", "probability", "by", "since", "until")
    inside = Edge.objects.filter(a__in=who.profile_ids, b__in=who.profile_ids).order_by("pk")
    outside = _edges(who).exclude(pk__in=inside.values("pk")).order_by("pk")
    return {
        "links": [
            *rows.filter(profile__in=who.profile_ids).values("profile__network", "profile__key", "because", *told),
            *rows.exclude(profile__in=who.profile_ids).values(*told),
        ],
        "thoughts": [
            *inside.values("a__network", "a__key", "b__network", "b__key", "because", *columns),
            *outside.values(*columns),
        ],
        "proofs": list(proofs.values("profile__network", "profile__key", "kind", "subject", "seen", "at", "ended_at")),
        "merges": list(
            Merge.objects.filter(kept__in=who.person_ids, gone__in=who.person_ids).values(
                "kept", "gone", "choices", "by", "at", "undone_by", "undone_at"
            )
        ),
        "splits": list(_splits(who).values("moved", "by", "at", "undone_by", "undone_at")),
        "named": list(
            Cited.objects.filter(profile__in=who.profile_ids).values(
                "profile__network", "profile__key", "reference", "at"
            )
        ),
        "codes": list(codes.values("sent_to__network", "sent_to__key", "made_at", "ends_at", "met_at")),
    }


def erase(who: Holder) -> dict[str, int]:
    """Delete links, thoughts, proofs, merges, splits and codes, and what is known for comparing; nobody finds them any more.

    Also what was told of them beside others: edges to other people's profiles, merges that were undone, and the details of
    what machines thought of those with whom they were one for a while.
    """
    rows = Link.objects.filter(person__in=who.person_ids) | Link.objects.filter(profile__in=who.profile_ids)
    proofs = Proof.objects.filter(profile__in=who.profile_ids)
    codes = Challenge.objects.filter(person__in=who.person_ids) | Challenge.objects.filter(sent_to__in=who.profile_ids)
    merges = Merge.objects.filter(Q(kept__in=who.person_ids) | Q(gone__in=who.person_ids))
    refused = rows.filter(state=LinkState.REJECTED).exclude(person__in=who.person_ids)
    beside = sorted(set(refused.values_list("person__canonical", flat=True)))  # what is known of them names the refused
    known.forget(who.profile_ids, [*who.person_ids, *beside])
    named = Cited.objects.filter(Q(profile__in=who.profile_ids) | Q(holder__in=who.profile_ids))
    cited.forget(named, besides=who.profile_ids)
    _blur(who)
    bulk.execute(_READ_AGAIN, [beside])
    return {
        "links": rows.delete()[0],
        "merges": merges.delete()[0],
        "splits": _splits(who).delete()[0],
        "second looks": SecondLook.objects.filter(edge__in=_edges(who)).delete()[0],
        "thoughts": _edges(who).delete()[0],
        "proofs": proofs.delete()[0],
        "codes": codes.delete()[0],
    }


def _edges(who: Holder) -> QuerySet[Edge]:
    return Edge.objects.filter(Q(a__in=who.profile_ids) | Q(b__in=who.profile_ids))


def _blur(who: Holder) -> None:
    """While two were one, a clue about the one may have been seen on the other: from then on nothing is told of where."""
    merges = Merge.objects.filter(Q(kept__in=who.person_ids) | Q(gone__in=who.person_ids))
    rows = [*merges.values_list("kept", "gone", "at"), *_splits(who).values_list("person", "to", "at")]
    beside = {number for *pair, _ in rows for number in pair} - set(who.person_ids)
    if not beside:
        return
    roots = Person.objects.filter(pk__in=beside).values("canonical")
    people = list(Person.objects.filter(canonical__in=roots).values_list("pk", flat=True))
    ours = Profile.objects.filter(person__in=people)
    said = Q(by__startswith="machine:", since__gte=min(at for *_, at in rows))
    for thoughts in (
        Edge.objects.filter(said, Q(a__in=ours) | Q(b__in=ours)),
        Link.objects.filter(said, Q(person__in=people) | Q(profile__in=ours)),
    ):
        for row in thoughts.only("because").iterator(chunk_size=500):
            row.because = [{**one, "detail": ""} for one in row.because if one.get("clue") != CONFLICT]
            row.save(update_fields=["because"])


def _splits(who: Holder) -> QuerySet[Split]:
    return Split.objects.filter(Q(person__in=who.person_ids) | Q(to__in=who.person_ids))
