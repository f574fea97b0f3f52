"""Two people become one, and are parted again: choosing, the preview, the history, and taking any of it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.identity import joins, split
from mutuals.identity import merge as merging
from mutuals.identity.joins import Past
from mutuals.identity.merge import Done
from mutuals.identity.models import Merge
from mutuals.people import queries as people
from mutuals.people.models import Person
from mutuals.people.profiles import OWN
from mutuals.people.visibility import sees_contacts, visible_to
from mutuals.staff.models import User
from mutuals.web.customer.views import led_on, person_of
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.merges import taking

FOUND, PAGE = 10, 50


@needs("person.merge", methods="GET POST")
def merge(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody to merge with, by name; then what would stand and what would come together; then the merge."""
    viewer = caller(request)
    person, other = (
        person_of(viewer, person_id),
        _other(viewer, request.POST.get("with") or request.GET.get("with", "")),
    )
    if (onward := led_on(request, person, person_id)) is not None:
        return onward
    if request.method == "POST" and other is not None:
        return _merged(request, person, other)
    context: dict[str, Any] = {"person": person, "other": other, **_found(request, viewer, person)}
    if other is not None:
        try:
            together = joins.together(person, other, viewer=viewer)
            context |= {
                "together": together,
                "taking": taking.fields_of(together),
                "keepers": [together.kept, together.gone],
            }
        except REFUSALS as error:
            context |= {"refused": str(error), "other": None}
    return render(request, "merges/merge.html", context)


@needs("person.merge", methods="GET POST")
def part(request: HttpRequest, person_id: int) -> HttpResponse:
    """Which presences are somebody else's, where each thing goes, and the split."""
    viewer = caller(request)
    person = person_of(viewer, person_id)
    if (onward := led_on(request, person, person_id)) is not None:
        return onward
    data = request.POST if request.method == "POST" else request.GET
    chosen = [int(one) for one in data.getlist("profile") if _is_number(one)][: split.MOST + 1]
    to = _other(viewer, data.get("to", ""))
    if request.method == "POST" and "split" in request.POST:
        return _parted(request, person, chosen, to)
    full = sees_contacts(viewer)
    rows = [one for one in people.profiles_of(person) if one.network != OWN]
    context: dict[str, Any] = {
        "person": person,
        "profiles": [
            (
                one,
                talk.icon_of(one.network),
                talk.handle_of(one, full=full),
                talk.label_of(one.network),
                one.pk in chosen,
            )
            for one in rows
        ],
        "merges": [(row, row.key.removeprefix("merge:")) for row in joins.merges_of(person)],
        "to": to,
        "chosen": chosen,
        "is_empty": "show" in data and not chosen,
        **_found(request, viewer, person),
    }
    if chosen:
        context["apart"] = joins.apart(person, chosen, viewer=viewer, to=to)
    return render(request, "merges/split.html", context)


@needs("person.merge", methods="GET POST")
def part_whole(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Where each thing goes; then whoever was merged in leaves with all of theirs, and no machine joins the two again."""
    row = Merge.objects.select_related("kept", "gone").filter(pk=merge_id).first() if merge_id < 2**63 else None
    if row is None:
        raise Http404
    try:
        if request.method != "POST":
            told = joins.apart_whole(row, viewer=caller(request))
            names = joins.called_before([(row.kept, row.gone)])[0]
            return render(
                request, "merges/leave.html", {"row": row, "names": names, "apart": told, "person": told.person}
            )
        done = split.whole(row, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("customer", row.kept_id)
    return _told(request, done, f"{' and '.join(joins.told_apart(done.person, done.other))} are two people again")


@needs("person.merge")
def past(request: HttpRequest, person_id: int = 0) -> HttpResponse:
    """The merges and splits of a person, or of everybody, newest first, each with a way back."""
    viewer = caller(request)
    person = person_of(viewer, person_id) if person_id else None
    if person is not None and (onward := led_on(request, person, person_id)) is not None:
        return onward
    before = clock.read(request.GET.get("before", ""))
    rows = joins.history(person, viewer=viewer, before=before, limit=PAGE)
    names = _names(rows)
    context = {
        "person": person,
        "rows": [
            (row, names.get(row.by, row.by.partition(":")[0]), _went(row), row.key.removeprefix("merge:"))
            for row in rows
        ],
        "more": rows[-1].at.isoformat() if len(rows) >= PAGE else "",
    }
    return render(request, "merges/past.html", context)


@needs("person.merge", methods="POST")
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take a merge or a split back, or do it once more."""
    try:
        done = joins.undo(key[:40], by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("joins")
    words = {
        "unmerge": f"{' and '.join(joins.told_apart(done.person, done.other))} are two people again",
        "merge": f"{done.person} is one person again",
        "unsplit": f"What left {done.person} is back",
        "split": f"Split off from {done.person} again",
    }
    said = words.get(done.key.partition(":")[0], "Taken back")
    if done.edited_since:
        said += f". Edited since, and left as it is: {', '.join(done.edited_since)}"
    return _told(request, done, said)


def _merged(request: HttpRequest, person: Person, other: Person) -> HttpResponse:
    keep = taking.kept_of(request.POST) or person
    try:
        done = merging.merge(
            person,
            other,
            by=caller(request),
            now=clock.now(),
            keep=keep,
            choices=taking.choices_of(request.POST, keep),
            anyway="anyway" in request.POST,
            note=request.POST.get("note", "")[:300],
        )
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('merge', args=[person.pk])}?with={other.pk}")
    gone = done.other or other
    return _told(request, done, f"{' and '.join(joins.told_apart(gone, done.person))} joined")


def _parted(request: HttpRequest, person: Person, chosen: list[int], to: Person | None) -> HttpResponse:
    along: dict[str, list[int]] = {}
    for said in request.POST.getlist("along")[:500]:
        name, _, number = said.partition(":")
        if _is_number(number):
            along.setdefault(name[:40], []).append(int(number))
    try:
        done = split.some(person, chosen, by=caller(request), now=clock.now(), to=to, along=along)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("split", person.pk)
    return _told(request, done, f"Split off: {done.other} stands alone" if to is None else f"{done.other} has them now")


def _went(row: Past) -> list[tuple[str, int]]:
    """What went along in a split, in words: ("presence", 1)."""
    words = {"profiles": "presences"}
    told = [(words.get(name, name), many) for name, many in row.moved.items() if many]
    return [(name.removesuffix("s") if many == 1 else name, many) for name, many in told]


def _told(request: HttpRequest, done: Done, words: str) -> HttpResponse:
    way = reverse("joins_undo", args=[done.key]) if done.key and done.is_new else ""
    messages.success(request, words, extra_tags=way)
    return redirect("customer", done.person.canonical_id)


def _found(request: HttpRequest, viewer: User, person: Person) -> dict[str, Any]:
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:200]
    rows = people.find_by_name(viewer, text, limit=FOUND + 1) if text else []
    return {"text": text, "found": [one for one in rows if one.pk != person.pk][:FOUND]}


def _other(viewer: User, number: str) -> Person | None:
    return visible_to(viewer).filter(cluster=int(number)).first() if _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _names(rows: list[Past]) -> dict[str, str]:
    ids = {row.by[6:] for row in rows if row.by.startswith("staff:") and _is_number(row.by[6:])}
    return {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)}
