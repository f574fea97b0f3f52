"""Answers that are found by themselves: what is said in a conversation that names a campaign's code."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db.models import Max, Q

from mutuals.base import jobs
from mutuals.history.models import Direction, Interaction
from mutuals.outreach.campaigns import Gone, respond_in
from mutuals.outreach.models import Campaign, CampaignState

HEAR = "outreach.hear_answers"
"""The job's name."""
_PIECE = 1_000
_AFTER = timedelta(days=90)  # how long after its last day answers are looked for


def hear(*, now: datetime) -> int:
    """Look through what was said since, for each campaign with a code that runs or ran lately; says how many answered.

    A message answers where it, or anything said in its conversation, has the code as a word of its own.
    """
    since = (now - _AFTER).date()
    live = Campaign.objects.filter(trashed_at=None).exclude(code="").exclude(state=CampaignState.DRAFT)
    newest = Interaction.objects.aggregate(last=Max("pk"))["last"] or 0
    return sum(
        _heard(row, newest)
        for row in live.filter(Q(ends_on=None) | Q(ends_on__gte=since), heard_to__lt=newest).order_by("pk")
    )


def _heard(row: Campaign, newest: int) -> int:
    found, word = 0, rf"(^|[^A-Za-z0-9_-]){re.escape(row.code)}($|[^A-Za-z0-9_-])"
    named = Q(text__iregex=word) | Q(subject__iregex=word)
    while row.heard_to < newest:
        piece = list(
            Interaction.objects.filter(pk__gt=row.heard_to, pk__lte=newest).order_by("pk").values_list("pk", flat=True)
        )[:_PIECE]
        last = piece[-1] if piece else newest
        fresh = Interaction.objects.filter(pk__in=piece, deleted_at=None).exclude(direction=Direction.OUT)
        talks = fresh.exclude(conversation=None).order_by().values("conversation")
        naming = Interaction.objects.filter(named, conversation__in=talks, deleted_at=None).order_by()
        said = fresh.filter(named | Q(conversation__in=naming.values("conversation")))
        try:
            found += sum(respond_in(row, one, by="machine:campaigns")[1] for one in said.order_by("pk"))
        except Gone:
            return found
        row.heard_to = last
        Campaign.objects.filter(pk=row.pk, heard_to__lt=last).update(heard_to=last)
        jobs.may_go_on()
    return found
