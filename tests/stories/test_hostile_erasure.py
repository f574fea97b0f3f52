"""Somebody who was erased does not come back: not by what they write, by what we sent them, by files, or by hand."""

import base64
import json
import unicodedata
from urllib.parse import quote_plus

import pytest

import cast
from cast import NOW, event, minutes, person, said, source, staff
from mutuals import flow, privacy
from mutuals.base import files
from mutuals.capture import outbox, receive
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import, Outgoing, RawEvent
from mutuals.capture.tests.tiny import installed
from mutuals.connectors.contract import Raw
from mutuals.history import own
from mutuals.history.models import Interaction
from mutuals.identity import link, newcomer
from mutuals.inbox import answer
from mutuals.inbox.models import Turn
from mutuals.people import organisations, persons
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
WHO = {"network": "town", "id": "bea-7731", "name": "@bea", "email_verified": "bea@harbour.example"}
ADDRESS = "bea@harbour.example"


@pytest.fixture
def us() -> cast.Staff:
    return staff()


def imported(table, us: cast.Staff) -> Import:
    of = begin.begin(table, by=us.lea, target="posts", file_name="posts.csv", source_name="Old forum", now=NOW)
    options = {**of.options, "constants": {"public": "yes"}}
    of = begin.choose(of, by=us.lea, mapping=of.mapping, options=options)
    running.check(of, by=us.lea)
    running.check_now(of.pk)
    running.run(of, by=us.lea)
    running.run_now(of.pk)
    flow.run(of.source_id)
    of.refresh_from_db()
    return of


def mail(sender: str, to: str, number: str = "m1") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nMessage-ID: <{number}@x.example>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
        "Subject: Kettle\r\n\r\nWords about a kettle.\r\n"
    ).encode()


@pytest.mark.parametrize("email", [ADDRESS, "Bea@Harbour.Example", " bea@harbour.example "])
def test_staff_cannot_add_the_erased_address_again_and_are_told_why(us, email):
    """K9, P32."""
    bea = person(by=us.ada, email=ADDRESS)
    privacy.erase(bea, by=us.aron, now=NOW)

    with pytest.raises(persons.Unfit, match="asked to be erased, and we promised to keep it out") as refused:
        newcomer.add(by=us.ada, name="Bea Brand", email=email, now=NOW)

    assert refused.value.field == "email"
    assert not Person.objects.exists()
    assert not Profile.objects.exists()


def test_the_erased_address_cannot_be_written_onto_somebody_else_either(us):
    """K9."""
    bea, bo = person(by=us.ada, email=ADDRESS), person("Bo Brand", by=us.ada, email="bo@harbour.example")
    privacy.erase(bea, by=us.aron, now=NOW)

    with pytest.raises(persons.Unfit, match="asked to be erased"):
        persons.edit(bo, by=us.ada, changes={"email": ADDRESS, "city": "Porto"}, now=NOW)

    bo.refresh_from_db()
    assert (bo.email, bo.city) == ("bo@harbour.example", "")


def test_an_address_that_staff_wrote_down_is_erased_and_kept_out_like_any_other(us):
    """K9: it hangs on no profile, so it is found in what staff know."""
    bea = persons.edit(person(by=us.ada), by=us.ada, changes={"email": ADDRESS}, now=NOW)
    box = source("Mailbox", owner=us.olga, connector="email")
    receive.keep(box, [Raw("m1", mail(ADDRESS, "help@works.example"), "received")], cursor=None, now=NOW)
    flow.run(box.pk)

    receipt = privacy.erase(bea, by=us.aron, now=NOW)
    receive.keep(box, [Raw("m2", mail(ADDRESS, "help@works.example", "m2"), "received")], cursor=None, now=NOW)
    flow.run(box.pk)

    assert receipt.counts["history"]["interactions"] == 1
    assert not Interaction.objects.exists()
    assert not Profile.objects.exists()
    assert [bytes(row.body) for row in RawEvent.objects.order_by("pk")] == [b"", b""]


