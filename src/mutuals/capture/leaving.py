"""What this room does when a person leaves. Imports that brought them are looked for first, while they are there."""

from __future__ import annotations

from mutuals.base.leaving import Counts, Leaver, Part, register
from mutuals.capture import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "capture",
            export=lambda them: privacy.export(them.who, them.said),
            erase={0: _look, 90: _erase},
            typed=privacy.TYPED,
            typed_in="lists, sources",
            kept=lambda _counts: privacy.KEPT,
        )
    )


def _look(them: Leaver) -> Counts:
    them.noted["imports"] = privacy.imports_of(them.who, them.seen)
    return {}


def _erase(them: Leaver) -> Counts:
    return privacy.erase(them.who, them.gone, them.noted["imports"], them.seen)
