"""What is being sent to us: refused by its length, kept in a folder of our own, gone with its request."""

import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals.base import clock, files, uploads
from mutuals.capture.models import Import
from mutuals.config import drafts
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db
FORM = "multipart/form-data; boundary=x"
BEGUN = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname;city\r\n'


@pytest.fixture
def here():
    return cast.staff()


@pytest.fixture
def small(tmp_path, settings):
    """A disk of three megabytes, really mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user may not mount")
    settings.FILE_UPLOAD_TEMP_DIR = folder / "drafts"
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def by_screen(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return lambda body, **more: client.generic("POST", "/imports/", body, FORM, **more)


def by_api(user, **headers):
    token = tokens.make(user, name="test", scopes=("read", "write", "admin"), now=clock.now())[1]
    client = Client(raise_request_exception=False)
    told = {"Authorization": f"Bearer {token}", **headers}
    return lambda body, **more: client.generic("POST", "/api/v1/imports", body, FORM, headers=told, **more)


def by_api_once(user):
    return by_api(user, **{"Idempotency-Key": "one"})


class BrokenOff:
    """A request of which this much arrives."""

    def __init__(self, pieces):
        self.pieces = pieces

    def read(self, _size=-1):
        if not self.pieces:
            raise OSError("connection reset")
        return self.pieces.pop(0)

    readline = read


DOORS = [by_screen, by_api, by_api_once]


@pytest.mark.parametrize("door", DOORS)
def test_an_upload_that_is_announced_as_too_long_is_refused_before_its_body_is_taken(here, tmp_path, settings, door):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "drafts"
    send = door(here.aron)

    answer = send(BEGUN, CONTENT_LENGTH=str(files.LIMIT * 2))

    assert answer.status_code == 413
    assert "larger than 2048 MiB" in answer.text
    assert list((tmp_path / "drafts").iterdir()) == []


@pytest.mark.parametrize("door", DOORS)
def test_an_upload_that_does_not_fit_on_the_disk_is_refused_with_the_remedy(here, small, door):
    send = door(here.aron)

    answer = send(BEGUN, CONTENT_LENGTH="600000000")

    assert answer.status_code == 507
    assert "point MUTUALS_STATE at a larger disk" in answer.text
    assert list((small / "drafts").iterdir()) == []


def test_the_form_of_the_wizard_is_told_in_words(here, small):
    send = by_screen(here.aron)

    answer = send(BEGUN, CONTENT_LENGTH="600000000", headers={"X-Requested-With": "XMLHttpRequest"})

    assert answer.status_code == 507
    assert "free some room" in answer.json()["error"]


def test_a_disk_that_fills_up_meanwhile_leaves_no_draft(small):
    draft = uploads.Draft()
    draft.new_file("file", "a.csv", "text/csv", None)

    with pytest.raises(files.DiskFull) as refusal:
        for piece in range(5):
            draft.receive_data_chunk(b"x" * 1_000_000, piece * 1_000_000)

    assert "free some room" in str(refusal.value)
    assert list((small / "drafts").iterdir()) == []


@pytest.mark.parametrize("door", DOORS)
def test_an_upload_that_breaks_off_leaves_no_draft(here, tmp_path, settings, door):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "drafts"
    send = door(here.aron)

    answer = send(BEGUN, CONTENT_LENGTH="50000", **{"wsgi.input": BrokenOff([BEGUN + b"a;b\r\n" * 5000])})

    assert 400 <= answer.status_code < 500
    assert not Import.objects.exists()
    assert list((tmp_path / "drafts").iterdir()) == []


def test_who_is_not_signed_in_uploads_nothing_large(here):
    client = Client(raise_request_exception=False)

    answer = client.generic("POST", "/imports/", BEGUN, FORM, CONTENT_LENGTH="6000000")

    assert answer.status_code == 413


def test_a_file_that_is_taken_in_leaves_no_draft(here, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "drafts"
    client = Client()
    client.force_login(here.aron)

    client.post("/imports/", {"file": SimpleUploadedFile("a.csv", b"name;email\nBea;bea@town.example\n")})

    assert Import.objects.get().file_name == "a.csv"
    assert list((tmp_path / "drafts").iterdir()) == []


def test_what_was_being_sent_when_the_house_stopped_is_swept_at_its_next_start(tmp_path):
    left = drafts.folder(tmp_path) / "tmpabc.upload.csv"
    left.write_bytes(b"name")

    swept = drafts.sweep(tmp_path)

    assert swept == 1
    assert not left.exists()
