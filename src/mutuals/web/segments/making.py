"""A segment is made as a list is narrowed: filter by filter, with how many it has and who they are beside each step."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.filters import (
    OP_WORDS,
    All,
    Condition,
    Kind,
    Refused,
    check,
    chips,
    from_json,
    from_query,
    record,
    to_query,
)
from mutuals.base.filters.grammar import parts_of
from mutuals.outreach import preview, segments
from mutuals.outreach.models import Segment
from mutuals.people.visibility import called, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.staff.queries import active
from mutuals.web.customers.asked import part_of
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import typed
from mutuals.web.segments.forms import Naming
from mutuals.web.segments.views import found

MOST = 50  # parts of an address


@needs("segment.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new segment: of the filters in the address, or picked by hand."""
    return _form(request, None)


@needs("segment.edit", methods="GET POST")
def edit(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Another name or condition; the filters of the address stand in place of those that are kept."""
    return _form(request, found(request, segment_id))


def _form(request: HttpRequest, row: Segment | None) -> HttpResponse:
    viewer, said = caller(request), typed(request)
    given = request.GET if said is None else said
    is_fixed = row.is_fixed if row else bool(given.get("fixed"))
    kept = to_query(from_json(row.condition)) if row and not row.is_fixed and not _is_told(given) else []
    parts = [*kept, *(one for one in given.getlist("f") if one), *parts_of(given.get("where", ""))][:MOST]
    base = {"name": row.name, "words": row.words, "is_shared": row.is_shared} if row else {}
    form = Naming(said, initial={**base, **{name: request.GET[name] for name in ("name",) if request.GET.get(name)}})
    context: dict[str, Any] = {"form": form, "segment": row, "is_fixed": is_fixed, "parts": parts, "here": request.path}
    try:
        where = from_query(parts) if parts else None
        if where is not None:
            check(where, record("person"), viewer=viewer)
        if request.GET.get("field") and said is None:
            return redirect(_with_one_more(request, parts, viewer))
    except Refused as error:
        return render(
            request, "segments/new.html", context | {"refused": str(error)} | _adding(request, viewer), status=422
        )
    if said is not None:
        made = form.try_act(lambda told: _kept(row, told, where, viewer, is_fixed=is_fixed))
        if made is not None:
            messages.success(request, "Saved.")
            return redirect("segment", made.pk)
    if not is_fixed:
        context |= _shown(request.path, parts, where, viewer) | _adding(request, viewer)
    return render(request, "segments/new.html", context, status=422 if form.is_bound else 200)


def _is_told(given: Any) -> bool:
    """Whether an address or a form says the whole condition, and be it that there is none left."""
    return any(given.get(name) for name in ("f", "where", "all"))


def _kept(row: Segment | None, told: dict[str, Any], where: Condition | None, by: User, *, is_fixed: bool) -> Segment:
    now, condition = clock.now(), None if is_fixed else where or All()
    if row is None:
        return segments.add(by=by, now=now, condition=condition, **told)
    changes = told if condition is None else {**told, "condition": condition}
    return segments.change(row, by=by, changes=changes, now=now)


def _shown(path: str, parts: list[str], where: Condition | None, viewer: User) -> dict[str, Any]:
    """The chips with the ways without them, the sentence, how many there are and the first of them."""
    of, word = record("person"), preview.worded()
    each = []
    for number, part in enumerate(parts):
        rest = [one for other, one in enumerate(parts) if other != number]
        told = chips(from_query([part]), of, viewer=viewer, word=word)
        words = preview.sentence(from_query([part]), viewer)
        is_one = len(told) == 1 and not told[0].join
        each.append((told[0] if is_one else None, words, way(path, rest)))
    seen = preview.preview(viewer, where or All(), now=clock.now())
    full = sees_contacts(viewer)
    return {
        "chips": each,
        "sentence": preview.sentence(where, viewer) or "Everybody",
        "count": seen.count,
        "is_exact": seen.is_exact,
        "first": None if seen.rows is None else [(one, str(called(one, full=full))) for one in seen.rows],
        "fields": [
            (one.label, way(path, parts, add=one.name)) for one in of.visible_fields(viewer) if one.name != "team"
        ],
        "cancel": way(path, parts),
    }


def _adding(request: HttpRequest, viewer: User) -> dict[str, Any]:
    """The form beside the chips, where the address asks for it."""
    name = request.GET.get("add", "")
    if not name:
        return {}
    field = record("person").field(name[:60], viewer)
    is_number = field.kind in (Kind.NUMBER, Kind.MONEY)
    kind = "choice" if field.choices else "owner" if field.name == "owner" else "number" if is_number else "text"
    people = (
        [("me", "me"), *((str(one.pk), one.name) for one in active())] if may(viewer, "user.view") else [("me", "me")]
    )
    return {"adding": {"field": field, "kind": kind, "ops": [(op, OP_WORDS[op]) for op in field.ops], "owners": people}}


def _with_one_more(request: HttpRequest, parts: list[str], viewer: User) -> str:
    told = request.GET
    field = record("person").field(told["field"][:60], viewer)
    part = part_of(field, told.get("op", "")[:20], told.get("value", "").replace("\0", "")[:200])
    check(from_query([part]), record("person"), viewer=viewer)
    return way(request.path, [*parts, part])


def way(path: str, parts: list[str], *, add: str = "") -> str:
    """The address of the builder with these filters."""
    told = [*(("f", part) for part in parts), ("all", "1"), *([("add", add)] if add else [])]
    return f"{path}?{urlencode(told)}"
