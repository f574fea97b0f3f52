"""Files and erasure: what names the person goes, what belongs to others stays, and no row is left without its bytes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

import cast
from cast import NOW, person, source, staff
from mutuals import flow, privacy
from mutuals.base import files
from mutuals.base.models import Blob
from mutuals.capture import receive
from mutuals.capture.tests.import_steps import whole, write
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
        meanwhile = other.submit(dropped_elsewhere, [name]).result(timeout=20)
    afterwards = dropped_elsewhere([name])

    assert (meanwhile, afterwards) == (0, 1)
    assert not files.path(name).exists()
