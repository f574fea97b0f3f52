"""Where a clue was seen: what a presence says of itself, what was said, and the event as it came."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mutuals.capture.models import RawEvent
from mutuals.history.models import Interaction
from mutuals.identity.models import Proof
from mutuals.people.models import Profile
from mutuals.people.profiles import said
from mutuals.people.visibility import sees_contacts
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs

SHOWN = 20_000  # signs of an event
_WHO = {
    "network": "the network",
    "import": "an imported file",
    "form": "themselves, in an imported file",
    "interaction": "their own words",
    "staff": "staff",
    "machine": "a machine",
}


@needs("person.link")
def profile(request: HttpRequest, number: int) -> HttpResponse:
    """What a presence says of itself, who told it and when, its proofs, and its newest words."""
    row = Profile.objects.select_related("person__canonical").filter(pk=_known(number)).first()
    if row is None:
        raise Http404
    full = sees_contacts(caller(request))
    told = said(row.fields)
    lines = Interaction.objects.filter(profile=row).order_by("-occurred_at", "-id")[:10]
    context: dict[str, Any] = {
        "profile": row,
        "name": talk.named(row, full=full),
        "handle": talk.handle_of(row, full=full),
        "network": talk.label_of(row.network),
        "fields": [
            (name.replace("_", " "), str(one.value)[:500], _who(one.by), one.at[:16].replace("T", " "))
            for name, one in sorted(told.items())
            if full or name not in ("email", "phone")
        ],
        "lines": lines,
        "proofs": Proof.objects.filter(profile=row).order_by("-pk")[:20],
        "is_web": row.url.startswith(("https://", "http://")),
    }
    return render(request, "review/seen_profile.html", context)


@needs("person.link")
def line(request: HttpRequest, number: int) -> HttpResponse:
    """What was said once, and the events that brought it."""
    row = Interaction.objects.select_related("profile__person__canonical", "source").filter(pk=_known(number)).first()
    if row is None:
        raise Http404
    raws = row.extra.get("raws", []) if isinstance(row.extra, dict) else []
    numbers = [one for one in raws if isinstance(one, int)][:20]
    context = {
        "row": row,
        "who": talk.named(row.profile, full=sees_contacts(caller(request))),
        "did": talk.did(row.kind),
        "raws": RawEvent.objects.filter(pk__in=numbers).order_by("pk").defer("body"),
        "talk_url": reverse("conversation", args=[row.conversation_id]) if row.conversation_id else "",
    }
    return render(request, "review/seen_said.html", context)


@needs("person.link")
def raw(request: HttpRequest, number: int) -> HttpResponse:
    """An event with the start of its bytes; what is no text is shown as signs, and nothing of it is run."""
    row = RawEvent.objects.select_related("source").filter(pk=_known(number)).first()
    if row is None:
        raise Http404
    body = bytes(row.body)[: SHOWN * 4].decode("utf-8", "replace").replace("\x00", "�")
    return render(request, "review/seen_raw.html", {"row": row, "body": body[:SHOWN], "is_cut": len(body) > SHOWN})


def _known(number: int) -> int:
    return number if number < 2**63 else 0


def _who(by: str) -> str:
    return _WHO.get(by.partition(":")[0], by)
