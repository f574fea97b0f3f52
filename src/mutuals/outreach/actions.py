"""What rules may do here."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from mutuals.history.models import Interaction
from mutuals.outreach import telling
from mutuals.outreach.campaigns import respond_in
from mutuals.outreach.models import Campaign
from mutuals.rules import Event, action
from mutuals.rules.events import source
from mutuals.staff.models import User

source(telling.events)


@action(
    "answers_campaign",
    sentence="count it as an answer to the campaign “{campaign}”",
    right="campaign.edit",
)
def answers_campaign(event: Event, *, by: User, now: datetime, campaign: str) -> str:
    """Count a message as an answer to the campaign of that code or name."""
    del now
    row = Campaign.objects.filter(Q(code=campaign.upper()) | Q(name=campaign), trashed_at=None).first()
    if row is None:
        raise ValueError(f"There is no campaign {campaign}.")
    said = Interaction.objects.filter(pk=event.interaction_id).first() if event.interaction_id else None
    if said is None:
        return "No message, so nobody answered"
    made, is_new = respond_in(row, said, by=by)
    return "Our own words, or nobody's" if made is None else "Counted" if is_new else "Was counted already"
