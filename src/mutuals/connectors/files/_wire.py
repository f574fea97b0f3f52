"""How a file that is read in a process of its own is handed over: lengths and JSON, nothing that could run."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mutuals.connectors.files.shapes import BadRow, Format, How, Item, MailRow, Row, Sniffed, Value

HEAD = 4  # bytes of the length before each message
LONGEST = 96 << 20  # bytes of one message: the longest mail in base64, and something to spare
LONGEST_ROW = 24 << 20  # bytes of one row that is no mail
_LONGEST_TEXT = 10_000  # letters of a text in a sample
_MOST_LISTED = 100  # of a list in a sample


def packed(message: Any) -> bytes:
    """One message. Half characters, which UTF-8 does not know, pass as they are."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpacked(body: bytes | bytearray) -> Any:
    """The message again."""
    return json.loads(body.decode("utf-8", "surrogatepass"))


def item_out(item: Item, columns: tuple[str, ...]) -> list[Any]:
    """A record as plain values; a row that holds just the columns of the file goes without their names."""
    if isinstance(item, MailRow):
        return ["mail", item.number, base64.b64encode(item.raw).decode()]
    if isinstance(item, BadRow):
        return ["bad", item.number, item.reason, item.text]
    if tuple(item.values) == columns:
        return ["cells", item.number, list(item.values.values()), item.notes]
    return ["row", item.number, item.values, item.notes]


def item_in(told: list[Any], columns: tuple[str, ...]) -> Item:
    """The record again."""
    kind, number, first, *more = told
    if kind == "mail":
        return MailRow(number, base64.b64decode(first))
    if kind == "bad":
        return BadRow(number, first, more[0])
    values = dict(zip(columns, first, strict=True)) if kind == "cells" else first
    return Row(number, values, tuple(more[0]))


def sniffed_out(sniffed: Sniffed) -> dict[str, Any]:
    """What a file seems to be as plain values; long texts and lists of the sample are cut."""
    told = asdict(sniffed)
    told["sample_rows"] = [{name: _cut(value) for name, value in row.items()} for row in sniffed.sample_rows]
    return told


def sniffed_in(told: Mapping[str, Any]) -> Sniffed:
    """What a file seems to be again."""
    lists = {name: tuple(told[name]) for name in ("columns", "sample_rows", "sheet_names", "warnings")}
    return Sniffed(**{**told, **lists, "format": Format(told["format"])})


def how_in(told: Mapping[str, Any]) -> How:
    """What a person said of a file again."""
    return How(**told)


def _cut(value: Value) -> Value:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    return [_cut(one) if isinstance(one, str) else one for one in value[:_MOST_LISTED]]  # type: ignore[return-value]
