"""What of this room goes where an import is taken back: mentions that were counted, and how people are held to speak of us."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.capture.imports.ways import goes_along
from mutuals.listening import mentions
from mutuals.listening.models import Standing


def register_planners() -> None:
    """Make it known."""
    goes_along("interaction", mentions.drop)
    goes_along("person", _stand_no_more)


def _stand_no_more(person_ids: Sequence[int]) -> None:
    Standing.objects.filter(pk__in=list(person_ids)).delete()
