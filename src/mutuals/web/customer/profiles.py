"""Presences: whose they are, and saying so."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.base.ids import new_key, read_key
from mutuals.history import queries as history
from mutuals.identity import belongs, link, newcomer, queries
from mutuals.identity import remark as remarks
from mutuals.identity.evidence import percent
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import TurnState
from mutuals.people import labels, persons
from mutuals.people import queries as people
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import called, organisations_visible_to, sees_contacts
from mutuals.staff.models import User
from mutuals.web.customer import timeline
from mutuals.web.customer.views import LABELS, person_of
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.review.shown import clues, told

FOUND = 10


def profile_of(number: int) -> Profile:
    """A presence, or 404."""
    row = Profile.objects.select_related("person", "organisation").filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


@needs("person.link")
def profile(request: HttpRequest, profile_id: int) -> HttpResponse:
    """What somebody unknown said, and whose presence it may be; a known one's page is that of the person or organisation."""
    viewer, row = caller(request), profile_of(profile_id)
    if row.person_id is not None and row.person is not None:
        return redirect("customer", row.person.canonical_id)
    if row.organisation_id is not None:
        return redirect("organisation", row.organisation_id)
    full = sees_contacts(viewer)
    mine = inbox.visible_to(viewer).filter(conversation__opener=row).select_related("conversation", "assignee")
    turns = list(mine.order_by("-moved_at", "-pk")[:10])
    context = {
        "profile": row,
        "name": talk.named(row, full=full),
        "handle": talk.handle_of(row, full=full),
        "icon": talk.icon_of(row.network),
        "network": talk.label_of(row.network),
        "count": history.count_of([row.pk]),
        "label": "bot" if row.is_bot else row.label,
        "labels": LABELS,
        "suggested": _suggested(row, viewer),
        "organisations": [
            (one.organisation, told(one.because, full=full)) for one in belongs.suggested([row.pk]).get(row.pk, [])
        ],
        "days": timeline.stretch(viewer, [row], timeline.Filter(), after=request.GET.get("after", "")).printed(""),
        "turns": turns,
        "answer": next(
            (one for one in turns if one.state not in (TurnState.CLOSED, TurnState.HISTORY)),
            turns[0] if turns else None,
        ),
        "remark_key": new_key(clock.now()),
        **_found(request),
    }
    return render(request, "customer/profile.html", context)


@needs("person.link")
def candidates(request: HttpRequest, profile_id: int) -> HttpResponse:
    """People by a name, to link a presence to."""
    return render(request, "customer/_candidates.html", {"profile": profile_of(profile_id), **_found(request)})


