"""The web server's program: the application is loaded first, so that the processes forked from here share its memory.

Takes the arguments of `python -m granian`. A second web process costs 64 MiB instead of 110.
"""

from __future__ import annotations

from runpy import run_module

from mutuals.config import wsgi

if __name__ == "__main__" and callable(wsgi.application):
    run_module("granian", run_name="__main__", alter_sys=True)
