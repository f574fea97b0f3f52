"""The import wizard: upload, what was detected, mapping, preview, run, report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.base.files import LIMIT
from mutuals.capture.imports import begin, forget, report, running, undo
from mutuals.capture.imports.rows import preset_of_options
from mutuals.capture.models import Import, ImportState
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.target import likely_target, system_of
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, said_of
from mutuals.web.imports import forms, shown, undoing

BUSY = (ImportState.CHECKING, ImportState.RUNNING)


@needs("import.run", methods="GET POST")
def page(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the upload of a new file."""
    form = forms.Upload(request.POST, files=request.FILES) if request.method == "POST" else forms.Upload()
    made = form.try_act(lambda said: _begin(said, caller(request))) if request.method == "POST" else None
    if made is not None:
        return redirect("import", made.pk)
    if form.errors and request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse(
            {"error": " ".join(words for told in form.errors.values() for words in map(str, told))}, status=422
        )
    rows = list(report.visible_to(caller(request))[:50])
    told = {"form": form, "systems": forms.systems(), "rows": rows, "largest": LIMIT, "steps": shown.STEPS, "at": 1}
    return render(request, "imports/page.html", told, status=422 if form.is_bound else 200)


@needs("import.run")
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """Where an import stands: mapping and preview, progress, or report."""
    return _one(request, _found(request, import_id))


@needs("import.run", methods="POST")
def read_again(request: HttpRequest, import_id: int) -> HttpResponse:
    """The file is something else than was detected."""
    row = _found(request, import_id)
    said = {name: request.POST.get(name, "") for name in ("target", "sheet", "encoding", "delimiter", "preset")}
    said["delimiter"] = "\t" if said["delimiter"] == "tab" else said["delimiter"]
    try:
        begin.read_again(row, by=caller(request), **said)
    except REFUSALS as error:
        return _one(request, row, wrong={"file": str(error)})
    return redirect("import", row.pk)


@needs("import.run", methods="POST")
def choose(request: HttpRequest, import_id: int) -> HttpResponse:
    """What the columns mean; then the preview is made in the background."""
    row = _found(request, import_id)
    choice = forms.Choice.of(row, request.POST)
    try:
        chosen = begin.choose(row, by=caller(request), mapping=choice.mapping, options=choice.options)
        running.check(chosen, by=caller(request))
    except REFUSALS as error:
        return _one(request, row, wrong=said_of(error) or {"": str(error)}, choice=choice)
    return redirect("import", row.pk)


@needs("import.run", methods="POST")
def run(request: HttpRequest, import_id: int) -> HttpResponse:
    """Take the file in, in the background."""
    row = _found(request, import_id)
    try:
        running.run(row, by=caller(request))
    except REFUSALS as error:
        return _one(request, row, wrong={"": str(error)})
    return redirect("import", row.pk)


@needs("import.run", methods="POST")
def remove(request: HttpRequest, import_id: int) -> HttpResponse:
    """Take away an import that never ran."""
    row = _found(request, import_id)
    try:
        begin.withdraw(row, by=caller(request))
    except REFUSALS as error:
        return _one(request, row, wrong={"": str(error)})
    messages.success(request, f"{row.file_name} is gone from here. Nothing of it had been taken in.")
    return redirect("imports")


@needs("import.run")
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far it has come, asked every second; the whole page again when it is through."""
    row = _found(request, import_id)
    if row.state not in BUSY:
        return (
            HttpResponse(headers={"HX-Refresh": "true"})
            if "HX-Request" in request.headers
            else redirect("import", row.pk)
        )
    if "HX-Request" not in request.headers:
        return _one(request, row)
    return render(request, "imports/_progress.html", _progress(row))


@needs("import.run")
def rows(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The rows that were not taken, each with its reason."""
    row, kind = _found(request, import_id), request.GET.get("kind", "")
    doubts = {"doubts": True, "errors": False}.get(kind)
    lines = report.troubles_csv(row, by=caller(request), doubts=doubts)
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{row.pk}-{kind or "rows"}.csv"'
    return answer


