"""Files that are broken, too large or meant to harm: each gets a sentence that names what happened and what to do, and
nothing of it is kept; good rows beside bad ones come in, and the bad ones can be fetched with their reason."""

import csv
import io
import os
import subprocess
import tracemalloc
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

import cast
from cast import NOW, staff
from mutuals import flow
from mutuals.base import files
from mutuals.base.files import DiskFull, TooBig
from mutuals.base.models import Blob
from mutuals.capture.imports import begin, report, running
from mutuals.capture.models import Import
from mutuals.channels.models import Source
from mutuals.connectors.contract import Unreadable
from mutuals.history.models import Interaction
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
PEOPLE = "number,name,email\n1,Bea Brand,bea@harbour.example\n2,Bo Brand,bo@harbour.example\n"


@pytest.fixture
def us() -> cast.Staff:
    return staff()


def begun(path, us: cast.Staff, target: str = "people") -> Import:
    return begin.begin(path, by=us.lea, target=target, file_name=path.name, source_name="Old shop", now=NOW)


def whole(path, us: cast.Staff, **mapping: str) -> Import:
    of = begun(path, us)
    of = begin.choose(of, by=us.lea, mapping=mapping or of.mapping, options=of.options)
    running.check(of, by=us.lea)
    running.check_now(of.pk)
    of.refresh_from_db()
    if of.state == "ready":
        running.run(of, by=us.lea)
        running.run_now(of.pk)
        flow.run(of.source_id)
        of.refresh_from_db()
    return of


def kept() -> tuple[int, ...]:
    """How much of anything is there: nothing may be left behind by a refusal."""
    folder = files.path("0" * 64).parent.parent
    drafts = list(folder.glob(".draft-*")) if folder.exists() else []
    models = (Import, Blob, Source, Person, Profile, Interaction)
    return (*(model.objects.count() for model in models), len(drafts))


def workbook(path):
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(PEOPLE)):
        book.active.append(row)
    book.save(path)
    return path


def parquet(path):
    pyarrow.parquet.write_table(pyarrow.table({"name": ["Bea"] * 5000, "email": ["b@x.example"] * 5000}), path)
    return path


