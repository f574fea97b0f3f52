"""Files without a server: `link` says which profile is which person, `dedupe` which records are one.

Everything runs in a process of its own, `python -m mutuals.identity.piles`, which brings each file into our words
(`tables.bring`, a `Table`) and then calls one of

    link.link(people: Table, profiles: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts
    dedupe.dedupe(records: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts

They write `out` through `writing.writing`, may use the folder of `records.parquet` as scratch (it is removed
afterwards), and raise Refused. Here stands only what all of them share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Counts = dict[str, Any]
"""What is said in the end: names in words with blanks, numbers, and lists of such."""

Told = Callable[[str, int, int], None]
"""Called as work goes on: what is being done, how much of it is done, and how much there is (0 = nobody knows)."""


class Refused(ValueError):
    """A file or a choice that nothing can be done with; the message names the place and the remedy."""


def silent(step: str, done: int, total: int) -> None:
    """A Told that keeps it to itself."""
