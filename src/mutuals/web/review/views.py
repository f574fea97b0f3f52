"""Is this the same person? The queue of unsure pairs, one pair with its evidence, and the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.identity import joins, queries, review, sides, sweep
from mutuals.identity.evidence import percent
from mutuals.identity.models import Edge, Verdict
from mutuals.identity.queries import Pair
from mutuals.identity.sides import Side
from mutuals.people import hanging
from mutuals.people.models import Person
from mutuals.people.profiles import OWN
from mutuals.people.visibility import called, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.merges import taking
from mutuals.web.review import shown

WORDS = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "handle": "Handles",
    "city": "Town",
    "country": "Country",
    "language": "Language",
    "birthday": "Birthday",
    "website": "Site",
    "organisation": "Works at",
}
MARKS = {"equal": ("same", "equal"), "fits": ("same", "fits"), "differs": ("diff", "differs")}
THRESHOLDS = (0.9, 0.95, 0.98, 0.99)


@needs("person.link")
def page(request: HttpRequest, edge_id: int = 0) -> HttpResponse:
    """The queue, with one of its pairs beside it: the one that is named, else the first."""
    viewer, now = caller(request), clock.now()
    place = request.GET.get("after", "")[:60]
    rows = queries.queue(viewer, after=place)
    number = edge_id or (rows[0].edge.pk if rows else 0)
    if (
        request.headers.get("HX-Target") == "pairs"
    ):  # a search goes on, or a colleague answered: only the queue is drawn
        return render(request, "review/page.html", _queue(viewer, rows, number, place, now) | {"is_part": True})
    pair = queries.pair(number, viewer=viewer) if number else None
    if edge_id and pair is None:
        messages.error(request, "This pair is not there any more: somebody in it was erased.")
        return redirect("review")
    context = _queue(viewer, rows, number, place, now)
    context |= {"is_chosen": bool(edge_id), "may_many": may(viewer, "person.merge_many"), **_neighbours(rows, number)}
    if pair is not None:
        context |= _pair(pair, viewer)
    if context["may_many"] and context["count"]:
        context["many"] = _many(request, now)
    return render(request, "review/page.html", context)


@needs("person.link", methods="POST")
def answer(request: HttpRequest, edge_id: int) -> HttpResponse:
    """Same, never or later; then the next pair."""
    viewer, verdict = caller(request), request.POST.get("verdict", "")
    edge = Edge.objects.filter(pk=edge_id).first() if edge_id < 2**63 else None
    if edge is None or verdict not in set(Verdict):
        messages.error(request, "This pair is not there any more.")
        return redirect("review")
    keep = taking.kept_of(request.POST)
    try:
        done = review.answer(
            edge,
            Verdict(verdict),
            by=viewer,
            now=clock.now(),
            keep=keep,
            choices=taking.choices_of(request.POST, keep),
            anyway="anyway" in request.POST,
            note=request.POST.get("note", "")[:300],
        )
    except review.Stale as error:
        messages.error(request, str(error))
        return _next(request)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("review_pair", edge_id)
    messages.success(request, done.words, extra_tags=reverse("review_undo", args=[done.key]))
    return _next(request)


@needs("person.link", methods="POST")
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Take an answer back, or all of a bulk act."""
    try:
        done = review.undo(key, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("review")
    messages.success(request, done.words)
    return redirect("review_pair", done.edge) if done.edge else redirect("review")


@needs("person.merge_many", methods="POST")
def many(request: HttpRequest) -> HttpResponse:
    """Accept all above a threshold."""
    try:
        threshold = float(request.POST.get("threshold", "1")[:8])
        done = review.accept_above(threshold, by=caller(request), now=clock.now())
        messages.success(request, done.words, extra_tags=reverse("review_undo", args=[done.key]))
    except ValueError as error:
        messages.error(request, str(error) if isinstance(error, Refusal) else "Choose a threshold.")
    return redirect("review")


@needs("identity.sweep", methods="POST")
def look(request: HttpRequest) -> HttpResponse:
    """Search from end to end, now."""
    try:
        sweep.begin(by=caller(request), now=clock.now())
        messages.success(request, "The search has begun; what it finds appears here.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("review")


def _queue(viewer: User, rows: list[queries.Waiting], number: int, place: str, now: datetime) -> dict[str, Any]:
    """What the left side shows: lines, how many there are, and the last search or how far the present one is."""
    newest = next(iter(sweep.newest(viewer)), None)
    here = reverse("review_pair", args=[number]) if number else reverse("review")
    return {
        "rows": [(row, row.edge.pk == number, percent(row.edge.probability)) for row in rows],
        "count": queries.waiting(viewer),
        "more": urlencode({"after": rows[-1].cursor}) if len(rows) >= 25 else "",
        "place": place,
        "here": f"{here}?{urlencode({'after': place})}" if place else here,
        "sweep": newest,
        "is_searching": newest is not None and newest.ended_at is None,
        "sweep_ends": shown.ends(newest, now=now) if newest else None,
        "may_sweep": may(viewer, "identity.sweep"),
    }


def _next(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    number = request.POST.get("next", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    place = request.POST.get("after", "")[:60]
    way = reverse("review_pair", args=[int(number)]) if is_number else reverse("review")
    return redirect(f"{way}?{urlencode({'after': place})}" if place and is_number else way)


def _neighbours(rows: list[queries.Waiting], number: int) -> dict[str, int | None]:
    ids = [row.edge.pk for row in rows]
    at = ids.index(number) if number in ids else -1
    return {
        "before": ids[at - 1] if at > 0 else None,
        "after": ids[at + 1] if 0 <= at < len(ids) - 1 else (ids[0] if at < 0 and ids else None),
    }


def _pair(pair: Pair, viewer: User) -> dict[str, Any]:
    full = sees_contacts(viewer)
    edge = pair.edge
    told: dict[str, Any] = {
        "pair": pair,
        "sure": percent(edge.probability),
        "heads": [_head(side, full=full, is_second=pair.is_second) for side in (pair.one, pair.other)],
        "fields": [
            (
                WORDS[row.field],
                row.one,
                row.other,
                *MARKS.get(row.mark, ("none", "one side" if row.mark == "one side" else "")),
            )
            for row in sides.rows(pair.one, pair.other)
        ],
        "fall": shown.fall(edge, full=full),
        "clues": shown.clues(edge, full=full),
        "decision": shown.decision(edge),
        "rival": _rival(pair, full=full),
        "splits": _splits(pair),
    }
    if pair.said is not None and not pair.is_open:
        who = (
            User.objects.filter(pk=pair.said.by.partition(":")[2]).first()
            if pair.said.by.startswith("staff:")
            else None
        )
        told["said_by"] = str(who or "a machine")
    return told | (_after(pair, viewer) if pair.is_open else {})


def _head(side: Side, *, full: bool, is_second: bool) -> dict[str, Any]:
    """One side's name and where it leads. A pair that is asked about again looks as it did the first time."""
    number = (side.persons[0] if is_second or side.person is None else side.person.pk) if side.is_person else None
    return {
        "side": side,
        "name": side.called(full=full),
        "number": side.profile.pk,
        "person_id": number,
        "since": side.person.created_at if number and side.person else side.profile.first_seen_at,
        "network": "" if number else talk.label_of(side.profile.network),
        "url": reverse("customer", args=[number]) if number else reverse("profile", args=[side.profile.pk]),
    }


def _splits(pair: Pair) -> list[tuple[int, str]]:
    """Those of the two who could be several: number, and name as they are told apart."""
    people = [side.person for side in (pair.one, pair.other) if side.person is not None]
    names = joins.told_apart(*people) if len(people) > 1 else [str(one) for one in people]
    many = {side.person.pk for side in (pair.one, pair.other) if side.person is not None and len(side.profiles) > 2}
    return [(one.pk, name) for one, name in zip(people, names, strict=True) if one.pk in many]


def _rival(pair: Pair, *, full: bool) -> dict[str, Any] | None:
    """Why not somebody else: the next likely holder, and what speaks against them."""
    if pair.rival is None:
        return None
    alone = next((side.profile.pk for side in (pair.one, pair.other) if not side.is_person), 0)
    end = queries.other_end(pair.rival, alone)
    return {
        "edge": pair.rival,
        "name": called(end, full=full),
        "tint": end.pk,
        "sure": percent(pair.rival.probability),
        "clues": shown.clues(pair.rival, full=full)[:4],
        "lacks": shown.lacking(pair.edge, pair.rival, full=full)[:4],
        "rank": shown.rank(pair.edge, pair.rival),
        "is_person": end.network == OWN,
    }


def _after(pair: Pair, viewer: User) -> dict[str, Any]:
    """What joining would do: counts of what comes together, and for two persons each field that can be chosen."""
    people = [side.person for side in (pair.one, pair.other) if side.is_person]
    if len(people) == 2 and not pair.is_second and may(viewer, "person.merge"):
        one, other = people
        if one is not None and other is not None and one.pk != other.pk:
            together = joins.together(one, other, viewer=viewer)
            return {
                "together": together,
                "taking": taking.fields_of(together),
                "keepers": [together.kept, together.gone],
            }
    moved = [side for side in (pair.one, pair.other) if not side.is_person]
    counts = hanging.counts_for([], [side.profile.pk for side in moved])
    return {
        "moves": [(name if many > 1 else name.removesuffix("s"), many) for name, many in counts.items()],
        "joins_to": next((str(one) for one in people if isinstance(one, Person)), ""),
    }


def _many(request: HttpRequest, now: Any) -> dict[str, Any]:
    asked = request.GET.get("above", "")
    threshold = next((one for one in THRESHOLDS if str(one) == asked), 0.95)
    error = queries.error_of(threshold, now=now)
    wrong = error.share * error.pairs
    return {
        "threshold": threshold,
        "from": percent(threshold),
        "choices": [(one, percent(one)) for one in THRESHOLDS],
        "error": error,
        "at_once": min(error.pairs, review.MOST),
        "wrong": f"{wrong:.1f}" if wrong < 10 else f"{round(wrong)}",
        "worst": f"{error.high * error.pairs:.0f}",
        "share": percent(error.share),
    }
