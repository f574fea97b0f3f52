"""What all lists have in common: a page for those without a screen, columns, saved views, many at once, the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from mutuals.base import clock, lists
from mutuals.base.filters import Refused
from mutuals.base.lists import Listing, Unseen
from mutuals.base.patience import TooSlow
from mutuals.staff import saved
from mutuals.staff.permissions import require
from mutuals.web.customers.forms import Kept
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, zone_of
from mutuals.web.lists import places
from mutuals.web.lists.asked import Address
from mutuals.web.lists.shown import columns_of, show

MOST_TICKED = 200


@needs()
def page(request: HttpRequest, record: str) -> HttpResponse:
    """A list that has no screen of its own; one that has is opened there."""
    of = listing_of(request, record)
    if own := places.own_screen(record):
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{own}?{query}" if query else own)
    return show(request, of)


@needs(methods="POST")
def columns(request: HttpRequest, record: str) -> HttpResponse:
    """The columns that this user has from now on; none ticked: the usual ones again."""
    of = listing_of(request, record)
    known = [one.name for one in of.visible_columns(caller(request))]
    chosen = [name for name in known if name in request.POST.getlist("col")]
    saved.keep_columns(chosen, record=record, by=caller(request))
    query = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
    query.pop("col", None)
    return redirect(f"{places.of_list(record)}?{query.urlencode()}" if query else places.of_list(record))


@needs(methods="POST")
def bulk(request: HttpRequest, record: str) -> HttpResponseBase:
    """One act on the ticked rows."""
    of = listing_of(request, record)
    ids = [int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdecimal() and len(one) < 19]
    do, back = request.POST.get("do", ""), back_to(request, record)
    if do == "export":
        is_all = request.POST.get("all") == "on"
        return _file(request, of, [] if is_all else ids) if ids or is_all else redirect(back)
    if request.POST.get("all") == "on":
        messages.error(request, "This is done to ticked rows; edit or export all that match instead.")
        return redirect(back)
    act = next((one for one in of.acts if one.name == do), None)
    if act is None:
        raise Http404
    if len(ids) > MOST_TICKED:
        messages.error(request, f"At most {MOST_TICKED} at once.")
        return redirect(back)
    try:
        messages.success(request, act.do(ids, caller(request), request.POST.get(f"word_{act.asks}", "")))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect(back)


@needs("list.export")
def export(request: HttpRequest, record: str) -> HttpResponseBase:
    """The whole list as a file."""
    return _file(request, listing_of(request, record), [])


@needs(methods="POST")
def keep_view(request: HttpRequest, record: str) -> HttpResponse:
    """Keep this list under a name."""
    listing_of(request, record)
    form = Kept(request.POST)
    view = form.try_act(lambda said: saved.keep(record=record, by=caller(request), **said))
    if view is None:
        told = [words for reasons in form.errors.values() for words in reasons]
        messages.error(request, " ".join(map(str, told)))
        return redirect(back_to(request, record))
    where = places.of_list(record)
    return redirect(f"{where}?{view.query}" if view.query else where)


@needs(methods="POST")
def drop_view(request: HttpRequest, record: str, view_id: int) -> HttpResponse:
    """Remove a view of one's own."""
    listing_of(request, record)
    view = get_object_or_404(saved.visible_to(caller(request), record), pk=view_id)
    try:
        saved.drop(view, by=caller(request))
        messages.success(request, f"The view {view.name} is removed.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect(places.of_list(record))


def listing_of(request: HttpRequest, record: str) -> Listing:
    """The list of an address, whose right the caller has."""
    try:
        of = lists.listing(record)
    except Unseen as error:
        raise Http404(str(error)) from error
    require(caller(request), of.right)
    return of


def back_to(request: HttpRequest, record: str) -> str:
    """The list as the address of a form has it."""
    query = request.META.get("QUERY_STRING", "")
    return f"{places.of_list(record)}?{query}" if query else places.of_list(record)


def _file(request: HttpRequest, of: Listing, ids: list[int]) -> HttpResponseBase:
    viewer, now = caller(request), clock.now()
    address = Address.read(of, places.of_list(of.record), request.GET)
    try:
        asked: Any = address.asked(viewer, zone_of(viewer), now)
        lines = lists.csv_lines(of, asked, columns_of(request, of, address), ids=ids)
    except Unseen as error:
        raise Http404(str(error)) from error
    except (Refused, TooSlow) as error:
        messages.error(request, str(error))
        return redirect(places.of_list(of.record))
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{of.words[1].replace(" ", "-")}-{now:%Y-%m-%d}.csv"'
    return answer


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")
