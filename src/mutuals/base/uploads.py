"""Files that are being sent to us: refused by their length before a byte is taken, kept as drafts in a folder of our own.

The folder is `FILE_UPLOAD_TEMP_DIR`, on the disk that holds the files, and not the system's small temporary one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from mutuals.base import files

AROUND = 1 << 20  # bytes of the fields beside a file
MULTIPART = "multipart/form-data"


class Draft(TemporaryFileUploadHandler):
    """One upload as a draft. Raises TooBig and DiskFull; nothing is left of what is refused or broken off."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Refuse by the announced length, which the server reads at most."""
        refuse(content_length, folder())

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, in a folder that is there."""
        folder()
        with self._told():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """As Django's."""
        with self._told():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        """As Django's; the last bytes go to the disk here."""
        with self._told():
            return super().file_complete(file_size)

    def drop(self) -> None:
        """Nothing is left of the draft, whole or not."""
        if hasattr(self, "file"):
            with suppress(OSError):  # of bytes that no disk took; the file is gone all the same
                self.file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.drop()
            raise files.told(error, folder()) from error


def refuse(length: int, where: Path) -> None:
    """Raises TooBig or DiskFull for an upload of so many bytes: it lies there twice until it is taken in."""
    if length > files.LIMIT + AROUND:
        raise files.TooBig(files.LIMIT)
    free = shutil.disk_usage(where).free
    if 2 * length + files.SPARE > free:
        raise files.DiskFull(
            f"The disk that holds {where} has {free >> 20:,} MiB left; this upload of {length >> 20:,} MiB needs "
            f"{(2 * length + files.SPARE) >> 20:,} MiB while it is taken in. Nothing was kept: free some room, or point "
            "MUTUALS_STATE at a larger disk, and try again."
        )


def drop(request: HttpRequest) -> None:
    """End the drafts of a request that was answered, also where its upload broke off."""
    if request.content_type == MULTIPART:
        for handler in request.upload_handlers:
            if isinstance(handler, Draft):
                handler.drop()


def folder() -> Path:
    """Where drafts lie; made if it is not there."""
    place = Path(settings.FILE_UPLOAD_TEMP_DIR)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place
