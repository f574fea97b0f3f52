"""Rows of a link's two files read into columns and marks: what of a person or a profile can be met again elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

import duckdb
import pyarrow as pa

from mutuals.identity.piles import Told
from mutuals.identity.piles.tables import Table
from mutuals.identity.reading import handles, letters, names, places, sites

Read = dict[str, Any]
_MANY = 100_000  # rows from which other processes help
_READERS = 2
_FULL_HANDLE = re.compile(r"^@?[^@\s/]+(@[^@\s/]+|(\.[^@\s./]+)+)$")
_NOT_DIGITS = re.compile(r"\D")
_NUMBER = re.compile(r"\d{2,}")
LONGEST = 30
"""Letters of a handle or label that are searched for names and numbers."""

_TEXTS = ("given", "family", "family2", "core", "said", "words", "city", "network")
ROWS = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in _TEXTS)])
Mark = tuple[str, str, str]
MARKS = pa.schema([("row", pa.int64()), ("kind", pa.string()), ("text", pa.string()), ("rest", pa.string())])
"""Kinds: `account` (a handle with its host), `email`, `phone`, `host`, `domain`, `core`, `number`, `near`, `place`. `rest` is
what stands behind a number, by which people tell relatives and accounts apart."""


_CREATE = {
    "people": (
        "CREATE TABLE people AS FROM rows_now",
        "CREATE TABLE people_marks AS SELECT *, NULL::BIGINT AS source FROM marks_now",
    ),
    "profiles": ("CREATE TABLE profiles AS FROM rows_now", "CREATE TABLE profiles_marks AS FROM marks_now"),
}
_INSERT = {
    "people": ("INSERT INTO people FROM rows_now", "INSERT INTO people_marks SELECT *, NULL FROM marks_now"),
    "profiles": ("INSERT INTO profiles FROM rows_now", "INSERT INTO profiles_marks FROM marks_now"),
}


def bring(connection: duckdb.DuckDBPyConnection, table: Table, side: str, told: Told) -> None:
    """Write `<side>` (one row each) and `<side>_marks` into the database. `side` is people or profiles."""
    _put(connection, _CREATE[side], ROWS.empty_table(), MARKS.empty_table())
    done = 0
    for rows, marks in _batches(table, side):
        _put(connection, _INSERT[side], rows, marks)
        done += rows.num_rows
        told(f"reading the {side}", done, table.rows)


def _put(connection: duckdb.DuckDBPyConnection, statements: tuple[str, str], rows: pa.Table, marks: pa.Table) -> None:
    connection.register("rows_now", rows)
    connection.register("marks_now", marks)
    for statement in statements:
        connection.execute(statement)
    connection.unregister("rows_now")
    connection.unregister("marks_now")


def _batches(table: Table, side: str) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Read in this process, and in two more where there is much to read; the order is not kept."""
    if table.rows < _MANY:
        yield from (read_batch(side, batch) for batch in table.batches())
        return
    waiting = set[Future[tuple[pa.Table, pa.Table]]]()
    with ProcessPoolExecutor(_READERS, mp_context=get_context("spawn")) as readers:
        for batch in table.batches():
            waiting.add(readers.submit(read_batch, side, batch))
            if len(waiting) > 2 * _READERS:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in ready)
        yield from (one.result() for one in waiting)


def read_batch(side: str, batch: pa.RecordBatch) -> tuple[pa.Table, pa.Table]:
    """Rows and marks of some records."""
    reading = _person if side == "people" else _profile
    rows: dict[str, list[Any]] = {name: [] for name in ROWS.names}
    marks: tuple[list[Any], ...] = ([], [], [], [])
    names_of, values = batch.schema.names, [column.to_pylist() for column in batch.columns]
    for held in zip(*values, strict=True):
        record = {name: value for name, value in zip(names_of, held, strict=True) if value is not None}
        read, found = reading(record)
        read["row"] = record["row"]
        for name, column in rows.items():
            value = read.get(name)
            column.append(None if value == "" else value)
        for mark in sorted(found):
            for column, value in zip(marks, (read["row"], *mark), strict=True):
                column.append(value)
    return pa.table(rows, schema=ROWS), pa.table(list(marks), schema=MARKS)


