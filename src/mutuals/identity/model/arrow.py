"""Rows as Arrow tables, for the batch engine. What scores in process does without Arrow and its memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow

from mutuals.identity.model.card import Column, Row, known

TYPES = {"text": pyarrow.string(), "texts": pyarrow.list_(pyarrow.string()), "number": pyarrow.float64()}


def table_of(keys: Sequence[object], rows: Iterable[Row], columns: Sequence[Column]) -> pyarrow.Table:
    """Rows as an Arrow table with `unique_id` first: what batch training and scoring take in.

    Texts that cannot be written as UTF-8 are refused (UnicodeEncodeError): reading has to clean them.
    """
    held = list(rows)
    arrays = [pyarrow.array(keys)]
    arrays += [pyarrow.array([known(row.get(c.name)) for row in held], TYPES[c.kind]) for c in columns]
    return pyarrow.table(arrays, names=["unique_id", *(c.name for c in columns)])
