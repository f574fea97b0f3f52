"""Run the measurements by name, print the table, write the JSON. Started by `python -m benchmarks`."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
django.setup()

from benchmarks import (  # noqa: E402 - Django first
    bulk_flow,
    crm_export,
    crm_import,
    crm_lists,
    crm_segment,
    customer_page,
    fill,
    fill_crm,
    inbox_list,
    live,
    names,
    one_by_one,
    parting,
    rules,
    running,
    timeline,
    words,
)  # fmt: skip
from benchmarks.figure import line  # noqa: E402
from benchmarks.world import Figure, World  # noqa: E402

CLAIMS: dict[str, Callable[[World], list[Figure]]] = {
    "timeline": timeline.measure,
    "customer_page": customer_page.measure,
    "inbox_list": inbox_list.measure,
    "search": words.measure,
    "names": names.measure,
    "live": live.measure,
    "one_by_one": one_by_one.measure,
    "bulk_flow": bulk_flow.measure,
    "parting": parting.measure,
    "rules": rules.measure,
    "running": running.measure,
}
OF_CRM: dict[str, Callable[[World], list[Figure]]] = {
    "crm_lists": crm_lists.measure,
    "crm_segment": crm_segment.measure,
    "crm_export": crm_export.measure,
    "crm_import": crm_import.measure,
}
"""What is measured in the database of `fill_crm`, in a process of its own."""


def main(names: Sequence[str]) -> int:
    """Measure all claims, or those named; 0 if all that is asked was reached, 1 if not, 2 for an unknown name."""
    if unknown := [name for name in names if name not in (*CLAIMS, *OF_CRM)]:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join((*CLAIMS, *OF_CRM))}", file=sys.stderr)
        return 2
    scale = os.environ["MUTUALS_BENCH_SCALE"]
    people, interactions = fill.SCALES[scale]
    is_crm = bool(names) and all(name in OF_CRM for name in names)
    world = World(scale, people, interactions, fill_crm.folder(people) if is_crm else fill.folder(scale))
    machine = _machine()
    print(f"{scale}: {people:,} people, {interactions:,} interactions; {machine}", flush=True)
    found: dict[str, list[Figure]] = {}
    for name in names or CLAIMS:
        start = time.monotonic()
        found[name] = (OF_CRM if is_crm else CLAIMS)[name](world)
        print(f"\n{name} ({time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)
        for figure in found[name]:
            print(line(figure), flush=True)
    _write(scale, machine, found)
    return 0 if all(figure.ok for figures in found.values() for figure in figures) else 1


def _machine() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = str(cursor.fetchone()[0])
    return {
        "cores": str(os.cpu_count()),
        "load at start": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "postgresql": server,
        **{name: version(name) for name in ("django", "psycopg", "granian")},
    }


def _write(scale: str, machine: dict[str, str], found: dict[str, list[Figure]]) -> None:
    """Into figures-SCALE.json; what was not measured now stays as it was."""
    file = fill.HERE / ".cache" / "bench" / f"figures-{scale}.json"
    held = json.loads(file.read_text())["figures"] if file.exists() else {}
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name, figures in found.items():
        rows = [{**asdict(figure), "ok": figure.ok} for figure in figures]
        held[name] = {"at": at, "load": round(os.getloadavg()[0], 1), "figures": rows}
    file.write_text(json.dumps({"scale": scale, "machine": machine, "figures": held}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
