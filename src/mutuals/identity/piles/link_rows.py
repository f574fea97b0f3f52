"""Rows of a link's two files read into columns and marks: what of a person or a profile can be met again elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from mutuals.identity.piles import Told
from mutuals.identity.piles.tables import Table
from mutuals.identity.reading import handles, letters, names, places, sites

Read = dict[str, Any]
_BATCH = 20_000
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


def bring(connection: duckdb.DuckDBPyConnection, table: Table, side: str, told: Told) -> None:
    """Write `<side>` (one row each) and `<side>_marks` into the database. `side` is people or profiles."""
    reading = _person if side == "people" else _profile
    connection.register("rows_now", ROWS.empty_table())
    connection.execute(f"CREATE TABLE {side} AS SELECT * FROM rows_now")
    connection.register("marks_now", MARKS.empty_table())
    connection.execute(f"CREATE TABLE {side}_marks AS SELECT *, NULL::BIGINT AS source FROM marks_now")
    for done, rows, marks in _batches(table, reading):
        connection.register("rows_now", rows)
        connection.execute(f"INSERT INTO {side} SELECT * FROM rows_now")
        connection.register("marks_now", marks)
        connection.execute(f"INSERT INTO {side}_marks SELECT *, NULL FROM marks_now")
        told(f"reading the {side}", done, table.rows)
    for name in ("rows_now", "marks_now"):
        connection.unregister(name)


def _batches(table: Table, reading: Callable[[Mapping[str, str]], tuple[Read, set[Mark]]]) -> Iterator[Any]:
    held: dict[str, list[Any]] = {name: [] for name in ROWS.names}
    marks: tuple[list[Any], ...] = ([], [], [], [])
    number = 0
    for number, record in enumerate(table.records(), 1):
        read, found = reading(record)
        read["row"] = int(record["row"])
        for name, values in held.items():
            values.append(read.get(name) or None if name != "row" else read["row"])
        for mark in sorted(found):
            for values, value in zip(marks, (read["row"], *mark), strict=True):
                values.append(value)
        if number % _BATCH == 0:
            yield number, pa.table(held, schema=ROWS), pa.table(list(marks), schema=MARKS)
            held, marks = {name: [] for name in ROWS.names}, ([], [], [], [])
    yield number, pa.table(held, schema=ROWS), pa.table(list(marks), schema=MARKS)


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
