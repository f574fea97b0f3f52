"""Files on records: what is kept and what not, who has it, and where it goes with the person."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals import privacy
from mutuals.base import filed as kinds
from mutuals.base import files
from mutuals.base.models import Blob, Filed
from mutuals.base.refusals import Refusal
from mutuals.identity import merge
from mutuals.people.models import Person
from mutuals.people.privacy import holder
from mutuals.staff import filed
from mutuals.staff.permissions import NotAllowed


def packed(*names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "told", "kind"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("offer.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("list.csv", b"a,b\n1,2\n", "text/csv"),
        ("page.png", b"  <!DOCTYPE html><script>x</script>", "text/html"),
        ("letter.docx", packed("word/document.xml"), kinds._IN_ZIP[0][1]),
        ("many.zip", packed("a.txt", "b.txt"), "application/zip"),
        ("what", b"\x00\x01\x02", "application/octet-stream"),
    ],
)
def test_the_kind_is_told_by_the_bytes(name, told, kind):
    assert kinds.media_type(io.BytesIO(told), name) == kind


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("letter.pdf", b"MZ\x90\x00"),
        ("picture.png", b"\x7fELF\x02"),
        ("notes.txt", b"#!/bin/sh\nrm -r /"),
        ("read.me.bat", b"echo hello"),
        ("sheet.xlsm", packed("xl/workbook.xml", "xl/vbaProject.bin")),
        ("thing.zip", packed("META-INF/MANIFEST.MF", "Main.class")),
        ("empty.txt", b""),
    ],
)
def test_programs_and_empty_files_are_refused_in_words(name, told):
    with pytest.raises(Refusal, match=r"program|empty"):
        kinds.media_type(io.BytesIO(told), name)


def test_what_is_too_large_is_told_before_it_is_kept():
    with pytest.raises(Refusal, match=r"has 25\.0 MB; files of up to 25 MB are kept"):
        kinds.media_type(io.BytesIO(bytes(kinds.LIMIT + 1)), "large.bin")


def test_a_name_has_no_folder_and_keeps_its_ending():
    assert kinds.plain("C:\\folder\\of?fer.pdf") == "offer.pdf"
    assert kinds.plain("../../etc/passwd") == "passwd"
    assert kinds.plain("x" * 300 + ".pdf").endswith("x.pdf")
    assert kinds.plain("..") == "file"


@pytest.mark.django_db(transaction=True)
def test_a_file_lives_on_its_record_and_goes_with_the_person(settings, tmp_path):
    settings.FILES = tmp_path
    us = cast.staff()
    bea, twin = cast.person(by=us.ada, email="bea@kettles.example"), cast.person("B. Brand", by=us.ada)
    key = f"person:{bea.pk}"

    def put(about, told=b"%PDF-1.7 offer", name="offer.pdf"):
        return filed.put(about, io.BytesIO(told), name=name, by=us.ada, now=cast.NOW)

    row, is_new = put(key)
    assert (is_new, put(key)[1], row.media_type, row.size) == (True, False, "application/pdf", 14)
    put(f"person:{twin.pk}", name="twin.pdf")
    with pytest.raises(NotAllowed):
        filed.listed(us.cleo, key)
    merge.merge(bea, twin, by=us.ada, now=cast.NOW)
    assert {one.name for one in filed.listed(us.ben, key)} == {"offer.pdf", "twin.pdf"}

    client = Client()
    client.force_login(us.ben)
    got = client.get(f"/files/{row.blob_id}")
    assert (got.getvalue(), got["X-Content-Type-Options"], got["Content-Type"]) == (
        b"%PDF-1.7 offer", "nosniff", "application/octet-stream",
    )  # fmt: skip
    assert "sandbox" in got["Content-Security-Policy"]
    assert got["Content-Disposition"].startswith("attachment")
    stranger = Client()
    stranger.force_login(us.cleo)
    assert stranger.get(f"/files/{row.blob_id}").status_code == 404

    filed.take_out(row, by=us.ada, now=cast.NOW)
    assert {one.name for one in filed.listed(us.ada, key)} == {"twin.pdf"}
    filed.put_back(row, by=us.ada)
    blob, _ = privacy.export(Person.objects.get(pk=bea.pk), by=us.aron, now=cast.NOW)
    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        assert len([name for name in package.namelist() if name.startswith("files/on-records")]) == 2
    receipt = privacy.erase(Person.objects.get(pk=bea.pk), by=us.aron, now=cast.NOW)
    assert receipt.counts["staff"]["files on records"] == 2
    assert not Filed.objects.exists()
    assert not Blob.objects.filter(pk=row.blob_id).exists()
    assert not files.path(row.blob_id).exists()


@pytest.mark.django_db
def test_what_is_thirty_days_in_the_trash_goes_for_ever_and_others_keep_the_bytes():
    us = cast.staff()
    bea, bo = cast.person(by=us.ada), cast.person("Bo", by=us.ada)
    rows = [
        filed.put(f"person:{one.pk}", io.BytesIO(b"hello"), name="a.txt", by=us.ada, now=cast.NOW)[0]
        for one in (bea, bo)
    ]
    filed.take_out(rows[0], by=us.ada, now=cast.NOW)

    assert filed.purge(now=cast.NOW + timedelta(days=29)) == []
    assert filed.purge(now=cast.NOW + timedelta(days=31)) == [f"filed:{rows[0].pk}"]
    assert Filed.objects.get() == rows[1]
    assert files.path(rows[1].blob_id).exists()
    assert holder(bea).person == bea


@pytest.mark.django_db
def test_a_file_is_put_on_a_page_and_a_program_is_refused_there():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    client = Client()
    client.force_login(us.ada)
    told = {"about": f"person:{bea.pk}", "back": f"/customers/{bea.pk}/"}

    client.post("/filed/put/", {**told, "file": SimpleUploadedFile("offer.pdf", b"%PDF-1.7")})
    page = client.get(f"/customers/{bea.pk}/").content.decode()
    refused = client.post("/filed/put/", {**told, "file": SimpleUploadedFile("x.exe", b"MZ")}, follow=True)

    assert f'href="/files/{Filed.objects.get().blob_id}"' in page
    assert "is a program or a script" in refused.content.decode()
