"""Campaigns: the list, and one of them with whom it speaks to, why others are left out, who answered and who bought."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from mutuals.base import clock
from mutuals.outreach import campaign_audience, campaign_figures
from mutuals.outreach.lists import CAMPAIGNS
from mutuals.outreach.models import Campaign, CampaignState, Settling
from mutuals.people.visibility import called, sees_contacts
from mutuals.processes import steps
from mutuals.processes.models import ItemState
from mutuals.staff.permissions import may
from mutuals.web.campaigns import forms
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists.shown import show

SHOWN = 50
CSS = {"draft": "line", "running": "accent", "done": "good", "stopped": "bad"}


@needs("campaign.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list."""
    more = {"may_edit": may(caller(request), "campaign.edit")}
    return show(request, CAMPAIGNS, template="campaigns/list.html", more=more)


@needs("campaign.view")
def one(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """One campaign."""
    return shown_one(request, found(request, campaign_id))


def found(request: HttpRequest, number: int) -> Campaign:
    """The campaign of a number, also one in the trash; 404 for who may not see it."""
    rows = campaign_figures.with_gone(caller(request)).select_related(
        "purpose", "segment", "owner", "item__process", "item__version"
    )
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


def shown_one(request: HttpRequest, row: Campaign, *, answering: forms.Answering | None = None) -> HttpResponse:
    """The page of a campaign; 422 with a form that was refused."""
    viewer = caller(request)
    full = sees_contacts(viewer)
    orders = campaign_figures.orders(row)
    responses = []
    for one in campaign_figures.responses(row, viewer, limit=SHOWN):
        who = one.person or (one.profile.person if one.profile else None)
        shown = who.canonical if who else one.profile
        responses.append(
            (one, who.canonical_id if who else None, str(called(shown, full=full)) if shown else "Somebody")
        )
    context = {
        "campaign": row,
        "css": CSS[row.state],
        "parts": campaign_audience.counted(row),
        "reasons": [one for one in campaign_audience.reasons(row) if one.key != "trashed"],
        "figures": campaign_figures.figures(row, orders),
        "rule": campaign_figures.rule(row),
        "orders": orders[:SHOWN],
        "more_orders": max(0, len(orders) - SHOWN),
        "responses": responses,
        "states": CampaignState.choices,
        "step": steps.name(steps.shape_of(row.item.version), row.item.step) if row.item else "",
        "runs": row.item is not None and row.item.state == ItemState.RUNNING,
        "is_settling": row.settling == Settling.RUNNING,
        "is_settled": row.settling == Settling.DONE,
        "percent": 100 * row.settled // row.total if row.total else 0,
        "may_edit": may(viewer, "campaign.edit") and row.trashed_at is None,
        "may_restore": may(viewer, "campaign.edit"),
        "may_export": may(viewer, "campaign.export"),
        "may_start": may(viewer, "process.work"),
        "answering": answering or forms.Answering(viewer=viewer),
    }
    return render(request, "campaigns/campaign.html", context, status=422 if answering else 200)


@needs("campaign.view")
def audience(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Everybody in the segment with the reason for which they are left out, or those of one reason."""
    row, viewer = found(request, campaign_id), caller(request)
    reason = request.GET.get("reason")
    after = request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    rows = campaign_figures.audience(row, viewer, reason=reason, after=number, limit=SHOWN + 1)
    names, full = campaign_audience.label_of(row), sees_contacts(viewer)
    context = {
        "campaign": row,
        "parts": campaign_audience.counted(row),
        "reason": reason,
        "label": names.get(reason, "") if reason is not None else "",
        "rows": [
            (one.person.canonical_id, str(called(one.person.canonical, full=full)), names.get(one.reason, one.reason))
            for one in rows[:SHOWN]
        ],
        "more": rows[SHOWN - 1].person_id if len(rows) > SHOWN else 0,
    }
    return render(request, "campaigns/audience.html", context)


@needs("campaign.export")
def export(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Those who are spoken to and allow it at this moment, as a file for a mailer."""
    row = found(request, campaign_id)
    if row.settling != Settling.DONE:
        raise Http404
    lines = campaign_figures.for_mailer(row, by=caller(request), now=clock.now())
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{row.pk}.csv"'
    return answer


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")
