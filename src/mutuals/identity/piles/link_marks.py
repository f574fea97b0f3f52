"""What of a person or a profile can be met again elsewhere: records in columns become rows of words and marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.identity.reading import handles, letters, names, places, sites

KINDS = ("account", "email", "phone", "host", "domain", "core", "number", "near", "place", "cited")
"""`account` is a handle with its host, `near` a number without its last digit, `cited` a mail address in a biography, which may
be anybody's. Their places number them."""
CODE = {kind: number for number, kind in enumerate(KINDS)}
_WHOLES = ("wholes", pa.list_(pa.string()))
PEOPLE = pa.schema(
    [("row", pa.int32()), *((name, pa.string()) for name in ("given", "family", "family2", "city")), _WHOLES]
)
PROFILES = pa.schema(
    [("row", pa.int32()), *((name, pa.string()) for name in ("given", "family", "said", "words")), _WHOLES]
)
"""`wholes` is the whole name in one word: columns part a compound name otherwise than who reads it in one piece."""
MARKS = pa.schema([("row", pa.int32()), ("kind", pa.int8()), ("text", pa.string()), ("rest", pa.string())])
"""`rest` is what stands behind a number, by which people tell relatives and accounts apart."""
ALSO = pa.schema([("row", pa.int32()), ("form", pa.string())])
"""Further given names of people: nicknames, and the name in its other spelling."""
LONGEST = 30
"""Letters of a handle or label that are searched for names and numbers."""
Tables = tuple[pa.Table, pa.Table, pa.Table]
_FULL_HANDLE = re.compile(r"^@?[^@\s/]+(@[^@\s/]+|(\.[^@\s./]+)+)$")
_NOT_DIGITS = re.compile(r"\D")
_NUMBER = re.compile(r"\d{2,}")
_MAIL = re.compile(r"(?<![\w@.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PAGE = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#\s]+/+[^/?#\s]", re.I)
_BATCH = 10_000
_MOST_NICKNAMES = 3
_SKY = frozenset(("bluesky", "bsky", "atproto"))
_MOST_CITED = 3
_LONGEST_BIO = 4_000  # letters


def read_group(parquet: Path, group: int, side: str, cities: frozenset[str] | None) -> Tables:
    """Rows, marks and further names of one row group of a Table. `cities`: the places that are looked for; None for all."""
    with pq.ParquetFile(parquet) as file:
        read = [
            _read(batch, side, cities) for batch in file.iter_batches(_BATCH, row_groups=[group], use_threads=False)
        ]
    rows, marks, also = (pa.concat_tables(parts) for parts in zip(*read, strict=True))
    return rows, marks, also


def name_of(record: Mapping[str, str]) -> tuple[names.Name, ...]:
    """The readings of a person's name."""
    return names.readings(
        record.get("name", record.get("display_name", "")), record.get("given_name", ""), record.get("family_name", "")
    )


