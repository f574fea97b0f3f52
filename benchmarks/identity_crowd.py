"""Claim: ten million records of one name are nobody's doubles, and a profile of that name is left, in bounded memory.

Without SCALE=full it is one million.
"""

from __future__ import annotations

import csv
import os
import tempfile
from itertools import count, islice
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.identity_link import watched

RECORDS = 10_000_000 if os.environ.get("SCALE") == "full" else 1_000_000


def measure() -> list[Figure]:
    """Both commands to their end: what they said, and what they held at most."""
    with tempfile.TemporaryDirectory(prefix="mutuals-bench-") as name:
        folder = Path(name)
        records, profiles = folder / "same.csv", folder / "profiles.csv"
        with records.open("w", encoding="utf-8") as file:
            file.write("id,name\n")
            lines = (f"{number},Bea Brand\n" for number in count())
            file.writelines(islice(lines, RECORDS))
        profiles.write_text("id,network,handle,display_name\n1,mastodon,beabrand,Bea Brand\n")
        figures = list[Figure]()
        for verb, given, out in (("dedupe", [records], "clusters.parquet"), ("link", [records, profiles], "links.csv")):
            took = watched(verb, *map(str, given), "--out", str(folder / out))
            what = f"{verb}, {RECORDS:,} identical names"
            figures.append(Figure(f"{what}: most memory", took.megabytes, "MB", "<= 2048", f"CPU {took.cpu:.0f} s"))
        with (folder / "links.csv").open(encoding="utf-8") as file:
            linked = sum(row["decision"] == "link" for row in csv.DictReader(file))
        return [*figures, Figure("the profile that matches all of them: links", linked, "", "<= 0")]
