"""What this room does when a person leaves."""

from __future__ import annotations

from collections.abc import Mapping

from mutuals.base.leaving import Part, register
from mutuals.sales import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "sales",
            export=lambda them: privacy.export(them.who),
            erase={80: lambda them: privacy.erase(them.who)},
            typed=privacy.TYPED,
            typed_in="quotes, deals, products",
            kept=_kept,
        )
    )


def _kept(counts: Mapping[str, int]) -> str:
    stays = any(number for name, number in counts.items() if name not in privacy.NOT_KEPT)
    return privacy.KEPT if stays else ""