def test_what_we_sent_to_them_does_not_bring_them_back_out_of_our_sent_folder(us):
    """K9."""
    privacy.erase(person(by=us.ada, email=ADDRESS), by=us.aron, now=NOW)
    box = source("Mailbox", owner=us.olga, connector="email")

    receive.keep(box, [Raw("m1", mail("help@works.example", ADDRESS), "sent")], cursor=None, now=NOW)
    flow.run(box.pk)

    assert not Interaction.objects.exists()
    assert not Profile.objects.filter(key=ADDRESS).exists()
    assert (RawEvent.objects.get().state, bytes(RawEvent.objects.get().body)) == ("refused", b"")


def test_an_answer_that_has_not_left_never_reaches_them_and_one_on_its_way_ends_quietly(us):
    """K9."""
    with installed():
        square = source(owner=us.olga, connector="tiny", settings={"address": "http://tiny.invalid"})
        cast.channel(square, speakers=(us.ada,))
        turn = cast.turn(square, author=WHO)
        row = answer.reply(turn, by=us.ada, text="A new lid is on its way.", now=NOW)
        waiting = Outgoing.objects.get()
        bea = person(by=us.ada, email=ADDRESS)
        link.confirm(Profile.objects.get(network="town"), person=bea, by=us.ada, now=NOW)

        privacy.erase(bea, by=us.aron, now=NOW)
        outbox.send(waiting.pk, now=lambda: NOW + minutes(1), chance=lambda: 0.5)
        own.mark_sent(row.pk, key="late-receipt")

    waiting.refresh_from_db()
    assert (waiting.state, waiting.action, waiting.attempts) == ("cancelled", {}, 0)
    assert not Interaction.objects.exists()
    assert not Turn.objects.exists()


def test_their_posts_out_of_a_file_go_with_the_file_and_the_same_file_brings_nobody_back(us, tmp_path):
    """K9, P32."""
    table = tmp_path / "posts.csv"
    table.write_text(
        "id,author_id,author,text,date\n1,bea-7731,@bea,My kettle leaks,2026-01-02T10:00:00Z\n"
        "2,bo-1,@bo,Mine too,2026-01-02T11:00:00Z\n"
    )
    first = imported(table, us)
    bea = person(by=us.ada, email=ADDRESS)
    link.confirm(Profile.objects.get(key__contains="bea-7731"), person=bea, by=us.ada, now=NOW)

    privacy.erase(bea, by=us.aron, now=NOW)
    first.refresh_from_db()
    again = imported(table, us)

    assert first.blob_id is None
    assert again.counts["errors"] == 1
    assert "asked to be forgotten" in again.troubles.get().reason
    assert [row.text for row in Interaction.objects.all()] == ["Mine too"]


def test_erasing_one_person_leaves_what_is_parked_of_those_with_a_similar_handle(us):
    """K9: a handle is looked for as a whole."""
    square = source(owner=us.olga)
    bodies = [
        b'{"from": "libea@harbour.example"}',
        b'{"from": "Bea@Harbour.example"}',
        b'{"n": "<bea@harbour.example>"}',
    ]
    receive.keep(square, [Raw(f"k{n}", body) for n, body in enumerate(bodies)], cursor=None, now=NOW)
    RawEvent.objects.update(state="parked")

    privacy.erase(person(by=us.ada, email=ADDRESS), by=us.aron, now=NOW)

    left = [bytes(row.body) for row in RawEvent.objects.order_by("pk")]
    assert left == [bodies[0], b"", b""]


def test_a_package_that_was_handed_over_does_not_outlive_the_person(us, django_capture_on_commit_callbacks):
    """K9, P22."""
    bea = person(by=us.ada, email=ADDRESS)
    blob, _ = privacy.export(bea, by=us.aron, now=NOW)
    place = files.path(blob.sha256)
    before = place.exists()

    with django_capture_on_commit_callbacks(execute=True):
        receipt = privacy.erase(bea, by=us.aron, now=NOW)

    assert before
    assert not place.exists()
    assert receipt.counts["packages handed over before"] == {"files": 1}


def test_deleted_words_do_not_live_on_in_the_bytes_of_a_later_backfill(us):
    """K9."""
    square = source(owner=us.olga)
    said(square, event("p1", "I live in Mill Lane 4."))
    said(square, {"type": "delete", "id": "p1", "at": NOW.isoformat()}, now=NOW + minutes(1))

    said(square, event("p1", "I live in Mill Lane 4.", url="https://town.example/p1"), now=NOW + minutes(2))

    assert not any(b"Mill Lane" in bytes(row.body) for row in RawEvent.objects.all())
    assert [row.status for row in Interaction.objects.all()] == ["deleted"]


