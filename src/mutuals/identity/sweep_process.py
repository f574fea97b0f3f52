"""`python -m mutuals.identity.sweep_process NUMBER`: the process in which a sweep runs; it leaves nothing in the worker."""

from __future__ import annotations

import ctypes
import signal
import sys
from importlib import import_module

import django

_PR_SET_PDEATHSIG = 1


def main(number: int) -> int:
    """Do the sweep of this number; the exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # it ends with the worker that began it
    django.setup()
    import_module("mutuals.identity.sweep").work(number)  # rooms exist only now
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
