"""The list of customers: filters, columns, saved views, and acts on many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.base.filters import OP_WORDS, Kind, Refused, check, record
from mutuals.base.ids import new_token
from mutuals.base.patience import TooSlow
from mutuals.identity import newcomer
from mutuals.identity import queries as identity
from mutuals.outreach import segments
from mutuals.outreach.models import Segment
from mutuals.people import many
from mutuals.people.persons import Taken
from mutuals.people.queries import count_people, list_people
from mutuals.staff import saved
from mutuals.staff.permissions import may
from mutuals.staff.queries import active
from mutuals.web.customers.asked import COLUMNS, SORT_WORDS, Asked, chips, part_of
from mutuals.web.customers.custom import custom_columns, fill_columns, is_sorted
from mutuals.web.customers.forms import Kept, Somebody
from mutuals.web.frame.customform import asking, parted
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed, zone_of

UNDONE = "customers.undo"


@needs("person.view")
def page(request: HttpRequest) -> HttpResponse:
    """A page of the list, or the same with one more filter."""
    asked = Asked.of(request.GET)
    try:
        if request.GET.get("field"):
            return redirect(_with_one_more(request, asked))
        return render(request, "customers/page.html", _shown(request, asked))
    except (Refused, TooSlow) as error:
        return render(request, "customers/page.html", _base(request, asked) | {"refused": str(error)}, status=422)


@needs("person.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Somebody new, by hand."""
    by, known = caller(request), None
    form = asking(Somebody(typed(request)), "person", {}, zone=zone_of(by))
    if request.method == "POST" and form.is_valid():
        try:
            person = newcomer.add(by=by, now=clock.now(), **parted(form, form.cleaned_data))
        except REFUSALS as error:
            form.refused(error)
            known = error.person_id if isinstance(error, Taken) else None
        else:
            return redirect(f"/customers/{person.pk}/")
    return render(request, "customers/new.html", {"form": form, "known": known}, status=422 if form.is_bound else 200)


@needs("person.edit", methods="POST")
def bulk(request: HttpRequest) -> HttpResponseBase:
    """One act on the ticked people, with a way back."""
    ids = [int(one) for one in request.POST.getlist("id") if one.isdecimal() and len(one) < 19]
    do, back = request.POST.get("do", ""), _back(request)
    today, merged = many.surviving(ids)
    ids = today or ids
    if do == "export":
        return _file(request, Asked.of(request.GET), ids)
    try:
        words, way_back = _done(request, do, ids)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect(back)
    if merged:
        was = "person was" if merged == 1 else "people were"
        words += f" {merged} {was} merged into somebody else meanwhile: it was done to whom they became."
    messages.success(request, words, extra_tags=_undo_address(request, way_back) if way_back else "")
    return redirect(back)


@needs("person.edit", methods="POST")
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take the last act on many back, once."""
    way = request.session.get(UNDONE, {}).pop(key, None)
    request.session.modified = True
    if way is None:
        messages.error(request, "This was undone already, or is too long ago.")
        return redirect("customers")
    by, now = caller(request), clock.now()
    if way["do"] == "give":
        many.give({int(pk): owner for pk, owner in way["owners"].items()}, by=by, now=now)
    elif way["do"] == "segment":
        segments.take_out(Segment(pk=way["segment"]), way["ids"], by=by, now=now)
    else:
        (many.untag if way["do"] == "tag" else many.tag)(way["ids"], way["word"], by=by, now=now)
    merged = many.surviving([int(pk) for pk in way.get("owners") or way["ids"]])[1]
    left = f" {merged} of them {'was' if merged == 1 else 'were'} merged since, and left as they are." if merged else ""
    messages.success(request, f"Undone.{left}")
    return redirect(way["back"])


@needs("list.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole list as a file."""
    return _file(request, Asked.of(request.GET), [])


