"""From source to report: how far everything came, by stage, source and hour, and what stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mutuals.base import clock
from mutuals.insights import queries
from mutuals.insights.queries import Hour, Lineage
from mutuals.insights.stages import Stage, lasting
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.sources.words import icon_of

_ICONS = {
    Stage.SOURCE: "upload",
    Stage.STORED: "db",
    Stage.LINKED: "link",
    Stage.READ: "listen",
    Stage.RULED: "flat",
    Stage.REPORTED: "report",
}
_DOORS = {
    Stage.SOURCE: ("sources", "source.view"),
    Stage.STORED: ("inbox", "conversation.view"),
    Stage.LINKED: ("unlinked", "person.link"),
    Stage.READ: ("listening", "listening.view"),
    Stage.RULED: ("rules", "rule.view"),
    Stage.REPORTED: ("listening", "listening.view"),
}
_WIDE, _NARROW, _HIGH, _FOOT, _LEFT = 1150, 328, 150, 22, 44
"""Of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stage as it is drawn: how many came so far, what is said below, whether it stands still, and where its rows are."""

    stage: Stage
    icon: str
    n: int
    under: str
    is_late: bool
    url: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Columns by the hour for one width: x, y, width, height and what is said; lines and words of the axes."""

    side: str
    wide: int
    high: int
    columns: list[tuple[float, float, float, float, str]]
    grid: list[tuple[float, int]]
    axis: list[tuple[float, str, str]]


@needs("source.view")
def page(request: HttpRequest) -> HttpResponse:
    """The last 24 hours, or seven days."""
    viewer, zone = caller(request), zone_of(caller(request))
    days = 7 if request.GET.get("days") == "7" else 1
    found = queries.lineage(viewer, now=clock.now(), days=days)
    told: dict[str, Any] = {
        "found": found,
        "days": days,
        "zone": zone,
        "parts": [_part(found, stage, may(viewer, _DOORS[stage][1])) for stage in Stage],
        "drawings": [_drawn(found.hours, zone, "wide", _WIDE), _drawn(found.hours, zone, "only-phone", _NARROW)],
        "hours": [(hour, _named(hour, zone)) for hour in reversed(found.hours) if hour.arrived],
        "lines": [(line, icon_of(line.source.connector)) for line in found.lines],
        "names": {line.source.pk for line in found.lines},
        "sees_parked": may(viewer, "parked.view"),
        "sees_inbox": may(viewer, "conversation.view"),
    }
    return render(request, "sources/lineage.html", told)


def _part(found: Lineage, stage: Stage, may_look: bool) -> Part:
    is_late = any(one.stage == stage for one in found.still) or any(one.stage == stage for one in found.waits)
    url = reverse(_DOORS[stage][0]) if may_look else ""
    url = f"{url}?tab=all" if url and stage is Stage.STORED else url
    return Part(stage, _ICONS[stage], found.at(stage), _under(found, stage), is_late, url)


def _under(found: Lineage, stage: Stage) -> str:
    """The lag of a stage, and what does not go on from there."""
    counts = found.total
    mean = f"{lasting(counts.mean)} in the mean" if counts.mean is not None and counts.mean >= 1 else "within a second"
    silent = sum(one.stage is Stage.SOURCE for one in found.still)
    said: dict[Stage, list[str]] = {
        Stage.SOURCE: [f"{silent} of {len(found.lines)} stand still" if silent else f"{len(found.lines)} sources"],
        Stage.STORED: [mean if counts.arrived else "", f"{found.waiting:,} wait" if found.waiting else ""],
        Stage.LINKED: [_share(counts.linked, counts.said), f"{found.touched:,} to compare" if found.touched else ""],
        Stage.READ: [
            f"{counts.said - counts.read:,} unread" if counts.said > counts.read else _share(counts.read, counts.said)
        ],
        Stage.RULED: [f"{counts.fired:,} acted on"],
        Stage.REPORTED: [_share(counts.met, counts.said)],
    }
    if stage is Stage.STORED and counts.known + counts.quiet:
        said[stage].append(f"{counts.known:,} known already, {counts.quiet:,} with nothing in them")
    if stage is Stage.STORED and found.aside:
        said[stage].append(f"{found.aside:,} put aside")
    return " · ".join(filter(None, said[stage])) or "nothing came"


def _share(some: int, of: int) -> str:
    return f"{round(100 * some / of)} % of what was said" if of else ""


def _drawn(hours: list[Hour], zone: ZoneInfo, side: str, wide: int) -> Drawing:
    """One column an hour; four lines at most, and words below every sixth hour or every day."""
    most = max([hour.arrived for hour in hours], default=0)
    step = max(1, -(-most // 3))
    top, base = 8, _HIGH - _FOOT
    each = (wide - _LEFT) / max(len(hours), 1)
    per = (base - top) / max(step * 3, 1)
    columns, axis = [], []
    for place, hour in enumerate(hours):
        x, high = _LEFT + place * each, hour.arrived * per
        told = f"{_named(hour, zone)}: {hour.arrived:,} arrived, {hour.read:,} read"
        columns.append((round(x + each * 0.1, 1), round(base - high, 1), round(each * 0.8, 1), round(high, 1), told))
        local = hour.at.astimezone(zone)
        if len(hours) > 48 and local.hour == 0:
            axis.append((round(x, 1), f"{local:%a}" if wide == _NARROW else f"{local:%a %-d %b}", "middle"))
        elif len(hours) <= 48 and local.hour % 6 == 0:
            axis.append((round(x, 1), f"{local:%H:%M}", "middle"))
    grid = [(round(base - line * step * per, 1), line * step) for line in range(4 if most else 1)]
    axis = [one for one in axis if _LEFT + 12 <= one[0] <= wide - 24]
    return Drawing(side, wide, _HIGH, columns, grid, axis)


def _named(hour: Hour, zone: ZoneInfo) -> str:
    local = hour.at.astimezone(zone)
    return f"{local:%a %-d %b, %H:%M}"
