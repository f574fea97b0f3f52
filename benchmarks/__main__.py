"""`python -m benchmarks [NAME ...]`: fill once, measure, print a table, write JSON to .cache/bench/figures-SCALE.json."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks import fill


def main() -> int:
    """Fill the database of SCALE (small, default, full) and measure in a process that is pointed at it."""
    scale = os.environ.get("SCALE", "default")
    if scale not in fill.SCALES:
        print(f"SCALE is one of {', '.join(fill.SCALES)}", file=sys.stderr)
        return 2
    state = fill.folder(scale)
    environ = {**os.environ, "MUTUALS_STATE": str(state), "MUTUALS_BENCH_SCALE": scale}
    environ.pop("DATABASE_URL", None)
    fill.prepare(scale)
    return subprocess.call([sys.executable, "-m", "benchmarks.measure", *sys.argv[1:]], env=environ)


if __name__ == "__main__":
    sys.exit(main())
