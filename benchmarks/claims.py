"""Measuring claims by name and keeping what was found: what `benchmarks.identity` and `benchmarks.text` run on."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import Figure, line

HERE = Path(__file__).resolve().parent.parent


class Absent(Exception):
    """What this measures with is not there."""


def data(folder: str, name: str) -> Path:
    """A file of that folder of MUTUALS_DATA. Absent, saying where it was looked for."""
    path = Path(os.environ.get("MUTUALS_DATA", HERE.parent / "shared" / "data")) / folder / name
    if not path.exists():
        raise Absent(f"{name} not in {path.parent}; say where with MUTUALS_DATA")
    return path


def run(names: Sequence[str], claims: Mapping[str, str], *, scale: str, told: Sequence[str]) -> int:
    """Measure all claims (name -> module with `measure() -> list[Figure]`), or those named.

    0 if all that is asked was reached, 1 if not, 2 for an unknown name. `told` are packages whose version is noted.
    Figures go to .cache/bench/figures-SCALE.json; what was not measured now stays there as it was.
    """
    if unknown := [name for name in names if name not in claims]:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(claims)}", file=sys.stderr)
        return 2
    found: dict[str, list[Figure]] = {}
    for name in names or claims:
        start = time.process_time()
        try:
            found[name] = import_module(claims[name]).measure()
        except Absent as reason:
            print(f"\n{name}: skipped, {reason}", flush=True)
            continue
        print(f"\n{name} ({time.process_time() - start:.0f} s of CPU, load {os.getloadavg()[0]:.1f})", flush=True)
        for figure in found[name]:
            print(line(figure), flush=True)
    _write(found, scale, told)
    return 0 if all(figure.ok for figures in found.values() for figure in figures) else 1


def _write(found: Mapping[str, Sequence[Figure]], scale: str, told: Sequence[str]) -> None:
    file = HERE / ".cache" / "bench" / f"figures-{scale}.json"
    held = json.loads(file.read_text())["figures"] if file.exists() else {}
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name, figures in found.items():
        rows = [{**asdict(figure), "ok": figure.ok} for figure in figures]
        held[name] = {"at": at, "load": round(os.getloadavg()[0], 1), "figures": rows}
    machine = {"cores": str(os.cpu_count()), "python": platform.python_version(), **{one: version(one) for one in told}}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"scale": scale, "machine": machine, "figures": held}, indent=1) + "\n")
