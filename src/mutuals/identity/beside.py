"""`python -m mutuals.identity.beside sweep NUMBER|learn [BY]`: the process in which a search or the learning runs.

What DuckDB and Splink take is given back when it ends; nothing of it is ever loaded in a worker or a web process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from importlib import import_module

import django

_PR_SET_PDEATHSIG = 1


def run(*words: str) -> str:
    """Do it in a process of its own, until it is done; returns the last line that it said where it failed, else ""."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mutuals.identity.beside", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if not done.returncode:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
    return said[0] if said else f"ended with {done.returncode}"


def main(verb: str, *words: str) -> int:
    """Do the sweep of this number, or learn; the exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # it ends with the worker that began it
    django.setup()
    if verb == "sweep":
        import_module("mutuals.identity.walk").work(int(words[0]))  # rooms exist only now
    else:
        import_module("mutuals.identity.teach").learn(by=words[0] if words else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