class _Columns:
    """The cells of one batch, empty texts where nothing stands."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch, self._held = batch, set(batch.schema.names)
        self.rows: list[int] = batch.column("row").to_pylist()

    def of(self, name: str, other: str = "") -> list[str]:
        """One column, or where it says nothing another."""
        if name not in self._held:
            return self.of(other) if other else [""] * len(self.rows)
        found = [value or "" for value in self._batch.column(name).to_pylist()]
        if other in self._held:
            return [value or beside for value, beside in zip(found, self.of(other), strict=True)]
        return found

    def values(self, name: str) -> Iterator[tuple[int, str]]:
        """Row and value for each that stands there."""
        if name in self._held:
            for row, cell in zip(self.rows, self._batch.column(name).to_pylist(), strict=True):
                for value in cell.split(";") if cell else ():
                    yield row, value


class _Marks:
    """Marks as columns."""

    def __init__(self) -> None:
        self._row, self._kind = list[int](), list[int]()
        self._text, self._rest = list[str](), list[str]()

    def add(self, row: int, kind: str, text: str, rest: str = "") -> None:
        self._row.append(row)
        self._kind.append(CODE[kind])
        self._text.append(text)
        self._rest.append(rest)

    def core(self, row: int, core: str, where: str) -> None:
        if len(core) > 3:
            self.add(row, "core", core)
        self.numbers(row, core, where)

    def numbers(self, row: int, text: str, where: str) -> None:
        """Numbers of two digits and more with what stands behind them; a longer one also without its last digit."""
        if text.isalpha():
            return
        for run in _NUMBER.finditer(text[:LONGEST]):
            number, rest = run[0], text[run.end() : run.end() + 2]
            self.add(row, "number", number, f"{where} {rest}")
            if len(number) > 2:
                self.add(row, "near", number[:-1], f"{where} {number[-1]}{rest}")

    def site(self, row: int, link: str) -> str:
        """The host of a link, if it is somebody's own."""
        if host := sites.host(link):
            self.add(row, "host", host)
            self.numbers(row, letters.plain(sites.own_label(host)), "site")
        return host

    def handle(self, row: int, handle: str, network: str) -> None:
        host = handle.lstrip("@")
        label = "bluesky" if "@" not in host and "." in host else network
        self.core(row, handles.read(handle, label).core, "handle")
        if _FULL_HANDLE.match(handle):
            self.add(row, "account", host.lower())

    def table(self) -> pa.Table:
        held = pa.table([self._row, self._kind, self._text, self._rest], schema=MARKS)
        return held.group_by(MARKS.names, use_threads=False).aggregate([]).cast(MARKS)


def _read(batch: pa.RecordBatch, side: str, cities: frozenset[str] | None) -> Tables:
    columns, marks = _Columns(batch), _Marks()
    _contacts(columns, marks)
    for row, link in columns.values("website"):
        marks.site(row, link)
    if side == "people":
        rows, also = _people(columns, marks)
    else:
        rows, also = _profiles(columns, marks, cities), ALSO.empty_table()
        _cited(columns, marks)
    return rows, marks.table(), also


def _contacts(columns: _Columns, marks: _Marks) -> None:
    for row, held, network in zip(columns.rows, columns.of("handle"), columns.of("network"), strict=True):
        for handle in held.split(";") if held else ():
            if handle := handle.strip():
                marks.handle(row, handle, network)
    for row, mail in columns.values("email"):
        if address := sites.address(mail):
            marks.add(row, "email", address)
            marks.core(row, handles.read(address).core, "mail")
            if domain := sites.own_domain(address):
                marks.add(row, "domain", domain)
    for row, phone in columns.values("phone"):
        digits = _NOT_DIGITS.sub("", phone)[-9:]
        if len(digits) >= 7:
            marks.add(row, "phone", digits)


def _cited(columns: _Columns, marks: _Marks) -> None:
    """Mail addresses in what profiles say, and domains of one's own that are their handles."""
    for row, bio in zip(columns.rows, columns.of("bio"), strict=True):
        if "@" in bio:
            found = dict.fromkeys(sites.address(mail) for mail in _MAIL.findall(bio[:_LONGEST_BIO]))
            for address in [one for one in found if one][:_MOST_CITED]:
                marks.add(row, "cited", address)
    for row, held, network in zip(columns.rows, columns.of("handle"), columns.of("network"), strict=True):
        if network.lower() in _SKY:
            for handle in held.split(";"):
                if host := _own_domain(handle.strip()):
                    marks.add(row, "host", host)


def _own_domain(handle: str) -> str:
    """The domain that somebody has for a handle; empty for that of a hoster."""
    name = handle.lstrip("@").lower()
    hosted = "@" in name or ".".join(name.split(".")[-2:]) in sites.HOSTERS
    return "" if hosted else sites.host(name)


