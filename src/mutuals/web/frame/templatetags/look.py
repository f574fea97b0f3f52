"""Small printing tags of the look. All are plain functions of their values: fifty rows of them cost little.

Times are shown in the active zone (the user's) and carry the whole moment with its zone as a title.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mutuals.web.frame import panels as other_screens

register = template.Library()

_BUILD = Path(__file__).resolve().parents[2] / "static" / "build"
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STATES = ("proven", "confirmed", "suggested", "rejected")
_RING = {
    "proven": '<circle class="fillc" cx="10" cy="10" r="9"/><path d="M6 10.3l2.7 2.7 5.3-5.8"/>',
    "confirmed": '<circle class="t" cx="10" cy="10" r="8"/>{v}<path d="M6.8 10.3l2.2 2.2 4.2-4.7"/>',
    "suggested": (
        '<circle class="t" cx="10" cy="10" r="8"/>{v}'
        '<path d="M8.6 8.3a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.8.6-.8 1.1M10 12.9v.1"/>'
    ),
    "rejected": '<circle cx="10" cy="10" r="8"/><path d="M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4"/>',
}
TINTS = 6


@lru_cache(maxsize=1)
def _built(folder: Path, changed: float) -> dict[str, str]:
    """Names of the sources to names of the built files; read anew when the build changes."""
    return {name: row["file"] for name, row in json.loads((folder / "manifest.json").read_text()).items()}


def built(name: str, folder: Path) -> str:
    """The file that `name` became in the build at `folder`. Refused with the command to run when it is not there."""
    try:
        changed = (folder / "manifest.json").stat().st_mtime if settings.DEBUG else 0.0
        return "build/" + _built(folder, changed)[name]
    except FileNotFoundError as error:
        raise ImproperlyConfigured("The front end is not built. Run: make frontend") from error
    except KeyError as error:
        raise ImproperlyConfigured(f"The front end build has no {name}. Run: make frontend") from error


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file, named by its source: `src/main.ts`, `src/styles/main.css`."""
    return static(built(name, _BUILD))


@register.simple_tag
@lru_cache(maxsize=400)
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite in frame/_icons.html. In a loop over rows write the <svg> itself."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" {size}" if size else "", name
    )


def short(moment: datetime, now: datetime) -> str:
    """The shortest wording that is clear from `now`: 09:31, Tue 20:14 within six days, 9 Sep, 9 Sep 2024."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return _clock(moment)
    if 0 < days < 7:
        return f"{_DAYS[moment.weekday()]} {_clock(moment)}"
    if moment.year == now.year:
        return f"{moment.day} {_MONTHS[moment.month - 1]}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def whole(moment: datetime) -> str:
    """The moment in full with its zone: Tue 17 Nov 2026, 20:14 Europe/Lisbon."""
    zone = getattr(moment.tzinfo, "key", None) or moment.tzname() or "UTC"
    named = f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year:04}"
    return f"{named}, {_clock(moment)} {zone}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


def _stamp(moment: datetime, words: str) -> SafeString:
    """Fifty of them stand on a page: numbers, names of days and months, and the name of a zone need no escaping."""
    told = f'<time datetime="{moment.isoformat(timespec="seconds")}" title="{whole(moment)}">{words}</time>'
    return mark_safe(told)  # noqa: S308 - made of constants and numbers


@register.filter
def when(moment: datetime | None) -> str:
    """A <time> in the user's zone, short; the whole moment and its zone on hover. Nothing for None."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return _stamp(local, short(local, timezone.localtime()))


@register.filter
def clock(moment: datetime | None) -> str:
    """A <time> with hour and minute only, for rows under a day heading."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return _stamp(local, _clock(local))


@register.filter
def day(moment: datetime) -> str:
    """A day heading: Today, Yesterday, Tue 17 Nov, 17 Nov 2024."""
    local, now = timezone.localtime(moment), timezone.localtime()
    days = (now.date() - local.date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    month = _MONTHS[local.month - 1]
    return (
        f"{_DAYS[local.weekday()]} {local.day} {month}"
        if local.year == now.year
        else f"{local.day} {month} {local.year}"
    )


@register.filter
def num(value: int | float | Decimal | None) -> str:
    """A number with thousands parted: 11,542. A dash where nothing is known."""
    return "–" if value is None else f"{value:,}"


@register.filter
def money(value: Decimal | float | None, currency: str = "EUR") -> str:
    """An amount with its sign, cents only where there are any: €2,184, €12.50, 80 SEK."""
    return "–" if value is None else _signed(f"{value:,.2f}".removesuffix(".00"), currency)


@register.filter
def each(value: Decimal, currency: str = "EUR") -> str:
    """What one costs: as an amount, with up to four decimals where there are so many: €2,184, €12.50, €0.0335."""
    told = f"{value:,.4f}"
    return money(value, currency) if told.endswith("00") else _signed(told.rstrip("0"), currency)


@register.filter
def coins(value: Decimal | float, currency: str = "EUR") -> str:
    """The same with cents always, for columns in which amounts stand below each other: €2,184.00, 80.00 SEK."""
    return _signed(f"{value:,.2f}", currency)


def _signed(amount: str, currency: str) -> str:
    sign = _SIGNS.get(currency)
    if sign is None:
        return f"{amount} {currency}"
    return f"-{sign}{amount[1:]}" if amount.startswith("-") else f"{sign}{amount}"


@register.filter
def initials(name: str | None) -> str:
    """Two letters for a face: first and last word's, or the first two of a handle. A question mark for no name."""
    words = [
        word for word in (name or "").replace("@", " ").replace(".", " ").replace("_", " ").split() if word[0].isalnum()
    ]
    if not words:
        return "?"
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()


@register.filter
def tint(name: str | int | None) -> int:
    """A face's colour, 1 to 6, always the same for the same name or id."""
    return zlib.crc32(str(name or "").encode()) % TINTS + 1


_VIS = {
    name: mark_safe(  # noqa: S308 - made of constants
        f'<span class="{css}"><svg class="i" aria-hidden="true"><use href="#i-{drawn}"/></svg>{words}</span>'
    )
    for name, css, drawn, words in (
        ("public", "vis public", "globe", "Public"),
        ("private", "vis", "lock", "Private"),
        ("note", "vis note", "note", "Internal"),
    )
}


@register.filter
def vis(seen_by: str) -> SafeString:
    """The mark of who can see it: "public", "private" or "note". Anything else is drawn as private."""
    return _VIS.get(seen_by, _VIS["private"])


@register.filter
def ring(state: str, sure: float | None = None) -> SafeString:
    """How sure a link is, as the confidence ring. `sure` is a share from 0 to 1, shown unless the state is final.

    An unknown state is drawn as suggested: less is claimed, never more.
    """
    state = state if state in _STATES else "suggested"
    known = sure is not None and state in ("confirmed", "suggested")
    percent = max(0, min(100 if sure >= 1 else 99, round(100 * sure))) if known and sure is not None else 100
    arc = f'<circle class="v" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{percent} 100"/>'
    label = f"{'linked' if state == 'confirmed' else state}, {percent} %" if known else state
    drawing = _RING[state].replace("{v}", arc)
    return mark_safe(  # noqa: S308 - made of constants and one number
        f'<svg class="cring {state}" viewBox="0 0 20 20" role="img" aria-label="{label}">{drawing}</svg>'
    )


@register.simple_tag(takes_context=True)
def panels(context: dict[str, Any], kind: str, row: Any, where: str) -> SafeString:
    """What other screens show on this record's page: "head", "main" or "side"; see `web.frame.panels`."""
    return other_screens.shown(context["request"], kind, row, where)