@needs("person.view", methods="POST")
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep this list under a name."""
    form = Kept(request.POST)
    view = form.try_act(lambda said: saved.keep(record="person", by=caller(request), **said))
    if view is None:
        told = [words for reasons in form.errors.values() for words in reasons]
        messages.error(request, " ".join(map(str, told)))
        return redirect(_back(request))
    return redirect(f"/customers/?{view.query}" if view.query else "/customers/")


@needs("person.view", methods="POST")
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Remove a view, with a way back."""
    view = get_object_or_404(saved.visible_to(caller(request), "person"), pk=view_id)
    way = {"name": view.name, "query": view.query, "shared": view.shared}
    try:
        saved.drop(view, by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        address = f"/customers/views/undo/{_remember(request, way)}/"
        messages.success(request, f"The view {way['name']} is removed.", extra_tags=address)
    return redirect("customers")


@needs("person.view", methods="POST")
def undo_drop(request: HttpRequest, key: str) -> HttpResponse:
    """Bring a removed view back."""
    way = request.session.get(UNDONE, {}).pop(key, None)
    request.session.modified = True
    if way:
        saved.keep(way["name"], record="person", query=way["query"], shared=way["shared"], by=caller(request))
        return redirect(f"/customers/?{way['query']}")
    return redirect("customers")


def _base(request: HttpRequest, asked: Asked, adding: dict[str, Any] | None = None) -> dict[str, Any]:
    viewer = caller(request)
    people = {user.pk: user.name for user in active()} if may(viewer, "user.view") else {viewer.pk: viewer.name}
    views = list(saved.visible_to(viewer, "person"))
    known = asked.query
    custom = custom_columns(viewer)
    columns = COLUMNS | custom
    sorts = SORT_WORDS | {name: words for name, words in custom.items() if is_sorted(name)}
    return {
        "asked": asked,
        "chips": chips(asked, viewer, people),
        "fields": [one for one in record("person").visible_fields(viewer) if one.name != "team"],
        "adding": adding,
        "owners": people,
        "views": [(view, view.query == known, view.owner_id == viewer.pk) for view in views],
        "is_all": not known,
        "columns": [(name, words, name in asked.columns) for name, words in columns.items()],
        "shown": set(asked.columns),
        "sorts": [(name, words, asked.url(sort=name)) for name, words in sorts.items()],
        "sort_words": sorts.get(asked.sort, ""),
        "may_edit": may(viewer, "person.edit"),
        "may_export": may(viewer, "list.export"),
        "may_link": may(viewer, "person.link"),
        "unsure": identity.waiting(viewer) if may(viewer, "person.link") else 0,
        "may_see_organisations": may(viewer, "organisation.view"),
    }


def _shown(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    viewer, now = caller(request), clock.now()
    zone = zone_of(viewer)
    found = list_people(viewer, where=asked.where, sort=asked.sort, after=asked.after, zone=zone, now=now)
    count, is_exact = count_people(viewer, where=asked.where, page=found, zone=zone, now=now)
    fill_columns(asked, found.rows, viewer, zone)
    place = {"rows": found.rows, "count": count, "is_exact": is_exact, "now": now}
    return (
        _base(request, asked, _adding(request, viewer))
        | place
        | {"next_url": asked.page(found.next), "back_url": asked.page(found.previous)}
    )


def _adding(request: HttpRequest, viewer: Any) -> dict[str, Any] | None:
    """The form beside the chips: the chosen field, what can be asked of it, and how its value is typed."""
    name = request.GET.get("add", "")
    if not name:
        return None
    field = record("person").field(name[:40], viewer)
    is_number = field.kind in (Kind.NUMBER, Kind.MONEY)
    kind = "choice" if field.choices else "owner" if field.name == "owner" else "number" if is_number else "text"
    return {"field": field, "ops": [(op, OP_WORDS[op]) for op in field.ops], "kind": kind}


def _with_one_more(request: HttpRequest, asked: Asked) -> str:
    viewer, of = caller(request), record("person")
    field = of.field(request.GET["field"][:40], viewer)
    part = part_of(field, request.GET.get("op", ""), request.GET.get("value", ""))
    more = Asked(parts=(*asked.parts, part)).where
    if more is not None:
        check(more, of, viewer=viewer)
    return asked.url(parts=(*asked.parts, part))


def _done(request: HttpRequest, do: str, ids: list[int]) -> tuple[str, dict[str, Any] | None]:
    by, now = caller(request), clock.now()
    if do in ("tag", "untag"):
        word = request.POST.get("tag", "")
        changed = (many.tag if do == "tag" else many.untag)(ids, word, by=by, now=now)
        words = f"{len(changed)} {'tagged' if do == 'tag' else 'lost the tag'} “{word.strip()}”."
        return words, {"do": do, "ids": changed, "word": word} if changed else None
    if do == "segment":
        row, fresh = segments.put_in_named(request.POST.get("segment", ""), ids, by=by, now=now)
        words = f"{len(fresh)} put into the segment “{row.name}”."
        return words, {"do": do, "ids": fresh, "segment": row.pk} if fresh else None
    said = request.POST.get("owner", "")
    owner = int(said) if said.isdecimal() and len(said) < 19 else None
    before = many.give(dict.fromkeys(ids, owner), by=by, now=now)
    return f"{len(before)} given to {'a new owner' if owner else 'nobody'}.", {
        "do": "give",
        "owners": before,
    } if before else None


def _undo_address(request: HttpRequest, way: dict[str, Any]) -> str:
    return f"/customers/undo/{_remember(request, way | {'back': _back(request)})}/"


def _remember(request: HttpRequest, way: dict[str, Any]) -> str:
    """Keep a way back in the session; the last five are kept."""
    key = new_token()[:12]
    held = dict(list(request.session.get(UNDONE, {}).items())[-4:])
    request.session[UNDONE] = {**held, key: way}
    return key


def _back(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"/customers/?{query}" if query else "/customers/"


def _file(request: HttpRequest, asked: Asked, ids: list[int]) -> HttpResponseBase:
    viewer = caller(request)
    try:
        where = asked.where
        zone, now = zone_of(viewer), clock.now()
        lines = many.people_csv(viewer, where=where, ids=ids, sort=asked.sort, zone=zone, now=now)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("customers")
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="customers-{now:%Y-%m-%d}.csv"'
    return answer


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")
