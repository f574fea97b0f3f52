"""Somebody is erased while others write about them: each waits for the other, and nobody brings them back."""

from __future__ import annotations

from decimal import Decimal
from threading import Event

import pytest
from django.db import connection, transaction

import cast
from beside import Beside
from cast import NOW, event, minutes, person, said, source, staff
from mutuals import flow, privacy
from mutuals.base import gate
from mutuals.base.models import Once
from mutuals.capture import draw, intake, receive
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Cursor, Import, ImportTrouble, RawEvent
from mutuals.capture.tests.tiny import installed
from mutuals.connectors.contract import Page, Raw
from mutuals.conversations import threads
from mutuals.history import keep
from mutuals.history.models import Interaction
from mutuals.identity import bought, link, remark
from mutuals.inbox import work
from mutuals.inbox.models import Turn
from mutuals.people import many, persons
from mutuals.people.models import Person, Profile, Receipt
from mutuals.sales.orders import OrderIn

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"network": "town", "id": "bea-7731", "name": "@bea", "email_verified": "bea@harbour.example"}
ADDRESS = "bea@harbour.example"


@pytest.fixture
def us() -> cast.Staff:
    return staff()


@pytest.fixture
def bea(us) -> Person:
    return person(by=us.ada, email=ADDRESS)


def test_what_was_opened_before_they_were_erased_is_not_stored_after_it(us, bea):
    """K9: between reading a raw event and storing it."""
    square = source(owner=us.olga)
    receive.keep(square, [Raw("k1", b'{"type": "create", "id": "p1", "text": "It is me", "author": {"network": '
                              b'"email", "id": "bea@harbour.example"}}')], cursor=None, now=NOW)  # fmt: skip

    with transaction.atomic():
        gate.enter()
        raws = intake.claim(square.pk)
        arrived = intake.open(raws)
        erasing = Beside(lambda: privacy.erase(bea, by=us.aron, now=NOW))
        keep.interactions(*threads.place(arrived))
        intake.done(raws)
    refused = erasing.end()

    assert refused is None
    assert not Interaction.objects.exists()
    assert not Profile.objects.exists()
    assert bytes(RawEvent.objects.get().body) == b""


def test_the_worker_waits_while_somebody_is_erased_and_then_keeps_them_out(us, bea):
    """K9."""
    square = source(owner=us.olga)
    said(square, event("p1", "It is me", author=WHO))
    receive.keep(square, [Raw("k2", b'{"type": "create", "id": "p2", "text": "Me again", "author": {"network": '
                              b'"town", "id": "bea-7731"}}')], cursor=None, now=NOW)  # fmt: skip

    with transaction.atomic():
        privacy.erase(bea, by=us.aron, now=NOW)
        working = Beside(lambda: flow.run(square.pk))
    refused = working.end()

    assert refused is None
    assert not Interaction.objects.exists()
    assert not Profile.objects.filter(network="town").exists()


def test_of_two_who_erase_the_same_person_at_once_one_is_told_that_they_are_gone(us, bea):
    """K9: one receipt, and it is true."""
    with transaction.atomic():
        privacy.erase(bea, by=us.aron, now=NOW)
        second = Beside(lambda: privacy.erase(bea, by=us.olga, now=NOW))
    refused = second.end()

    assert isinstance(refused, persons.Gone)
    assert [receipt.counts["people"]["persons"] for receipt in Receipt.objects.all()] == [1]


def test_others_write_while_bytes_and_files_are_searched_and_what_they_write_goes_too(us, bea):
    """K9: what is newer than the search is found when everybody waits."""
    square = source(owner=us.olga)
    receive.keep(square, [Raw("k1", f"no JSON, {ADDRESS}".encode())], cursor=None, now=NOW)
    flow.run(square.pk)

    with transaction.atomic():
        connection.cursor().execute("LOCK TABLE capture_import IN ACCESS EXCLUSIVE MODE")  # the files are read last
        erasing = Beside(lambda: privacy.erase(bea, by=us.aron, now=NOW))
        gate.enter()
        receive.keep(square, [Raw("k2", f"no JSON again, {ADDRESS}".encode())], cursor=None, now=NOW)
        RawEvent.objects.filter(key="k2").update(state="parked", reason="It is not valid JSON.")
        Once.objects.create(owner="token:1", key="a", digest="d", status=200, body=ADDRESS.encode(), about="", at=NOW)
        of = Import.objects.create(file_name="old.csv", target="people", source=square, by=us.lea)
        ImportTrouble.objects.create(of=of, number=1, reason="Not a date.", row={"mail": ADDRESS})
    refused = erasing.end()

    assert refused is None
    assert cast.everywhere(ADDRESS) == []
    assert Receipt.objects.get().counts["capture"]["raw events blanked"] == 2


def test_an_erasure_looks_again_at_everything_where_they_were_given_a_presence_meanwhile(us, bea):
    """K9: the search did not know of it."""
    square = source(owner=us.olga)
    said(square, event("p1", "It is me", author={"network": "town", "id": "bea-7731", "name": "@bea"}))
    receive.keep(square, [Raw("k1", b"no JSON, bea-7731")], cursor=None, now=NOW)
    flow.run(square.pk)

    with transaction.atomic():
        connection.cursor().execute("LOCK TABLE capture_import IN ACCESS EXCLUSIVE MODE")
        erasing = Beside(lambda: privacy.erase(bea, by=us.aron, now=NOW))
        link.confirm(Profile.objects.get(network="town"), person=bea, by=us.lea, now=NOW)
    refused = erasing.end()

    assert refused is None
    assert cast.everywhere("bea-7731") == []


