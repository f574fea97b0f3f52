"""What is done with reports that are kept: shown to others, asked otherwise, written as letters, put on dashboards."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base.filters import Refused
from mutuals.base.refusals import Refusal
from mutuals.insights import reports, schedules
from mutuals.insights.models import Dashboard
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import typed
from mutuals.web.reports.asked import NAMES, asked_of, found
from mutuals.web.reports.forms import Board, Letter, Shown


@needs("report.edit", methods="POST")
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what was built under a name, or as what a report of one's own asks from now on."""
    by, sent = caller(request), request.POST
    try:
        asked = asked_of(sent, sent.get("record", ""))
        if number := sent.get("of", ""):
            row = found(int(number) if number.isascii() and number.isdecimal() else 0, by)
            reports.change(row, by=by, changes={"asked": asked})
        else:
            row = reports.keep(sent.get("name", ""), asked, by=by, shared=bool(sent.get("shared")))
    except (Refused, Refusal) as error:
        messages.error(request, str(error))
        parts = [(name, value) for name in (*NAMES, "of") for value in sent.getlist(name)]
        return redirect(f"/reports/new/?{urlencode(parts)}")
    messages.success(request, "Kept.")
    return redirect("report", row.pk)


@needs("report.edit", methods="POST")
def remove(request: HttpRequest, report_id: int) -> HttpResponse:
    """Remove one's own report."""
    row = found(report_id, caller(request))
    try:
        reports.remove(row, by=caller(request))
    except Refusal as error:
        messages.error(request, str(error))
        return redirect("report", report_id)
    messages.success(request, f"{row.name} is gone.")
    return redirect("reports")


@needs("report.edit", methods="GET POST")
def share(request: HttpRequest, report_id: int) -> HttpResponse:
    """Its name, and who sees it."""
    by = caller(request)
    row = found(report_id, by)
    form = Shown(typed(request), viewer=by, row=row)
    changed = form.try_act(lambda told: reports.change(row, by=by, changes=form.said(told)))
    if changed is not None:
        messages.success(request, "Saved.")
        return redirect("report", row.pk)
    return render(request, "reports/form.html", {"form": form, "heading": f"Who sees {row.name}", "back": row})


@needs("report.edit", methods="GET POST")
def write(request: HttpRequest, report_id: int) -> HttpResponse:
    """Let it be written to colleagues by the clock; each reads what they may see."""
    by = caller(request)
    row = found(report_id, by)
    form = Letter(typed(request), viewer=by, report=row)
    made = form.try_act(lambda told: schedules.add(row, by=by, **form.said(told)))
    if made is not None:
        messages.success(request, "It will be written. Each reads what they may see, and may stop it.")
        return redirect("report", row.pk)
    return render(request, "reports/form.html", {"form": form, "heading": f"Write {row.name}", "back": row})


@needs("report.edit", methods="POST")
def stop(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Write a letter no more."""
    by = caller(request)
    row = get_object_or_404(schedules.visible_to(by), pk=letter_id)
    try:
        schedules.stop(row, by=by)
        messages.success(request, "It is written no more.")
    except Refusal as error:
        messages.error(request, str(error))
    return redirect("report", row.report_id)


@needs("report.edit", methods="GET POST")
def new_board(request: HttpRequest) -> HttpResponse:
    """A dashboard."""
    return _board(request, None)


@needs("report.edit", methods="GET POST")
def edit_board(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    """One's own dashboard as it is from now on."""
    return _board(request, get_object_or_404(reports.dashboards_visible_to(caller(request)), pk=dashboard_id))


@needs("report.edit", methods="POST")
def remove_board(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    """Remove one's own dashboard; its reports stay."""
    row = get_object_or_404(reports.dashboards_visible_to(caller(request)), pk=dashboard_id)
    try:
        reports.remove_dashboard(row, by=caller(request))
    except Refusal as error:
        messages.error(request, str(error))
        return redirect("dashboard", dashboard_id)
    messages.success(request, f"{row.name} is gone. Its reports stay.")
    return redirect("reports")


def _board(request: HttpRequest, row: Dashboard | None) -> HttpResponse:
    by = caller(request)
    form = Board(typed(request), viewer=by, row=row)
    made = form.try_act(lambda told: reports.put_dashboard(by=by, row=row, **form.said(told)))
    if made is not None:
        messages.success(request, "Saved.")
        return redirect("dashboard", made.pk)
    return render(request, "reports/form.html", {"form": form, "heading": row.name if row else "New dashboard"})