def _begin(said: dict[str, Any], by: User) -> Import:
    file: TemporaryUploadedFile = said["file"]
    path = Path(file.temporary_file_path())
    sniffed = sniff(path)
    target = said["target"] or likely_target(sniffed)
    if not target:
        raise begin.Unusable("The columns do not tell what the rows are. Say it.", field="target")
    name = file.name or "file"
    source = said["source"] or system_of(sniffed, str(target)) or Path(name).stem
    return begin.begin(path, by=by, target=str(target), file_name=name, now=clock.now(), source_name=source)


def _one(
    request: HttpRequest, row: Import, *, wrong: dict[str, str] | None = None, choice: forms.Choice | None = None
) -> HttpResponse:
    wrong = wrong or {}
    told: dict[str, Any] = {
        "of": row,
        "steps": shown.STEPS,
        "at": shown.at_step(row),
        "file_words": shown.file_words(row),
        "target_words": forms.words_of(row.target)[1],
        "look": forms.look(row),
        "is_busy": row.state in BUSY,
        "is_done": row.state == ImportState.DONE,
        "general": [words for name, words in wrong.items() if name in _GENERAL],
        "wrong": wrong,
    }
    counts = row.counts if row.counts else row.preview
    told["without_country"] = report.without_country(row)
    told["without_authors"] = report.is_without_authors(row)
    told |= _progress(row) | {"parts": shown.parts(counts) if counts else [], "total": sum(counts.values())}
    told |= {"errors": _sample(row, is_doubt=False), "doubts": _sample(row, is_doubt=True)}
    told["will_take"] = sum(counts.get(name, 0) for name in ("new", "updated"))
    told["can_remove"] = begin.never_ran(row)
    told["can_change"] = told["can_remove"] and row.blob_id is not None
    told |= {"has_rows": bool(told["errors"] or told["doubts"]), "kept_until": forget.kept_until(row)}
    told |= {"may_undo": undo.may_be_undone(row), "sums": undoing.sums(row) if undo.may_be_undone(row) else []}
    if told["can_change"]:
        told |= _choices(row, choice, wrong)
    return render(request, "imports/one.html", told, status=422 if wrong else 200)


def _choices(row: Import, choice: forms.Choice | None, wrong: dict[str, str]) -> dict[str, Any]:
    mapping = choice.mapping if choice else row.mapping
    options = choice.options if choice else row.options
    lines = forms.lines(row, mapping, wrong)
    at_home, without = begin.numbers_at_home(row, mapping), report.without_country(row)
    named = {line.column for line in lines}
    constants = forms.constants(row, mapping, options, wrong)
    placed = named | {one.name for one in constants} | set(_QUESTIONS)
    unplaced = [words for name, words in wrong.items() if name and name not in placed]
    return {
        "lines": lines,
        "mapped": sum(bool(line.field) for line in lines),
        "fields": forms.fields(row),
        "keys": forms.keys(row, mapping, options),
        "constants": constants,
        "options": options,
        "asks_country": bool(at_home or without or options.get("region") or wrong.get("region")),
        "at_home": at_home[0] if at_home else "",
        "unplaced": unplaced,
        "zones": sorted(available_timezones()),
        "targets": forms.targets(),
        "encodings": forms.ENCODINGS,
        "presets": forms.presets_of(row, options),
        "preset": preset_of_options(options),
        "delimiters": [(sign if sign != "\t" else "tab", words) for sign, words in forms.DELIMITERS.items()],
    }


_GENERAL = ("", "state", "match", "options", "constants", "history_only")
_QUESTIONS = ("zone", "day_first", "decimal", "region", "file", *_GENERAL)


def _progress(row: Import) -> dict[str, Any]:
    now = clock.now()
    far = report.progress(row, now=now)
    words, ends = shown.left(far, now)
    return {"of": row, "far": far, "percent": shown.percent(far), "left": words, "ends": ends}


def _sample(row: Import, *, is_doubt: bool) -> list[Any]:
    return list(row.troubles.filter(is_doubt=is_doubt).order_by("number")[:5])


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")


def _found(request: HttpRequest, number: int) -> Import:
    return get_object_or_404(report.visible_to(caller(request)), pk=number)
