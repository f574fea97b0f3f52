"""Start-up: what rooms hand to each other by name, because imports may not go up."""

from __future__ import annotations

from typing import Any


def name_jobs(_app: Any) -> None:
    """Give procrastinate the functions behind the names that rooms defer."""


def connect() -> None:
    """Fill the registries."""
