"""What was taken out of the house: ask for a list or for everything, see how far it is, fetch it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from mutuals.base import clock, files, lists
from mutuals.base.filters import Refused
from mutuals.base.lists import Listing, Unseen
from mutuals.insights import exports, exports_lists
from mutuals.insights.models import Export, ExportForm, ExportState
from mutuals.records import book
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.lists.asked import Address
from mutuals.web.lists.shown import columns_of

SHOWN = 50
MARKS = {"waiting": "line", "running": "care", "ready": "good", "failed": "late", "gone": "line"}
FORMS = (
    ("csv", "CSV", "One table as text; every spreadsheet and database reads it."),
    ("xlsx", "Excel workbook", "Numbers and days stay numbers and days; a new sheet after each million rows."),
    ("parquet", "Parquet", "Typed columns, for analysis."),
    ("jsonl", "JSON Lines", "An object a line, for programs."),
    ("vcard", "vCard", "Business cards, for address books."),
)


@needs("list.export")
def page(request: HttpRequest) -> HttpResponse:
    """One's own, newest first; those of all for admins."""
    viewer, after = caller(request), request.GET.get("after", "")
    rows = exports.visible_to(viewer)
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: SHOWN + 1])
    shown = found[:SHOWN]
    values = {
        "rows": [(row, MARKS[row.state], row.by_id == viewer.pk) for row in shown],
        "more": shown[-1].pk if len(found) > SHOWN else "",
        "is_busy": any(row.state in exports.LIVE for row in shown),
        "may_all": may(viewer, "export.everything"),
        "days": exports.KEPT.days,
        "here": request.get_full_path(),
    }
    return render(request, "exports/page.html", values)


@needs("list.export", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Which form a list becomes; the address says which list, as it was shown."""
    with book.once():
        return _new(request)


def _new(request: HttpRequest) -> HttpResponse:
    viewer, record = caller(request), request.GET.get("record", "")
    if not record:
        return render(request, "exports/which.html", {"lists": exports_lists.of(viewer)})
    try:
        of = exports.allowed(record, viewer)
        address = Address.read(of, request.path, request.GET)
        where = address.where
        words = lists.sentence(of, where, viewer)
    except Unseen as error:
        raise Http404(str(error)) from error
    except Refused as error:
        messages.error(request, str(error))
        return redirect("exports")
    wrong = ""
    if request.method == "POST":
        try:
            row = _made(request, of, address)
        except (Refused, *REFUSALS) as error:
            wrong = str(error)
        else:
            return redirect("export", row.pk)
    values = {
        "of": of,
        "words": words,
        "is_narrowed": bool(address.kept),
        "forms": [one for one in FORMS if one[0] != ExportForm.VCARD or record in exports.CARDS],
        "chosen": request.POST.get("form", ExportForm.CSV),
        "columns": [of.label(one) for one in columns_of(request, of, address)],
        "all_columns": len(of.visible_columns(viewer)),
        "is_all": request.POST.get("all") == "on",
        "wrong": wrong,
        "query": request.GET.urlencode(),
        "zone": viewer.zone,
    }
    return render(request, "exports/new.html", values, status=422 if wrong else 200)


def _made(request: HttpRequest, of: Listing, address: Address) -> Export:
    """The list as the address has it."""
    sort = request.GET.get("sort", "")
    is_known = sort in [one.name for one in of.sorts] or "." in sort
    columns = [one.name for one in columns_of(request, of, address)]
    return exports.make(
        of.record,
        by=caller(request),
        now=clock.now(),
        form=request.POST.get("form", ""),
        where=address.where,
        kept=dict(address.usual) | dict(address.kept),
        columns=[exports.ALL_COLUMNS] if request.POST.get("all") == "on" else columns,
        sort=sort if is_known else "",
    )


@needs("export.everything", methods="POST")
def everything(request: HttpRequest) -> HttpResponse:
    """All that is kept here."""
    try:
        return redirect("export", exports.make_all(by=caller(request), now=clock.now()).pk)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("exports")


@needs("list.export")
def one(request: HttpRequest, export_id: int) -> HttpResponse:
    """How far it is; then the file."""
    row, viewer = _found(request, export_id), caller(request)
    values: dict[str, Any] = {
        "row": row,
        "mark": MARKS[row.state],
        "is_busy": row.state in exports.LIVE,
        "is_ready": row.state == ExportState.READY,
        "percent": min(100, row.rows * 100 // row.total) if row.total else 0,
        "tables": sorted(row.counts.items()),
        "is_own": row.by_id == viewer.pk,
    }
    return render(request, "exports/one.html", values)


@needs("list.export")
def file(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The bytes."""
    row = _found(request, export_id)
    try:
        blob = exports.fetch(row, by=caller(request))
    except (Refused, *REFUSALS) as error:
        messages.error(request, str(error))
        return redirect("export", row.pk)
    answer = FileResponse(
        files.path(blob.sha256).open("rb"), as_attachment=True, filename=row.file_name, content_type=blob.media_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("list.export", methods="POST")
def withdraw(request: HttpRequest, export_id: int) -> HttpResponse:
    """Its file goes."""
    row = _found(request, export_id)
    exports.withdraw(row, by=caller(request), now=clock.now())
    messages.success(request, f"Withdrawn: {row.words}. Its file is gone.")
    return redirect("exports")


def _found(request: HttpRequest, number: int) -> Export:
    row = exports.visible_to(caller(request)).filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row
