from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutuals.base.cells import safe_cell
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import texts
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow, Format, How, MailRow, Row
from mutuals.connectors.files.sniff import sniff


def wrote(folder: Path, name: str, body: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def read(path: Path):
    found = list(rows(path, sniff(path)))
    return [row for row in found if isinstance(row, Row)], [row for row in found if isinstance(row, BadRow)]


def workbook(folder: Path, *lines: list[object], name: str = "a.xlsx") -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.save(folder / name)
    return folder / name


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_is_found_although_quoted_fields_hold_others_and_line_breaks(tmp_path, delimiter):
    lines = [["name", "note", "city"], *[[f"Bea {n}", f'"one, two; three\nfour | {n}"', "Köln"] for n in range(9)]]
    path = wrote(tmp_path, "a.csv", "\r\n".join(delimiter.join(line) for line in lines))

    good, bad = read(path)

    assert sniff(path).delimiter == delimiter
    assert len(good) == 9
    assert not bad
    assert good[3].values == {"name": "Bea 3", "note": "one, two; three\nfour | 3", "city": "Köln"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found(tmp_path, codec):
    text = "Kundenname;Ort\n" + "Bea Müller;Köln\nZoë Çelik;Besançon\nJosé Núñez;A Coruña\n" * 30
    path = wrote(tmp_path, "a.csv", text.encode(codec))

    good, bad = read(path)

    assert not bad
    assert good[0].values == {"Kundenname": "Bea Müller", "Ort": "Köln"}
    assert good[1].values["Ort"] == "Besançon"


def test_a_cyrillic_code_page_is_told_from_a_western_one(tmp_path):
    text = "имя;город\n" + "Наталья Воронова;Новосибирск\nПётр Ильин;Екатеринбург\n" * 40
    path = wrote(tmp_path, "a.csv", text.encode("cp1251"))

    good, _ = read(path)

    assert good[0].values["город"] == "Новосибирск"


def test_a_very_short_western_file_is_not_held_for_chinese(tmp_path):
    path = tmp_path / "short.csv"
    path.write_bytes("name,city\nBea,Köln\n".encode("latin-1"))

    found = sniff(path)

    assert found.encoding == "cp1252"


def test_a_row_with_bytes_of_another_encoding_is_told_and_the_others_stay(tmp_path):
    lines = ["name,city"] + [f"Bea {n},Münster" for n in range(50)]
    body = "\n".join(lines).encode() + b"\nBo,M\xfcnster\nCleo,Ulm\n"
    path = wrote(tmp_path, "a.csv", body)

    good, bad = read(path)

    assert len(good) == 51
    assert [(row.number, row.reason) for row in bad] == [(52, "Byte 0xfc is not utf-8 text")]


def test_a_quote_that_never_closes_costs_only_its_own_row(tmp_path):
    body = 'name,city\nBea,Ulm\nBo,"Ulm\n' + "".join(f"Cleo {n},Bonn\n" for n in range(500))
    path = wrote(tmp_path, "a.csv", body)

    good, bad = read(path)

    assert len(good) == 501
    assert [(row.number, row.reason) for row in bad] == [(3, "A quote is opened and never closed")]


def test_a_file_cut_off_in_the_middle_keeps_its_rows_and_says_where_it_ends(tmp_path):
    path = wrote(tmp_path, "a.csv", 'name,city,note\nBea,Ulm,x\nBo,"Bonn')

    good, bad = read(path)

    assert len(good) == 1
    assert bad[0].number == 3


def test_rows_of_another_width_are_reported_with_their_number(tmp_path):
    path = wrote(tmp_path, "a.csv", "name,city,note\nBea,Ulm,x\nBo\nCleo,Bonn,y,\n\nDan,Ulm,z\n")

    good, bad = read(path)

    assert [row.values["name"] for row in good] == ["Bea", "Cleo", "Dan"]
    assert [(row.number, row.reason) for row in bad] == [(3, "Row has 1 of 3 fields")]


def test_nul_bytes_are_removed_and_told(tmp_path):
    path = wrote(tmp_path, "a.csv", b"name,city\nB\0ea,Ulm\nBo,Ulm\n")

    good, _ = read(path)

    assert good[0].values["name"] == "Bea"
    assert good[0].notes == ("NUL bytes removed",)
    assert good[1].notes == ()


def test_a_line_without_end_is_refused_and_the_next_ones_are_read(tmp_path):
    path = wrote(tmp_path, "a.csv", "name,city\nBea,Ulm\n" + "x" * 5_000_000 + ",Ulm\nBo,Bonn\n")

    good, bad = read(path)

    assert [row.values["name"] for row in good] == ["Bea", "Bo"]
    assert "longer than" in bad[0].reason


def test_headers_that_are_empty_or_doubled_become_unique(tmp_path):
    path = wrote(tmp_path, "a.csv", "email,,email,email (2)\na@b.example,x,c@d.example,y\n")

    columns = sniff(path).columns

    assert len(set(columns)) == 4
    assert columns[0] == "email"
    assert columns[1] == "Column 2"


def test_a_file_without_header_keeps_its_first_row(tmp_path):
    path = wrote(tmp_path, "a.csv", "Bea,bea@b.example,2024-01-02\nBo,bo@b.example,2024-01-03\n")

    good, _ = read(path)

    assert not sniff(path).has_header
    assert good[0].values == {"Column 1": "Bea", "Column 2": "bea@b.example", "Column 3": "2024-01-02"}


def test_formulas_are_kept_as_they_are_and_made_safe_only_on_the_way_out(tmp_path):
    path = wrote(tmp_path, "a.csv", 'name,note\nBea,"=HYPERLINK(""x"")"\nBo,@SUM(A1)\n')

    good, _ = read(path)

    assert good[0].values["note"] == '=HYPERLINK("x")'
    assert safe_cell(good[0].values["note"]) == '\'=HYPERLINK("x")'
    assert [safe_cell(text) for text in ("@SUM(A1)", "\t=1", " =1", "-cmd", "-5", "+49 221 123", "＝1+1", "Bea", "")] == [
        "'@SUM(A1)", "'\t=1", "' =1", "'-cmd", "-5", "+49 221 123", "'＝1+1", "Bea", "",
    ]  # fmt: skip


def test_a_large_csv_is_read_in_little_memory(tmp_path):
    line = "Bea Brand,bea@b.example,Köln," + "x" * 900 + "\n"
    path = wrote(tmp_path, "a.csv", "name,email,city,note\n" + line * 60_000)

    tracemalloc.start()
    count = sum(1 for _ in rows(path, sniff(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert path.stat().st_size > 50_000_000
    assert count == 60_000
    assert peak < 40_000_000


def test_an_xlsx_gives_text_dates_in_iso_and_exact_numbers(tmp_path):
    path = workbook(
        tmp_path,
        ["Customers of the spring", None, None, None],
        ["name", "since", "amount", "id"],
        ["Bea", __import__("datetime").datetime(2024, 2, 3, 4, 5), 12.5, 12],
        ["Bo", None, True, "9223372036854775808123"],
    )

    good, bad = read(path)

    assert not bad
    assert good[0].values == {"name": "Bea", "since": "2024-02-03 04:05:00", "amount": "12.5", "id": "12"}
    assert good[1].values == {"name": "Bo", "since": "", "amount": "true", "id": "9223372036854775808123"}
    assert good[0].number == 3


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(100):
                part.write(b" " * (1 << 20))
    path = wrote(tmp_path, "a.xlsx", buffer.getvalue())

    with pytest.raises(Unreadable, match="zip bomb"):
        sniff(path)


def test_xml_entities_in_a_workbook_are_refused(tmp_path):
    good = workbook(tmp_path, ["name"], ["Bea"])
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                body = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + body
            new.writestr(part.filename, body)

    with pytest.raises(Unreadable, match="entities"):
        sniff(path)


def test_a_workbook_cut_off_is_refused_with_a_remedy(tmp_path):
    whole = workbook(tmp_path, ["name"], *[["Bea"]] * 500).read_bytes()
    path = wrote(tmp_path, "b.xlsx", whole[: len(whole) // 2])

    with pytest.raises(Unreadable, match="Save it again"):
        sniff(path)


def test_parquet_is_read_in_batches_with_nested_columns_and_large_integers(tmp_path):
    table = pa.table(
        {
            "id": pa.array([2**64 - 1, 7], pa.uint64()),
            "when": pa.array([1_600_000_000_000_000_001, None], pa.timestamp("ns")),
            "who": [{"name": "Bea"}, {"name": "B\0o"}],
            "tags": [["a", "b"], []],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    good, bad = read(tmp_path / "a.parquet")

    assert not bad
    assert good[0].values == {
        "id": "18446744073709551615", "when": "2020-09-13 12:26:40", "who.name": "Bea", "tags": ["a", "b"],
    }  # fmt: skip
    assert good[1].values["who.name"] == "Bo"


def test_a_parquet_file_cut_off_is_refused_with_its_reason(tmp_path):
    pq.write_table(pa.table({"id": list(range(10_000))}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    path = wrote(tmp_path, "b.parquet", whole[: len(whole) // 2])

    with pytest.raises(Unreadable, match="damaged or cut off"):
        sniff(path)


def test_json_lines_keep_every_digit_and_report_each_bad_line(tmp_path):
    lines = [
        '{"id": 123456789012345678901234567890, "price": 1.10, "who": {"name": "Bea"}, '
        '"lines": [{"sku": "K1", "n": 2}]}',
        "[" * 100_000,
        '["not an object"]',
        '{"id": 1, "text": "a\\u0000b"}',
        '{"id": 2, "te',
    ]
    path = wrote(tmp_path, "a.jsonl", "\n".join(lines))

    good, bad = read(path)

    assert good[0].values == {
        "id": "123456789012345678901234567890", "price": "1.10", "who.name": "Bea", "lines": [{"sku": "K1", "n": "2"}],
    }  # fmt: skip
    assert good[1].values["text"] == "ab"
    assert [row.number for row in bad] == [2, 3, 5]
    assert "cut off" in bad[2].reason


def test_an_mbox_gives_each_mail_as_bytes(tmp_path):
    mails = [f"Subject: {n}\r\nFrom: bea@b.example\r\n\r\n>From here on\r\n\r\nFrom nowhere\r\n" for n in range(3)]
    body = "".join(f"From bea@b.example Sat Jan  3 01:05:34 2026\r\n{mail}\r\n" for mail in mails)
    path = wrote(tmp_path, "a.mbox", body)

    found = list(rows(path, sniff(path)))

    assert sniff(path).approximate_rows == 6 or sniff(path).approximate_rows == 3
    assert all(isinstance(row, MailRow) for row in found)
    assert [row.raw for row in found] == [mail.replace(">From", "From", 1).encode() for mail in mails]


def test_vcards_give_people_with_all_addresses_and_a_broken_card_costs_only_itself(tmp_path):
    body = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bea Brand\r\nN:Brand;Bea;;;\r\nEMAIL;TYPE=home:bea@b.example\r\n"
        "EMAIL:bea@work.example\r\nTEL:+49 221 1\r\nORG:Kettle works;Care\r\nNOTE:long\r\n  line\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Bo\r\nFN:Bo\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\n\x01\x02\r\nnonsense\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Cut"
    )
    path = wrote(tmp_path, "a.vcf", body)

    good, bad = read(path)

    assert good[0].values["emails"] == ["bea@b.example", "bea@work.example"]
    assert good[0].values["phones"] == ["+49 221 1"]
    assert good[0].values["organisation"] == "Kettle works"
    assert good[1].values["family_name"] == "Müller"
    assert bad[-1].reason == "The file is cut off inside this card"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "password"),
        (b"\x1f\x8b\x08abc", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!doctype html><p>Sign in", "web page"),
        (b'[{"a": 1}]', "JSON Lines"),
        (bytes(range(256)) * 40, "not text"),
        (b"PK\x03\x04garbage", "damaged"),
        (b"PAR1garbage", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(tmp_path, body, word):
    path = wrote(tmp_path, "a.csv", body)

    with pytest.raises(Unreadable, match=word):
        sniff(path)


def test_a_wrong_suffix_does_not_matter(tmp_path):
    sheet = workbook(tmp_path, ["name", "city"], ["Bea", "Ulm"])
    path = wrote(tmp_path, "people.csv", sheet.read_bytes())
    lines = wrote(tmp_path, "people.xlsx", json.dumps({"name": "Bea"}) + "\n")

    found = sniff(path)

    assert found.format is Format.XLSX
    assert any("named .csv but is xlsx" in warning for warning in found.warnings)
    assert sniff(lines).format is Format.JSONL


SEEDS = (
    b'name,email,note\nBea,b@b.example,"a\nb"\nBo,,x\n',
    b'{"id": 1, "text": "a", "lines": [{"sku": "K"}]}\n{"id": 2}\n',
    b"From bea@b.example Sat Jan  3 01:05:34 2026\nSubject: a\n\nb\n",
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bea\r\nN:Brand;Bea;;;\r\nADR:;;S;Ulm;;1;DE\r\nEND:VCARD\r\n",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 90), st.binary(max_size=6)), max_size=6))
def test_whatever_the_bytes_a_file_is_read_or_refused_and_no_row_is_lost_in_a_crash(tmp_path, seed, changes):
    body = bytearray(seed)
    for place, put in changes:
        body[place : place + len(put) // 2] = put
    path = wrote(tmp_path, "a.bin", bytes(body))

    with suppress(Unreadable):
        for row in texts.read(path, texts.recognised(path, How()), ""):
            assert isinstance(row, MailRow | Row | BadRow)
            if isinstance(row, BadRow):
                assert row.reason.encode()
            if not isinstance(row, MailRow):
                assert repr(row).encode()


def test_half_characters_never_get_through(tmp_path):
    lines = wrote(tmp_path, "a.jsonl", '{"text": "a\\ud800b", "n": ["\\udfff"]}\n{"text": "\\ud83e\\uded6"}\n')
    wide = wrote(
        tmp_path,
        "a.csv",
        "name,city\nBea,Ulm\nBo,".encode("utf-16") + b"\x00\xd8x" + "\nCleo,Ulm\n".encode("utf-16-le"),
    )

    good, _ = read(lines)
    names, bad = read(wide)

    assert good[0].values == {"text": "a\ufffdb", "n": ["\ufffd"]}
    assert good[1].values["text"] == "🫖"
    assert names[0].values["name"] == "Bea"
    assert len(bad) <= 2
