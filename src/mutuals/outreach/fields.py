"""What may be asked of segments, and how people are asked for the segments that they are in."""

from __future__ import annotations

from typing import Any

from mutuals.base.filters import Field, Kind, Record, extend, register
from mutuals.outreach.models import (
    Audience,
    Campaign,
    CampaignState,
    Response,
    ResponseKind,
    Segment,
    SegmentState,
    Touch,
    Way,
)
from mutuals.people.fields import own_user
from mutuals.people.names import fold
from mutuals.staff.permissions import may


def _sees_segments(user: Any) -> bool:
    return may(user, "segment.view")


SEGMENT = Record(
    "segment",
    Segment,
    (
        Field("name", "Name", Kind.TEXT, "name_key", prepare=fold),
        Field("number", "Number", Kind.NUMBER, "id"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(SegmentState.choices)),
        Field("members", "Members", Kind.NUMBER, "members"),
        Field("built", "Last looked at everybody", Kind.TIME, "built_at"),
        Field("created", "Made", Kind.TIME, "created_at"),
        Field("picked", "Picked by hand", Kind.BOOL, "is_fixed"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
    ),
    where={"trashed_at": None},
)
IN_SEGMENT = Field(
    "segment", "Is in a segment", Kind.RELATION, "rows__member_id", related="segment", may=_sees_segments
)


def _sees_campaigns(user: Any) -> bool:
    return may(user, "campaign.view")


_LIVE = {"campaign__trashed_at": None}
_OF_CAMPAIGN = (
    Field("campaign", "Number of the campaign", Kind.NUMBER, "campaign_id"),
    Field("name", "Campaign", Kind.TEXT, "campaign__name_key", prepare=fold),
    Field("purpose", "Purpose", Kind.TEXT, "campaign__purpose__key"),
    Field("at", "When", Kind.TIME, "at"),
)
CAMPAIGN = Record(
    "campaign",
    Campaign,
    (
        Field("number", "Number", Kind.NUMBER, "id"),
        Field("name", "Name", Kind.TEXT, "name_key", prepare=fold),
        Field("code", "Code", Kind.TEXT, "code"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(CampaignState.choices)),
        Field("purpose", "Purpose", Kind.TEXT, "purpose__key"),
        Field("segment", "Segment", Kind.TEXT, "segment__name_key", prepare=fold),
        Field("way", "Reached by", Kind.CHOICE, "way", choices=tuple(Way.choices)),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("starts", "First day", Kind.DAY, "starts_on"),
        Field("ends", "Last day", Kind.DAY, "ends_on"),
        Field("cost", "Cost", Kind.MONEY, "cost"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("created", "Planned at", Kind.TIME, "created_at"),
    ),
    where={"trashed_at": None},
)
TOUCHED = Record("touch", Touch, (*_OF_CAMPAIGN, Field("wave", "Wave", Kind.TEXT, "wave")), where=_LIVE)
CHOSEN = Record(
    "chosen",
    Audience,
    (*_OF_CAMPAIGN, Field("reason", "Why they are left out", Kind.TEXT, "reason")),
    where=_LIVE,
)
ANSWER = Record(
    "answer",
    Response,
    (*_OF_CAMPAIGN, Field("kind", "What they did", Kind.CHOICE, "kind", choices=tuple(ResponseKind.choices))),
    where=_LIVE,
)
OF_PEOPLE = (
    Field(
        "touched",
        "Was spoken to by a campaign",
        Kind.RELATION,
        "person__canonical",
        related="touch",
        may=_sees_campaigns,
    ),
    Field("chosen", "Stands in an audience", Kind.RELATION, "person__canonical", related="chosen", may=_sees_campaigns),
)


def register_fields() -> None:
    """Make them known, and give people the relation to them. Runs after the room `people`."""
    register(SEGMENT)
    for one in (CAMPAIGN, TOUCHED, CHOSEN, ANSWER):
        register(one)
    extend("person", (IN_SEGMENT, *OF_PEOPLE))
