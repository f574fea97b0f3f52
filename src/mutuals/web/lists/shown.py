"""The page of any list: its rows, its condition in words, and all that can be chosen; screens call `show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock, lists
from mutuals.base.filters import OP_WORDS, Field, Kind, Refused, check
from mutuals.base.lists import Chip, Column, Listing, Unseen
from mutuals.base.patience import TooSlow
from mutuals.records import book
from mutuals.staff import saved
from mutuals.staff.permissions import may
from mutuals.web.frame.compiled import fragment
from mutuals.web.frame.doors import caller
from mutuals.web.frame.forms import zone_of
from mutuals.web.lists import cells, places, standing
from mutuals.web.lists.asked import Address

ROWS = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A chip with the ways to the list without it, and to the form that changes it ("" = it is no single test)."""

    chip: Chip
    without: str
    change: str


def show(
    request: HttpRequest,
    of: Listing,
    *,
    template: str = "lists/page.html",
    more: Mapping[str, Any] | None = None,
    quick: Sequence[cells.Quick] = (),
) -> HttpResponse:
    """A page of a list, or the way to the same with one more filter. The caller has asked for `of.right`.

    `template` extends lists/page.html; `more` is what its own blocks need, with `live`, what it hears of, where
    its rows are drawn anew by themselves; `quick` are buttons in its rows. 404: a place that was forged, or somebody whom the
    viewer does not see; 422 with the reason: a condition that cannot be used, or that takes too long.
    """
    with book.once():  # fields of the house's own are looked up once for the whole page
        return _show(request, of, template, more or {}, quick)


def _show(
    request: HttpRequest, of: Listing, template: str, more: Mapping[str, Any], quick: Sequence[cells.Quick]
) -> HttpResponse:
    viewer = caller(request)
    address = Address.read(of, request.path, request.GET)
    views, own = _views(viewer, of.record)
    columns = of.chosen(address.columns or own, viewer)
    base = _base(of, address, viewer, columns) | _kept(of, address, viewer, views) | dict(more)
    base |= {"here": request.get_full_path()}
    try:
        if request.GET.get("field"):
            return redirect(_with_one_more(request, of, address))
        base |= _adding(request, of, address, viewer)
        return render(request, template, base | _rows(of, address, viewer, columns, quick))
    except Unseen as error:
        raise Http404(str(error)) from error
    except (Refused, TooSlow) as error:
        if getattr(error, "field", "") == "after":
            raise Http404(str(error)) from error
        return render(request, template, base | {"refused": str(error)}, status=422)


def columns_of(request: HttpRequest, of: Listing, address: Address) -> list[Column]:
    """The columns of an address, or those that the viewer usually has."""
    viewer = caller(request)
    return of.chosen(address.columns or _views(viewer, of.record)[1], viewer)


def _views(viewer: Any, record: str) -> tuple[list[Any], list[str]]:
    """Saved views, and the columns that the viewer usually has; one statement."""
    found = saved.with_usual(viewer, record)
    return [one for one in found if one.name], saved.columns_in(found, viewer)


def _base(of: Listing, address: Address, viewer: Any, columns: list[Column]) -> dict[str, Any]:
    chips = [
        Shown(
            chip,
            address.url(parts=tuple(part for at, part in enumerate(address.parts) if at != number)),
            _with(address, add=chip.field, at=str(number)) if chip.field else "",
        )
        for number, chip in enumerate(lists.chips(of, address.parts, viewer))
    ]
    sort = of.sort(address.sort)
    shown = {one.name for one in columns}
    grouping = [one for one in of.visible_columns(viewer) if one.groups]
    return {
        "of": of,
        "address": address,
        "path": address.path,
        "bare": address.path if not (address.kept or address.parts) else address.url(parts=(), kept=()),
        "record": of.record,
        "heading": of.words[1].capitalize(),
        "chips": chips,
        "fields": [(one.label, _with(address, add=one.name)) for one in of.of.visible_fields(viewer)],
        "heads": [(one, of.label(one), cells.is_figure(of, one), _sorted_by(of, one, sort)) for one in columns],
        "title_head": (of.label(of.title), _sorted_by(of, of.title, sort)),
        "columns": [(one.name, of.label(one), one.name in shown) for one in of.visible_columns(viewer)],
        "sorts": [(one.label, address.url(sort=one.name), one.name == sort.name) for one in of.sorts],
        "sort_words": sort.label,
        "groups": [(of.label(one), address.url(group=one.name), one.name == address.group) for one in grouping],
        "ungrouped": address.url(group=""),
        "acts": [one for one in of.acts if may(viewer, one.right)],
        "asks": list(dict.fromkeys(one.asks for one in of.acts if one.asks and may(viewer, one.right))),
        "may_export": _may_export(of, viewer),
        "has_ticks": _has_ticks(of, viewer),
        "may_write": _may_write(of, viewer),
        "shapes": standing.ways(of, address),
        "shape": address.view or of.opens,
    }


def _may_export(of: Listing, viewer: Any) -> bool:
    return of.exports is not None and may(viewer, "list.export")


def _has_ticks(of: Listing, viewer: Any) -> bool:
    return _may_export(of, viewer) or _may_write(of, viewer) or any(may(viewer, one.right) for one in of.acts)


def _may_write(of: Listing, viewer: Any) -> bool:
    return of.editing is not None and may(viewer, of.editing.right)