def bomb(path, entry: str = "xl/worksheets/sheet1.xml", head: bytes = b""):
    """A workbook of which one part unpacks to 300 MB, or has a harmful head."""
    workbook(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{entry}x.xml", "w") as part:
        part.write(head)
        for _ in range(1 if head else 300):
            part.write(b"\0" * 1_000_000)
    return path


def with_bytes(path, data: bytes):
    path.write_bytes(data)
    return path


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
REFUSED = {
    "a workbook cut off": (lambda to: with_bytes(to, workbook(to).read_bytes()[:-900]), "a.xlsx", "damaged or cut off"),
    "a parquet file cut off": (
        lambda to: with_bytes(to, parquet(to).read_bytes()[:-400]),
        "a.parquet",
        r"cut off|damaged",
    ),
    "a zip bomb": (bomb, "a.xlsx", "zip bomb.*CSV"),
    "an entity bomb in a workbook": (lambda to: bomb(to, head=ENTITIES), "a.xlsx", "declares XML entities"),
    "XML": (lambda to: with_bytes(to, ENTITIES), "a.csv", "This is XML. Export the table as CSV"),
    "a web page": (lambda to: with_bytes(to, b"<!doctype html><p>Sign in"), "a.csv", "asked for a sign-in"),
    "an empty file": (lambda to: with_bytes(to, b"\0" * 9), "a.csv", "empty"),
    "noise": (lambda to: with_bytes(to, bytes(range(256)) * 40), "a.csv", "not text"),
    "a gzip": (lambda to: with_bytes(to, b"\x1f\x8b" + b"x" * 50), "a.csv", "Unpack it first"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_the_remedy_and_nothing_is_kept(us, tmp_path, name):
    """P8."""
    make, file, words = REFUSED[name]
    path, before = make(tmp_path / file), kept()

    with pytest.raises(Unreadable, match=words):
        begun(path, us)

    assert kept() == before


def test_a_table_cut_off_in_the_middle_of_a_row_brings_its_whole_rows_and_names_the_broken_one(us, tmp_path):
    """P8."""
    of = whole(with_bytes(tmp_path / "a.csv", (PEOPLE + '3,"Cy Cut, cy@harb').encode()), us)

    assert (of.state, of.counts["new"], of.counts["errors"], of.rows_done) == ("done", 2, 1, 3)
    assert of.preview == of.counts
    assert of.troubles.get().number == 4  # as a spreadsheet counts, the header being row 1
    assert of.troubles.get().reason
    assert Person.objects.count() == 2


def test_json_lines_and_mails_cut_off_lose_only_the_last(us, tmp_path):
    """P8."""
    lines = (
        '{"name": "Bea", "email": "bea@harbour.example"}\n{"name": "Bo", "email": "bo@harbour.example"}\n{"name": "C'
    )
    mails = (
        "From x Fri Nov 20 09:00:00 2026\nFrom: bea@harbour.example\nMessage-ID: <1@x>\nSubject: Kettle\n\nIt leaks.\n\n"
        "From x Fri Nov 20 09:01:00 2026\nFrom: bo@harbour.example\nMessage-ID: <2@x>\nSubject: Ket"
    )

    people = whole(with_bytes(tmp_path / "a.jsonl", lines.encode()), us)
    posts = begin.begin(
        with_bytes(tmp_path / "a.mbox", mails.encode()),
        by=us.lea, target="posts", file_name="a.mbox", source_name="Old mailbox", now=NOW,
    )  # fmt: skip
    running.check(posts, by=us.lea)
    running.check_now(posts.pk)
    posts.refresh_from_db()

    assert (people.counts["new"], people.counts["errors"]) == (2, 1)
    assert sum(posts.preview.values()) == posts.rows_done == 2
    assert posts.preview["new"] >= 1


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "cp1252"])
def test_letters_of_other_encodings_come_in_as_they_were_meant(us, tmp_path, encoding):
    """P8."""
    table = PEOPLE.replace("Bea Brand", "Béa Müller-Größe")

    of = whole(with_bytes(tmp_path / "a.csv", table.encode(encoding)), us)

    assert (of.counts["new"], of.counts["errors"]) == (2, 0)
    assert Person.objects.filter(name="Béa Müller-Größe").exists()


def test_half_letters_nul_and_endless_values_spoil_no_row_beside_them(us, tmp_path):
    """P8."""
    rows = [
        b"3,Nul\0Name,n\0ul@harbour.example", b"4,Half \xed\xa0\xbd,half@harbour.example",
        b"5," + b"e" + "\u0301".encode() * 200 + b",marks@harbour.example", b"6," + b"x" * 90_000 + b",long@harbour.example",
        b"9" * 400 + b",Huge,huge@harbour.example",
    ]  # fmt: skip

    of = whole(with_bytes(tmp_path / "a.csv", PEOPLE.encode() + b"\n".join(rows) + b"\n"), us)

    assert of.state == "done"
    assert sum(of.counts.values()) == of.rows_done == 7
    assert Person.objects.filter(email__in=["bea@harbour.example", "bo@harbour.example"]).count() == 2
    assert all(row.reason for row in of.troubles.all())
    assert not Person.objects.filter(name__contains="\u0301" * 9).exists()


def test_formulas_come_in_as_text_and_go_out_harmless(us, tmp_path):
    """P8, P22."""
    cells = ['=HYPERLINK("http://x.example")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1+1"]
    table = io.StringIO()
    csv.writer(table).writerows(
        [["name", "email"], *[[cell, "no address"] for cell in cells], [cells[0], "a@x.example"]]
    )

    of = whole(with_bytes(tmp_path / "a.csv", table.getvalue().encode()), us, name="name", email="email")
    told = list(csv.DictReader(io.StringIO("".join(report.troubles_csv(of, by=us.lea)))))

    assert Person.objects.get().name == cells[0]
    assert len(told) == of.counts["errors"] == len(cells)
    assert all(row["name"].startswith("'") for row in told)
    assert [row["name"][1:].strip() for row in told] == [cell.strip() for cell in cells]


def test_two_gigabytes_are_refused_at_once_and_less_is_read_without_filling_memory(us, tmp_path):
    path, before = tmp_path / "huge.csv", kept()
    path.write_text(PEOPLE)
    os.truncate(path, files.LIMIT + 1)  # sparse: it takes no room
    tracemalloc.start()

    try:
        with pytest.raises(TooBig) as refused:
            begun(path, us)
        with pytest.raises(TooBig) as streamed:
            files.keep(_chunks(path), media_type="text/csv", limit=16 * 1024**2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert str(refused.value) == "The file is larger than 2048 MiB. Nothing was kept; split it and try again."
    assert str(streamed.value).startswith("The file is larger than 16 MiB.")
    assert peak < 8 * 1024**2
    assert kept() == before


def _chunks(path):
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def test_a_nearly_full_disk_is_named_with_its_remedy_before_a_byte_is_written(us, tmp_path, settings):
    """A disk of one megabyte, really mounted."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user may not mount")
    before = kept()
    try:
        settings.FILES = small / "files"
        with pytest.raises(DiskFull) as refused:
            begun(with_bytes(tmp_path / "a.csv", PEOPLE.encode()), us)
        left = list((small / "files").iterdir())
    finally:
        subprocess.run(["umount", str(small)], check=True)

    assert str(small) in str(refused.value)
    assert "Nothing was kept: free some room, or point MUTUALS_STATE at a larger disk" in str(refused.value)
    assert left == []
    settings.FILES = small / "none"
    assert kept()[:-1] == before[:-1]
