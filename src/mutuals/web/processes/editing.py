"""Drawing a process: as text with a live check, by plain forms step by step, and publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.processes import check, keep, kinds, shape, steps, text, transfer, usual
from mutuals.processes.models import Process, Version
from mutuals.processes.templates import templates
from mutuals.staff import queries as staff
from mutuals.staff.models import Pillar, Team
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.processes import drawing, shown
from mutuals.web.processes.stepform import changed, changed_way, inserted, plain_of, plain_of_way, removed, unlinked
from mutuals.web.processes.views import found

_BLANK = {"start": "begin", "steps": [{"step": "begin", "next": ["done"]}, {"step": "done", "end": "done"}]}


@needs("process.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new process: from a template, or two steps to begin with."""
    from_template = templates().get(request.GET.get("from", request.POST.get("from", ""))[:40])
    body = from_template.body if from_template else _BLANK
    given = {name: request.POST.get(name, "")[:200] for name in ("name", "kind", "pillar")}
    told: dict[str, Any] = {
        "template": from_template,
        "given": given if request.method == "POST" else from_template or given,
        "kinds": kinds.kinds(),
        "pillars": Pillar.choices,
        "pictures": shown.picture(shape.read(body), None, link="#"),
    }
    if request.method == "POST":
        try:
            made = keep.draft(body, by=caller(request), now=clock.now(), **given)
        except REFUSALS as error:
            return render(request, "processes/new.html", told | {"refused": str(error)}, status=422)
        messages.success(request, f"{made.process} is a draft; publish it when it is right.")
        return redirect("process_edit", made.process_id)
    return render(request, "processes/new.html", told)


@needs("process.edit", methods="GET POST")
def edit(request: HttpRequest, process_id: int) -> HttpResponse:
    """The draft as text; where there is none yet, one like the version in use is begun with the first writing."""
    process = found(request, process_id)
    if request.method == "GET":
        return _drawn(request, process, None)
    given = request.POST.get("text", "").replace("\0", "").replace("\r\n", "\n")
    try:
        read = text.read(given)
        row = written(request, process, dict(read.plain))
        if request.POST.get("do") == "publish":
            keep.publish(row, by=caller(request), now=clock.now(), seen=row.edits)
            messages.success(request, f"Version {row.number} is in use. What runs keeps its version.")
            return redirect("process", process.pk)
    except REFUSALS as error:
        return _drawn(request, process, given, refused=str(error), status=422)
    messages.success(request, f"Draft {row.number} is written.")
    return redirect("process_edit", process.pk)


@needs("process.edit", methods="POST")
def checked(request: HttpRequest, process_id: int) -> HttpResponse:
    """What is wrong with a text, and what is new in it: a part of the page, asked for while somebody types."""
    process = found(request, process_id)
    return render(
        request, "processes/_checked.html", looked_at(request, process, request.POST.get("text", "").replace("\0", ""))
    )


@needs("process.edit", methods="GET POST")
def step(request: HttpRequest, process_id: int, step: str) -> HttpResponse:
    """One step by a plain form; the form alone where the picture asks for it."""
    process = found(request, process_id)
    base = keep.of_now(process)
    there = steps.shape_of(base).step(step)
    if there is None:
        messages.error(request, "This step is not in the draft any more.")
        return redirect("process_edit", process.pk)
    refused, status, given = "", 200, plain_of(base.body, step)
    if request.method == "POST":
        try:
            is_gone = request.POST.get("do") == "remove"
            body = removed(base.body, step) if is_gone else changed(base.body, step, request.POST)
            written(request, process, body)
        except REFUSALS as error:
            refused, status, given = str(error), 422, {**request.POST.dict()}
        else:
            return _after(request, process, f"{there.name} is {'taken away' if is_gone else 'written'}.")
    told = {
        "process": process, "version": base, "step": there, "given": given, "refused": refused,
        "owners": _owners(), "keys": [(one.key, one.name) for one in steps.shape_of(base).steps], "ends": shape.ENDS,
    }  # fmt: skip
    return render(request, _page(request, "processes/step.html"), told, status=status)


