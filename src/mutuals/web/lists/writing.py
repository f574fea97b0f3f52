"""A list that is written: a cell, a card that is moved, many rows. Each is a form that works without script.

What a form was shown travels with it as `was`; a field that somebody changed since is asked about, not overwritten.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock, lists, undo
from mutuals.base.lists import Editing, Entry, Listing, Meanwhile, boards
from mutuals.base.models import Batch
from mutuals.base.patience import TooSlow
from mutuals.base.refusals import Refusal
from mutuals.records import book
from mutuals.staff import bulk
from mutuals.staff.permissions import require
from mutuals.web.frame.compiled import fragment
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS, zone_of
from mutuals.web.lists import cells, places, standing
from mutuals.web.lists.asked import Address
from mutuals.web.lists.views import back_to, listing_of

MOST_TICKED = 200


@needs()
def cards(request: HttpRequest, record: str) -> HttpResponse:
    """The cards of a column after some; without script the list of all that stand in it."""
    of, viewer = listing_of(request, record), caller(request)
    address, lane = _address(request, of), request.GET.get("lane", "")[:80]
    if of.board is None:
        raise Http404
    if not is_fragment(request):
        part = f"{of.board.entry}:is:{lane}"
        return redirect(address.url(parts=(*address.parts, part), view="" if of.opens == "list" else "list"))
    try:
        found, after = lists.more(of, _asked(address, viewer), lane, after=request.GET.get("after", ""))
    except (*REFUSALS, TooSlow) as error:
        raise Http404(str(error)) from error
    return HttpResponse(standing.cards(of, address, found, viewer, lane, after))


@needs("list.edit", methods="GET POST")
def move(request: HttpRequest, record: str, pk: int) -> HttpResponse:
    """Move a card: a form with the columns to which it may go; by script the answer says what the board shows now."""
    of, viewer = listing_of(request, record), caller(request)
    editing, address = _editing(request, of), _address(request, of)
    board = boards.board_of(of)
    asked = _asked(address, viewer)
    found = boards.card(of, asked, pk)
    if found is None:
        raise Http404
    card, lane = found
    goals = board.goals(asked)
    if request.method != "POST":
        return _move_page(request, of, card, lane, goals, "")
    said, entry = request.POST, editing.entry(board.entry)
    to, because = said.get("to", "")[:80], said.get("because", "").replace("\0", "")
    label = goals[to].label if to in goals else to
    try:
        batch = undo.one(
            of, pk, {entry.name: entry.read(to, viewer)}, was={entry.name: said["was"]} if said.get("was") else None,
            by=viewer, now=clock.now(), words=f"“{card.title}” to {label}", kind="move", because=because,
        )  # fmt: skip
    except REFUSALS as error:
        if _wants_json(request):
            return _stands(
                of, asked, address, pk, words=str(error), status=409 if isinstance(error, Meanwhile) else 422
            )
        if isinstance(error, Meanwhile):
            messages.error(request, f"{error} Nothing was changed.")
            return redirect(back_to(request, record))
        return _move_page(request, of, card, lane, goals, str(error), status=422)
    words = f"“{card.title}” is at {label}."
    if _wants_json(request):
        return _stands(of, asked, address, pk, words=words, undo_at=_undo_address(batch))
    messages.success(request, words, extra_tags=_undo_address(batch))
    return redirect(back_to(request, record))


@needs("list.edit", methods="GET POST")
def cell(request: HttpRequest, record: str, pk: int, name: str) -> HttpResponse:
    """Write one value where it stands; without script on a page of its own."""
    of, viewer = listing_of(request, record), caller(request)
    editing = _editing(request, of)
    with book.once():
        entry = editing.in_column(name)
        row = of.beside(of.visible_to(viewer)).filter(pk=pk).first()
        if entry is None or row is None:
            raise Http404
        was = entry.typed(editing.told(row, entry.name))
        if request.method != "POST":
            return _cell_form(request, of, entry, row, name=name, typed=was, was=was)
        return _write_cell(request, of, editing, entry, row, name)


def _write_cell(
    request: HttpRequest, of: Listing, editing: Editing, entry: Entry, row: Any, name: str
) -> HttpResponse:  # fmt: skip
    viewer, typed, said = caller(request), request.POST.get("value", "")[:5000], request.POST.get("was")
    try:
        value = entry.read(typed, viewer)
        was = None if said is None else {entry.name: _was(entry, said, viewer)}
        words = f"“{of.value(of.title, row)}”, {entry.label.lower()}: {entry.words(value, viewer)}"
        batch = undo.one(of, row.pk, {entry.name: value}, was=was, by=viewer, now=clock.now(), words=words)
    except Meanwhile as error:
        theirs = entry.typed(error.theirs)
        return _cell_form(request, of, entry, row, name=name, typed=typed, was=theirs, refused=str(error), clash=error)
    except REFUSALS as error:
        return _cell_form(request, of, entry, row, name=name, typed=typed, was=said or "", refused=str(error))
    if not _is_part(request):
        messages.success(request, "Saved." if batch else "It is so already.", extra_tags=_undo_address(batch))
        return redirect(back_to(request, of.record))
    fresh = of.beside(of.visible_to(viewer)).filter(pk=row.pk).first()
    if fresh is None:
        return JsonResponse({"gone": True})
    if of.dress is not None:
        of.dress([fresh], viewer)
    column = next(one for one in of.visible_columns(viewer) if one.name == name)
    shown = cells.one_cell(of, fresh, column, viewer, back=request.META.get("QUERY_STRING", ""))
    told = {"html": fragment("lists/cell.html", {"cell": shown, "title": str(of.value(of.title, fresh))})}
    return JsonResponse(told | ({"words": words + ".", "undo": _undo_address(batch)} if batch else {}))


def _was(entry: Entry, said: str, viewer: Any) -> Any:
    """What was shown, as the field keeps it; a choice that is none any more is as it was."""
    if not said and entry.kind != "tags":
        return "" if entry.kind == "text" else None
    return said if entry.kind == "choice" else entry.read(said, viewer)


def _cell_form(
    request: HttpRequest, of: Listing, entry: Entry, row: Any, *, name: str, typed: str, was: str, refused: str = "",
    clash: Meanwhile | None = None,
) -> HttpResponse:  # fmt: skip
    viewer = caller(request)
    values = {
        "of": of,
        "entry": entry,
        "title": str(of.value(of.title, row)),
        "typed": typed,
        "was": was,
        "refused": refused,
        "theirs": entry.words(clash.theirs, viewer) if clash else "",
        "mine": typed,
        "options": [(value, words) for value, words in entry.options(viewer)] if entry.options else [],
        "action": f"/lists/{of.record}/{row.pk}/cell/{name}/?{request.META.get('QUERY_STRING', '')}".rstrip("?"),
        "back": back_to(request, of.record),
    }
    template = "lists/_cell.html" if _is_part(request) else "lists/cell.html"
    return render(request, template, values, status=409 if clash else 422 if refused else 200)


@needs("list.edit", methods="POST")
def many(request: HttpRequest, record: str) -> HttpResponse:
    """What is to be written into the ticked rows, or into all that match: first the form, then the act."""
    of, viewer = listing_of(request, record), caller(request)
    editing, said = _editing(request, of), request.POST
    ids = ids_of(said)
    is_all = said.get("all") == "on"
    try:
        if is_all:
            ids = bulk.matching(of, _asked(_address(request, of), viewer))
        if not ids:
            raise Refusal("Tick some rows first.")
        if "write" not in said:
            return _many_page(request, of, editing, ids, is_all=is_all)
        batch = bulk.write(
            of, ids, _changes(editing, said, viewer), by=viewer, now=clock.now(), because=said.get("because", "")[:500]
        )
    except (*REFUSALS, TooSlow) as error:
        messages.error(request, str(error))
        return redirect(back_to(request, record))
    if batch.refused or not undo.now_or_later(batch):
        return redirect("batch", batch.pk)
    messages.success(request, f"{batch.words}.", extra_tags=_undo_address(batch))
    return redirect(back_to(request, record))


def _many_page(request: HttpRequest, of: Listing, editing: Editing, ids: list[int], *, is_all: bool) -> HttpResponse:
    viewer = caller(request)
    entries = [
        (one, list(one.options(viewer)) if one.options else [], one.kind == "tags")
        for one in editing.entries
        if one.bulk
    ]
    values = {
        "of": of,
        "ids": [] if is_all else ids,
        "is_all": is_all,
        "count": len(ids),
        "noun": of.words[0] if len(ids) == 1 else of.words[1],
        "entries": entries,
        "action": f"{reverse('list_many', args=[of.record])}?{request.META.get('QUERY_STRING', '')}".rstrip("?"),
        "back": back_to(request, of.record),
    }
    return render(request, "lists/many.html", values)


def _changes(editing: Editing, said: QueryDict, viewer: Any) -> dict[str, Any]:
    """What the form ticks, as the batch keeps it. Words of a list are added and taken out, never replaced."""
    told: dict[str, Any] = {}
    for entry in editing.entries:
        if said.get(f"set_{entry.name}") != "on" or not entry.bulk:
            continue
        if entry.kind == "tags":
            ways = {way: entry.read(said.get(f"{way}_{entry.name}", ""), viewer) for way in ("add", "remove")}
            told[entry.name] = {way: words for way, words in ways.items() if words}
        else:
            told[entry.name] = entry.read(said.get(f"value_{entry.name}", ""), viewer)
    if not told:
        raise Refusal("Choose what is to be written.")
    return told


def ids_of(said: QueryDict) -> list[int]:
    """The ticked rows of a form."""
    return [int(one) for one in said.getlist("id") if one.isascii() and one.isdecimal() and len(one) < 19]


def _move_page(
    request: HttpRequest, of: Listing, card: Any, lane: str, goals: Any, refused: str, status: int = 200
) -> HttpResponse:  # fmt: skip
    to = request.POST.get("to", request.GET.get("to", ""))
    values = {
        "of": of,
        "card": card,
        "was": lane,
        "ways": [(key, goals[key].label, goals[key].asks) for key in card.ways if key in goals],
        "asks": any(goals[key].asks for key in card.ways if key in goals),
        "to": to,
        "here": goals[lane].label if lane in goals else "",
        "because": request.POST.get("because", ""),
        "refused": refused,
        "action": request.get_full_path(),
        "back": back_to(request, of.record),
    }
    return render(request, "lists/move.html", values, status=status)


def _stands(
    of: Listing, asked: lists.Asked, address: Address, pk: int, *, words: str, status: int = 200, undo_at: str = ""
) -> JsonResponse:  # fmt: skip
    """What a board shows of a card and over its columns, after somebody moved it or could not."""
    return JsonResponse(_now(of, asked, address, pk) | {"words": words, "undo": undo_at}, status=status)


def _now(of: Listing, asked: lists.Asked, address: Address, pk: int) -> dict[str, Any]:
    found, viewer = boards.card(of, asked, pk), asked.viewer
    whole = lists.heads(of, asked)
    lane = found[1] if found else ""
    return {
        "lane": lane,
        "card": standing.cards(of, address, [found[0]], viewer, "", "") if found and lane else "",
        "heads": {one.key: standing.head(one) for one in whole.lanes},
        "foot": standing.foot(whole.totals, whole.count, of),
    }


def _undo_address(batch: Batch | None) -> str:
    return reverse("batch_undo", args=[batch.pk]) if batch else ""


def _address(request: HttpRequest, of: Listing) -> Address:
    return Address.read(of, places.of_list(of.record), request.GET)


def _asked(address: Address, viewer: Any) -> lists.Asked:
    return address.asked(viewer, zone_of(viewer), clock.now())


def _editing(request: HttpRequest, of: Listing) -> Editing:
    if of.editing is None:
        raise Http404
    require(caller(request), of.editing.right)
    return of.editing


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _is_part(request: HttpRequest) -> bool:
    return "X-Part" in request.headers
