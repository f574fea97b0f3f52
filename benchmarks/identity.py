"""`python -m benchmarks.identity [NAME ...]`: what identity reaches, beside others, as a table and JSON. `make bench-identity`.

Each claim is a module with `measure() -> list[Figure]`; one whose data is absent raises Absent with the reason.
Figures go to .cache/bench/figures-identity.json. SCALE=full: a million people.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import claims

CLAIMS = {
    "dedupe": "benchmarks.identity_dedupe",
    "link": "benchmarks.identity_link",
    "lists": "benchmarks.identity_lists",
    "crowd": "benchmarks.identity_crowd",
    "social": "benchmarks.identity_social",
    "newcomer": "benchmarks.identity_live",
}


def data(*names: str) -> list[Path]:
    """The files of that name in the folder `identity` of MUTUALS_DATA. Absent, saying where they were looked for."""
    return [claims.data("identity", name) for name in names]


if __name__ == "__main__":
    sys.exit(claims.run(sys.argv[1:], CLAIMS, scale="identity", told=("splink", "duckdb", "rapidfuzz")))
