"""What was put aside because it could not be opened: reasons, bytes as text, try again, give up."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.capture import parked
from mutuals.capture.models import RawEvent
from mutuals.channels.queries import visible_to as visible_sources
from mutuals.web.frame.doors import caller, needs

SHOWN = 50


@needs("parked.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, newest first, of one source or of all."""
    viewer, source, before = caller(request), _number(request, "source"), _number(request, "before")
    rows = parked.listed(viewer, source_id=source, before=before, limit=SHOWN + 1)
    told = {"before": rows[SHOWN - 1].pk} if len(rows) > SHOWN else {}
    more = urlencode(told | ({"source": source} if source else {})) if told else ""
    shown = {
        "rows": rows[:SHOWN],
        "count": parked.count(viewer),
        "more": more,
        "source": source,
        "is_later": before is not None,
    }
    return render(request, "parked/page.html", shown | {"sources": visible_sources(viewer)})


@needs("parked.view")
def one(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event with the start of its bytes; what is no text is shown as signs, and nothing of it is run."""
    try:
        row, body = parked.shown(event_id, by=caller(request))
    except RawEvent.DoesNotExist as error:
        raise Http404 from error
    return render(request, "parked/one.html", {"row": row, "body": body, "is_cut": len(body) >= parked.SHOWN})


@needs("parked.retry", methods="POST")
def retry(request: HttpRequest) -> HttpResponse:
    """Let them be opened again."""
    done = parked.retry(_ticked(request), by=caller(request))
    messages.success(request, f"{done} will be opened again. What still cannot be read comes back here.")
    return redirect("parked")


@needs("parked.retry", methods="POST")
def drop(request: HttpRequest) -> HttpResponse:
    """Give them up for good."""
    done = parked.drop(_ticked(request), by=caller(request))
    messages.success(request, f"{done} dropped. The same deliveries are not taken in again.")
    return redirect("parked")


def _ticked(request: HttpRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("id") if one.isdecimal() and len(one) < 19]


def _number(request: HttpRequest, name: str) -> int | None:
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None
