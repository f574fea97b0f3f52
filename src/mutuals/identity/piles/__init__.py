"""Files without a server: `link` says which profile is which person, `dedupe` which records are one.

Everything runs in a process of its own, `python -m mutuals.identity.piles`, which brings each file into our words
(`tables.bring`, a `Table`) and then calls one of

    link.link(people: Table, profiles: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts
    dedupe.dedupe(records: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts

They write `out` through `writing.writing`, may use the folder of `records.parquet` as scratch (it is removed
afterwards), and raise Refused. Here stands only what all of them share.
"""

from __future__ import annotations

from mutuals.connectors.files.work import Counts, Refused, Told, silent

__all__ = ["Counts", "Refused", "Told", "silent"]