def test_a_profile_of_an_organisation_or_of_ours_is_nobodys(us):
    """P2."""
    bea = person(by=us.ada, email=ADDRESS)
    works = organisations.add(by=us.ada, name="The Kettle works", now=NOW)
    shop, ours = cast.profile("@works"), cast.profile("@us")
    Profile.objects.filter(pk=shop.pk).update(organisation=works)
    Profile.objects.filter(pk=ours.pk).update(is_ours=True)

    for one in (shop, ours):
        with pytest.raises(link.Taken, match="cannot be a person's"):
            link.confirm(one, person=bea, by=us.ada, now=NOW)

    assert not Profile.objects.filter(pk__in=[shop.pk, ours.pk]).exclude(person=None).exists()


UMLAUT = "j.müller/7@harbour.example"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rb'{"from": "j.m\u00fcller\/7@harbour.example"}', ""),
        (rb'{"from": "j.m\u00DCLLER/7\u0040harbour.example"}', ""),
        (rb'{"text": "Ask:\nj.m\u00fcller/7@harbour.example"}', ""),
        (rb'{"text": "Joe \u003cj.m\u00fcller/7@harbour.example\u003e"}', ""),
        (json.dumps({"payload": json.dumps({"from": UMLAUT})}).encode(), ""),
        (f"a=1&from={quote_plus(UMLAUT)}".encode(), ""),
        (UMLAUT.upper().encode(), ""),
        (UMLAUT.encode("latin-1"), ""),
        (unicodedata.normalize("NFD", UMLAUT).encode(), ""),
        (
            b"From: x@x.example\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain\r\n\r\n"
            b"Ask =3Cj.m=C3=BCller/=\r\n7@harbour.example>\r\n",
            "received",
        ),
        (
            b"From: x@x.example\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n"
            + base64.encodebytes(f"A long way to go before you may ask {UMLAUT}, who knows more.".encode()),
            "received",
        ),
        (
            b"From: x@x.example\r\nSubject: =?utf-8?B?" + base64.b64encode(UMLAUT.encode()) + b"?=\r\n\r\nHm.",
            "received",
        ),
    ],
)
def test_a_handle_is_found_in_whatever_way_it_was_packed(us, body, kind):
    """K9."""
    square = source(owner=us.olga)
    receive.keep(square, [Raw("k1", body, kind)], cursor=None, now=NOW)
    RawEvent.objects.update(state="parked")

    privacy.erase(person(by=us.ada, email=UMLAUT), by=us.aron, now=NOW)

    assert bytes(RawEvent.objects.get().body) == b""


@pytest.mark.parametrize(
    "body",
    [
        rb'{"from": "li\u00e9bea@harbour.example"}',
        b'{"see": "https://x.example/?to=adbea@harbour.example"}',
        b'{"from": "be@harbour.example", "payload": "base64"}',
        b"From: x@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"libea@harbour.example"),
    ],
)
def test_somebody_whose_handle_only_ends_alike_is_left_however_it_is_packed(us, body):
    """K9."""
    square = source(owner=us.olga)
    receive.keep(square, [Raw("k1", body)], cursor=None, now=NOW)
    RawEvent.objects.update(state="parked")

    privacy.erase(person(by=us.ada, email=ADDRESS), by=us.aron, now=NOW)

    assert bytes(RawEvent.objects.get().body) == body


def test_rows_of_files_that_name_them_behind_escapes_go_as_well(us, tmp_path):
    """K9."""
    table = tmp_path / "posts.csv"
    table.write_text("id,author_id,author,text,date\n1,bea-7731,@bea,My kettle leaks,2026-01-02T10:00:00Z\n")
    of = imported(table, us)
    of.troubles.create(number=7, reason="No date.", row={"text": f"Ask\n{ADDRESS}"})
    of.troubles.create(number=8, reason="No date.", row={"text": f"Ask\nli{ADDRESS}"})

    privacy.erase(person(by=us.ada, email=ADDRESS), by=us.aron, now=NOW)

    assert list(of.troubles.values_list("number", flat=True)) == [8]
