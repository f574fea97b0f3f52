"""`python -m benchmarks [NAME ...]`: fill once, measure, print a table, write JSON to .cache/bench/figures-SCALE.json."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks import fill, fill_crm

OF_CRM = ("crm_lists", "crm_segment", "crm_export", "crm_import")  # measured in the database of `fill_crm`


def main() -> int:
    """Fill the database of SCALE (small, default, full) and measure in a process that is pointed at it."""
    scale = os.environ.get("SCALE", "default")
    if scale not in fill.SCALES:
        print(f"SCALE is one of {', '.join(fill.SCALES)}", file=sys.stderr)
        return 2
    asked = sys.argv[1:]
    of_crm = [name for name in asked if name in OF_CRM] or ([] if asked else list(OF_CRM))
    others = [name for name in asked if name not in OF_CRM]
    code = 0
    if others or not asked:
        fill.prepare(scale)
        code = _measured(scale, str(fill.folder(scale)), others)
    if of_crm:
        fill_crm.prepare(fill_crm.SCALES[scale])
        code = _measured(scale, str(fill_crm.folder(fill_crm.SCALES[scale])), of_crm) or code
    return code


def _measured(scale: str, state: str, names: list[str]) -> int:
    environ = {**os.environ, "MUTUALS_STATE": state, "MUTUALS_BENCH_SCALE": scale}
    environ.pop("DATABASE_URL", None)
    return subprocess.call([sys.executable, "-m", "benchmarks.measure", *names], env=environ)


if __name__ == "__main__":
    sys.exit(main())
