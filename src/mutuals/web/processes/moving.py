"""The picture of a draft as it is edited by hand: each act is one address, and answers the draft as it is then."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from mutuals.base.refusals import Refusal
from mutuals.processes import keep, shape, text
from mutuals.web.frame.doors import needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.processes import shown
from mutuals.web.processes.editing import picture_of, written
from mutuals.web.processes.stepform import Body, inserted, linked, put, removed, unlinked
from mutuals.web.processes.views import found


@needs("process.edit", methods="GET POST")
def draw(request: HttpRequest, process_id: int) -> HttpResponse:
    """The draft as JSON; by POST one act: `do` is add, link, unlink, move, lay, remove or body.

    `base` and `seen` say what the writer saw, as in the forms. Refused: 422 with the words, and the draft as it is.
    """
    process = found(request, process_id)
    told: dict[str, Any] = {}
    if request.method == "POST":
        try:
            body, key = _done(request, keep.of_now(process).body)
            written(request, process, body)
            told = {"key": key}
        except REFUSALS as error:
            return JsonResponse(picture_of(request, process) | {"words": str(error)}, status=422)
    return JsonResponse(picture_of(request, process) | told)


def _done(request: HttpRequest, body: Body) -> tuple[dict[str, Any], str]:
    """The body after the act, and the step that it is about."""
    form = request.POST
    act, key, to = (form.get(name, "")[:40] for name in ("do", "step", "to"))
    if act == "add":
        return inserted(body, {**form.dict(), "way": f"{key} {to}".strip()})
    if act == "link":
        return linked(body, key, to), key
    if act == "unlink":
        return unlinked(body, key, to), key
    if act == "remove":
        return removed(body, key), ""
    if act == "lay":
        return put(body, "", None), key
    if act == "move":
        right, down = (shown.number(form.get(name, "")) for name in ("x", "y"))
        if not key or right is None or down is None:
            raise Refusal("A box is put so far right and down as two whole numbers say.")
        return put(body, key, (right, down)), key
    if act == "body":
        return _body(form.get("body", "")), key
    raise Refusal("This picture does not know that act.")


def _body(told: str) -> dict[str, Any]:
    """A body as it was before, taken back or done again."""
    if len(told) > 4 * text.LONGEST:
        raise Refusal("This is longer than a process may be.")
    try:
        read = json.loads(told)
    except ValueError as error:
        raise Refusal("This is no process.") from error
    return dict(shape.read(text.read(text.write(shape.read(read).plain)).plain).plain)
