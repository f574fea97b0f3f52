"""Which rows of a file an import is about: all, those that failed before, or an errors file that somebody corrected."""

from __future__ import annotations

from collections.abc import Iterator

from mutuals.capture.models import Import, ImportState
from mutuals.connectors.files.shapes import Item, Row, Value

ONLY = "only"
"""Beside what was recognised of a file: the numbers of the rows that alone are read."""
NUMBER, REASON = "Row", "Reason"
"""The first two columns of an errors file."""
_MADE_SAFE = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def recognise(of: Import) -> None:
    """Whether a file that was uploaded is the errors file of an earlier import of its source: then it is read as that one was.

    Its mapping and options are those of that import, and its columns of number and reason mean nothing.
    """
    columns = [name for name in of.sniffed.get("columns", ()) if name]
    if columns[:2] != [NUMBER, REASON]:
        return
    before = Import.objects.filter(target=of.target, state=ImportState.DONE, sniffed__columns__contains=columns[2:])
    for one in before.exclude(pk=of.pk).order_by("-pk").select_related("source")[:20]:
        if [name for name in one.sniffed.get("columns", ()) if name] == columns[2:]:
            of.rerun_of, of.source, of.mapping, of.options = one, one.source, one.mapping, one.options
            of.save(update_fields=["rerun_of", "source", "mapping", "options"])
            return


def items(of: Import, found: Iterator[Item]) -> Iterator[Item]:
    """The rows of a file that this import is about, as they stood before they were made harmless for spreadsheets."""
    numbers = of.sniffed.get(ONLY)
    only = frozenset(numbers) if numbers is not None else None
    is_errors_file = of.rerun_of_id is not None and only is None
    for item in found:
        if only is not None and item.number not in only:
            continue
        if is_errors_file and isinstance(item, Row):
            item = Row(item.number, {name: _unsafe(value) for name, value in item.values.items()}, item.notes)
        yield item


def _unsafe(value: Value) -> Value:
    return value[1:] if isinstance(value, str) and value.startswith(_MADE_SAFE) else value
