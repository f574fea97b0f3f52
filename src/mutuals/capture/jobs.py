"""The jobs of this room by name. How an event goes on from here is named in `config.wiring`: it leads through every room."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.capture import doubt, draw, outbox, retention
from mutuals.capture.imports import running, undo


def register_jobs() -> None:
    """Name them."""
    jobs.name(draw.DRAW, draw.draw)
    jobs.name(outbox.SEND, outbox.send)
    jobs.name(outbox.LOOK, doubt.look)
    jobs.name("capture.recover", lambda: doubt.recover(clock.now()))
    jobs.name("capture.retention", lambda timestamp=0: retention.nightly(), queue="long", cron="45 2 * * *")
    jobs.name(running.CHECK, running.check_now, queue="import")
    jobs.name(running.RUN, running.run_now, queue="import")
    jobs.name(undo.UNDO, undo.undo_now, queue="import")
    jobs.name("capture.take_up_undoing", lambda timestamp=0: undo.take_up(), cron="1-59/2 * * * *")
    jobs.name("capture.take_up", lambda timestamp=0: running.take_up(now=clock.now()), cron="*/2 * * * *")
