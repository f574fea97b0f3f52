"""Search over everything: people and organisations by name, what was said by its words."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from mutuals.base.filters import Refused
from mutuals.base.lists import cursors
from mutuals.base.patience import TooSlow, within
from mutuals.communities import queries as ideas
from mutuals.communities.models import Idea
from mutuals.history import search
from mutuals.history.models import Interaction
from mutuals.history.queries import Place
from mutuals.inbox import cases
from mutuals.inbox.models import Case
from mutuals.people import nobodys
from mutuals.people.directory import list_organisations
from mutuals.people.models import Person
from mutuals.people.queries import find_by_name
from mutuals.people.visibility import sees_contacts, shown_contact
from mutuals.records import queries as own
from mutuals.records.kinds import Kind
from mutuals.records.models import Own
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.templatetags.look import initials, tint
from mutuals.web.search.snippet import snippet

_FOUND = "what was said"
LONGEST = 200


@needs("person.view")
def page(request: HttpRequest) -> HttpResponse:
    """Everything that fits, in groups; what was said is walked on page by page."""
    viewer, asked = caller(request), _asked(request)
    after = _place(request.GET.get("after", ""))
    told: dict[str, Any] = {"asked": asked, "is_later": after is not None, "may_read": may(viewer, "search.everything")}
    if asked and after is None:
        told |= {"people": _people(viewer, asked, 12), "organisations": _organisations(viewer, asked, 6)}
        told["presences"] = _presences(viewer, asked, 8)
        told["cases"] = _cases(viewer, asked, 8)
        told["ideas"] = _ideas(viewer, asked, 8)
        told["own"] = _own(viewer, asked, 12)
    if asked and told["may_read"]:
        try:
            told |= _said(asked, after, viewer)
        except TooSlow as error:
            told["too_slow"] = str(error)
    return render(request, "search/page.html", told, status=422 if "too_slow" in told else 200)


@needs("person.view")
def quick(request: HttpRequest) -> JsonResponse:
    """The first few of each group, for the palette."""
    viewer, asked = caller(request), _asked(request)
    if len(asked) < 2:
        return JsonResponse({"groups": []})
    people = [
        {
            "name": str(one),
            "note": note,
            "url": f"/customers/{one.pk}/",
            "initials": initials(one.name),
            "tint": tint(one.pk),
        }
        for one, note in _people(viewer, asked, 6)
    ]
    organisations = [
        {"name": one.name, "note": one.city, "url": f"/organisations/{one.pk}/", "icon": "org"}
        for one in _organisations(viewer, asked, 3)
    ]
    presences = [
        {"name": name, "note": note, "url": f"/profiles/{number}/", "icon": icon}
        for number, name, note, icon in _presences(viewer, asked, 3)
    ]
    groups = [("Customers", people), ("Unlinked", presences), ("Organisations", organisations)]
    found = [
        {"name": str(one), "note": one.get_state_display(), "url": f"/cases/{one.pk}/", "icon": "case"}
        for one in _cases(viewer, asked, 3)
    ]
    groups.append(("Cases", found))
    found = [
        {"name": str(one), "note": one.get_state_display(), "url": f"/ideas/{one.pk}/", "icon": "idea"}
        for one in _ideas(viewer, asked, 3)
    ]
    groups.append(("Ideas", found))
    for kind, rows in _own(viewer, asked, 4):
        found = [
            {
                "name": row.title,
                "note": kind.reference(row.number),
                "url": f"/own/{kind.key}/{row.pk}/",
                "icon": kind.icon,
            }
            for row in rows
        ]
        groups.append((kind.plural, found))
    groups.append(("Said", _quick_said(viewer, asked)))
    return JsonResponse({"groups": [{"name": name, "rows": rows} for name, rows in groups if rows]})


def _said(asked: str, after: Place | None, viewer: User) -> dict[str, Any]:
    found = search.find(asked, after=after)
    hit = search.count(asked, found=None if after else found)
    told: dict[str, Any] = {"hits": [_told(row, asked, viewer) for row in found.rows], "hit": hit}
    if found.after:
        place = cursors.pack(found.after, of=_FOUND)
        told["more"] = urlencode({"q": asked, "after": place})
    return told


def _quick_said(viewer: User, asked: str) -> list[dict[str, Any]]:
    """What was said, given up sooner than on the page: the palette asks at every pause of the fingers."""
    if not may(viewer, "search.everything"):
        return []
    try:
        return [_quick(row, asked, viewer) for row in search.find(asked, limit=4, patience=settings.PATIENCE / 3).rows]
    except TooSlow as error:
        return [{"name": str(error), "note": "", "url": f"/search/?{urlencode({'q': asked})}", "icon": "clock"}]


def _asked(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]


def _people(viewer: User, asked: str, limit: int) -> list[tuple[Person, str]]:
    found = find_by_name(viewer, asked, limit=limit)
    return [(one, " · ".join(part for part in (shown_contact(one, viewer)[0], one.city) if part)) for one in found]


def _organisations(viewer: User, asked: str, limit: int) -> list[Any]:
    return list(list_organisations(viewer, text=asked, limit=limit).rows) if may(viewer, "organisation.view") else []


def _cases(viewer: User, asked: str, limit: int) -> list[Case]:
    """By reference or words of the title."""
    return cases.listed(viewer, text=asked, limit=limit) if may(viewer, "case.view") else []


def _ideas(viewer: User, asked: str, limit: int) -> list[Idea]:
    """By words of the title; none where looking takes too long."""
    try:
        return ideas.listed(viewer, text=asked, limit=limit)
    except TooSlow:
        return []


def _own(viewer: User, asked: str, limit: int) -> list[tuple[Kind, list[Own]]]:
    """Records of the house's own making by words of their title or by number, type by type."""
    found = sorted(own.find(viewer, asked, limit=limit), key=lambda pair: pair[0].id)
    return [(kind, [row for _, row in rows]) for kind, rows in groupby(found, key=lambda pair: pair[0])]


