"""What this installation calls itself: said at first-run set-up and kept beside the data, or MUTUALS_COMPANY."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mutuals.base.refusals import one_line

_FILE = "company.txt"


def name() -> str:
    """The name that stands on every page. The environment goes before what was said at set-up."""
    place = Path(settings.STATE) / _FILE
    if os.environ.get("MUTUALS_COMPANY"):
        return str(settings.COMPANY)
    try:
        return _kept(place, place.stat().st_mtime_ns)
    except OSError:
        return str(settings.COMPANY)


def said() -> str:
    """The name that somebody gave, empty before that: what a first-run page may propose."""
    place = Path(settings.STATE) / _FILE
    return name() if os.environ.get("MUTUALS_COMPANY") or place.exists() else ""


def call(words: str) -> str:
    """Keep a name; it is shown from the next page on. Refused: nothing, more than 80 letters, control letters."""
    said = one_line(words, what="Company", longest=80)
    place = Path(settings.STATE) / _FILE
    draft = place.with_suffix(".draft")
    draft.write_text(said, encoding="utf-8")
    draft.replace(place)
    return said


@lru_cache(maxsize=2)
def _kept(place: Path, changed: int) -> str:
    return place.read_text(encoding="utf-8").strip() or str(settings.COMPANY)
