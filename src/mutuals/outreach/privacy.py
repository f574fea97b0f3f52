"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from mutuals.outreach.models import Audience, Member, Pick, Response, Segment, Touch
from mutuals.people.privacy import Holder

TYPED = """
SELECT 'segment:' || id, 'name, words or condition of a segment', owner_id, concat_ws(' ', name, words, condition::text)
    FROM outreach_segment
UNION ALL SELECT 'campaign:' || id, 'name or words of a campaign', owner_id, concat_ws(' ', name, words) FROM outreach_campaign
UNION ALL SELECT 'campaign:' || campaign_id, 'words of an answer', NULL::bigint, words FROM outreach_response WHERE words <> ''
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder) -> dict[str, Any]:
    """The segments in which they are, since when, and those for which somebody picked them."""
    there = Member.objects.filter(member_id__in=who.person_ids).order_by("segment_id", "member_id")
    picked = Pick.objects.filter(person_id__in=who.person_ids).order_by("segment_id", "person_id")
    return {
        "segments": list(there.values("segment_id", "segment__name", "since")),
        "picked for segments": list(picked.values("segment_id", "segment__name", "at")),
        "audiences": list(_audiences(who).order_by("pk").values("campaign_id", "campaign__name", "reason", "at")),
        "spoken to": list(_touches(who).order_by("pk").values("campaign_id", "campaign__name", "wave", "at")),
        "answers": list(
            _answers(who).order_by("pk").values("campaign_id", "campaign__name", "kind", "said_in", "words", "at")
        ),
    }


def erase(who: Holder) -> dict[str, int]:
    """They leave all segments, which count one less."""
    there = Member.objects.filter(member_id__in=who.person_ids)
    numbers = list(there.values_list("segment_id", flat=True))
    for segment in Segment.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk"):
        segment.members -= numbers.count(segment.pk)
        segment.save(update_fields=["members"])
    gone = there.delete()[0]
    return {
        "segments": gone,
        "picked for segments": Pick.objects.filter(person_id__in=who.person_ids).delete()[0],
        "audiences": _audiences(who).delete()[0],
        "spoken to": _touches(who).delete()[0],
        "answers": _answers(who).delete()[0],
    }


def _audiences(who: Holder) -> QuerySet[Audience]:
    return Audience.objects.filter(person_id__in=who.person_ids)


def _touches(who: Holder) -> QuerySet[Touch]:
    return Touch.objects.filter(person_id__in=who.person_ids)


def _answers(who: Holder) -> QuerySet[Response]:
    return Response.objects.filter(Q(person_id__in=who.person_ids) | Q(profile_id__in=who.profile_ids))
