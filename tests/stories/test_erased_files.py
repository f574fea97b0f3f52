"""Files and erasure: what names the person goes, what belongs to others stays, and no row is left without its bytes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from django.db import connection, transaction

import cast
from cast import NOW, person, source, staff
from mutuals import flow, privacy
from mutuals.base import clock, files
from mutuals.base.models import Blob
from mutuals.capture import receive, retention
from mutuals.capture._named import Named
from mutuals.capture.imports import naming, report, running
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.models import Import
from mutuals.capture.tests.import_steps import check, choose, run, upload, whole, write
from mutuals.connectors.contract import Raw
from mutuals.history.models import Attachment
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db
ADDRESS = "bea@harbour.example"
PARTNER = "id,name,email\n7731,Pia Partner,pia@partner.example\n"


@pytest.fixture
def us() -> cast.Staff:
    return staff()


def mailed(us: cast.Staff, table: str) -> None:
    """Bea's mail with the table as its attachment."""
    box = source("Mailbox", owner=us.olga, connector="email")
    mail = (
        f"From: {ADDRESS}\r\nTo: help@works.example\r\nMessage-ID: <m1@x.example>\r\n"
        "Date: Fri, 20 Nov 2026 09:00:00 +0000\r\nSubject: Our partner\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere they are.\r\n'
        '--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="partner.csv"\r\n'
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode()
    receive.keep(box, [Raw("m1", mail + table.encode() + b"\r\n--b--\r\n", "received")], cursor=None, now=NOW)
    flow.run(box.pk)


def dropped_elsewhere(names: list[str]) -> int:
    """As another process would drop them."""
    try:
        return files.drop_unused_now(names)
    finally:
        connection.close()


def attached(us: cast.Staff, tmp_path) -> tuple[str, Person]:
    """The name of a file that is both attached to Bea's mail and imported, and Bea."""
    bea = person(by=us.ada, email=ADDRESS)
    mailed(us, PARTNER)
    name = Attachment.objects.get().blob_id
    of = whole(write(tmp_path, files.path(name).read_bytes(), "partner.csv"))
    assert of.blob_id == name
    return name, bea


def test_a_file_that_is_also_attached_to_a_mail_stays_when_the_imported_person_is_erased(
    us, tmp_path, django_capture_on_commit_callbacks
):
    """K9."""
    name, _ = attached(us, tmp_path)
    pia = Person.objects.get(name="Pia Partner")

    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase(pia, by=us.aron, now=NOW)

    assert files.path(name).exists()
    assert Attachment.objects.get().blob_id == name


def test_a_file_that_is_also_imported_stays_when_the_sender_of_the_mail_is_erased(
    us, tmp_path, django_capture_on_commit_callbacks
):
    """K9."""
    name, bea = attached(us, tmp_path)

    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase(bea, by=us.aron, now=NOW)

    assert files.path(name).exists()
    assert not Attachment.objects.exists()


def test_the_file_goes_with_the_last_that_pointed_at_it(us, tmp_path, django_capture_on_commit_callbacks):
    """K9."""
    name, bea = attached(us, tmp_path)

    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase(bea, by=us.aron, now=NOW)
        privacy.erase(Person.objects.get(name="Pia Partner"), by=us.aron, now=NOW)

    assert not files.path(name).exists()
    assert not Blob.objects.exists()


def test_an_erasure_that_is_undone_has_not_touched_a_byte(us, tmp_path, django_capture_on_commit_callbacks):
    """K9: the bytes go after the rows are gone for good."""
    bea = person(by=us.ada, email=ADDRESS)
    mailed(us, PARTNER)
    name = Attachment.objects.get().blob_id

    with django_capture_on_commit_callbacks() as waiting:
        privacy.erase(bea, by=us.aron, now=NOW)
    before = files.path(name).exists()
    for act in waiting:
        act()

    assert before
    assert not files.path(name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_somebody_just_keeps_again_is_not_dropped():
    """K9: they share its name until their row is there."""
    name = files.keep([b"kept again"], media_type="text/csv").pk

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        files.keep([b"kept again"], media_type="text/csv")
        meanwhile = other.submit(dropped_elsewhere, [name]).result(timeout=120)
    afterwards = dropped_elsewhere([name])

    assert (meanwhile, afterwards) == (0, 1)
    assert not files.path(name).exists()


SENTENCE = "Its file named somebody who was erased meanwhile and is gone. Upload one without them."
HEAD = "id,name,email,phone\n"
BEA = "7731,Bea Brand,bea@harbour.example,\n"
OTHERS = "8801,Nora Nilsen,nora@fjord.example,+47 22 11 33 44\n7732,Ola Li,libea@harbour.example,\n"


def uploaded(tmp_path, content: str | bytes, name: str) -> Import:
    return check(choose(upload(write(tmp_path, content, name)), region="DE"))


def test_only_the_files_that_name_the_person_go(us, tmp_path, django_capture_on_commit_callbacks):
    """K9: other imports of the same source are none of theirs."""
    brought = whole(write(tmp_path, HEAD + BEA, "first.csv"))
    again = whole(write(tmp_path, HEAD + OTHERS + BEA, "again.csv"))
    done, waiting = whole(write(tmp_path, HEAD + OTHERS, "b.csv")), uploaded(tmp_path, HEAD + OTHERS, "c.csv")

    with django_capture_on_commit_callbacks(execute=True):
        receipt = privacy.erase(Person.objects.get(name="Bea Brand"), by=us.aron, now=NOW)
    for of in (brought, again, done, waiting):
        of.refresh_from_db()
    run(waiting)

    assert [of.blob_id for of in (brought, again)] == [None, None]
    assert [of.state for of in (brought, again, done, waiting)] == ["done"] * 4
    assert files.path(done.blob_id).exists()
    assert receipt.counts["capture"]["import files"] == 2


def test_an_import_that_names_the_person_and_has_not_run_is_stopped_and_says_why(us, tmp_path):
    """K9."""
    whole(write(tmp_path, HEAD + BEA, "first.csv"))
    waiting = uploaded(tmp_path, HEAD + OTHERS + BEA, "next.csv")

    privacy.erase(Person.objects.get(name="Bea Brand"), by=us.aron, now=NOW)
    waiting.refresh_from_db()

    assert (waiting.state, waiting.blob_id, waiting.error) == ("failed", None, SENTENCE)
    assert waiting.sniffed["sample_rows"] == []
    with pytest.raises(Unusable, match="not kept any more"):
        running.run(waiting, by=us.lea)
    with pytest.raises(Unusable, match="not kept any more"):
        running.check(waiting, by=us.lea)


def test_an_import_whose_file_is_gone_ends_and_is_not_taken_up_for_ever(us, tmp_path):
    """P32."""
    waiting = uploaded(tmp_path, HEAD + OTHERS, "next.csv")
    Import.objects.filter(pk=waiting.pk).update(blob=None, state="running")

    running.run_now(waiting.pk)
    waiting.refresh_from_db()

    assert (waiting.state, waiting.error) == (
        "failed", "The file of this import is not kept any more: upload it again.",
    )  # fmt: skip
    assert running.take_up(now=clock.now() + timedelta(days=1)) == 0


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_files_that_are_packed_are_unpacked_to_be_asked(us, tmp_path, kind):
    """K9."""
    whole(write(tmp_path, HEAD + BEA, "first.csv"))
    hers, other = (whole(packed(tmp_path, kind, rows)) for rows in (HEAD + BEA + OTHERS, HEAD + OTHERS))

    privacy.erase(Person.objects.get(name="Bea Brand"), by=us.aron, now=NOW)
    for of in (hers, other):
        of.refresh_from_db()

    assert hers.blob_id is None
    assert other.blob_id is not None


def packed(tmp_path, kind: str, table: str) -> Path:
    head, *rows = (line.split(",") for line in table.splitlines())
    path = tmp_path / f"{len(rows)}.{kind}"
    if kind == "parquet":
        pyarrow.parquet.write_table(pyarrow.table(dict(zip(head, zip(*rows, strict=True), strict=True))), path)
        return path
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_a_number_written_the_way_of_its_country_names_them_and_an_equal_amount_does_not(us, tmp_path):
    """K9: their number as a customer is an ordinary figure elsewhere."""
    whole(write(tmp_path, HEAD + "1002,Bea Brand,,+49 221 1234567\n", "first.csv"))
    hers = uploaded(tmp_path, HEAD + ",B. Brand,,0221 1234567\n", "same number.csv")
    other = uploaded(tmp_path, "id,name,email,points\n8801,Nora Nilsen,nora@fjord.example,1002\n", "points.csv")

    privacy.erase(Person.objects.get(name="Bea Brand"), by=us.aron, now=NOW)
    for of in (hers, other):
        of.refresh_from_db()

    assert (hers.state, hers.error) == ("failed", SENTENCE)
    assert other.state == "ready"


def test_a_row_of_somebody_who_was_erased_is_kept_nowhere_but_in_the_file(us, tmp_path, client):
    """K9, P32: neither with the rows left out nor with those that the wizard shows, wrong or right as it may be."""
    whole(write(tmp_path, HEAD + "7731,Bea Brand,bea@harbour.example,+49 221 1234567\n", "first.csv"))
    privacy.erase(Person.objects.get(name="Bea Brand"), by=us.aron, now=NOW)
    rows = (BEA, ",,Bea@Harbour.example,0221\n", "x9,B. Brand,broken@@x,0221 1234567\n", "1,Nora,wrong@@fjord,\n")

    checked = uploaded(tmp_path, HEAD + OTHERS + "".join(rows), "again.csv")
    after_check = dict(checked.sniffed), list(checked.troubles.order_by("number"))
    done = run(checked)
    after_run = dict(done.sniffed), list(done.troubles.order_by("number"))

    assert [row["name"] for row in after_check[0]["sample_rows"]] == ["Nora Nilsen", "Ola Li", "Nora"]
    assert after_run[0]["sample_rows"] == []
    for _, troubles in (after_check, after_run):
        assert [row.row.get("name", "") for row in troubles] == ["", "", "", "Nora"]
        assert [row.reason[:9] for row in troubles][:3] == ["Kept out:"] * 3
        assert not any("bea@" in f"{row.row}{row.reason}".casefold() for row in troubles)
    assert "harbour" not in "".join(report.troubles_csv(done, by=us.lea)).replace("libea@harbour", "")


def test_files_and_left_out_rows_of_imports_are_kept_for_the_agreed_days(
    us, tmp_path, settings, django_capture_on_commit_callbacks
):
    """K9, P32."""
    settings.IMPORT_DAYS = 10
    old, fresh = (
        whole(write(tmp_path, HEAD + OTHERS + f"{number},Nora,wrong@@fjord,\n", f"{number}.csv")) for number in (1, 2)
    )
    waiting = uploaded(tmp_path, HEAD + OTHERS, "waiting.csv")
    now = clock.now()
    Import.objects.filter(pk__in=[old.pk, waiting.pk]).update(finished_at=now - timedelta(days=11))

    with django_capture_on_commit_callbacks(execute=True):
        first, second = retention.nightly(lambda: now), retention.nightly(lambda: now)
    names = [of.blob_id for of in (old, waiting, fresh)]
    for of in (old, waiting, fresh):
        of.refresh_from_db()

    assert (first["imports"], second["imports"]) == (2, 0)
    assert [files.path(name).exists() for name in names] == [False, False, True]
    assert [of.troubles.count() for of in (old, waiting, fresh)] == [0, 0, 1]
    assert [of.state for of in (old, waiting, fresh)] == ["done", "failed", "done"]
    assert waiting.error == "Its file was kept for 10 days and is gone. Upload it again."
    assert old.counts["errors"] == 1


def test_the_page_of_an_import_tells_until_when_its_file_is_kept(us, tmp_path, client):
    """P32."""
    of = whole(write(tmp_path, HEAD + OTHERS, "b.csv"))
    Import.objects.filter(pk=of.pk).update(finished_at=NOW)
    client.force_login(us.lea)

    before = client.get(f"/imports/{of.pk}/").content.decode()
    Import.objects.filter(pk=of.pk).update(blob=None)
    afterwards = client.get(f"/imports/{of.pk}/").content.decode()

    assert re.search(r"kept until (\w+ )?20 Dec", before)
    assert "not kept any more" in afterwards


@pytest.mark.parametrize("letters", range(1, len(ADDRESS), 6))
def test_an_address_is_found_in_a_long_file_wherever_it_stands(us, tmp_path, letters):
    """K9: files are read in pieces of a megabyte, and one may end in the midst of it."""
    filler = "8801,Nora Nilsen,nora@fjord.example,\n" * 40_000
    head = HEAD + filler
    start = head[: (1 << 20) - letters - len("7731,Bea Brand,")]
    start = start[: start.rfind("\n") + 1]
    pad = (1 << 20) - letters - len(start) - len("7731,,")
    table = f"{start}7731,{'B' * pad},{ADDRESS},\n{OTHERS}"
    of = upload(write(tmp_path, table, "long.csv"))

    found = naming.names(of, named=Named([ADDRESS]), theirs=frozenset())
    other = naming.names(of, named=Named(["ea@harbour.example"]), theirs=frozenset())

    assert (found, other) == (True, False)
