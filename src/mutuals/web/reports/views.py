"""Reports: those that are kept, one of them, building one while its figures are shown, and the rows behind a figure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mutuals.base import clock
from mutuals.base.filters import Refused, read
from mutuals.base.patience import TooSlow
from mutuals.base.refusals import Refusal
from mutuals.insights import pivot, pivot_subjects, reports, schedules
from mutuals.insights.models import Report
from mutuals.insights.pivot_asked import CHARTS, EVERY, MONEYS, Asked, made, to_words
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.reports.asked import asked_of, found
from mutuals.web.reports.shown import Shown, shown, titled

ROWS = 50


@needs("report.view")
def page(request: HttpRequest) -> HttpResponse:
    """One's own reports and those that are shared, and dashboards."""
    viewer = caller(request)
    reports.ready(viewer)
    told = {
        "reports": reports.visible_to(viewer),
        "boards": reports.dashboards_visible_to(viewer),
        "may_edit": may(viewer, "report.edit"),
        "may_cost": may(viewer, "house.view"),
    }
    return render(request, "reports/list.html", told)


@needs("report.view")
def build(request: HttpRequest) -> HttpResponse:
    """A report as its address says it, with its figures; every choice is a part of the address."""
    viewer = caller(request)
    subjects = pivot_subjects.subjects(viewer)
    query = request.GET
    name = query.get("record") or next((one.record for one in subjects if one.record == "case"), subjects[0].record)
    told: dict[str, Any] = {"subjects": subjects, "query": query, "record": name}
    try:
        told["choices"] = pivot.choices(pivot_subjects.subject(name, viewer), viewer)
        asked = asked_of(query, name)
        told |= _figures(asked, viewer) | {"asked": asked, "parts": to_words(asked)}
    except Refused as error:
        told["refused"] = str(error)
    rows, measures = ([one for one in query.getlist(name) if one] for name in ("row", "measure"))
    more = {
        "rows": [*rows, ""][:2], "measures": [*measures, ""][:4], "column": query.get("column", ""), "charts": CHARTS,
        "moneys": MONEYS, "every": EVERY, "may_edit": may(viewer, "report.edit"), "of": _own(query.get("of", ""), viewer),
    }  # fmt: skip
    return render(request, "reports/build.html", told | more)


@needs("report.view")
def one(request: HttpRequest, report_id: int) -> HttpResponse:
    """A kept report with its figures, as one may see them."""
    viewer = caller(request)
    row = found(report_id, viewer)
    asked = reports.asked_of(row)
    letters = [(one, schedules.said(one)) for one in schedules.visible_to(viewer).filter(report=row)]
    is_own = row.owner_id == viewer.pk
    edit = urlencode([*to_words(asked), *([("of", row.pk)] if is_own else [])])
    told = {"report": row, "is_own": is_own, "letters": letters, "edit": edit, "may_edit": may(viewer, "report.edit")}
    return render(request, "reports/report.html", told | _figures(asked, viewer))


@needs("report.view")
def rows(request: HttpRequest) -> HttpResponse:
    """The rows behind a figure, newest first."""
    viewer, query = caller(request), request.GET
    after = query.get("after", "")
    told: dict[str, Any] = {"query": query}
    try:
        asked = made(
            query.get("record", ""), read(query["where"]) if query.get("where") else None, zone=query.get("zone", "")
        )
        found = pivot.rows_of(asked, viewer=viewer, now=clock.now())
        if after.isascii() and after.isdecimal() and len(after) < 19:
            found = found.filter(pk__lt=int(after))
        page_of = list(found[: ROWS + 1])
        told |= _figures(asked, viewer)
        told["rows"] = [titled(asked.record, row, viewer) for row in page_of[:ROWS]]
        if len(page_of) > ROWS:
            told["next"] = urlencode([*to_words(asked), ("after", page_of[ROWS - 1].pk)])
    except Refused as error:
        told["refused"] = str(error)
    return render(request, "reports/rows.html", told)


@needs("report.view")
def board(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    """The reports of a dashboard that one sees."""
    viewer = caller(request)
    row = get_object_or_404(reports.dashboards_visible_to(viewer), pk=dashboard_id)
    parts = [(one, size, _figures(reports.asked_of(one), viewer)) for one, size in reports.parts_of(row, viewer)]
    return render(request, "reports/board.html", {"board": row, "parts": parts, "is_own": row.owner_id == viewer.pk})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, mark: str) -> HttpResponse:
    """The way out in a letter: one button, or the one click of a mail program. The mark is the right; looking stops nothing."""
    is_known = schedules.is_mark(mark)
    if is_known and request.method == "POST":
        schedules.leave(mark)
    told = {"is_known": is_known, "is_off": is_known and request.method == "POST"}
    return render(request, "reports/off.html", told, status=200 if is_known else 404)


def _own(number: str, viewer: User) -> Report | None:
    """The report of one's own that is being changed."""
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    return reports.visible_to(viewer).filter(pk=int(number), owner=viewer).first()


def _figures(asked: Asked, viewer: User) -> dict[str, Any]:
    now = clock.now()
    try:
        told: Shown = shown(pivot.run(asked, viewer=viewer, now=now), viewer=viewer, now=now)
    except (Refused, Refusal, TooSlow) as error:
        return {"refused": str(error)}
    return {"shown": told}