def _people(columns: _Columns, marks: _Marks) -> tuple[pa.Table, pa.Table]:
    for row, link in columns.values("url"):
        marks.site(row, link)
    told = [*zip(columns.of("name", "display_name"), columns.of("given_name"), columns.of("family_name"), strict=True)]
    read = [names.readings(*one) for one in told]
    also_row, also_form = list[int](), list[str]()
    for row, readings, nickname in zip(columns.rows, read, columns.of("nickname"), strict=True):
        if nickname or len(readings) > 1:
            found = {readings[-1].given, *letters.words(nickname)[:_MOST_NICKNAMES]} - {"", readings[0].given}
            also_row += [row] * len(found)
            also_form += sorted(found)
    for row, nickname in columns.values("nickname"):
        marks.core(row, handles.read(nickname).core, "nickname")
    cities = dict[str, str]()
    lived = [
        cities[text] if text in cities else cities.setdefault(text, places.city(text)) for text in columns.of("city")
    ]
    rows = [
        columns.rows,
        _texts(one[0].given for one in read),
        _texts(one[0].family for one in read),
        _texts(one[-1].family for one in read),
        _texts(lived),
        [_wholes(one) for one in told],
    ]
    return pa.table(rows, schema=PEOPLE), pa.table([also_row, also_form], schema=ALSO)


def _profiles(columns: _Columns, marks: _Marks, cities: frozenset[str] | None) -> pa.Table:
    begins = frozenset(city.split(" ")[0] for city in cities or () if " " in city)
    networks, urls, bios = columns.of("network"), columns.of("url"), columns.of("bio")
    names_of = zip(columns.of("display_name", "name"), columns.of("given_name"), columns.of("family_name"), strict=True)
    said_of = zip(columns.of("handle"), columns.of("website"), columns.of("city"), names_of, strict=True)
    found: tuple[list[str], ...] = ([], [], [], [])
    wholes = list[list[str]]()
    for place, (held, website, city, named) in enumerate(said_of):
        row = columns.rows[place]
        own, text = _url(urls[place], held)
        for link in (*own, *sites.links(bios[place])):
            marks.site(row, link)
        handle = handles.read(text, networks[place])
        if text and not held:
            marks.core(row, handle.core, "handle")
        for told in (city, bios[place]):
            for one in places.mentioned(told, cities, begins) if told else ():
                marks.add(row, "place", one)
        named = _shown(named, handles.forms(text, networks[place]))
        name = names.read(*named)
        wholes.append(_wholes(named))
        hosts = {sites.host(link) for link in (*website.split(";"), *own, *sites.links(bios[place])) if link}
        labels = (text.split("@")[0].split(".")[0], *(sites.own_label(host) for host in hosts))
        words = {word for label in labels if label for word in letters.words(label[:LONGEST]) if len(word) > 2}
        for column, value in zip(
            found, (name.given, name.family, handles.said(handle), " ".join(sorted(words))), strict=True
        ):
            column.append(value)
    return pa.table([columns.rows, *map(_texts, found), wholes], schema=PROFILES)


def _wholes(named: tuple[str, str, str]) -> list[str]:
    return names.wholes(names.readings(*named), turned=letters.syllabic(" ".join(named)))


def _shown(named: tuple[str, str, str], taken: Collection[str]) -> tuple[str, str, str]:
    """The name of a profile; none where its handle or a domain is shown as one."""
    return named if any(named[1:]) or handles.is_name(named[0], taken) else ("", "", "")


def _url(urls: str, handle: str) -> tuple[Sequence[str], str]:
    """Of a profile's addresses those that are a site of its own, and what its handle is: of the page, where none is told."""
    held = [url.strip() for url in urls.split(";")] if urls else []
    own = [url for url in held if url and not _PAGE.match(url)]
    pages = [url for url in held if url and _PAGE.match(url)]
    told = handle.split(";", 1)[0].strip()
    if "@" in told.lstrip("@"):  # the house of an account is nobody's own
        own = [url for url in own if not told.lower().endswith(sites.host(url) or " ")]
    return own, told or (pages or held or [""])[0]


def _texts(values: Iterable[str]) -> list[str | None]:
    return [value or None for value in values]
