"""Where files lie while they are being sent to us: in the state folder, which has room for them."""

from __future__ import annotations

from pathlib import Path


def folder(state: Path) -> Path:
    """The folder of drafts, made if it is not there."""
    place = state / "drafts"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def sweep(state: Path) -> int:
    """Delete what an earlier run was being sent when it stopped; returns how many. Only before the web starts."""
    left = [one for one in folder(state).iterdir() if one.is_file()]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)
