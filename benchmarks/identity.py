"""`python -m benchmarks.identity [NAME ...]`: what identity reaches, beside others, as a table and JSON. `make bench-identity`.

Each claim is a module with `measure() -> list[Figure]`; one whose data is absent raises Absent with the reason.
Figures go to .cache/bench/figures-identity.json.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import Figure, line

HERE = Path(__file__).resolve().parent.parent
FILE = HERE / ".cache" / "bench" / "figures-identity.json"
CLAIMS = {
    "dedupe": "benchmarks.identity_dedupe",
    "link": "benchmarks.identity_link",
    "lists": "benchmarks.identity_lists",
    "social": "benchmarks.identity_social",
}


class Absent(Exception):
    """What this measures with is not there."""


def data(*names: str) -> list[Path]:
    """The files of that name in the folder `identity` of MUTUALS_DATA. Absent, saying where they were looked for."""
    folder = Path(os.environ.get("MUTUALS_DATA", HERE.parent / "shared" / "data")) / "identity"
    lacking = [name for name in names if not (folder / name).exists()]
    if lacking:
        raise Absent(f"{', '.join(lacking)} not in {folder}; say where with MUTUALS_DATA")
    return [folder / name for name in names]


def main(names: Sequence[str]) -> int:
    """Measure all claims, or those named; 0 if all that is asked was reached, 1 if not, 2 for an unknown name."""
    if unknown := [name for name in names if name not in CLAIMS]:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(CLAIMS)}", file=sys.stderr)
        return 2
    found: dict[str, list[Figure]] = {}
    for name in names or CLAIMS:
        start = time.monotonic()
        try:
            found[name] = import_module(CLAIMS[name]).measure()
        except Absent as reason:
            print(f"\n{name}: skipped, {reason}", flush=True)
            continue
        print(f"\n{name} ({time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)
        for figure in found[name]:
            print(line(figure), flush=True)
    _write(found)
    return 0 if all(figure.ok for figures in found.values() for figure in figures) else 1


def _write(found: dict[str, list[Figure]]) -> None:
    """What was not measured now stays as it was."""
    held = json.loads(FILE.read_text())["figures"] if FILE.exists() else {}
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name, figures in found.items():
        rows = [{**asdict(figure), "ok": figure.ok} for figure in figures]
        held[name] = {"at": at, "load": round(os.getloadavg()[0], 1), "figures": rows}
    machine = {
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        **{name: version(name) for name in ("splink", "duckdb", "rapidfuzz")},
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({"scale": "identity", "machine": machine, "figures": held}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
