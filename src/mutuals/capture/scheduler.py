"""The clock of the house: asks due sources for news, listens where networks hint, and wakes what must be looked after.

It does no work itself; it defers jobs. Two of them at once do no harm: claims and `once` keep each job single.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from django.db import connection
from django.db.models import Exists, OuterRef

from mutuals.base import clock, jobs, stalled
from mutuals.capture import draw, receive
from mutuals.capture.models import RawEvent, RawState
from mutuals.channels.models import Source
from mutuals.identity import live

TICK = 1.0  # seconds
CHORES = {"capture.recover": 15, "inbox.wake_snoozed": 15}  # job: every so many seconds
REVIVE = 15
WATCHERS = 16
_log = logging.getLogger(__name__)


class Listeners:
    """One thread for each watched source, at most `most`; a thread ends when its source is no longer live."""

    def __init__(self, stop: Event, *, most: int = WATCHERS) -> None:
        self._stop, self._most = stop, most
        self._threads: dict[int, Thread] = {}

    def keep_up(self, source_ids: list[int]) -> None:
        """Start those that are missing."""
        self._threads = {number: thread for number, thread in self._threads.items() if thread.is_alive()}
        for number in source_ids:
            if number in self._threads or len(self._threads) >= self._most:
                continue
            thread = Thread(target=draw.listen, args=(number, self._stop), name=f"listen-{number}", daemon=True)
            self._threads[number] = thread
            thread.start()

    def numbers(self) -> list[int]:
        """Sources that are listened to now."""
        return sorted(number for number, thread in self._threads.items() if thread.is_alive())


def beat(now: datetime) -> list[int]:
    """One look: a draw is deferred for every due source, and comparing where anybody was touched. Returns the sources."""
    claimed = draw.claim(now)
    for number in claimed:
        jobs.later(draw.DRAW, once=f"draw:{number}", source_id=number)
    if live.waits():
        jobs.later(live.JOB, once=live.JOB, lock=live.JOB)
    return claimed


def stranded() -> list[int]:
    """Sources with raws that wait. A job that began just before they were committed did not see them, and `once` kept
    another from being made; so they are woken again.
    """
    waiting = RawEvent.objects.filter(source=OuterRef("pk"), state=RawState.RECEIVED)
    return list(Source.objects.filter(Exists(waiting)).order_by("pk").values_list("pk", flat=True))


def run_scheduler(stop: Event, *, now: Callable[[], datetime] = clock.now, tick: float = TICK) -> None:
    """Until `stop`: look every `tick` seconds. A database that is away for a while is waited for."""
    listeners, count = Listeners(stop), 0
    while not stop.wait(tick):
        try:
            beat(now())
            if count % 5 == 0:
                listeners.keep_up(draw.watched())
            for name, every in CHORES.items():
                if count % every == 0:
                    jobs.later(name, once=name)
            if count % REVIVE == 0:
                stalled.revive()
                for number in stranded():
                    receive.wake(number)
            count += 1
        except (*jobs.AWAY, OSError) as error:
            _log.warning("the scheduler waits for the database: %s", error)
            connection.close()
    connection.close()
