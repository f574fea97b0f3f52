"""Two at once, in an order that is always the same."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep

from django.db import connection

from mutuals.base.bulk import execute

_WAITING = """
SELECT EXISTS (
    SELECT FROM pg_locks asked JOIN pg_locks own USING (pid) JOIN pg_database d ON d.oid = own.database
    WHERE NOT asked.granted AND d.datname = current_database()
)
"""
"""Who waits for a row waits for a transaction, which belongs to no database: what else they hold tells. Not by
`pg_stat_activity`: within a transaction it shows what stood when it was first asked.
"""


def somebody_waits() -> bool:
    """Whether a connection to this database waits for a lock; other databases of the server do not count."""
    return bool(execute(_WAITING, [])[0][0])


class Beside:
    """An act in a thread with a connection of its own. Making it returns once the act waits for somebody, or is done.

    `until` is what is waited for instead, such as an event that the act itself sets.
    """

    def __init__(self, act: Callable[[], object], *, until: Callable[[], bool] = somebody_waits) -> None:
        self.said: Exception | None = None
        self._act = act
        self._thread = Thread(target=self._run)
        self._thread.start()
        while self._thread.is_alive() and not until():
            sleep(0.005)

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:
            self.said = error
        finally:
            connection.close()

    def end(self) -> Exception | None:
        """What it refused with, None where it went through."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.said
