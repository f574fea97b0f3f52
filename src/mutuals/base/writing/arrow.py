"""Parquet, by row groups: each group is written and forgotten, so that memory is that of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.base.writing.rows import Head, Shape, labels, printed

GROUP = 20_000
"""Rows of a group."""
_EXACT = Decimal("1E-10")
_LARGEST = Decimal(10) ** 28
_CONTEXT = Context(prec=50)


class ParquetWriter:
    """Columns by the names of the heads; numbers are decimals of 38 digits, 10 of them behind the point.

    Moments know their zone. The labels stand in the metadata of the columns.
    """

    def __init__(self, path: Path, heads: Sequence[Head], zone: ZoneInfo) -> None:
        self._fits = [partial(_FITS[head.shape], zone=zone) for head in heads]
        fields = [
            pa.field(head.name, _type(head.shape, zone), metadata={"label": label})
            for head, label in zip(heads, labels(heads, zone), strict=True)
        ]
        self._schema = pa.schema(fields, metadata={"zone": zone.key})
        self._out = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Sequence[Any]] = []

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows; a group is written as soon as it is full."""
        for row in rows:
            self._waiting.append(row)
            if len(self._waiting) >= GROUP:
                self._flush()

    def close(self) -> None:
        """Write the last group and the end."""
        if self._waiting:
            self._flush()
        self._out.close()

    def drop(self) -> None:
        """Let go of it unfinished."""
        self._out.close()

    def _flush(self) -> None:
        columns = zip(*self._waiting, strict=True)
        arrays = [
            pa.array([fit(value) for value in column], type=field.type)
            for column, fit, field in zip(columns, self._fits, self._schema, strict=True)
        ]
        self._out.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=GROUP)
        self._waiting.clear()


def _type(shape: Shape, zone: ZoneInfo) -> Any:
    told: dict[Shape, Any] = {
        Shape.TEXT: pa.string(),
        Shape.WHOLE: pa.int64(),
        Shape.NUMBER: pa.decimal128(38, 10),
        Shape.YES: pa.bool_(),
        Shape.DAY: pa.date32(),
        Shape.TIME: pa.timestamp("us", tz=zone.key),
        Shape.WORDS: pa.list_(pa.string()),
    }
    return told[shape]


def _text(value: Any, zone: ZoneInfo) -> str | None:
    return None if value is None else printed(value, zone).encode("utf-8", "replace").decode()


def _whole(value: Any, zone: ZoneInfo) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63 else None


def _number(value: Any, zone: ZoneInfo) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        told = Decimal(str(value)).quantize(_EXACT, ROUND_HALF_EVEN, context=_CONTEXT)
    except InvalidOperation:
        return None
    return told if abs(told) < _LARGEST else None


def _yes(value: Any, zone: ZoneInfo) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: Any, zone: ZoneInfo) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else None


def _time(value: Any, zone: ZoneInfo) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _words(value: Any, zone: ZoneInfo) -> list[str] | None:
    if value is None:
        return None
    many = value if isinstance(value, list | tuple) else [value]
    return [_text(one, zone) or "" for one in many]


_FITS: Mapping[Shape, Callable[..., Any]] = {
    Shape.TEXT: _text,
    Shape.WHOLE: _whole,
    Shape.NUMBER: _number,
    Shape.YES: _yes,
    Shape.DAY: _day,
    Shape.TIME: _time,
    Shape.WORDS: _words,
}