def _kept(of: Listing, address: Address, viewer: Any, views: list[Any]) -> dict[str, Any]:
    """What the list's own words say, and the saved views."""
    said, query = dict(address.kept), address.query
    told = []
    for one in of.narrows:
        if one.name in said and one.told is not None:
            try:
                ref = one.told(said[one.name], viewer)
            except Unseen as error:
                raise Http404(str(error)) from error
            told.append((one.label, ref.words, places.of_row(ref.key, viewer), address.narrowed(one.name, "")))
    choices = [
        (one.label, [
            (words, address.narrowed(one.name, "" if value == one.usual else value), said.get(one.name, one.usual) == value)
            for value, words in (("all" if one.usual else "", "All"), *one.choices)
        ])
        for one in of.narrows if one.choices
    ]  # fmt: skip
    typed = [(one.name, one.label, said.get(one.name, "")) for one in of.narrows if one.typed]
    return {
        "typed": typed,
        "typed_hidden": address.hidden(*(name for name, _, _ in typed)),
        "choices": choices,
        "narrowed": told,
        "is_all": not query or query == f"view={address.view}",
        "views": [(one, f"{address.path}?{one.query}", one.query == query, one.owner_id == viewer.pk) for one in views],
    }


def _rows(
    of: Listing, address: Address, viewer: Any, columns: list[Column], quick: Sequence[cells.Quick]
) -> dict[str, Any]:
    now = clock.now()
    asked = address.asked(viewer, zone_of(viewer), now)
    told: dict[str, Any] = {"now": now, "sentence": lists.sentence(of, asked.where, viewer) if asked.where else ""}
    shape = address.view or of.opens
    if shape != "list":
        return told | (standing.board if shape == "board" else standing.month)(of, address, asked, viewer)
    if address.group:
        return told | _grouped(of, address, asked, columns)
    page = lists.walk(of, asked, after=address.after, limit=ROWS)
    count, is_exact = lists.count(of, asked, page=page)
    sums = lists.sums(of, asked, columns) if is_exact and count else []
    rows = cells.rows_of(of, page.rows, columns, viewer, back=address.query, quick=quick)
    has_quick = any(row.quick for row in rows)
    return told | {
        "rows": rows,
        "has_quick": has_quick,
        "table_rows": fragment(
            "lists/rows.html", {"rows": rows, "has_ticks": _has_ticks(of, viewer), "has_quick": has_quick}
        ),
        "cards": fragment("lists/cards.html", {"rows": rows}),
        "count": count,
        "is_exact": is_exact,
        "noun": of.words[0] if count == 1 and is_exact else of.words[1],
        "sums": [(_label(of, one.column), one) for one in sums or []],
        "next_url": address.page(page.next),
        "back_url": address.page(page.previous),
    }


def _grouped(of: Listing, address: Address, asked: lists.Asked, columns: list[Column]) -> dict[str, Any]:
    found = lists.grouped(of, asked, address.group, columns)
    field = next(one for one in of.of.fields if one.name == address.group)
    words = dict(of.options[field.name](asked.viewer)) if field.name in of.options else dict(field.choices)
    rows = []
    for group in found:
        is_empty = group.value is None or group.value == ""
        value = ("yes" if group.value else "no") if field.kind is Kind.BOOL else str(group.value)
        part = f"{field.name}:empty" if is_empty else lists.part_of(field, "is", value)
        way = address.url(parts=(*address.parts, part), group="")
        rows.append(("not said" if is_empty else words.get(value, value), way, group))
    return {"grouped": rows, "group_label": _label(of, address.group), "grouped_sums": any(one.sums for one in found)}


def _label(of: Listing, name: str) -> str:
    return next(of.label(one) for one in of.columns if one.name == name)


def _sorted_by(of: Listing, column: Column, sort: lists.Sort) -> str:
    """How a column is sorted, as `aria-sort` says it; "" where the list stands in another order."""
    field = of.field_of(column)
    if field is None or field.kind is Kind.RELATION or field.path != sort.path:
        return ""
    return "descending" if sort.descending else "ascending"


def _with(address: Address, **more: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    url = address.url()
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _adding(request: HttpRequest, of: Listing, address: Address, viewer: Any) -> dict[str, Any]:
    """The form beside the chips: the chosen field, what can be asked of it, and how its value is typed."""
    name = request.GET.get("add", "")
    if not name:
        return {}
    field = of.of.field(name[:60], viewer)
    at = _at(request, address)
    was = lists.chips(of, [address.parts[at]], viewer)[0] if at is not None else None
    was = was if was is not None and was.field == field.name else None
    return {
        "adding": {
            "field": field,
            "ops": [(op, OP_WORDS.get(op, op), was is not None and op == was.op) for op in field.ops],
            "choices": _values(of, field, viewer),
            "kind": _typed(field),
            "value": was.typed if was else "",
            "at": "" if at is None else str(at),
            "hidden": address.hidden(),
        }
    }


def _values(of: Listing, field: Field, viewer: Any) -> list[tuple[str, str]]:
    if field.kind is Kind.BOOL:
        return [("yes", "yes"), ("no", "no")]
    if field.name in of.options:
        return list(of.options[field.name](viewer))
    return list(field.choices) or [(one, one) for one in (field.names() if field.names else ())]


def _typed(field: Field) -> str:
    if field.kind in (Kind.NUMBER, Kind.MONEY):
        return "number"
    return "day" if field.kind in (Kind.DAY, Kind.TIME) else "text"


def _at(request: HttpRequest, address: Address) -> int | None:
    said = request.GET.get("at", "")
    return int(said) if said.isascii() and said.isdecimal() and int(said[:4]) < len(address.parts) else None


def _with_one_more(request: HttpRequest, of: Listing, address: Address) -> str:
    viewer = caller(request)
    field = of.of.field(request.GET["field"][:60], viewer)
    part = lists.part_of(field, request.GET.get("op", ""), request.GET.get("value", ""))
    changed = address.replaced(_at(request, address), part)
    parts = Address(address.path, parts=(part,)).where
    if parts is not None:
        check(parts, of.of, viewer=viewer)
    return changed
