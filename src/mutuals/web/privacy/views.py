"""One person's way out: everything handed over, or erased, with a receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from mutuals import privacy
from mutuals.base import clock, files
from mutuals.people.models import Person, Receipt
from mutuals.people.profiles import OWN
from mutuals.people.queries import profiles_of
from mutuals.people.visibility import visible_to
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import typed
from mutuals.web.frame.talk import label_of
from mutuals.web.privacy import places
from mutuals.web.privacy.forms import Sure

SHOWN = 50


@needs("person.export")
def desk(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is held of somebody, and the two ways out."""
    person = _person(request, person_id)
    if person.pk != person_id:
        return redirect("privacy", person.pk)
    return _desk(request, person, Sure(person=person))


@needs("person.export", methods="POST")
def export(request: HttpRequest, person_id: int) -> HttpResponse:
    """Pack everything; the receipt leads to the package."""
    _, receipt = privacy.export(_person(request, person_id), by=caller(request), now=clock.now())
    messages.success(request, "The package is ready.")
    return redirect("receipt", receipt.pk)


@needs("person.erase", methods="POST")
def erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Erase, once the name was typed. It cannot be undone."""
    person = _person(request, person_id)
    form = Sure(typed(request), person=person)
    receipt = form.try_act(lambda _: privacy.erase(person, by=caller(request), now=clock.now()))
    if receipt is None:
        return _desk(request, person, form, status=422)
    messages.success(request, "Erased. Give the person the reference of the receipt.")
    return redirect("receipt", receipt.pk)


@needs("person.export")
def receipts(request: HttpRequest) -> HttpResponse:
    """All receipts, newest first."""
    rows = Receipt.objects.select_related("by").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SHOWN + 1])
    more = found[SHOWN - 1].pk if len(found) > SHOWN else None
    return render(request, "privacy/receipts.html", {"rows": found[:SHOWN], "more": more})


@needs("person.export")
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """One receipt: counts by room, what stays and why, and where what staff typed still names who was erased."""
    row = get_object_or_404(Receipt.objects.select_related("by"), pk=receipt_id)
    rooms = [(room, [(name, count) for name, count in counts.items() if count]) for room, counts in row.counts.items()]
    shown: dict[str, Any] = {"row": row, "rooms": [(room, counts) for room, counts in rooms if counts]}
    shown["places"] = places.shown(row, caller(request))
    shown["has_package"] = bool(row.sha256) and files.path(row.sha256).exists()
    return render(request, "privacy/receipt.html", shown)


@needs("person.export")
def package(request: HttpRequest, receipt_id: int) -> HttpResponseBase:
    """The package of an export, as a ZIP."""
    row = get_object_or_404(Receipt.objects.exclude(sha256=""), pk=receipt_id)
    place = files.path(row.sha256)
    if not place.exists():
        raise Http404
    answer = FileResponse(
        place.open("rb"), as_attachment=True, filename=f"{row.reference}.zip", content_type="application/zip"
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _person(request: HttpRequest, number: int) -> Person:
    return get_object_or_404(visible_to(caller(request)), cluster=number)


def _desk(request: HttpRequest, person: Person, form: Sure, status: int = 200) -> HttpResponse:
    profiles = [one for one in profiles_of(person) if one.network != OWN]
    networks = dict.fromkeys(label_of(network) for network in {one.network: None for one in profiles})
    shown: dict[str, Any] = {"person": person, "form": form, "profiles": profiles, "networks": list(networks)}
    shown["may_erase"] = may(caller(request), "person.erase")
    return render(request, "privacy/desk.html", shown, status=status)
