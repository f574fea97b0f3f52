"""How far the review and its machine may be trusted: promised and found by band and week, second looks, searches, versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.identity import learn, queries, review, sweep
from mutuals.identity.evidence import percent
from mutuals.identity.model import social
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.review import shown

TALL, STEP = 30, 14  # of a week's column in the picture: its full height, and the width with its gap


@dataclass(frozen=True, slots=True)
class Week:
    """One column of a band: how high it stands, how many answers it rests on, and what it says."""

    x: int
    y: float
    height: float
    few: bool
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One band over all weeks: the share that was the same person, what was promised, and its weeks."""

    words: str
    answers: int
    same: int
    share: int | None
    promised: int
    line: float
    weeks: list[Week]


@needs("person.merge_many")
def page(request: HttpRequest) -> HttpResponse:
    """The whole of it."""
    viewer, now = caller(request), clock.now()
    found = review.quality(viewer=viewer, now=now)
    bands, asked, alike = found.bands, found.asked, found.alike
    first = _monday(now) - timedelta(weeks=queries.WEEKS - 1)
    told: dict[str, Any] = {
        "bands": [
            (one, percent(one.low), percent(min(one.high, 1.0)), round(100 * one.same / one.answers)) for one in bands
        ],
        "chart": [_row(low, high, bands, first) for low, high in queries.BANDS],
        "first": first,
        "last": _monday(now),
        "wide": STEP * queries.WEEKS,
        "tall": TALL,
        "asked": asked,
        "alike": alike,
        "agreed": round(100 * alike / asked) if asked else None,
        "sweeps": [(row, percent(row.counts.get("error")), shown.ends(row, now=now)) for row in sweep.newest(viewer)],
        "versions": [
            (row, percent(row.measured.get("precision")), row.measured.get("pairs", 0))
            for row in learn.versions(viewer)
        ],
        "release": social.VERSION,
        "may_choose": may(viewer, "identity.model"),
    }
    told["own"] = any(row.is_in_use for row, _, _ in told["versions"])
    return render(request, "review/quality.html", told)


@needs("identity.model", methods="POST")
def use(request: HttpRequest) -> HttpResponse:
    """Weigh by another version from now on."""
    version = request.POST.get("version", "")[:40]
    try:
        learn.use(version, by=caller(request), now=clock.now())
        messages.success(request, f"Weighed by {version or social.VERSION} from now on.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("review_quality")


@needs("identity.model", methods="POST")
def teach(request: HttpRequest) -> HttpResponse:
    """Learn from all decisions, now."""
    try:
        learn.begin(by=caller(request))
        messages.success(request, f"It learns in the background; what comes of it appears here. {learn.NEEDS}")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("review_quality")


def _row(low: float, high: float, bands: list[queries.Band], first: datetime) -> Row:
    rows = [one for one in bands if one.low == low]
    answers, same = sum(one.answers for one in rows), sum(one.same for one in rows)
    promised = (low + min(high, 1.0)) / 2
    return Row(
        f"{percent(low)} to {percent(min(high, 1.0))}",
        answers,
        same,
        round(100 * same / answers) if answers else None,
        round(100 * promised),
        round(TALL * (1 - promised), 1),
        [_week(one, first) for one in rows if one.week >= first],
    )


def _week(one: queries.Band, first: datetime) -> Week:
    """A column; one without any that were the same is still seen."""
    height = max(TALL * one.same / one.answers, 1.5)
    at = round((one.week - first) / timedelta(weeks=1))
    words = f"Week of {one.week.day} {one.week:%b}: {one.same} of {one.answers} the same person"
    return Week(at * STEP, round(TALL - height, 1), round(height, 1), one.answers < 5, words)


def _monday(moment: datetime) -> datetime:
    return (moment - timedelta(days=moment.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
