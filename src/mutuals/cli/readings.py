"""`mutuals read`: a file of posts in, a file of what they say out, without a database."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mutuals.base.net import ALLOW_VARIABLE
from mutuals.cli._line import Line
from mutuals.cli._plain import verb
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.columns import columns
from mutuals.connectors.files.said import listed, pairs, taken
from mutuals.connectors.files.scratch import scratch
from mutuals.connectors.files.shapes import BadRow, Sniffed
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.synonyms import normal
from mutuals.connectors.files.work import Refused
from mutuals.connectors.files.writing import check, writing

PLACE = 140  # among the groups of `mutuals --help`

_MORE = """CSV or Parquet, one row a post; columns are known by common names. READINGS has id, language, sentiment, p_positive,
p_neutral, p_negative, emotion, intents (parted by ;), urgency (0 can wait, 1 today, 2 now) and phrases (parted by ;).
Everything is read on this machine, but what --ask sends: posts of which the models here are unsure, without addresses, names,
telephone, card and account numbers. Of a text the first 10,000 characters count. A row without a text gets its id alone."""
_FIELDS = {
    "id": "id|post id|tweet id|message id|review id|number|key|uri|url",
    "text": "text|post|tweet|message|body|content|comment|review|review text|full text|mail|nachricht|texte|texto|testo",
    "language": "language|lang|locale|sprache|langue|idioma|lingua",
    "brand": "brand|brands|company|marke|marque|marca",
}  # fmt: skip
_COLUMNS = {
    "id": pa.string(), "language": pa.string(), "sentiment": pa.string(), "p_positive": pa.float64(),
    "p_neutral": pa.float64(), "p_negative": pa.float64(), "emotion": pa.string(), "intents": pa.string(),
    "urgency": pa.int64(), "phrases": pa.string(),
}  # fmt: skip
_LONGEST = 10_000  # characters of a text that are kept
_BATCH = 1_000  # posts


def register(groups: Any) -> None:
    """Add `read`."""
    parser = verb(
        groups, "read", read, "say of posts in which mood they are and what they want",
        examples=["mutuals read posts.csv --out readings.parquet --map text=Body"], more=_MORE, by_somebody=False,
    )  # fmt: skip
    parser.add_argument("posts", type=Path, help="id, text[, language, brand]: CSV or Parquet")
    parser.add_argument("--out", type=Path, required=True, metavar="READINGS", help=".csv or .parquet, written anew")
    parser.add_argument(
        "--map", action="append", default=[], metavar="OURS=THEIRS", help="which column is what, such as text=Body"
    )
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 4), help="that read at once")
    parser.add_argument(
        "--closer", action="store_true", help="look closer at what is unsure: slower, better; needs the extra `closer`"
    )
    parser.add_argument(
        "--ask",
        default="",
        metavar="URL",
        help="a language model (OpenAI's protocol, .../v1) that reads what is unsure",
    )
    parser.add_argument("--model", default="", help="which one, with --ask; its key stands in MUTUALS_READER_KEY")
    parser.add_argument("--encoding", default="", help="instead of the one that was recognised")
    parser.add_argument("--delimiter", default="", help="instead of the one that was recognised")


def read(args: argparse.Namespace) -> dict[str, Any]:
    """How many posts were read, of which mood, and where it stands."""
    if not 1 <= args.processes <= 64:
        raise Refused("--processes is a number from 1 to 64.")
    check(args.out, args.posts)
    if args.closer:
        closer: Any = import_module("mutuals.text.closer")
        try:
            closer.shipped()
        except closer.NoEncoder as error:
            raise Refused(str(error)) from error
    ask = _ask(args)
    line, notes = Line(quiet=args.json), list[str]()
    try:
        with scratch() as folder:
            kept = folder / "posts.parquet"
            rows = _bring(args, kept, line, notes)
            counts = _written(args, ask, kept, rows, line, notes)
    finally:
        line.end()
    for note in notes:
        line.note(note)
    return {**counts, **({"notes": notes} if args.json and notes else {}), "written": str(args.out)}


def _ask(args: argparse.Namespace) -> Any:
    """Where to ask, None without --ask; Refused for an address that cannot be used, or does not answer now."""
    if not args.ask:
        return None
    endpoint: Any = import_module("mutuals.text.endpoint")
    key, allow = (os.environ.get(name, "") for name in ("MUTUALS_READER_KEY", ALLOW_VARIABLE))
    try:
        address = endpoint.Address(args.ask, args.model, key, allow)
    except endpoint.Unfit as error:
        raise Refused(f"--ask: {error}") from error
    opened = address.opened()
    if opened.logits(["Where is my parcel?"])[0] is None:
        raise Refused(f"--ask: {opened.problem or 'There was no answer for a post.'}")
    return address


def _bring(args: argparse.Namespace, kept: Path, line: Line, notes: list[str]) -> int:
    """The columns that are ours as a Parquet file; how many rows. Refused with the remedy."""
    path: Path = args.posts
    try:
        sniffed = sniff(path, encoding=args.encoding, delimiter=args.delimiter)
        found = _meant(sniffed, pairs(args.map, "--map", "text=Body"), path.name)
        left_out, sink = list[BadRow](), _Sink(kept, found)
        try:
            for batch in columns(path, sniffed, again=sink.again, left_out=left_out):
                sink.add(batch)
                line.draw(f"reading {path.name}", sink.rows, max(sniffed.approximate_rows, sink.rows))
        finally:
            sink.close()
    except Unreadable as error:
        raise Refused(f"{path.name}: {error}") from error
    if not sink.rows:
        raise Refused(f"{path.name} has no row that can be read.")
    notes += sniffed.warnings
    if left_out:
        first = left_out[0]
        notes.append(
            f"{len(left_out):,} rows could not be read and are left out: line {first.number:,}, {first.reason}."
        )
    if "id" not in found:
        notes.append("There is no column of ids, so the rows are counted from 1.")
    if sink.cut:
        notes.append(f"Of {sink.cut:,} texts only the first {_LONGEST:,} characters are read.")
    return sink.rows


def _meant(sniffed: Sniffed, said: Mapping[str, str], name: str) -> dict[str, str]:
    """Ours -> heading. A file of one column without a heading holds texts."""
    if not sniffed.columns:
        raise Refused(f"{name} holds no table, but {sniffed.format.value}. Bring it as CSV or Parquet.")
    plain = {normal(column): column for column in reversed(sniffed.columns)}
    found = taken(said, sniffed.columns, _FIELDS, name)
    for ours, words in _FIELDS.items():
        free = [plain[word] for word in words.split("|") if word in plain and plain[word] not in found.values()]
        if ours not in found and free:
            found[ours] = free[0]
    if "text" not in found and len(sniffed.columns) == 1:
        found = {"text": sniffed.columns[0]}
    if "text" not in found:
        raise Refused(
            f"No column of {name} is known as the text; it has: {listed(sniffed.columns)}. Say it with --map text=COLUMN."
        )
    return found


class _Sink:
    """Takes batches under the file's own headings and keeps what is ours."""

    def __init__(self, path: Path, found: Mapping[str, str]) -> None:
        self._path, self._found = path, found
        self._open()

    def _open(self) -> None:
        self.rows = self.cut = 0
        self._writer = pq.ParquetWriter(self._path, pa.schema([(name, pa.string()) for name in _FIELDS]))

    def again(self) -> None:
        """Forget what was added."""
        self.close()
        self._open()

    def add(self, batch: Mapping[str, Any]) -> None:
        """`batch` is heading -> Arrow array of texts."""
        size = len(next(iter(batch.values())))
        arrays = []
        for name in _FIELDS:
            if name in self._found:
                values = pc.fill_null(batch[self._found[name]], "")
                if name == "text":
                    self.cut += pc.sum(pc.greater(pc.utf8_length(values), _LONGEST)).as_py() or 0
                arrays.append(pc.utf8_slice_codeunits(values, 0, _LONGEST))
            elif name == "id":
                arrays.append(pc.cast(pa.array(range(self.rows + 1, self.rows + size + 1)), pa.string()))
            else:
                arrays.append(pa.array([""] * size, pa.string()))
        self._writer.write_batch(pa.record_batch(arrays, names=list(_FIELDS)), row_group_size=_BATCH)
        self.rows += size

    def close(self) -> None:
        """Nothing more is added."""
        self._writer.close()


