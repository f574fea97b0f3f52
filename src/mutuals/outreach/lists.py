"""The list of segments, for `base.lists`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mutuals.base import lists
from mutuals.base.filters import Kind
from mutuals.base.lists import Column, Listing, Narrow, Ref, Sort, Unseen
from mutuals.outreach import campaign_figures, preview, queries
from mutuals.outreach.models import CampaignState, Settling
from mutuals.people.lists import exports, owner, staff
from mutuals.people.names import fold


def _named(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(name_key__contains=fold(value) or value)


def _state(row: Any) -> str:
    if row.state == "building":
        share = 100 * row.done // row.total if row.total else 0
        return f"{'looked at again' if row.built_at else 'being built'}, {share} %"
    return str(row.get_state_display()).lower()


SEGMENTS = Listing(
    record="segment",
    words=("segment", "segments"),
    right="segment.view",
    visible_to=queries.visible_to,
    title=Column("name", value=lambda row: Ref(row.name, f"segment:{row.pk}")),
    columns=(
        Column("who", "Who is in it", kind=Kind.TEXT, value=preview.sentence_of),
        Column("members"),
        Column("state", kind=Kind.TEXT, value=_state),
        Column("owner", kind=Kind.TEXT, value=owner),
        Column("built"),
        Column("picked", usual=False),
        Column("created", usual=False),
    ),
    sorts=(Sort("name", "Name", "name_key"), Sort("new", "Newest first", "pk", descending=True)),
    programs="new",
    narrows=(Narrow("q", "Name", _named, typed=True),),
    beside=lambda rows: rows.select_related("owner"),
    options={"owner": staff},
    exports=exports,
)

_STATES = (("open", "Not ended"), *CampaignState.choices)


def _come(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in ("all", *dict(_STATES)):
        raise Unseen(f"Campaigns are: {', '.join(dict(_STATES))}, all.")
    if value == "open":
        return rows.exclude(state__in=(CampaignState.DONE, CampaignState.STOPPED))
    return rows if value == "all" else rows.filter(state=value)


def _audience(row: Any) -> str:
    if row.settling == Settling.RUNNING:
        return f"{100 * row.settled // row.total if row.total else 0} % looked at"
    return f"{row.settled:,} looked at" if row.settling == Settling.DONE else str(row.get_settling_display()).lower()


CAMPAIGNS = Listing(
    record="campaign",
    words=("campaign", "campaigns"),
    right="campaign.view",
    visible_to=campaign_figures.visible_to,
    title=Column("name", value=lambda row: Ref(row.name, f"campaign:{row.pk}")),
    columns=(
        Column("number", usual=False),
        Column("state", groups=True),
        Column("purpose", value=lambda row: row.purpose.label),
        Column(
            "segment", value=lambda row: Ref(row.segment.name, f"segment:{row.segment_id}") if row.segment else None
        ),
        Column("chosen", "Audience", kind=Kind.TEXT, value=_audience),
        Column("starts"),
        Column("ends"),
        Column("cost", currency="currency"),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("created", usual=False),
    ),
    sorts=(Sort("new", "Newest first", "pk", descending=True),),
    programs="new",
    narrows=(
        Narrow("state", "How far they are", _come, choices=_STATES, usual="open"),
        Narrow("q", "Name", _named, typed=True),
    ),
    beside=lambda rows: rows.select_related("owner", "purpose", "segment"),
    options={"owner": staff},
    exports=exports,
    month="starts",
)


def register_lists() -> None:
    """Make the lists of this room known. Runs after the room `people`."""
    lists.register(SEGMENTS)
    lists.register(CAMPAIGNS)
