"""Run the tests on another PostgreSQL: `other_server.py BIN-FOLDER [pytest's options]`.

Starts a server of its own from that folder, names it by DATABASE_URL as any external server would be, and stops it
afterwards. Ends with pytest's exit code, or 1 when the server is refused.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mutuals import embedded

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".cache" / "tests" / "other-server"
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "deadlock_timeout": "4s",
}


def main(arguments: list[str]) -> int:
    """Start, test, stop; the data folder is new each time."""
    environ = {"MUTUALS_PG_BIN": arguments[0]}
    shutil.rmtree(STATE, ignore_errors=True)
    try:
        address = embedded.ensure_up(STATE, options=CARELESS, environ=environ)
        print(f"PostgreSQL {embedded.status(STATE, environ=environ).version}", flush=True)
        command = [sys.executable, "-m", "pytest", *arguments[1:]]
        return subprocess.call(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": address.url()})
    except embedded.Refused as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        embedded.stop(STATE, environ=environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
