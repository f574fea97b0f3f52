"""The file of an import as rows in our terms, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from mutuals.base import files
from mutuals.capture.imports import corrected
from mutuals.capture.imports.decisions import RowIn
from mutuals.capture.imports.house import refer
from mutuals.capture.models import Import
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.fields import Field, Target, fields_of
from mutuals.connectors.files.mapping import Reading, apply, clean
from mutuals.connectors.files.preset import NONE, Preset, presets
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow, Format, Item, MailRow, Sniffed
from mutuals.people.names import tidy

AT_HOME = "numbers_at_home"  # beside what was recognised: rows with phone numbers that name no country
LONGEST_GROUP = 20_000  # rows that may be decided together


def to_json(sniffed: Sniffed) -> dict[str, Any]:
    """What is kept of a sniffed file with the import."""
    kept = asdict(sniffed)
    kept["format"] = sniffed.format.value
    kept["sample_rows"] = [{name: _short(value) for name, value in row.items()} for row in sniffed.sample_rows[:8]]
    return kept


def from_json(kept: Mapping[str, Any]) -> Sniffed:
    """The sniffed file that was kept with an import."""
    told = {name: kept[name] for name in Sniffed.__dataclass_fields__ if name in kept}
    lists = {name: tuple(told[name]) for name in ("columns", "sample_rows", "sheet_names", "warnings")}
    return Sniffed(**{**told, **lists, "format": Format(told["format"])})


def reading_of(options: Mapping[str, Any]) -> Reading:
    """The answers of the wizard, for the readers of values."""
    return Reading(
        zone=options.get("zone") or None,
        day_first=options.get("day_first"),
        region=options.get("region") or None,
        decimal=options.get("decimal") or None,
        constants=options.get("constants") or {},
    )


def read(of: Import) -> Iterator[RowIn]:
    """Every record of the import's file in its order; a row that cannot be read says why. Raises Unreadable at once."""
    if of.blob_id is None:
        raise Unreadable("The file of this import is not kept any more: upload it again.")
    reading, sniffed = replace(reading_of(of.options), refer=refer(of)), from_json(of.sniffed)
    how = _How(of.target, reading, fields_of(of.target), preset_of_options(of.options))
    mapping = {column: of.mapping[column] for column in sniffed.columns if column in of.mapping}  # in the file's order
    for item in corrected.items(of, rows(files.path(of.blob_id), sniffed, sheet=sniffed.sheet or None)):
        yield _row(item, mapping, how)


def batches(
    found: Iterator[RowIn], group: Callable[[RowIn], str], *, size: int, skip: int = 0
) -> Iterator[tuple[list[RowIn], bool]]:
    """Batches of about `size` rows that never part a group; True = among the first `skip` rows, done before."""
    batch: list[RowIn] = []
    while skip > 0 and (batch := list(islice(found, min(size, skip)))):
        skip -= len(batch)
        yield batch, True
    batch, last = [], ""
    for row in found:
        now = group(row)
        if len(batch) >= size and (not now or now != last or len(batch) >= LONGEST_GROUP):
            yield batch, False
            batch = []
        batch.append(row)
        last = now
    if batch:
        yield batch, False


@dataclass(frozen=True, slots=True)
class _How:
    """How the rows of one file are read."""

    target: str
    reading: Reading
    fields: tuple[Field, ...]
    preset: Preset


def _row(item: Item, mapping: Mapping[str, str], how: _How) -> RowIn:
    if isinstance(item, BadRow):
        return RowIn(item.number, {"": item.text}, error=item.reason)
    if isinstance(item, MailRow):
        return RowIn(item.number, {}, mail=item.raw)
    spoilt = next((note for note in item.notes if note.startswith("NUL")), "")
    if spoilt:
        return RowIn(item.number, item.values, error=f"{spoilt}: what is left is not what stood there. Mend the row.")
    values = how.preset.mended(item.values)
    record = apply(values, mapping, how.target, constants=how.reading.constants, fields=how.fields)
    if how.target == Target.POSTS:
        return RowIn(item.number, item.values, record)
    read_as = clean(record, how.target, how.reading, fields=how.fields)
    reason = "; ".join(dict.fromkeys(problem.reason for problem in read_as.problems))
    return RowIn(item.number, item.values, read_as.values, tidy(reason, at_most=500))


def preset_of_options(options: Mapping[str, Any]) -> Preset:
    """The preset by which a file is read; NONE where there is none, or none any more."""
    return presets().get(str(options.get("preset") or ""), NONE)


def _short(value: Any) -> Any:
    return value[:300] if isinstance(value, str) else value[:5]
