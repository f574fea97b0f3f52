"""A customer's page: one query a part, everything on one page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from mutuals.base import clock
from mutuals.base.ids import new_key
from mutuals.inbox import cases
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Outcome
from mutuals.people import queries as people
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.people.persons import STAGES
from mutuals.people.visibility import masked, sees_contacts, visible_to
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.brief import cards as briefs
from mutuals.web.customer import bought, deeds, timeline
from mutuals.web.customer.identities import doubles, identities
from mutuals.web.deals import shown as dealt
from mutuals.web.frame import talk
from mutuals.web.frame.customform import asking, sections
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked as Form
from mutuals.web.frame.forms import zone_of
from mutuals.web.rules.shown import fired

CONVERSATIONS = 50
LABELS = (("", "not said"), ("personal", "Personal"), ("work", "Work"), ("shared", "Shared"), ("bot", "Bot"))


def person_of(viewer: User, number: int) -> Person:
    """The canonical person that the viewer may see, or 404. The number may be of somebody who was merged into them."""
    rows = visible_to(viewer).select_related("owner")
    found = rows.filter(cluster=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def led_on(request: HttpRequest, person: Person, number: int) -> HttpResponse | None:
    """Where an old id of a merged person leads: to the same page of whom they became, until they are split."""
    if person.pk == number or request.method not in ("GET", "HEAD") or request.resolver_match is None:
        return None
    asked = request.GET.urlencode()
    way = reverse(request.resolver_match.view_name, kwargs={**request.resolver_match.kwargs, "person_id": person.pk})
    return redirect(f"{way}?{asked}" if asked else way)


@needs("person.view")
def customer(request: HttpRequest, person_id: int) -> HttpResponse:
    """The page with the tab that the address names; a merged person leads to whom they became."""
    viewer = caller(request)
    person = person_of(viewer, person_id)
    if (onward := led_on(request, person, person_id)) is not None:
        return onward
    tab = request.GET.get("tab", "timeline")
    profiles = people.profiles_of(person)
    context = {
        "person": person,
        "tab": tab,
        "tabs": _tabs(person, viewer, tab),
        "identities": identities(person, profiles, viewer),
        "doubles": doubles(person, profiles, viewer),
        "contact": _contact(person, viewer),
        "cases": cases.listed(viewer, person_ids=[person.pk, *{one.person_id or 0 for one in profiles}], limit=5),
        "deals": dealt.of_person(viewer, person, now=clock.now()),
        "places": _places(person, viewer),
        "custom": sections("person", person.custom, viewer=viewer, zone=zone_of(viewer)),
        "back_url": _back(request),
        "privacy_url": _privacy_url(person, viewer),
        "may_edit": may(viewer, "person.edit"),
        "remark_key": new_key(clock.now()),
        "may_link": may(viewer, "person.link"),
        "may_merge": may(viewer, "person.merge"),
        "labels": LABELS,
        "commands": [
            {
                "name": f"Write to {person}",
                "url": reverse("customer_message", args=[person.pk]),
                "icon": "send",
                "group": "This customer",
            }
        ],
        **_shown(request, viewer, person, profiles, tab),
    }
    if "days" in context and not context["filter"].is_on() and not request.GET.get("after"):
        context["brief"] = briefs.card(request, person, profiles, context)
    return render(request, "customer/page.html", context)


@needs("person.view")
def older(request: HttpRequest, person_id: int) -> HttpResponse:
    """The timeline from a place on."""
    viewer = caller(request)
    person = person_of(viewer, person_id)
    profiles = people.profiles_of(person)
    asked = timeline.Filter.read(request.GET)
    found = timeline.stretch(
        viewer, profiles, asked, after=request.GET.get("after", ""), last_day=request.GET.get("day", "")
    )
    return HttpResponse(found.printed(_told(asked), reverse("customer_older", args=[person.pk])))


@needs("conversation.view")
def message(request: HttpRequest, person_id: int) -> HttpResponse:
    """To the newest conversation with a person, where the composer is."""
    viewer = caller(request)
    person = person_of(viewer, person_id)
    newest = _conversations(viewer, [one.pk for one in people.profiles_of(person)]).first()
    if newest is None:
        messages.error(request, f"{person} has not written to us yet, so there is nothing to answer.")
        return redirect("customer", person.pk)
    return redirect("conversation", newest.pk)


def _shown(request: HttpRequest, viewer: User, person: Person, profiles: list[Profile], tab: str) -> dict[str, Any]:
    """What the open tab shows."""
    ids = [one.pk for one in profiles]
    if tab == "orders":
        return bought.shown(viewer, person, profiles)
    if tab == "conversations":
        told = list(_conversations(viewer, ids)[:CONVERSATIONS])
        return {"turns": told, "fired": fired(viewer, person_id=person.pk)}
    if tab == "history" and may(viewer, "journal.view"):
        return {"entries": deeds.entries(person, viewer)}
    if tab == "edit" and may(viewer, "person.edit"):
        return {
            "stages": STAGES,
            "custom_form": asking(Form(), "person", person.custom, zone=zone_of(viewer)),
            "colleagues": staff.active(),
            "organisations": Organisation.objects.filter(merged_into=None).order_by("name")[:200],
        }
    asked = timeline.Filter.read(request.GET)
    found = timeline.stretch(viewer, profiles, asked, after=request.GET.get("after", ""))
    return {
        "days": found.printed(_told(asked), reverse("customer_older", args=[person.pk])),
        "lines": found.lines,
        "filter": asked,
        "kinds": timeline.KINDS,
        "directions": timeline.DIRECTIONS,
        "seen_bys": timeline.SEEN_BY,
        "outcomes": Outcome.choices,
        "networks": sorted({(one.network, talk.label_of(one.network)) for one in profiles}),
    }


def _told(asked: timeline.Filter) -> str:
    values = {name: getattr(asked, name) for name in ("type", "network", "direction", "outcome", "seen_by")}
    return urlencode({name: value for name, value in values.items() if value})


def _tabs(person: Person, viewer: User, tab: str) -> list[tuple[str, str, int | None, bool]]:
    tabs = [("timeline", "Timeline", person.interaction_count), ("orders", "Orders", person.order_count)]
    rows: list[tuple[str, str, int | None]] = [*tabs, ("conversations", "Conversations", None)]
    if may(viewer, "journal.view"):
        rows.append(("history", "History", None))
    known = {name for name, _, _ in rows} | {"edit"}
    here = tab if tab in known else "timeline"
    return [(name, words, count, name == here) for name, words, count in rows]


def _contact(person: Person, viewer: User) -> list[tuple[str, str, str]]:
    """Ways to reach a person, and what else stands on the card: (field, label, value)."""
    full = sees_contacts(viewer)
    return [
        ("email", "Mail", person.email if full else masked(person.email)),
        ("phone", "Phone", person.phone if full else masked(person.phone)),
        ("city", "City", person.city),
        ("country", "Country", person.country),
        ("language", "Language", person.language),
        ("birthday", "Birthday", person.birthday.isoformat() if person.birthday and full else ""),
    ]


def _places(person: Person, viewer: User) -> list[Affiliation]:
    if not may(viewer, "organisation.view"):
        return []
    rows = Affiliation.objects.filter(person__canonical_id=person.pk).select_related("organisation")
    return list(rows.order_by("-is_main", "-until", "-since", "-pk")[:20])


def _conversations(viewer: User, profile_ids: list[int]) -> Any:
    rows = inbox.visible_to(viewer).filter(conversation__opener__in=profile_ids)
    return rows.select_related("conversation", "assignee").order_by("-moved_at", "-pk")


def _back(request: HttpRequest) -> str:
    wanted = request.GET.get("from", "")
    return wanted if wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted else ""


def _privacy_url(person: Person, viewer: User) -> str:
    """Where export and erasure are, for those who may do them."""
    if not may(viewer, "person.export"):
        return ""
    try:
        return reverse("privacy", args=[person.pk])
    except NoReverseMatch:
        return f"/customers/{person.pk}/privacy/"
