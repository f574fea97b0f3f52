"""Files made to do harm: each is refused with a sentence, and this process takes no part in what they unpack to."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.connectors.files import _wire, apart
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow, Format, How, MailRow, Row, Sniffed
from mutuals.connectors.files.sniff import sniff

TIGHT = apart.Limits(memory=130 << 20, seconds=1, seconds_a_mib=1, most_for_size=1, patience=300)
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"
TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
STYLES = '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
TABLE = '<row r="1"><c t="inlineStr"><is><t>name</t></is></c></row><row r="2"><c t="inlineStr"><is><t>Bea</t></is></c></row>'


def workbook(path: Path, *, cells: str = TABLE, types: str = "", styles: str = "<xf/>") -> Path:
    parts = {
        "[Content_Types].xml": f"{TYPES}{types}</Types>",
        "_rels/.rels": f'{LINKS}<Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{LINKS}<Relationship Id="rId1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": BOOK,
        "xl/worksheets/sheet1.xml": f"{HEAD}{cells}{TAIL}",
        "xl/styles.xml": f"{STYLES}{styles}</cellXfs></styleSheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, body in parts.items():
            book.writestr(name, body)
    return path


def peak() -> int:
    """The most memory this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def children() -> list[int]:
    told = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [int(pid) for pid in told.split() if b"files._child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def long_table(folder: Path) -> Path:
    path = folder / "long.csv"
    path.write_text("name,city\n" + "".join(f"Bea {n},{'Ulm' * 20}\n" for n in range(100_000)))
    return path


def of_one_long_word(path: Path) -> None:
    word = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["Z" * (20 << 20)]))
    pq.write_table(pa.table({"name": word}), path, compression="zstd", store_schema=False)


def of_one_long_list(path: Path) -> None:
    nothing = pa.ListArray.from_arrays(pa.array([0, 50_000_000], pa.int32()), pa.nulls(50_000_000))
    pq.write_table(pa.table({"name": ["x"], "list": nothing}), path, compression="zstd")


@pytest.mark.parametrize("make", [of_one_long_word, of_one_long_list])
def test_a_parquet_file_that_unpacks_to_gigabytes_is_refused_and_costs_this_process_nothing(tmp_path, make):
    make(path := tmp_path / "a.parquet")
    before = peak()

    with pytest.raises(apart.Ended, match="MiB of memory"):
        sniff(path)
    with pytest.raises(apart.Ended, match=r"MiB of memory.* save it as CSV"):
        list(rows(path, Sniffed(Format.PARQUET, columns=("name",))))

    assert path.stat().st_size < 5_000
    assert peak() - before < 30


@pytest.mark.parametrize(
    "bomb",
    [
        {"cells": "<row>" + "<c/>" * 3_000_000 + "</row>"},
        {"cells": TABLE + "<a>" * 8_000_000},
        {"styles": "<xf/>" * 4_000_000},
        {"types": '<Override PartName="/a" ContentType="b"/>' * 800_000},
    ],
    ids=["one row of millions of cells", "nested millions deep", "millions of styles", "millions of content types"],
)
def test_a_workbook_that_takes_gigabytes_or_minutes_is_refused_and_costs_this_process_nothing(tmp_path, bomb):
    path = workbook(tmp_path / "a.xlsx", **bomb)
    before = peak()

    with pytest.raises(apart.Ended, match="made to do harm"):
        apart.sniff("sheets", path, How(), limits=TIGHT)

    assert path.stat().st_size < 200_000
    assert peak() - before < 30


def test_an_honest_workbook_keeps_to_limits_much_tighter(tmp_path):
    path = workbook(tmp_path / "a.xlsx")

    found = apart.sniff("sheets", path, How(), limits=TIGHT)

    assert [row.values for row in apart.rows("sheets", path, found, "", limits=TIGHT)] == [{"name": "Bea"}]


