"""Write the table of docs/figures.md from the last figures of every scale: `python -m benchmarks.written`."""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks import fill

FILE = fill.HERE / "docs" / "figures.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> int:
    """Replace what stands between the two marks; 1 where nothing was measured yet."""
    parts = [part for scale in ("full", "default", "identity") if (part := _table(scale))]
    if not parts:
        print("nothing was measured yet: make bench", file=sys.stderr)
        return 1
    before, _, rest = FILE.read_text().partition(BEGIN)
    FILE.write_text(f"{before}{BEGIN}\n\n{chr(10).join(parts)}\n{END}{rest.partition(END)[2]}")
    return 0


def _table(scale: str) -> str:
    file = fill.HERE / ".cache" / "bench" / f"figures-{scale}.json"
    if not file.exists():
        return ""
    told = json.loads(file.read_text())
    machine = ", ".join(f"{name} {value}" for name, value in told["machine"].items() if name != "load at start")
    lines = [f"### {_head(scale)}", "", machine, ""]
    lines += ["| What | Asked | Reached | | Load | Note |", "|---|---:|---:|---|---:|---|"]
    for claim in told["figures"].values():
        lines += [_row(figure, claim["load"]) for figure in claim["figures"]]
    return "\n".join([*lines, ""])


def _head(scale: str) -> str:
    if scale not in fill.SCALES:
        return "Identity, on public data"
    people, interactions = fill.SCALES[scale]
    return f"{people:,} people, {interactions:,} interactions"


def _row(figure: dict[str, Any], load: float) -> str:
    value = figure["value"]
    reached = (
        f"{value:,.0f}"
        if value >= 100
        else f"{value:.4f}"
        if 0 < value < 1 and not figure["unit"]
        else f"{value:.2f}"
        if value < 10
        else f"{value:.1f}"
    )
    mark = "" if not figure["asked"] else "reached" if figure["ok"] else "**missed**"
    asked = f"{figure['asked']} {figure['unit']}" if figure["asked"] else ""
    return f"| {figure['name']} | {asked} | {reached} {figure['unit']} | {mark} | {load} | {figure['note']} |"


if __name__ == "__main__":
    sys.exit(main())