@needs("process.edit", methods="GET POST")
def way(request: HttpRequest, process_id: int, step: str, to: str) -> HttpResponse:
    """One branch by a plain form: its label, and under which condition it is open."""
    process = found(request, process_id)
    base = keep.of_now(process)
    given = plain_of_way(base.body, step, to)
    if given is None:
        messages.error(request, "This way is not in the draft any more.")
        return redirect("process_edit", process.pk)
    shown_as = steps.shape_of(base)
    name = f"{steps.name(shown_as, step)} → {steps.name(shown_as, to)}"
    told: dict[str, Any] = {"process": process, "version": base, "step": step, "to": to, "name": name, "given": given}
    if request.method == "POST":
        try:
            is_gone = request.POST.get("do") == "remove"
            written(
                request,
                process,
                unlinked(base.body, step, to) if is_gone else changed_way(base.body, step, to, request.POST),
            )
        except REFUSALS as error:
            told |= {"refused": str(error), "given": {**given, **request.POST.dict()}}
            return render(request, _page(request, "processes/way.html"), told, status=422)
        return _after(request, process, f"{name} is {'taken away' if is_gone else 'written'}.")
    return render(request, _page(request, "processes/way.html"), told)


def _page(request: HttpRequest, name: str) -> str:
    """The page, or the form alone for the picture beside it."""
    return name.replace("/", "/_").replace(".html", "form.html") if request.headers.get("X-Part") else name


def _after(request: HttpRequest, process: Process, words: str) -> HttpResponse:
    """Back to the draft; for the picture the draft itself."""
    if request.headers.get("X-Part"):
        return JsonResponse(picture_of(request, process) | {"words": words})
    messages.success(request, words)
    return redirect("process_edit", process.pk)


@needs("process.edit", methods="POST")
def insert(request: HttpRequest, process_id: int) -> HttpResponse:
    """A new step on a way: what led from one to the other leads over it."""
    process = found(request, process_id)
    try:
        body, key = inserted(keep.of_now(process).body, request.POST)
        written(request, process, body)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("process_edit", process.pk)
    return redirect("process_step", process.pk, key)


@needs("process.edit", methods="POST")
def do(request: HttpRequest, process_id: int) -> HttpResponse:
    """Publish or discard the draft, retire, restore a version, bring what runs to the newest one."""
    process, by, now = found(request, process_id), caller(request), clock.now()
    act, _, number = request.POST.get("do", "")[:40].partition(" ")
    draft, base = process.versions.filter(state="draft").first(), _number(request, "base")
    try:
        if draft is not None and base not in (None, draft.pk):
            raise Refusal(f"{draft.by} began another draft since you opened this. Look at it, then decide.")
        words = f"{process} is as it was."
        if act == "publish" and draft is not None:
            row = keep.publish(
                draft, by=by, now=now, seen=_number(request, "seen"), note=request.POST.get("note", "")[:300]
            )
            words = f"Version {row.number} is in use. What runs keeps its version."
        elif act == "discard" and draft is not None:
            keep.discard(draft, by=by, seen=_number(request, "seen"))
            words = "The draft is gone."
            if not Process.objects.filter(pk=process.pk).exists():
                messages.success(request, words)
                return redirect("processes")
        elif act in ("retire", "resume"):
            keep.retire(process, by=by, now=now, is_retired=act == "retire")
            words = f"{process} {'starts nothing any more' if act == 'retire' else 'is in use again'}."
        elif act in ("usual", "unusual"):
            usual.choose(process, by=by, is_usual=act == "usual")
            words = f"{process} is {'the usual one' if act == 'usual' else 'not the usual one any more'}."
        elif act == "restore" and number.isdigit() and len(number) < 9:
            keep.redraft(process, by=by, now=now, number=int(number))
            words = f"A draft like version {number} is there; publish it to bring it back."
        elif act == "transfer":
            words = f"{transfer.to_newest(process, by=by, now=now)} follow the newest version now."
        messages.success(request, words)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("process", process.pk)