@needs("person.link", methods="POST")
def make(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Make a person of a presence that is nobody's."""
    viewer, row, now = caller(request), profile_of(profile_id), clock.now()
    try:
        person = newcomer.of(row, by=viewer, now=now, name=request.POST.get("name", ""))
    except (persons.Unfit, persons.Taken, link.Taken) as error:
        messages.error(request, str(error))
        return _back(request, row, None)
    messages.success(request, f"{person} is somebody you know now")
    return _back(request, row, person)


@needs("person.link", methods="POST")
def confirm(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Say that a presence is a person's."""
    row, number = profile_of(profile_id), request.POST.get("person", "")
    person = person_of(caller(request), int(number) if number.isdecimal() and len(number) < 19 else 0)
    try:
        note = request.POST.get("note", "")[:300]
        link.confirm(row, person=person, by=caller(request), now=clock.now(), note=note)
        messages.success(request, f"Linked to {person}")
    except link.Taken as error:
        messages.error(request, str(error))
    return _back(request, row, person)


@needs("person.link", methods="POST")
def reject(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Say that a presence is somebody else's."""
    row = profile_of(profile_id)
    person = row.person
    try:
        link.reject(row, by=caller(request), now=clock.now(), note=request.POST.get("note", "")[:300])
        messages.success(request, "Not theirs any more; the answer is remembered")
    except ValueError as error:
        messages.error(request, str(error))
    return _back(request, row, person)


@needs("person.link", methods="POST")
def organisation(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Say that a presence is an organisation's, or never."""
    viewer, row, number = caller(request), profile_of(profile_id), request.POST.get("organisation", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    firm = get_object_or_404(organisations_visible_to(viewer), pk=int(number) if is_number else 0)
    try:
        is_theirs = request.POST.get("verdict") == "theirs"
        done = belongs.say(row, firm, is_theirs=is_theirs, by=viewer, now=clock.now())
        messages.success(request, done.words, extra_tags=reverse("profile_organisation_undo", args=[done.key]))
    except REFUSALS as error:
        messages.error(request, str(error))
    return _back(request, row, None)


@needs("person.link", methods="POST")
def organisation_undo(request: HttpRequest, key: int) -> HttpResponse:
    """Take back what was said of whose organisation's presence it is."""
    try:
        done = belongs.undo(key, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("unlinked")
    messages.success(request, done.words)
    return redirect("profile", done.profile)


@needs("person.link", methods="POST")
def label(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Say what a presence is for."""
    row = profile_of(profile_id)
    try:
        labels.label(row, to=request.POST.get("label", ""), by=caller(request), now=clock.now())
        messages.success(request, "Kept")
    except ValueError as error:
        messages.error(request, str(error))
    return _back(request, row, row.person)


@needs("interaction.add", methods="POST")
def remark(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Keep a note or a call on a presence that is nobody's yet."""
    row = profile_of(profile_id)
    kind = "call" if request.POST.get("kind") == "call" else "note"
    text, key = request.POST.get("text", "")[:100_000], read_key(request.POST.get("key", ""))
    try:
        remarks.add_to_presence(row, by=caller(request), text=text, kind=kind, key=key, now=clock.now())
        messages.success(request, "Call kept" if kind == "call" else "Note kept")
    except ValueError as error:
        messages.error(request, str(error))
    return _back(request, row, row.person)


@needs("person.link")
def presences(request: HttpRequest, person_id: int) -> HttpResponse:
    """Presences that are nobody's yet, by a part of their name, to link to a person."""
    person, text = person_of(caller(request), person_id), request.GET.get("q", "").replace("\0", "").strip()[:100]
    full = sees_contacts(caller(request))
    rows = Profile.objects.filter(person=None, organisation=None, is_ours=False, name__icontains=text)
    free = list(rows[:FOUND]) if text else []
    found = [(row.pk, talk.icon_of(row.network), talk.handle_of(row, full=full), row.shown) for row in free]
    return render(request, "customer/presences.html", {"person": person, "found": found, "text": text})


def _suggested(row: Profile, viewer: User) -> list[dict[str, object]]:
    """Whose it may be, likeliest first: with the pair in the review."""
    full = sees_contacts(viewer)
    found = []
    for edge in queries.of_profiles([row.pk], limit=5):
        end = queries.other_end(edge, row.pk)
        person = queries.person_of(end)
        found.append(
            {
                "edge": edge,
                "name": called(end, full=full),
                "url": reverse("customer", args=[person.pk]) if person else reverse("profile", args=[end.pk]),
                "sure": percent(edge.probability),
                "clues": clues(edge, full=full)[:3],
            }
        )
    return found


def _found(request: HttpRequest) -> dict[str, object]:
    text, viewer = request.GET.get("q", "").strip()[:200], caller(request)
    back = request.GET.get("back", "")
    found = people.find_by_name(viewer, text, limit=FOUND) if text else []
    full = sees_contacts(viewer)
    return {"text": text, "back": back, "found": [(one, called(one, full=full)) for one in found]}


def _back(request: HttpRequest, row: Profile, person: Person | None) -> HttpResponse:
    wanted = request.POST.get("back", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return redirect(wanted)
    return redirect("customer", person.canonical_id) if person else redirect("profile", row.pk)
