"""Taking an import back, and its failed rows once more: pages of the wizard after its end."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.capture.imports import again, report, undo
from mutuals.capture.models import Import
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS

_ONE = {
    "affiliation": "place in an organisation", "order": "order", "organisation": "organisation", "person": "person",
    "product": "product", "profile": "presence", "raw": "message",
}  # fmt: skip
_MANY = {"affiliation": "places in organisations", "person": "people"}
_PAGES = {"person": "/customers/{}/", "organisation": "/organisations/{}/"}


@needs("import.run", methods="GET POST")
def back(request: HttpRequest, import_id: int) -> HttpResponse:
    """What would go back, how far it is, or what went back and what stayed; a click takes the import back."""
    row, wrong = _found(request, import_id), ""
    if request.method == "POST":
        try:
            undo.begin(row, by=caller(request), now=clock.now())
        except REFUSALS as error:
            wrong = str(error)
        else:
            return redirect("import_undo", row.pk)
    if "HX-Request" in request.headers and row.undoing == "undone":
        return HttpResponse(headers={"HX-Refresh": "true"})
    told = {"of": row, "wrong": wrong, "sums": sums(row), "stayed": [_stayed(one) for one in undo.stayed(row)]}
    told |= {"may": undo.may_be_undone(row), "percent": _percent(row)}
    name = "imports/_undoing.html" if "HX-Request" in request.headers else "imports/undo.html"
    return render(request, name, told, status=422 if wrong else 200)


@needs("import.run", methods="POST")
def rerun(request: HttpRequest, import_id: int) -> HttpResponse:
    """A new import of the failed rows alone; its columns may be understood otherwise before it is checked."""
    row = _found(request, import_id)
    try:
        made = again.rerun(row, by=caller(request), now=clock.now())
    except REFUSALS as error:
        return render(request, "imports/undo.html", {"of": row, "wrong": str(error), "sums": []}, status=422)
    return redirect("import", made.pk)


def sums(row: Import) -> list[dict[str, Any]]:
    """What undoing is about, in words: "3 people made, 1 changed, 2 stay"."""
    return [
        {
            "made": one.made,
            "changed": one.changed,
            "kept": one.kept,
            "words": _words(one.record, one.made + one.changed),
        }
        for one in undo.sums(row)
    ]


def _words(record: str, count: int) -> str:
    one = _ONE.get(record, record.replace("_", " "))
    return one if count == 1 else _MANY.get(record, f"{one}s")


def _stayed(one: undo.Stayed) -> dict[str, str]:
    record, _, number = one.about.partition(":")
    page = _PAGES.get(record, "").format(number)
    return {"words": f"{_words(record, 1).capitalize()} {number}", "why": one.why, "page": page}


def _percent(row: Import) -> int:
    return min(99, 100 * row.batch.done // row.batch.total) if row.batch and row.batch.total else 0


def _found(request: HttpRequest, number: int) -> Import:
    return get_object_or_404(report.visible_to(caller(request)), pk=number)
