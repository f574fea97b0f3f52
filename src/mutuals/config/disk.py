"""Room on the disk that holds the database: said when it runs out, with what to do, and when there is some again."""

from __future__ import annotations

import shutil
from pathlib import Path

LOW = 64 * 1024**2  # bytes: four segments of what PostgreSQL writes before anything else
ENOUGH = 2 * LOW


class Disk:
    """What the supervisor knows of one disk; told once when it is full, and once when it is not any more."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.is_full = False

    def free(self) -> int:
        """Bytes free where the database lies."""
        database = self._state / "postgres"
        return shutil.disk_usage(database if database.exists() else self._state).free

    def look(self, free: int) -> str:
        """What there is to say now that so many bytes are free, or nothing."""
        if not self.is_full and free < LOW:
            self.is_full = True
            return (
                f"the disk that holds {self._state} is full: {free >> 20} MiB are free, and the database cannot write. "
                f"Free some room (old backups in {self._state / 'backups'}, logs, other programs' files); it goes on by "
                "itself then. Or stop Mutuals, move the folder to a larger disk and point MUTUALS_STATE at it"
            )
        if self.is_full and free >= ENOUGH:
            self.is_full = False
            return f"there is room on the disk again: {free >> 20:,} MiB"
        return ""
