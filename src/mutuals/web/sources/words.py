"""How the state of a source is said, and what its connector says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from mutuals import connectors
from mutuals.capture.pace import Brought
from mutuals.channels.models import Health, Source, SourceState
from mutuals.connectors.contract import Connector

_STATES = {
    SourceState.DRAFT: ("", "pen", "Being set up"),
    SourceState.PAUSED: ("", "pause", "Paused"),
    SourceState.NEEDS_AUTH: ("late", "alert", "Signed out"),
}
_HEALTH = {
    Health.UNKNOWN: ("", "clock", "Not tried yet"),
    Health.OK: ("ok", "check", "Healthy"),
    Health.DEGRADED: ("care", "clock", "Some tries fail"),
    Health.RATE_LIMITED: ("care", "clock", "At the limit"),
    Health.NEEDS_AUTH: ("late", "alert", "Signed out"),
    Health.DOWN: ("late", "alert", "No answer"),
}
_ICONS = {
    "email": "mail",
    "mastodon": "fedi",
    "bluesky": "butterfly",
    "feed": "feed",
    "webhook": "hook",
    "files": "file",
}
NOTHING = Brought()
STEPS = ("Choose", "Connect", "Why and who", "Who we are there", "Go live")


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as its row prints it."""

    source: Source
    icon: str
    kind: str  # ok, care, late or nothing
    sign: str
    words: str
    lag: str
    can_draw: bool
    under: str
    today: Brought
    again: datetime | None  # when it is tried next, after one that failed
    kept: str


def shown(source: Source, now: datetime, today: Brought = NOTHING) -> Shown:
    """The state in words: what a person decided goes before what the last tries say."""
    kind, sign, words = _STATES.get(SourceState(source.state)) or _HEALTH[Health(source.health)]
    connector = connectors.all_connectors().get(source.connector)
    if connector and connector.fetch is None and words == _HEALTH[Health.UNKNOWN][2]:
        words = "Nothing came yet"
    looked = source.last_success_at if source.state != SourceState.PAUSED else None
    lag = lasting(int((now - looked).total_seconds())) if looked else ""
    label = connector.label if connector else f"{source.connector}, not installed"
    can_draw = bool(connector and connector.fetch and source.state == SourceState.ACTIVE)
    again = source.next_try_at if can_draw and source.failures and source.next_try_at else None
    return Shown(
        source=source,
        icon=icon_of(source.connector),
        kind=kind,
        sign=sign,
        words=words,
        lag=lag,
        can_draw=can_draw,
        under=label,
        today=today,
        again=again,
        kept=span(source.retention_days),
    )


def span(days: int) -> str:
    """For how long something is kept: whole years as years, else days; 0 days = until somebody decides."""
    if not days:
        return "no end set"
    if days % 365 == 0:
        return f"{days // 365} year{'s' if days > 365 else ''}"
    return f"{days} day{'s' if days > 1 else ''}"


def icon_of(connector: str) -> str:
    """The icon of a network."""
    return _ICONS.get(connector, "db")


def lasting(seconds: int) -> str:
    """A time that passed, in its largest unit: 4 s, 12 min, 16 h, 3 days."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _readme(name: str) -> str:
    place = Path(connectors.__path__[0]) / name / "README.md"
    return place.read_text(encoding="utf-8") if name.isidentifier() and place.is_file() else ""


@cache
def opening(name: str) -> str:
    """What a connector is for, in one sentence: the first of its folder's own words, without what stands in brackets."""
    told = re.sub(r"^# .*\n+", "", _readme(name))
    sentence = re.match(r".*?\.(?=\s|$)", " ".join(re.sub(r"\s\([^)]*\)", "", plain(told)).split()))
    return sentence[0] if sentence else ""


@cache
def about(name: str) -> dict[str, str]:
    """What the folder of a connector says of itself, by heading: Reads, Writes, Limits, Setup."""
    parts = re.split(r"^## (.+)$", _readme(name), flags=re.MULTILINE)
    return {heading.strip(): _unwrapped(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def _unwrapped(text: str) -> str:
    """Paragraphs and items of lists as one line each, tables as "name: what", no marks of emphasis: the window breaks lines."""
    text = re.sub(r"^\|[-|]+\|\n|^\| Field \|.*\n", "", text.strip(), flags=re.MULTILINE)
    text = re.sub(r"^\| (.*?) \| (.*) \|$", r"- \1: \2", text, flags=re.MULTILINE)
    return re.sub(r"\*\*|`", "", re.sub(r"(?<!\n)\n(?!\n|- |\d+\. ) *", " ", text))


def plain(text: str) -> str:
    """The first paragraph without its marks of emphasis and lists."""
    return re.sub(r"[*`]|^- ", "", text.split("\n\n")[0], flags=re.MULTILINE)


def does(connector: Connector) -> str:
    """In a few words: whether messages are drawn or come by themselves, and whether they can be answered."""
    reads = "reads" if connector.fetch else "is sent to"
    return f"{reads}, answers" if connector.send else f"{reads} only"
