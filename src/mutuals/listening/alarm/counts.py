"""A file of counts (timestamp, value, series) as even steps of time, and everything about it that a person should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.columns import columns
from mutuals.connectors.files.shapes import BadRow, Format, Sniffed
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.synonyms import normal
from mutuals.connectors.files.times import NeedsOrder, guess_day_first, parse_time
from mutuals.connectors.files.work import Refused, Told, silent
from mutuals.listening.alarm.baseline import Ints
from mutuals.listening.alarm.chance import Floats
from mutuals.listening.alarm.even import MOST_COUNTS, Even, Said, evened, shown

MOST_SERIES = 100_000
_DELIMITERS = (",", ";", "\t", "|")
_FIELDS = {
    "timestamp": "timestamp|time|date|datetime|date time|hour|day|when|ts|at|zeit|datum|zeitpunkt|heure|jour|fecha|hora|"
    "data|ora|quand|tijd",
    "value": "value|count|counts|n|number|mentions|posts|total|amount|wert|anzahl|menge|nombre|valeur|cantidad|numero|"
    "valor|quantidade|valore|conteggio|aantal",
    "series": "series|brand|name|topic|metric|key|id|source|channel|marke|thema|reihe|marque|serie|marca|tema|merk|label|"
    "group",
}  # fmt: skip


def bring(path: Path, *, said: Said, now: float, told: Told = silent) -> Even:
    """Read the file. Rows that lie after `now` (seconds of 1970) or cannot be read are left out and told in the notes.

    Refused, with the remedy: what is no table, no column of times or of values, no row that can be read, times of which only
    some name their zone where `said` names none, times without a regular step, steps finer than a minute or longer than a
    week, more than it can hold.
    """
    zone = _zone(said.zone)
    try:
        sniffed = _sniffed(path, said)
        found = _meant(sniffed, said.fields, path.name)
        read = _Read(found, zone, path.name)
        left_out = list[BadRow]()
        for batch in columns(path, sniffed, again=read.again, left_out=left_out):
            read.add(batch)
            told(f"reading {path.name}", read.rows, max(sniffed.approximate_rows, read.rows))
    except Unreadable as error:
        raise Refused(f"{path.name}: {error}") from error
    notes = list(sniffed.warnings)
    if left_out:
        notes.append(
            f"{len(left_out):,} rows could not be read and are left out: line {left_out[0].number:,}, {left_out[0].reason}."
        )
    names, of, times, values = read.done(now, notes)
    return evened(names, of, times, values, said, read.rows, notes, path.name)


def _sniffed(path: Path, said: Said) -> Sniffed:
    """What the file is. Clocks are full of colons, so where no column is known the usual delimiters are tried."""
    first = sniff(path, encoding=said.encoding, delimiter=said.delimiter)
    if said.delimiter or said.fields or first.format is not Format.CSV or _is_known(first):
        return first
    for delimiter in _DELIMITERS:
        if delimiter != first.delimiter and _is_known(
            again := sniff(path, encoding=said.encoding, delimiter=delimiter)
        ):
            return again
    if first.delimiter in _DELIMITERS:
        return first
    return sniff(path, encoding=said.encoding, delimiter=_DELIMITERS[0])


def _is_known(sniffed: Sniffed) -> bool:
    plain = {normal(column) for column in sniffed.columns}
    return all(plain & set(_FIELDS[ours].split("|")) for ours in ("timestamp", "value"))


def _zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Refused(f"There is no time zone “{name[:60]}”. Name one such as Europe/Lisbon.") from error


def _meant(sniffed: Sniffed, said: Mapping[str, str], name: str) -> dict[str, str]:
    """Ours -> heading. A file of two or three columns without headings is read in the order of ours."""
    if not sniffed.columns:
        raise Refused(f"{name} holds no table, but {sniffed.format.value}. Bring it as CSV or Parquet.")
    plain = {normal(column): column for column in reversed(sniffed.columns)}
    found = dict[str, str]()
    for ours, theirs in said.items():
        if ours not in _FIELDS:
            raise Refused(f"“{ours[:60]}” is no word that columns are mapped to. There are: {', '.join(_FIELDS)}.")
        if normal(theirs) not in plain:
            raise Refused(f"{name} has no column “{theirs[:60]}”. It has: {_listed(sniffed.columns)}.")
        found[ours] = plain[normal(theirs)]
    if not sniffed.has_header and not found and len(sniffed.columns) in (2, 3):
        return dict(zip(_FIELDS, sniffed.columns, strict=False))
    for ours, words in _FIELDS.items():
        free = [plain[word] for word in words.split("|") if word in plain and plain[word] not in found.values()]
        if ours not in found and free:
            found[ours] = free[0]
    for ours in ("timestamp", "value"):
        if ours not in found:
            raise Refused(
                f"No column of {name} is known as the {ours}; it has: {_listed(sniffed.columns)}. "
                f"Say which it is with --map {ours}=COLUMN."
            )
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""
    return ", ".join(f"“{name[:40]}”" for name in names[:20]) + more


class _Read:
    """Takes batches of texts and keeps numbers."""

    def __init__(self, found: Mapping[str, str], zone: ZoneInfo | None, name: str) -> None:
        self._found, self._zone, self._name = found, zone, name
        self.again()

    def again(self) -> None:
        """Forget what was added."""
        self.rows = self._unread = self._negative = 0
        self._first_unread = ""
        self._zoned, self._bare = "", ""  # the first time that names its zone, and the first that names none
        self._known = dict[str, float]()
        self._places = dict[str, int]()
        self._parts = list[tuple[Ints, Floats, Floats]]()
        self._day_first: bool | None = None

    def add(self, batch: Mapping[str, Any]) -> None:
        """`batch` is heading -> Arrow array of texts."""
        texts = pc.fill_null(batch[self._found["timestamp"]], "").dictionary_encode()
        distinct = texts.dictionary.to_pylist()
        if not self.rows:
            self._day_first = guess_day_first(distinct[:1_000])
        moments = np.array([self._moment(text) for text in distinct], np.float64)
        times = moments[texts.indices.to_numpy()]
        values = _numbers(batch[self._found["value"]])
        if "series" in self._found:
            named = pc.utf8_slice_codeunits(
                pc.utf8_trim_whitespace(pc.fill_null(batch[self._found["series"]], "")), 0, 2_000
            )
            named = named.dictionary_encode()
            places = [self._places.setdefault(one, len(self._places)) for one in named.dictionary.to_pylist()]
            of = np.array(places, np.int64)[named.indices.to_numpy()]
        else:
            self._places.setdefault("", 0)
            of = np.zeros(len(times), np.int64)
        self.rows += len(times)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(times) & (values >= 0) & np.isfinite(values)
            self._negative += int((values < 0).sum())
        self._unread += len(good) - int(good.sum())
        if not self._first_unread and not good.all():
            self._first_unread = self._shown(batch, int(np.argmin(good)))
        self._parts.append((of[good], times[good], values[good]))
        if self.rows > MOST_COUNTS or len(self._places) > MOST_SERIES:
            raise Refused(
                f"{self._name} has more than {MOST_COUNTS:,} rows or {MOST_SERIES:,} series. "
                "Watch it in parts, or count by the hour."
            )

    def done(self, now: float, notes: list[str]) -> tuple[tuple[str, ...], Ints, Floats, Floats]:
        """Names, series, seconds of 1970 and counts of all rows that are of use; what was not goes into the notes."""
        series, moments, counts = [np.zeros(0, np.int64)], [np.zeros(0)], [np.zeros(0)]
        for part in self._parts:
            series.append(part[0])
            moments.append(part[1])
            counts.append(part[2])
        of, times, values = np.concatenate(series), np.concatenate(moments), np.concatenate(counts)
        if self._unread:
            below = f", {self._negative:,} of them for counts below zero" if self._negative else ""
            notes.append(
                f"{self._unread:,} of {self.rows:,} rows are left out{below}. The first: {self._first_unread}."
            )
        late = np.greater(times, now)
        if late.any():
            notes.append(
                f"{int(late.sum()):,} rows lie in the future and are left out; the last is of {shown(np.max(times))}."
            )
            of, times, values = of[~late], times[~late], values[~late]
        if not len(times):
            raise Refused(
                f"{self._name} has no row with a time and a count that can be read. {' '.join(notes)}".strip()
            )
        if self._bare and self._zone is None:
            if self._zoned:
                raise Refused(
                    f"{self._name}: “{self._zoned}” names a time zone and “{self._bare}” does not. "
                    "Say which zone the others are of, as in --zone Europe/Lisbon."
                )
            notes.append("The times name no time zone and are read as UTC. Say --zone Europe/Lisbon for another.")
        return tuple(self._places), of, times, values

    def _moment(self, text: str) -> float:
        """Seconds of 1970, NaN for no time. Years apart from 1970 to 2200 are no time."""
        if text not in self._known:
            if len(self._known) > 500_000:
                self._known.clear()
            self._known[text] = self._parsed(text)
        return self._known[text]

    def _parsed(self, text: str) -> float:
        try:
            found = parse_time(text[:60], zone=str(self._zone or "UTC"), day_first=self._day_first)
        except NeedsOrder as error:
            raise Refused(
                f"{self._name}: in “{text[:40]}” day or month may be first. Write times as 2026-03-09 14:00."
            ) from error
        except (ValueError, OverflowError):
            return float("nan")
        if found.had_zone:
            self._zoned = self._zoned or text[:40]
        else:
            self._bare = self._bare or text[:40]
        return found.utc.timestamp()

    def _shown(self, batch: Mapping[str, Any], place: int) -> str:
        cells = {ours: str(batch[theirs][place].as_py() or "")[:40] for ours, theirs in self._found.items()}
        return ", ".join(f"{ours} “{cell}”" for ours, cell in cells.items())


def _numbers(texts: Any) -> Floats:
    """Counts; NaN where a cell holds none. A comma or an apostrophe between thousands is passed over."""
    plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(pc.fill_null(texts, "")), r"(\d)[,'’ ](\d{3})", r"\1\2")
    plain = pc.if_else(pc.match_substring_regex(plain, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"), plain, None)
    return np.asarray(pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False), np.float64)
