"""What a row of posts was kept as when its file was brought before, while its columns meant something else.

A post without an id is known by its content (`connectors.files.posts`), so other columns make another key of the same
row. What earlier imports of the source understood their columns as is kept with them: a row is read that way again, and
what it was then tells under which key its post stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mutuals.capture.imports.decisions import RowIn
from mutuals.capture.imports.rows import reading_of
from mutuals.capture.models import Import
from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.mapping import Reading, apply
from mutuals.connectors.files.posts import key_before, post_raw

TAKEN = "#taken"
"""After a key in a raw's key: which row the post is, of several that were one post while less was told of them."""
_MOST = 12  # ways in which the columns of one source were understood, the newest
_AUTHOR = ("author_id", "author_handle", "author_name")


@dataclass(frozen=True, slots=True)
class Before:
    """One way in which the row was read: the keys it may have had, and the digest of the bytes that were kept."""

    keys: tuple[str, ...]
    digest: str
    is_now: bool  # as its columns are understood in this import


@dataclass(frozen=True, slots=True)
class _Way:
    mapping: Mapping[str, str]
    reading: Reading
    is_same_file: bool


class Earlier:
    """The ways in which the columns of an import's source were understood, this import's own first."""

    def __init__(self, of: Import) -> None:
        self._columns = list(of.sniffed.get("columns", ()))
        told = Import.objects.filter(source=of.source_id, target=Target.POSTS).exclude(pk=of.pk).exclude(counts={})
        found: dict[str, _Way] = {}
        rows = told.order_by("-pk").values_list("mapping", "options", "blob_id")
        for mapping, options, blob in [(of.mapping, of.options, of.blob_id), *rows]:
            name = json.dumps(
                [mapping, [options.get(one) for one in ("zone", "day_first", "constants")]], sort_keys=True
            )
            is_same = blob is not None and blob == of.blob_id
            if name in found:
                is_same = is_same or found[name].is_same_file
            elif len(found) >= _MOST:
                continue
            found[name] = _Way(self._ordered(mapping), reading_of(options), is_same)
        self._ways = list(found.values())

    def of(self, row: RowIn) -> list[Before]:
        """What the row was, this import's way first; only where it said the same text and had no id.

        Where it told less then (no time, no author), many rows may have been one post: that is asked of the very same
        file alone. Another file may hold another post with these words.
        """
        found = []
        for place, way in enumerate(self._ways):
            record = apply(row.original, way.mapping, Target.POSTS, constants=way.reading.constants)
            if record.get("id") or record.get("text") != row.values.get("text"):
                continue
            if not way.is_same_file and _told(row.values) - _told(record):
                continue
            raw = post_raw(record, way.reading)
            digest = hashlib.sha256(raw.body).hexdigest()
            found.append(Before((raw.key, key_before(record)), digest, is_now=place == 0))
        return found

    def _ordered(self, mapping: Mapping[str, str]) -> dict[str, str]:
        return {column: mapping[column] for column in self._columns if column in mapping}


def _told(record: Mapping[str, Any]) -> set[str]:
    told = {name for name in ("said_at", "url") if record.get(name)}
    return told | ({"author"} if any(record.get(name) for name in _AUTHOR) else set())
