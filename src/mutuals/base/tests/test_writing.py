"""Files of rows: what is written is read back by programs of others, whatever the form, and nothing of it runs."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import vobject

from mutuals.base.writing import Card, Head, Shape, arrow, card, sheets, writer

LISBON = ZoneInfo("Europe/Lisbon")
HEADS = [
    Head("id", "Id", Shape.WHOLE),
    Head("title", "Title"),
    Head("total", "Total", Shape.NUMBER),
    Head("total_currency", "Currency"),
    Head("paid", "Paid", Shape.YES),
    Head("due", "Due", Shape.DAY),
    Head("at", "At", Shape.TIME),
    Head("tags", "Tags", Shape.WORDS),
    Head("budget_currency", "Currency"),
]
SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
ROWS = [
    [1, '=HYPERLINK("x")', Decimal("12.50"), "EUR", True, date(2026, 3, 4), SUMMER, ["a", "b"], None],
    [2, "+49 30 1234", Decimal("12345678901234567.89"), "EUR", False, None, WINTER, [], "USD"],
    [3, "tea\nand \x07 \ud800 cups", "several currencies", None, None, date(1066, 10, 14), None, None, None],
]


def written(form, path, rows=ROWS):
    out = writer(form, path / f"rows.{form}", HEADS, zone=LISBON, title="Orders: [all]")
    out.write(rows[:2])
    out.write(rows[2:])
    out.close()
    return path / f"rows.{form}"


def test_csv_names_its_zone_and_lets_no_cell_run(tmp_path):
    path = written("csv", tmp_path)

    head, first, second, third = csv.reader(path.read_text().splitlines(keepends=True))
    assert head == [
        "Id",
        "Title",
        "Total",
        "Currency",
        "Paid",
        "Due",
        "At (Europe/Lisbon)",
        "Tags",
        "Currency (budget_currency)",
    ]
    assert first == ["1", '\'=HYPERLINK("x")', "12.50", "EUR", "yes", "2026-03-04", "2026-07-01 13:00:00", "a, b", ""]
    assert (second[1], second[6], second[8]) == ("+49 30 1234", "2026-12-01 12:00:00", "USD")
    assert (third[1], third[2], third[5]) == ("tea\nand \x07 ? cups", "several currencies", "1066-10-14")


def test_a_workbook_keeps_texts_as_texts_and_numbers_exact_and_goes_on_on_another_sheet(tmp_path):
    path = tmp_path / "rows.xlsx"
    out = sheets.XlsxWriter(path, HEADS, LISBON, "Orders: [all]", most_rows=3)
    out.write(
        [[*ROWS[0]], [*ROWS[1]], [3, "=1+1\x07" + "x" * 40_000, None, None, None, date(1066, 10, 14), None, None, None]]
    )
    out.close()

    book = openpyxl.load_workbook(path)
    one, two = book.worksheets
    cells = {cell.value: cell for row in one.iter_rows(min_row=2) for cell in row}
    third = two["B2"].value
    assert (one.title, two.title, one.max_row, two.max_row) == ("Orders   all", "Orders   all 2", 3, 2)
    assert (cells['=HYPERLINK("x")'].data_type, cells['=HYPERLINK("x")'].quotePrefix) == ("s", True)
    assert cells[12.5].data_type == "n"
    assert cells["12345678901234567.89"].data_type == "s"
    assert cells[datetime(2026, 7, 1, 13, tzinfo=UTC).replace(tzinfo=None)].data_type == "d"
    assert (third[:6], third[-1], len(third), two["F2"].value) == ("=1+1xx", "…", 32_767, "1066-10-14")
    assert [cell.value for cell in two[1]] == [cell.value for cell in one[1]]


def test_parquet_is_typed_in_groups_and_leaves_out_what_fits_no_type(tmp_path, monkeypatch):
    monkeypatch.setattr(arrow, "GROUP", 2)

    path = written("parquet", tmp_path)

    file = pq.ParquetFile(path)
    rows = file.read().to_pylist()
    assert (file.num_row_groups, file.schema_arrow.metadata[b"zone"]) == (2, b"Europe/Lisbon")
    assert str(file.schema_arrow.field("at").type) == "timestamp[us, tz=Europe/Lisbon]"
    assert [row["at"] for row in rows] == [SUMMER, WINTER, None]
    assert [row["total"] for row in rows] == [Decimal("12.50"), Decimal("12345678901234567.89"), None]
    assert (rows[0]["title"], rows[0]["tags"], rows[2]["due"]) == ('=HYPERLINK("x")', ["a", "b"], date(1066, 10, 14))


def test_json_lines_carry_offsets_and_exact_numbers(tmp_path):
    path = written("jsonl", tmp_path)

    first, second, third = map(json.loads, path.read_text().splitlines())
    assert (first["total"], first["at"], first["tags"], first["paid"]) == (
        "12.50", "2026-07-01T13:00:00+01:00", ["a", "b"], True,
    )  # fmt: skip
    assert second["at"] == "2026-12-01T12:00:00+00:00"
    assert third["title"] == "tea\nand \x07 ? cups"


def test_cards_are_read_by_others_with_every_letter_that_they_were_given():
    told = Card(
        "person:12", "Bea; of, the\\Kettle " + "ü" * 60, email="bea@town.example", phone="+351 1", role="Head\nof tea",
        organisation="Cup, Ltd", city="Porto", country="PT", tags=("loyal", "a,b"), changed=SUMMER,
    )  # fmt: skip

    text = card(told)

    read = vobject.readOne(text)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert (read.fn.value, read.title.value) == (told.name, told.role)
    assert (read.email.value, read.tel.value, read.uid.value) == (told.email, told.phone, told.uid)
    assert read.categories.value == ["loyal", "a,b"]
    assert read.adr.value.city == "Porto"
