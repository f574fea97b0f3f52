"""Files: CSV, XLSX, Parquet, JSON Lines, mbox and vCard. Read only: a file cannot be answered."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mutuals.connectors.contract import Connector, Envelope, Raw


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """As `posts.parse`, loaded when it is first asked: the child that reads a file begins in half the time without it."""
    posts: Any = import_module("mutuals.connectors.files.posts")
    told: tuple[Envelope, ...] = posts.parse(raw)
    return told


CONNECTOR = Connector(name="files", label="Files", parse=parse)
