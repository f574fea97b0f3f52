"""Whose handles a row or a whole file holds: asked when somebody is erased, and before a row is kept word for word."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from mutuals.base import files
from mutuals.capture._named import Named
from mutuals.capture.imports.decisions import Pair
from mutuals.capture.imports.rows import from_json
from mutuals.capture.models import Import
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow, Format, Item, MailRow, Row, Sniffed
from mutuals.connectors.files.values import parse_phone
from mutuals.people import erased
from mutuals.people.profiles import LONGEST_KEY

LONGEST_CELL = 300  # letters; a handle in a longer text is found by `Named` only
_FEW = 200  # rows looked through at once
_CHUNK = 1 << 20  # letters of text looked through at once
_OVERLAP = 2000
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]@]+\.[^\s<>,;:\"'()\[\]@]+")
_NUMBER = re.compile(r"\+?[\d\s()./-]{7,30}")
_TABLES = (Format.CSV, Format.XLSX)
_END_OF_CELL = re.compile(r"</(?:si|c|is)>")
_TAG = re.compile(r"<[^<>]*>")
_OWN_IDS = {
    Target.PEOPLE.value: ("id",),
    Target.ORDERS.value: ("customer_id",),
    Target.POSTS.value: ("author_id", "author_handle"),
    **dict.fromkeys((Target.DEALS.value, Target.CASES.value, Target.TASKS.value), ("person_id",)),
}


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
    wanted = _OWN_IDS.get(of.target, ())
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
    """Whether the kept file of an import holds one of somebody's handles. A file that cannot be read is taken to.

    Tables are searched as text, a megabyte in about a tenth of a second; where a number of theirs may stand in one, and
    in files of other kinds, row by row.
    """
    path, sniffed = files.path(str(of.blob_id)), from_json(of.sniffed)
    maybe = _maybe(of, theirs)
    try:
        if sniffed.format in _TABLES:
            is_near = False
            for text in _texts(path, sniffed):
                if named and named.in_text(text):
                    return True
                is_near = is_near or bool(maybe.search(text))
            if not is_near:
                return False
        found = rows(path, sniffed, sheet=sniffed.sheet or None)
        while few := list(islice(found, _FEW)):
            if _any(few, of, named, theirs):
                return True
    except (Unreadable, OSError, zipfile.BadZipFile):
        return True
    return False


def _maybe(of: Import, theirs: AbstractSet[Pair]) -> re.Pattern[str]:
    """Finds each place where a row may hold what `handles` tells exactly: figures of a number, an id of a source."""
    ways = [r"[\s()./-]*".join(key[-6:]) for network, key in theirs if network == "phone" and key.startswith("+")]
    ways += [
        rf"(?<!\w){re.escape(key)}(?!\w)"
        for network, key in theirs
        if network == f"crm:{of.source_id}" or (of.target == Target.POSTS and not network.startswith("crm:"))
    ]
    return re.compile("|".join(ways) or "(?!)", re.IGNORECASE)


def _any(few: list[Item], of: Import, named: Named, theirs: AbstractSet[Pair]) -> bool:
    told = [item.values for item in few if isinstance(item, Row)]
    bad = [item.text for item in few if isinstance(item, BadRow)]
    text = "\n".join([*(cell for row in told for cell in _cells(row, at_most=None)), *bad])
    return (
        bool(named and named.in_text(text))
        or any(named.in_bytes(item.raw) for item in few if isinstance(item, MailRow) and named)
        or (bool(_maybe(of, theirs).search(text)) and any(theirs & handles(row, of) for row in told))
    )


def _texts(path: Path, sniffed: Sniffed) -> Iterator[str]:
    """The words of a table in pieces; each begins with the line that the last one may have cut."""
    if sniffed.format is Format.XLSX:
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                if name.endswith(".xml"):
                    with book.open(name) as part:
                        lines = io.TextIOWrapper(part, encoding="utf-8", errors="replace")
                        yield from map(_words_of, _pieces(lines, end=">"))
        return
    with path.open(encoding=sniffed.encoding, errors="replace", newline="") as file:
        yield from _pieces(file, end="\n")


def _pieces(file: TextIO, *, end: str) -> Iterator[str]:
    rest = ""
    while chunk := file.read(_CHUNK):
        text = rest + chunk
        yield text
        rest = text[max(text.rfind(end, 0, max(len(text) - _OVERLAP, 0)) + 1, len(text) - 2 * _OVERLAP) :]


def _words_of(xml: str) -> str:
    """A piece of a workbook without its tags, a cell a line."""
    return html.unescape(_TAG.sub("", _END_OF_CELL.sub("\n", xml)))


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
