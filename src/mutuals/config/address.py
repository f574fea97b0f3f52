"""Where the pages are: written by `mutuals run`, which may have had to take another port, and read by everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

USUAL = "http://127.0.0.1:8000"
_FILE = "address"


def note(state: Path, url: str) -> None:
    """Keep the address of this run in the state folder; the one of the last run stays after its end."""
    (state / _FILE).write_text(f"{url}\n", encoding="utf-8")


def public_url(state: Path, environ: Mapping[str, str]) -> str:
    """MUTUALS_URL where it is set, else the address that was noted, else the usual one; without a slash at its end."""
    if said := environ.get("MUTUALS_URL"):
        return said.rstrip("/")
    try:
        noted = (state / _FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return USUAL
    return noted.rstrip("/") if noted.startswith(("http://", "https://")) else USUAL