def _written(args: argparse.Namespace, ask: Any, kept: Path, rows: int, line: Line, notes: list[str]) -> dict[str, Any]:
    text: Any = import_module("mutuals.text.read")  # other commands do without its models
    pool: Any = import_module("mutuals.text.pool")
    moods, done, asked = {"positive": 0, "neutral": 0, "negative": 0, "without a text": 0}, 0, 0
    with pq.ParquetFile(kept) as file, writing(args.out, _COLUMNS) as out:
        ids = list[list[str]]()

        def batches() -> Iterator[list[Any]]:
            for batch in file.iter_batches(_BATCH, use_threads=False):
                held = batch.to_pydict()
                ids.append(held["id"])
                yield [
                    text.Post(one, tuple(filter(None, brand.split(";"))), language.strip())
                    for one, brand, language in zip(held["text"], held["brand"], held["language"], strict=True)
                ]

        processes = args.processes if rows > _BATCH else 1
        for found in pool.readings(batches(), processes=processes, closer=args.closer, ask=ask):
            names = ids.pop(0)
            out.add(_columns(names, found))
            for one in found:
                moods[one.mood.name if one.is_read else "without a text"] += 1
                asked += bool(ask) and one.model_version.endswith(f"+{ask.model}")
            done += len(found)
            line.draw("understanding", done, rows)
        notes += out.notes()
    return {"posts": rows, **moods, **({f"read by {ask.model} too": asked} if ask else {})}


def _columns(ids: list[str], found: list[Any]) -> dict[str, list[Any]]:
    """Rows of READINGS; of a post without a word nothing is said."""

    def of(value: Any) -> list[Any]:
        return [value(one) if one.is_read else None for one in found]

    return {
        "id": ids,
        "language": [one.language for one in found],
        "sentiment": of(lambda one: one.mood.name),
        "p_positive": of(lambda one: round(one.moods[2], 4)),
        "p_neutral": of(lambda one: round(one.moods[1], 4)),
        "p_negative": of(lambda one: round(one.moods[0], 4)),
        "emotion": of(lambda one: one.emotion.name),
        "intents": of(lambda one: ";".join(intent.name for intent in one.intents)),
        "urgency": of(lambda one: ("can wait", "today", "now").index(one.urgency.name)),
        "phrases": of(lambda one: ";".join(one.phrases)),
    }