def name_of(record: Mapping[str, str]) -> tuple[names.Name, ...]:
    """The readings of a person's name."""
    return names.readings(
        record.get("name", record.get("display_name", "")), record.get("given_name", ""), record.get("family_name", "")
    )


def _person(record: Mapping[str, str]) -> tuple[Read, set[Mark]]:
    readings = name_of(record)
    one, two = readings[0], readings[-1]
    city = places.city(record.get("city", ""))
    return {"given": one.given, "family": one.family, "family2": two.family, "city": city}, _marks(record)


def _profile(record: Mapping[str, str]) -> tuple[Read, set[Mark]]:
    marks = _marks(record)
    network = record.get("network", "")
    text = _first(record.get("handle", "") or record.get("url", ""))
    handle = handles.read(text, network)
    shown = record.get("display_name", "") or record.get("name", "")
    one = names.read(shown, record.get("given_name", ""), record.get("family_name", ""))
    if letters.plain(shown) == handle.core:
        one = names.Name("", "")
    for said in (record.get("city", ""), record.get("bio", "")):
        marks |= {("place", place, "") for place in places.mentioned(said)}
    for link in sites.links(record.get("bio", "")):
        marks |= _of_site(link)
    labels = [sites.own_label(host) for kind, host, _ in sorted(marks) if kind == "host"]
    words = {word for label in (text.split("@")[0].split(".")[0], *labels) for word in letters.words(label[:LONGEST])}
    read = {
        "given": one.given,
        "family": one.family,
        "core": handle.core,
        "said": handles.said(handle),
        "network": network,
    }
    return {**read, "words": " ".join(sorted(word for word in words if len(word) > 2))}, marks


def _first(text: str) -> str:
    return text.split(";", 1)[0].strip()


def _marks(record: Mapping[str, str]) -> set[Mark]:
    marks = set[Mark]()
    for handle in record.get("handle", "").split(";"):
        marks |= _of_handle(handle.strip(), record.get("network", ""))
    for mail in record.get("email", "").split(";"):
        if address := sites.address(mail):
            marks |= {("email", address, ""), *_of_core(handles.read(address).core, "mail")}
            if domain := sites.own_domain(address):
                marks.add(("domain", domain, ""))
    for phone in record.get("phone", "").split(";"):
        digits = _NOT_DIGITS.sub("", phone)[-9:]
        if len(digits) >= 7:
            marks.add(("phone", digits, ""))
    for link in record.get("website", "").split(";"):
        marks |= _of_site(link)
    return marks


def _of_handle(handle: str, network: str) -> set[Mark]:
    if not handle:
        return set()
    host = handle.lstrip("@")
    label = "bluesky" if "@" not in host and "." in host else network
    marks = _of_core(handles.read(handle, label).core, "handle")
    if _FULL_HANDLE.match(handle):
        marks.add(("account", host.lower(), ""))
    return marks


def _of_site(link: str) -> set[Mark]:
    host = sites.host(link)
    return {("host", host, ""), *_of_numbers(letters.plain(sites.own_label(host)), "site")} if host else set()


def _of_core(core: str, where: str) -> set[Mark]:
    return {("core", core, ""), *_of_numbers(core, where)} if len(core) > 3 else _of_numbers(core, where)


def _of_numbers(text: str, where: str) -> set[Mark]:
    """Numbers of two digits and more with what stands behind them; a longer one also without its last digit."""
    marks = set[Mark]()
    for run in _NUMBER.finditer(text[:LONGEST]):
        number, rest = run[0], text[run.end() : run.end() + 2]
        marks.add(("number", number, f"{where} {rest}"))
        if len(number) > 2:
            marks.add(("near", number[:-1], f"{where} {number[-1]}{rest}"))
    return marks
