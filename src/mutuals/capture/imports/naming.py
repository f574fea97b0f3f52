"""Whose handles a row or a whole file holds: asked when somebody is erased, and before a row is kept word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

from mutuals.base import files
from mutuals.capture._named import Named
from mutuals.capture.imports.decisions import Pair
from mutuals.capture.imports.rows import from_json
from mutuals.capture.models import Import
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow, Item, MailRow, Row, Sniffed
from mutuals.connectors.files.values import parse_phone
from mutuals.people import erased
from mutuals.people.profiles import LONGEST_KEY

LONGEST_CELL = 300  # letters; a handle in a longer text is found by `Named` only
_FEW = 200  # rows looked through at once
_CHUNK = 1 << 20  # letters of text looked through at once
_OVERLAP = 2000
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]@]+\.[^\s<>,;:\"'()\[\]@]+")
_NUMBER = re.compile(r"\+?[\d\s()./-]{7,30}")
_OWN_IDS = {Target.PEOPLE: ("id",), Target.ORDERS: ("customer_id",), Target.POSTS: ("author_id", "author_handle")}


def handles(row: Mapping[str, Any], of: Import) -> set[Pair]:
    """The handles in a row's cells, however it is mapped: addresses, numbers, and ids where a column is mapped to one."""
    found: set[Pair] = set()
    region = of.options.get("region") or None
    for cell in _cells(row):
        if "@" in cell:
            found.update(("email", one.casefold()) for one in _ADDRESS.findall(cell))
        if _NUMBER.fullmatch(cell.strip()):
            found |= _number(cell, region)
    network = _network(row, of)
    wanted = _OWN_IDS.get(Target(of.target), ())
    columns = [column for column, name in of.mapping.items() if name in wanted]
    for cell in _cells({column: row.get(column, "") for column in columns}):
        key = cell.replace("\0", "").strip()[:LONGEST_KEY]
        found |= {(network, key), (network, key.lstrip("@").casefold())} if key else set()
    return found


def erased_in(found: Sequence[Mapping[str, Any]], of: Import) -> list[bool]:
    """Of each row, mapped or not, whether a handle in it is of somebody who was erased. One question, however many."""
    told = [handles(row, of) for row in found]
    out = erased.which(set().union(*told))
    return [bool(out & pairs) for pairs in told]


def names(of: Import, *, named: Named, theirs: AbstractSet[Pair]) -> bool:
    """Whether the kept file of an import holds one of somebody's handles. A file that cannot be read is taken to."""
    path, sniffed = files.path(str(of.blob_id)), from_json(of.sniffed)
    try:
        if named and sniffed.encoding and any(named.in_text(text) for text in _texts(str(path), sniffed)):
            return True
        found = rows(path, sniffed, sheet=sniffed.sheet or None)
        while few := list(islice(found, _FEW)):
            if _any(few, of, named, theirs):
                return True
    except (Unreadable, OSError):
        return True
    return False


def _any(few: list[Item], of: Import, named: Named, theirs: AbstractSet[Pair]) -> bool:
    told = [item.values for item in few if isinstance(item, Row)]
    bad = [item.text for item in few if isinstance(item, BadRow)]
    text = "\n".join([*(cell for row in told for cell in _cells(row, at_most=None)), *bad])
    return (
        bool(named and named.in_text(text))
        or any(named.in_bytes(item.raw) for item in few if isinstance(item, MailRow) and named)
        or any(theirs & handles(row, of) for row in told)
    )


def _texts(path: str, sniffed: Sniffed) -> Iterator[str]:
    """The file in pieces; each begins with the line that the last one may have cut."""
    with open(path, encoding=sniffed.encoding, errors="replace", newline="") as file:
        rest = ""
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            yield text
            rest = text[max(text.rfind("\n") + 1, len(text) - _OVERLAP) :]


def _cells(row: Mapping[str, Any], *, at_most: int | None = LONGEST_CELL) -> Iterator[str]:
    for value in row.values():
        for cell in value if isinstance(value, list) else [value]:
            for text in cell.values() if isinstance(cell, Mapping) else [cell]:
                if isinstance(text, str) and text and (at_most is None or len(text) <= at_most):
                    yield text


def _network(row: Mapping[str, Any], of: Import) -> str:
    if of.target != Target.POSTS:
        return f"crm:{of.source_id}"
    column = next((column for column, name in of.mapping.items() if name == "network"), "")
    told = row.get(column) or of.options.get("constants", {}).get("network")
    return str(told or "file").strip().casefold()[:30]


def _number(cell: str, region: str | None) -> set[Pair]:
    try:
        return {("phone", parse_phone(cell, region=region))}
    except ValueError:
        return set()
