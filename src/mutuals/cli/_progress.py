"""A line that tells on a terminal how far an import has come and when it will be through."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection

from mutuals.base import clock
from mutuals.capture.imports import report
from mutuals.capture.models import Import

_EVERY = 0.5  # seconds


@contextmanager
def shown(import_id: int, words: str, *, quiet: bool) -> Iterator[None]:
    """While inside, keep one line on standard error up to date; nothing where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    done = Event()
    thread = Thread(target=_watch, args=(import_id, words, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        print(file=sys.stderr)


def _watch(import_id: int, words: str, done: Event) -> None:
    """Through a connection of its own: what the other thread has not committed is not done yet."""
    try:
        while not done.wait(_EVERY):
            print(f"\r{_line(import_id, words):<78}", end="", file=sys.stderr, flush=True)
        print(f"\r{_line(import_id, words):<78}", end="", file=sys.stderr, flush=True)
    except DatabaseError:
        return
    finally:
        connection.close()


def _line(import_id: int, words: str) -> str:
    now = clock.now()
    told = report.progress(Import.objects.get(pk=import_id), now=now)
    line = f"{told.done:,} of {told.total or 0:,} rows {words}, {told.rate:,.0f} a second"
    if told.seconds_left:
        line += f", through at {(now + timedelta(seconds=told.seconds_left)).astimezone():%H:%M:%S}"
    return line
