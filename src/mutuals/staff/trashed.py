"""Files of records in the trash."""

from __future__ import annotations

from mutuals.base.trash import Kind
from mutuals.staff import filed

TRASHED = (
    Kind(
        "filed", "Files", filed.visible_to, lambda row, by, now: filed.take_out(row, by=by, now=now),
        lambda row, by, now: filed.put_back(row, by=by), lambda row: "its place on the record",
        lambda now: filed.purge(now=now),
    ),
)  # fmt: skip
