"""Campaigns: planned, settled on whom they speak to, measured by who answered and bought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query

from mutuals.api._auth import user_of
from mutuals.api._campaign_shapes import (
    PLAIN,
    STATES,
    AttributedOut,
    AudienceOut,
    CampaignFigures,
    CampaignOut,
    CampaignPlan,
    LeftOut,
    NewResponse,
    ResponseOut,
    TouchedCount,
    Touching,
)
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._types import Done, Page, PathId
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.outreach import campaign_audience, campaign_figures, campaigns, queries
from mutuals.outreach.models import Audience, Campaign, Response, Segment
from mutuals.people import purposes
from mutuals.people.visibility import called, sees_contacts
from mutuals.sales.models import Product

router = Resource("campaigns")


@router.read("/campaigns", act="campaign.view", out=Page[CampaignOut])
def listed(
    request: HttpRequest,
    state: Annotated[STATES | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[CampaignOut]:
    """Campaigns, the newest first."""
    rows = campaign_figures.visible_to(user_of(request))
    rows = rows.filter(state=state) if state else rows
    if place := unpack(cursor, int):
        rows = rows.filter(pk__lt=place[0])
    found = list(rows.order_by("-pk")[: limit + 1])
    following = pack((found[limit - 1].pk,)) if len(found) > limit else None
    return Page[CampaignOut](items=[CampaignOut.of(row) for row in found[:limit]], next=following)


@router.read("/campaigns/{int:campaign_id}", act="campaign.view", out=CampaignOut)
def shown(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """One campaign, also in the trash."""
    return CampaignOut.of(_found(request, campaign_id))


@router.write("POST", "/campaigns", act="campaign.edit", out=CampaignOut, status=201, refuses=(404,))
def adding(request: HttpRequest, body: CampaignPlan) -> CampaignOut:
    """Plan a campaign. Nobody is spoken to by this."""
    if body.name is None or body.purpose is None:
        raise Refusal("A campaign needs a name and a purpose.", fields={"purpose": "For what?"})
    plan: dict[str, Any] = {"name": body.name, "purpose": purposes.named(body.purpose)}
    told = campaigns.CampaignIn(**plan | _told(request, body))
    row = campaigns.add(told, by=user_of(request), now=clock.now())
    return CampaignOut.of(campaigns.set_state(row, state=body.state, by=user_of(request)) if body.state else row)


@router.write("PATCH", "/campaigns/{int:campaign_id}", act="campaign.edit", out=CampaignOut)
def changing(request: HttpRequest, campaign_id: PathId, body: CampaignPlan) -> CampaignOut:
    """Change what is told. An audience that is settled stays as it is until it is settled again."""
    row, by = _found(request, campaign_id), user_of(request)
    told = campaigns.as_told(row) | _told(request, body)
    row = campaigns.edit(row, campaigns.CampaignIn(**told), by=by)
    return CampaignOut.of(campaigns.set_state(row, state=body.state, by=by) if body.state else row)


@router.write("POST", "/campaigns/{int:campaign_id}/settle", act="campaign.edit", out=CampaignOut)
def settling(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """Choose the audience from the segment as it is now. A large one is settled by a worker: see `settling` and `settled`."""
    row = campaign_audience.settle(_found(request, campaign_id), by=user_of(request), now=clock.now())
    return CampaignOut.of(row)


@router.read("/campaigns/{int:campaign_id}/figures", act="campaign.view", out=CampaignFigures)
def figures(request: HttpRequest, campaign_id: PathId) -> CampaignFigures:
    """What came of it, and how many were left out for which reason."""
    row = _found(request, campaign_id)
    told = campaign_figures.figures(row)
    same = (
        "spoken_to", "left_out", "touched", "answered", "orders", "buyers", "revenue", "cost_of_answer", "gain", "without"
    )  # fmt: skip
    return CampaignFigures(
        reasons=[LeftOut(reason=one.key, label=one.label, people=one.people) for one in campaign_audience.counted(row)],
        currency=row.currency,
        rule=campaign_figures.rule(row),
        **{name: getattr(told, name) for name in same},
    )


@router.read("/campaigns/{int:campaign_id}/audience", act="campaign.view", out=Page[AudienceOut])
def audience(
    request: HttpRequest,
    campaign_id: PathId,
    reason: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z0-9_]*$")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[AudienceOut]:
    """Everybody in the segment with the reason for which they are left out; `reason=` (empty) = those who are spoken to."""
    row = _found(request, campaign_id)
    place = unpack(cursor, int)
    rows = campaign_figures.audience(
        row, user_of(request), reason=reason, after=place[0] if place else 0, limit=limit + 1
    )
    following = pack((rows[limit - 1].person_id,)) if len(rows) > limit else None
    names, full = campaign_audience.label_of(row), sees_contacts(user_of(request))
    return Page[AudienceOut](items=[_chosen(one, names, full) for one in rows[:limit]], next=following)


@router.read("/campaigns/{int:campaign_id}/audience.csv", act="campaign.export", out=None, media="text/csv")
def exporting(request: HttpRequest, campaign_id: PathId) -> StreamingHttpResponse:
    """Those who are spoken to and allow it at this moment, for a mailer. Nothing is sent by this."""
    row = _found(request, campaign_id)
    lines = campaign_figures.for_mailer(row, by=user_of(request), now=clock.now())
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{row.pk}.csv"'
    return answer


@router.write("POST", "/campaigns/{int:campaign_id}/touches", act="campaign.edit", out=TouchedCount)
def touching(request: HttpRequest, campaign_id: PathId, body: Touching) -> TouchedCount:
    """Note that they were spoken to. Each wave touches somebody once; who withdrew meanwhile is left out."""
    row = _found(request, campaign_id)
    told: dict[str, Any] = {"wave": body.wave, "at": body.at, "people": body.people}
    return TouchedCount(changed=campaign_audience.touch(row, by=user_of(request), now=clock.now(), **told))


@router.read("/campaigns/{int:campaign_id}/orders", act="campaign.view", out=list[AttributedOut])
def orders(request: HttpRequest, campaign_id: PathId) -> list[AttributedOut]:
    """The orders that count as its own, the newest first, at most 10,000."""
    same = ("order_id", "number", "placed_at", "total", "back", "currency", "person_id", "touched_at", "wave")
    rows = campaign_figures.orders(_found(request, campaign_id))[:10_000]
    return [AttributedOut(**{name: getattr(row, name) for name in same}) for row in rows]


@router.read("/campaigns/{int:campaign_id}/responses", act="campaign.view", out=Page[ResponseOut])
def responses(request: HttpRequest, campaign_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[ResponseOut]:
    """Who answered, the newest first."""
    row, place = _found(request, campaign_id), unpack(cursor, datetime, int)
    rows = campaign_figures.responses(row, user_of(request), before=place, limit=limit + 1)
    following = pack((rows[limit - 1].at, rows[limit - 1].pk)) if len(rows) > limit else None
    return Page[ResponseOut](items=[ResponseOut.of(one) for one in rows[:limit]], next=following)


@router.write("POST", "/campaigns/{int:campaign_id}/responses", act="campaign.edit", out=Done, status=201)
def responding(request: HttpRequest, campaign_id: PathId, body: NewResponse) -> Done:
    """Note who answered: the author of a message, or somebody by hand. Twice is once."""
    by, row = user_of(request), _found(request, campaign_id)
    if body.interaction_id is not None:
        said = Interaction.objects.filter(pk=body.interaction_id).first()
        if said is None:
            raise Http404
        campaigns.respond_in(row, said, by=by, kind=body.kind)
    elif body.person_id is not None:
        who = person_named(request, body.person_id)
        campaigns.respond(row, who, by=by, now=clock.now(), kind=body.kind, words=body.words)
    else:
        raise Refusal("Name a message or a person.", fields={"person_id": "Or a message."})
    return Done()


@router.write("DELETE", "/campaigns/{int:campaign_id}/responses/{int:response_id}", act="campaign.edit", out=Done)
def unresponding(request: HttpRequest, campaign_id: PathId, response_id: PathId) -> Done:
    """It was no answer to this. Twice is once."""
    there = Response.objects.filter(pk=response_id, campaign=_found(request, campaign_id)).first()
    if there is not None:
        campaigns.take_back(there, by=user_of(request))
    return Done()


@router.write("POST", "/campaigns/{int:campaign_id}/start", act="campaign.edit", out=CampaignOut)
def starting(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """Let it run in the usual process for campaigns: its state follows the steps from then on."""
    campaigns.start(_found(request, campaign_id), by=user_of(request), now=clock.now())
    return CampaignOut.of(_found(request, campaign_id))


@router.write("POST", "/campaigns/{int:campaign_id}/trash", act="campaign.edit", out=CampaignOut)
def trashing(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """Into the trash. Who was spoken to stays known."""
    return CampaignOut.of(campaigns.trash(_found(request, campaign_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/campaigns/{int:campaign_id}/restore", act="campaign.edit", out=CampaignOut)
def restoring(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """Out of the trash again."""
    return CampaignOut.of(
        campaigns.trash(_found(request, campaign_id), by=user_of(request), now=clock.now(), back=True)
    )


def _found(request: HttpRequest, number: int) -> Campaign:
    return one(campaign_figures.with_gone(user_of(request)), number)


def _told(request: HttpRequest, body: CampaignPlan) -> dict[str, Any]:
    """What was told, as `CampaignIn` takes it."""
    given = body.model_fields_set
    told = {name: getattr(body, name) for name in PLAIN if name in given}
    told = {name: value for name, value in told.items() if value is not None or name in ("starts_on", "ends_on")}
    if body.purpose is not None:
        told["purpose"] = purposes.named(body.purpose)
    if "segment_id" in given:
        told["segment"] = _segment(request, body.segment_id)
    if body.product_ids is not None:
        rows = list(Product.objects.filter(pk__in=body.product_ids))
        if len(rows) < len(set(body.product_ids)):
            raise Http404
        told["products"] = rows
    return told


def _segment(request: HttpRequest, number: int | None) -> Segment | None:
    return None if number is None else one(queries.visible_to(user_of(request)), number)


def _chosen(row: Audience, names: dict[str, str], full: bool) -> AudienceOut:
    who = row.person.canonical
    return AudienceOut(
        person_id=who.pk,
        name=str(called(who, full=full)),
        reason=row.reason,
        label=names.get(row.reason, row.reason),
    )


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")