def test_a_draw_that_was_under_way_does_not_write_back_whose_posts_it_looked_at(us, bea):
    """K9: it begins again from what is left of its place, and loses nothing."""
    square = source(owner=us.olga, connector="tiny")
    said(source("Old square", owner=us.olga), event("https://town.example/bea-7731/1", author=WHO))
    Cursor.objects.create(source=square, stream="items", value={"watched": ["https://town.example/bea-7731/1", "bo/1"]})
    seen: list[dict] = []

    def fetch(_context, _stream, cursor):
        seen.append(dict(cursor))
        if len(seen) == 1:
            privacy.erase(bea, by=us.aron, now=NOW)
        watched = [*cursor["watched"], *(["https://town.example/bea-7731/2"] if len(seen) == 1 else [])]
        yield Page((Raw("k1", b'{"type": "create"}'),), {**cursor, "watched": watched, "after": 1})

    with installed(fetch=fetch):
        counts = [draw.draw(square.pk, now=lambda: NOW), draw.draw(square.pk, now=lambda: NOW)]

    assert counts == [0, 1]
    assert seen[1] == {"watched": ["bo/1"]}
    assert Cursor.objects.get().value == {"watched": ["bo/1"], "after": 1}
    assert cast.everywhere("bea-7731") == []


ACTS = {
    "a note": lambda us, bea: remark.add(bea, by=us.ada, text="She called.", now=NOW),
    "an edit": lambda us, bea: persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=NOW),
    "a tag": lambda us, bea: many.tag([bea.pk], "vip", by=us.ada, now=NOW),
    "a link": lambda us, bea: link.confirm(
        Profile.objects.get(network="town"), person=bea, by=us.lea, now=NOW
    ),
    "a note in their thread": lambda us, bea: work.note(TURN.get(), by=us.lea, text="She called.", now=NOW),
    "an order": lambda us, bea: bought.take(
        [bought.Bought(OrderIn(number="7", placed_at=NOW, currency="EUR", total=Decimal("5.00"), lines=()), person=bea)],
        source=None, by=us.lea, now=NOW,
    ),
    "a package": lambda us, bea: privacy.export(bea, by=us.aron, now=NOW),
}  # fmt: skip
TURN = Turn.objects.select_related("conversation")


@pytest.mark.parametrize("what", ACTS)
def test_who_writes_about_somebody_that_is_being_erased_waits_and_is_told(us, bea, what):
    """K9: no act brings them back, and none ends in an error that nobody understands."""
    square = source(owner=us.olga)
    said(square, event("p1", "It is me", author=WHO))
    turn = TURN.get()
    acts = {**ACTS, "a note in their thread": lambda us, bea: work.note(turn, by=us.lea, text="Hm", now=NOW)}

    with transaction.atomic():
        gate.shut()
        acting = Beside(lambda: acts[what](us, bea))
        privacy.erase(bea, by=us.aron, now=NOW)
    refused = acting.end()

    assert refused is None if what == "a tag" else isinstance(refused, ValueError)
    assert not Person.objects.exists()
    assert not Interaction.objects.exists()
    assert not Profile.objects.exists()


@pytest.mark.parametrize("what", ACTS)
def test_an_erasure_waits_for_who_writes_about_them_and_takes_that_with_it(us, bea, what):
    """K9."""
    square = source(owner=us.olga)
    said(square, event("p1", "It is me", author=WHO))
    begun, go = Event(), Event()

    def act() -> None:
        with transaction.atomic():
            ACTS[what](us, bea)
            begun.set()
            go.wait(120)

    acting = Beside(act, until=begun.is_set)
    erasing = Beside(lambda: privacy.erase(bea, by=us.aron, now=NOW + minutes(1)))
    go.set()
    refused = [acting.end(), erasing.end()]

    assert refused == [None, None]
    assert not Person.objects.exists()
    assert not Interaction.objects.exclude(about__startswith="order:").exists()
    assert not Profile.objects.exists()


def test_an_import_that_planned_with_somebody_writes_them_before_they_are_erased_or_not_at_all(us, bea, tmp_path):
    """K9: between planning a batch and writing it."""
    table = tmp_path / "people.csv"
    table.write_text("name,email,city\nBea Brand,bea@harbour.example,Porto\nBo Brand,bo@harbour.example,Lisbon\n")
    of = begin.begin(table, by=us.lea, target="people", file_name="people.csv", source_name="Old list", now=NOW)
    of = begin.choose(of, by=us.lea, mapping=of.mapping, options=of.options)
    running.check(of, by=us.lea)
    running.check_now(of.pk)
    running.run(of, by=us.lea)
    beside: list[Beside] = []

    def erase(_of: Import) -> None:
        beside.append(Beside(lambda: privacy.erase(bea, by=us.aron, now=NOW)))

    running.run_now(of.pk, before_commit=erase)
    refused = beside[0].end()

    assert refused is None
    assert [one.name for one in Person.objects.all()] == ["Bo Brand"]
    assert not Profile.objects.filter(key=ADDRESS).exists()