def written(request: HttpRequest, process: Process, body: dict[str, Any]) -> Version:
    """The draft with another body. What a colleague did since the page was opened is not written over."""
    base, seen = (_number(request, name) for name in ("base", "seen"))
    note = request.POST.get("note")
    return keep.write(process, body, by=caller(request), now=clock.now(), base=base, seen=seen, note=note)


def _number(request: HttpRequest, name: str) -> int | None:
    return shown.number(request.POST.get(name, ""))


def _drawn(
    request: HttpRequest, process: Process, given: str | None, *, refused: str = "", status: int = 200
) -> HttpResponse:
    base = keep.of_now(process)
    written = text.write(base.body) if given is None else given
    told = steps.shape_of(base)
    context: dict[str, Any] = {
        "process": process,
        "version": base,
        "note": request.POST.get("note", base.note if base.state == "draft" else ""),
        "text": written,
        "longest": text.LONGEST,
        "refused": refused,
        "steps": [(one, shown.owner_of(one)) for one in told.steps],
        "ways": [
            (one.key, way.to, f"{one.name} → {steps.name(told, way.to)}") for one in told.steps for way in one.ways
        ],
        "owners": _owners(),
        "drawn": picture_of(request, process),
    }
    return render(request, "processes/edit.html", context | looked_at(request, process, written), status=status)


def looked_at(request: HttpRequest, process: Process, given: str) -> dict[str, Any]:
    """Findings, changes against the version in use, and the picture of a text."""
    try:
        read = text.read(given)
    except REFUSALS as error:
        return {"unreadable": str(error)}
    found_here = keep.of_shape(read, process.kind, viewer=caller(request))
    told = [(text.line_of(given, one.step) if one.step else 0, one) for one in found_here]
    used = process.versions.filter(state="in_use").first()
    return {
        "findings": told,
        "stops": any(one.stops for one in found_here),
        "used": used,
        "changes": check.compared(steps.shape_of(used), read) if used else [],
        "pictures": shown.picture(read, None, link="#step-"),
    }


def picture_of(request: HttpRequest, process: Process) -> dict[str, Any]:
    """The draft as the picture that is edited takes it: plain values, the boxes with their places, the text, the check."""
    row = keep.of_now(process)
    told, at = steps.shape_of(row), drawing.places(steps.shape_of(row))
    body_text = text.write(row.body)
    return {
        "base": row.pk, "seen": row.edits, "number": row.number, "is_draft": row.state == "draft",
        "start": told.start, "body": row.body, "text": body_text,
        "steps": [
            {
                "key": one.key, "name": one.name, "under": drawing.under(one), "end": one.end, "itself": one.itself,
                "x": at[one.key][0], "y": at[one.key][1], "said": _said(one),
                "ways": [{"to": way.to, "label": way.label, "asks": way.condition is not None} for way in one.ways],
            }
            for one in told.steps
        ],
        "checked": render_to_string("processes/_checked.html", looked_at(request, process, body_text), request),
    }  # fmt: skip


def _said(one: shape.Step) -> str:
    """What is heard of a step beside what stands in its box, and its ways."""
    told = [f"needs {', '.join(one.needs)}" if one.needs else "", "has a condition" if one.guard is not None else ""]
    told += [f"does {', '.join(act for act, _ in one.acts)}" if one.acts else ""]
    return ", ".join(filter(None, told))


def _owners() -> list[str]:
    teams = [f"team {one.name}" for one in Team.objects.order_by("name")]
    pillars, roles = [f"pillar {one}" for one in shape.PILLARS], [f"role {one}" for one in shape.ROLES]
    return ["stays", *teams, *pillars, *roles, *(f"staff {one.email}" for one in staff.active())]