def _presences(viewer: User, asked: str, limit: int) -> list[tuple[int, str, str, str]]:
    """Presences that are nobody's: (id, handle, where, icon); none where looking takes too long."""
    full = sees_contacts(viewer)
    try:
        with within(nobodys.PATIENCE, "too long"):
            rows = nobodys.listed(viewer, text=asked, limit=limit)
    except TooSlow:
        return []
    return [
        (
            row.pk,
            talk.named(row, full=full),
            f"{talk.handle_of(row, full=full)} · {talk.label_of(row.network)}",
            talk.icon_of(row.network),
        )
        for row in rows
    ]


def _told(row: Interaction, asked: str, viewer: User) -> dict[str, Any]:
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    who = (
        str(row.by or "We")
        if not talk.is_from_them(row)
        else str(person or talk.named(row.profile, full=sees_contacts(viewer)))
    )
    text = row.text if not row.subject else f"{row.subject}: {row.text}"
    return {
        "row": row,
        "who": who,
        "did": talk.did(row.kind),
        "icon": talk.icon_for(row),
        "pieces": snippet(text, asked),
        "url": _address(row, person),
        "person": person,
    }


def _address(row: Interaction, person: Person | None) -> str:
    if row.conversation_id:
        return f"/inbox/{row.conversation_id}/"
    return f"/customers/{person.pk}/" if person else ""


def _quick(row: Interaction, asked: str, viewer: User) -> dict[str, Any]:
    told = _told(row, asked, viewer)
    words = "".join(piece for piece, _ in told["pieces"])[:90]
    return {"name": words or told["did"], "note": told["who"], "url": told["url"] or "/search/", "icon": told["icon"]}


def _place(text: str) -> Place | None:
    if not text:
        return None
    try:
        moment, number = cursors.unpack(text, of=_FOUND)
    except Refused as error:
        raise Http404 from error
    return moment, int(number)
