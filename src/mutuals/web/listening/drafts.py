"""Drafts on a screen: write some, see which will do better, for whom and when; and how good such forecasts were."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals import connectors
from mutuals.base import clock
from mutuals.listening.draft import drafts, presences
from mutuals.listening.draft.drafts import ALL, AUDIENCES, LONGEST, OWN, TOGETHER, Told, Track, Wanted
from mutuals.listening.draft.forecast import LEAST
from mutuals.listening.models import Draft, Forecast
from mutuals.listening.pillar.pillars import ENOUGH, Way
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed

LETTERS = "ABCDEF"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OFFERED, _SHOWN, _LETTERS = 3, 20, 40
_EVEN = (0.4, 0.6)  # chances between which no difference is told
_DRAWN = 200  # width of a range, in its own units


class DraftsForm(Asked):
    """What is compared."""

    channel = forms.ChoiceField(label="On")
    at = forms.DateTimeField(
        label="At", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    draft_0 = forms.CharField(label="Draft A", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
    media_0 = forms.BooleanField(label="A has a picture or film", required=False)
    draft_1 = forms.CharField(
        label="Draft B", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    media_1 = forms.BooleanField(label="B has a picture or film", required=False)
    draft_2 = forms.CharField(
        label="Draft C", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    media_2 = forms.BooleanField(label="C has a picture or film", required=False)
    audience = forms.CharField(
        label="For whom, beside everybody, customers and others", max_length=300, required=False,
        help_text="A filter of customers, as in their list: city:is:Porto; several parted by ;",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, viewer: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        there = presences.offered(viewer, now=now)
        self.channels = {str(one.pk): one for one, _ in there}
        field = self.fields["channel"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(one.pk), presences.in_words(one, posts)) for one, posts in there]
        self.fields["at"].initial = (now + timedelta(hours=1)).replace(minute=0)

    def wanted(self, told: dict[str, Any]) -> Wanted:
        """The same for the room. The time is by the clocks of the channel."""
        numbers = [n for n in range(_OFFERED) if told[f"draft_{n}"].strip()]
        return Wanted(
            tuple(told[f"draft_{n}"] for n in numbers),
            told["at"].replace(tzinfo=drafts.zone_of(self.channels[told["channel"]])),
            frozenset(place for place, n in enumerate(numbers) if told[f"media_{n}"]),
            tuple(part for part in told["audience"].split(";") if part.strip()),
        )


@needs("listening.view", methods="GET POST", post="listening.judge")
def page(request: HttpRequest) -> HttpResponse:
    """Write drafts; below, those of before and what became of them."""
    viewer, now = caller(request), clock.now()
    form = DraftsForm(typed(request), viewer=viewer, now=now)
    if request.method == "POST":
        made = form.try_act(
            lambda told: drafts.compare(form.channels[told["channel"]], form.wanted(told), by=viewer, now=now)
        )
        if made is not None:
            return redirect("forecast", made.pk)
    known = drafts.track(viewer)
    context = {
        "form": form,
        "forecasts": [(each, _texts(each)) for each in drafts.visible_to(viewer)[:_SHOWN]],
        "track": known, "told": in_words(known),
        "months": _months(known), "scored": [(one, LETTERS[one.place]) for one in known.rows[:_SHOWN]],
        "may_judge": may(viewer, "listening.judge"), "is_drafts": True, "ways": _ways(),
    }  # fmt: skip
    return render(request, "listening/drafts.html", context, status=422 if form.is_bound else 200)


def _ways() -> list[tuple[Way, bool]]:
    return [(each, False) for each in Way]


def _texts(made: Forecast) -> str:
    rows = sorted(made.drafts.all(), key=lambda row: row.place)
    return " · ".join(row.text[:_LETTERS] + "…" * (len(row.text) > _LETTERS) for row in rows)


@needs("listening.view")
def one(request: HttpRequest, forecast_id: int) -> HttpResponse:
    """A comparison: for each audience each draft with its range, beside what is usual at that hour."""
    viewer = caller(request)
    made = _forecast(viewer, forecast_id)
    rows = sorted(made.drafts.all(), key=lambda row: row.place)
    for row in rows:
        row.forecast = made
    told = {row.place: drafts.told(row) for row in rows}
    limit = connectors.get(made.channel.source.connector).limits
    context = {
        "made": made, "at": made.at.astimezone(ZoneInfo(made.zone)), "least": LEAST,
        "rows": [
            {"row": row, "letter": LETTERS[row.place], "why": [_change(name, n) for name, n in row.why if name != TOGETHER][:5],
             "together": next((_change(name, n) for name, n in row.why if name == TOGETHER), ""),
             "outcome": _outcome(row), "too_long": limit.text if limit.text and limit.count(row.text) > limit.text else 0}
            for row in rows
        ],
        "audiences": _audiences(made, told), "verdicts": _verdicts(made, rows),
        "candidates": drafts.candidates(made) if may(viewer, "listening.judge") else [],
        "may_judge": may(viewer, "listening.judge"), "is_drafts": True, "ways": _ways(), "now": clock.now(),
    }  # fmt: skip
    return render(request, "listening/forecast.html", context)


def _change(name: str, n: int) -> str:
    return f"{name} {n:+,} %".replace("-", "−")


def _forecast(viewer: User, number: int) -> Forecast:
    found = (
        drafts.visible_to(viewer).select_related("channel__source").filter(pk=number).first()
        if number < 2**63
        else None
    )
    if found is None:
        raise Http404
    return found


def name_of(audience: str, made: Forecast) -> str:
    """How an audience is called."""
    return made.audience_words if audience == OWN else AUDIENCES[audience]


def _audiences(made: Forecast, told: dict[int, list[Told]]) -> list[dict[str, Any]]:
    found = []
    for number, first in enumerate(told.get(0, [])):
        lines = [(place, some[number]) for place, some in told.items()]
        most = max(max(line.range.high, line.range.usual) for _, line in lines) or 1
        found.append(
            {
                "name": name_of(first.audience, made),
                "usual": f"{first.range.usual:,.1f}",
                "rows": [
                    {
                        "letter": LETTERS[place],
                        "low": line.range.low,
                        "high": line.range.high,
                        "middle": f"{line.range.middle:,.1f}",
                        "best": [(hour_in_words(hour), span) for hour, span in line.best],
                        "drawn": [
                            round(_DRAWN * value / most) + 4
                            for value in (line.range.low, line.range.middle, line.range.high, line.range.usual)
                        ],
                    }
                    for place, line in lines
                ],
            }
        )
    return found


def hour_in_words(hour: int) -> str:
    """An hour of the week."""
    return f"{_DAYS[hour // 24]} {hour % 24:02d}:00"


def _verdicts(made: Forecast, rows: list[Draft]) -> list[str]:
    """Which does better, two by two, for whom; where that cannot be told it says so."""
    found = []
    for number, row in enumerate(rows):
        for other in rows[number + 1 :]:
            for audience in (*AUDIENCES, OWN):
                chance = drafts.chance_of(row, other, audience)
                if chance is not None:
                    found.append((audience != ALL, verdict(row, other, chance, name_of(audience, made))))
    return [words for _, words in sorted(found, key=lambda pair: pair[0])]


def verdict(row: Draft, other: Draft, chance: float, audience: str) -> str:
    """One pair and audience in a sentence."""
    a, b = LETTERS[row.place], LETTERS[other.place]
    if _EVEN[0] < chance < _EVEN[1]:
        of_a = round(100 * chance)
        return f"{audience}: no difference between {a} and {b} can be told ({of_a} to {100 - of_a})."
    better, worse, sure = (a, b, chance) if chance >= _EVEN[1] else (b, a, 1 - chance)
    return f"{audience}: {better} does better than {worse} in {round(100 * sure)} of 100 cases."


def _outcome(row: Draft) -> str:
    if row.published_at is None:
        return ""
    if row.middle is None or row.low is None or row.high is None or row.usual is None:
        return "Published; nothing was said of it before."
    told = f"{row.middle:,.1f} ({row.low:,.0f} to {row.high:,.0f}) expected for that hour, {row.usual:,.1f} usual"
    if row.counted is None:
        return f"Published; {told}. It is scored when its seven days are over."
    place = "inside the range" if row.low <= row.counted <= row.high else "outside the range"
    return f"{row.counted:,} reactions in seven days, {place}; {told}."


@needs("listening.judge", methods="POST")
def tie(request: HttpRequest, forecast_id: int) -> HttpResponse:
    """Say which post a draft became, or take that back."""
    made = _forecast(caller(request), forecast_id)
    row = made.drafts.filter(pk=_number(request.POST.get("draft", "")) or 0).first()
    if row is None:
        raise Http404
    try:
        drafts.tie(row, _number(request.POST.get("post", "")), by=caller(request), now=clock.now())
        messages.success(request, "Kept.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("forecast", made.pk)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def in_words(known: Track) -> str:
    """How good forecasts were, in a sentence; where there are few, that there are."""
    if known.inside is None:
        return "No forecast was scored yet. One is, seven days after its draft was published."
    n = known.inside.of
    held = round(known.inside.share * n)
    if n < ENOUGH:
        return f"Not enough yet: {n} of {ENOUGH} scored, {held} of them inside their range."
    low, high = round(100 * known.inside.low), round(100 * known.inside.high)
    return (
        f"{held} of {n} lay inside their range: {round(100 * known.inside.share)} % ({low} to {high} %); 80 % is what ranges"
        f" promise. The middle was off by {known.ours:,.1f} reactions, the average of the hour by {known.naive:,.1f}."
    )


def _months(known: Track) -> list[dict[str, Any]]:
    """The same by month of publication, the newest first."""
    by_month = defaultdict[str, list[Draft]](list)
    for row in known.rows:
        if row.published_at:
            by_month[f"{row.published_at:%Y-%m}"].append(row)
    found = []
    for month, rows in by_month.items():
        off = [
            (abs((row.counted or 0) - (row.middle or 0)), abs((row.counted or 0) - (row.usual or 0))) for row in rows
        ]
        inside = sum((row.low or 0) <= (row.counted or 0) <= (row.high or 0) for row in rows)
        found.append(
            {"month": month, "n": len(rows), "inside": inside, "share": round(100 * inside / len(rows)),
             "ours": f"{sum(one for one, _ in off) / len(off):,.1f}", "naive": f"{sum(one for _, one in off) / len(off):,.1f}"}
        )  # fmt: skip
    return found