def test_cards_that_take_minutes_are_ended_after_the_last_one_that_was_read(tmp_path):
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bea\r\n{}END:VCARD\r\n"
    path = tmp_path / "a.vcf"
    path.write_text(card.format("") * 3 + card.format("EMAIL:a@b.example\r\n" * 400_000))
    slow = replace(TIGHT, memory=2 << 30)  # so that time is what runs out
    found: list[object] = []

    with pytest.raises(apart.Ended, match="far more time to read than a file of its size"):
        found.extend(apart.rows("texts", path, Sniffed(Format.VCARD, "utf-8"), "", limits=slow))


def test_lines_that_a_card_breaks_softly_are_put_together_in_one_go(tmp_path):
    path = tmp_path / "a.vcf"
    long = "NOTE;ENCODING=QUOTED-PRINTABLE:a=\r\n" + "b=C3=BC=\r\n" * 100_000 + "c\r\n"
    path.write_text(f"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Bea\r\n{long}TEL:+49 221 1=\r\nEND:VCARD\r\n")

    (card,) = apart.rows("texts", path, Sniffed(Format.VCARD, "utf-8"), "", limits=TIGHT)

    assert isinstance(card, Row)
    assert card.values["note"] == "a" + "bü" * 100_000 + "c"
    assert card.values["phones"] == ["+49 221 1="]


def test_a_row_too_long_to_hand_over_is_told_and_the_next_is_read(tmp_path):
    cells = TABLE.replace("Bea", "x" * (30 << 20)) + TABLE.partition("</row>")[2].replace('"2"', '"3"')
    path = workbook(tmp_path / "a.xlsx", cells=cells)

    long, short = rows(path, sniff(path))

    assert isinstance(long, BadRow)
    assert long.reason == "The row holds more than 24 MiB"
    assert isinstance(short, Row)
    assert short.values == {"name": "Bea"}


def test_a_reading_that_is_killed_says_after_which_row_and_that_it_may_be_tried_again(tmp_path):
    path = long_table(tmp_path)
    found: Iterator[object] = rows(path, sniff(path))
    read = [next(found)]

    os.kill(children()[0], signal.SIGKILL)
    with pytest.raises(apart.Ended, match=r"Reading stopped after row [\d,]+\. .* ended from outside.* Try again"):
        read.extend(found)

    assert 500 <= len(read) < 100_000
    assert children() == []


def test_a_reading_that_is_left_midway_ends_its_process(tmp_path):
    path = long_table(tmp_path)
    found = rows(path, sniff(path))
    next(found)
    at_work = children()

    found.close()

    assert len(at_work) == 1
    assert children() == []


def test_the_reading_dies_with_the_process_that_asked_for_it(tmp_path):
    path = long_table(tmp_path)
    code = (
        "import os, sys, time; from pathlib import Path; from mutuals.connectors.files.read import rows;"
        "from mutuals.connectors.files.shapes import Format, Sniffed;"
        "found = rows(Path(sys.argv[1]), Sniffed(Format.CSV, 'utf-8', ',', chr(34), columns=('name', 'city')));"
        "next(found); print(Path(f'/proc/self/task/{os.getpid()}/children').read_text(), flush=True); time.sleep(600)"
    )
    asking = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert asking.stdout is not None
    child = int(asking.stdout.readline())
    watched = os.pidfd_open(child)

    asking.kill()
    asking.communicate()

    assert select.select([watched], [], [], 60)[0] == [watched]


@given(
    st.lists(
        st.one_of(
            st.builds(
                Row,
                st.integers(1, 10**9),
                st.dictionaries(
                    st.text(), st.text() | st.lists(st.text()) | st.lists(st.dictionaries(st.text(), st.text()))
                ),
                st.tuples() | st.tuples(st.text()),
            ),
            st.builds(Row, st.integers(1), st.fixed_dictionaries({"name": st.text(), "city\udc80": st.text()})),
            st.builds(BadRow, st.integers(1), st.text(), st.text()),
            st.builds(MailRow, st.integers(1), st.binary()),
        )
    )
)
def test_what_is_handed_over_is_what_was_read(items):
    columns = ("name", "city\udc80")

    told = _wire.unpacked(_wire.packed([_wire.item_out(item, columns) for item in items]))

    assert [_wire.item_in(one, columns) for one in told] == items
