from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mutuals.connectors.contract import Raw
from mutuals.connectors.files.mapping import Reading, apply, clean
from mutuals.connectors.files.posts import parse, post_raw
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.sniff import sniff

DATA = Path(__file__).parents[6] / "shared" / "data"


def fields(columns: str, row: str, target: str) -> dict[str, str]:
    names = columns.split(";")
    sample = [dict(zip(names, row.split(";"), strict=True))] * 5
    return {name: proposal.field for name, proposal in propose(names, sample, target).items()}


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("Customer ID;First name;Last name;E-mail;Phone;City;Country", "1;Bea;Brand;b@b.example;+49 221 123456;Ulm;DE"),
        ("Kundennummer;Vorname;Nachname;E-Mail;Telefon;Ort;Land", "1;Bea;Brand;b@b.example;0221 123456;Ulm;DE"),
        ("Kd-Nr;Vorname;Nachname;E-Mail;Telefon;Ort;Land", "1;Bea;Brand;b@b.example;0221 123456;Ulm;DE"),
        ("Kundennr;Vorname;Nachname;E-Mail;Telefon;Ort;Land", "1;Bea;Brand;b@b.example;0221 123456;Ulm;DE"),
        ("Numéro client;Prénom;Nom;Courriel;Téléphone;Ville;Pays", "1;Bea;Brand;b@b.example;0221 123456;Ulm;France"),
        ("ID cliente;Nombre;Apellidos;Correo electrónico;Móvil;Ciudad;País", "1;Bea;B;b@b.example;0221 123456;Ulm;ES"),
        ("Código cliente;Nome;Sobrenome;Email;Celular;Cidade;País", "1;Bea;Brand;b@b.example;0221 123456;Ulm;BR"),
        (
            "Codice cliente;Nome;Cognome;Posta elettronica;Cellulare;Città;Paese",
            "1;Bea;B;b@b.example;022 1234567;Ulm;IT",
        ),
        (
            "Klantnummer;Voornaam;Achternaam;E-mailadres;Telefoon;Plaats;Land",
            "1;Bea;Brand;b@b.example;0221 123456;Ulm;NL",
        ),
    ],
)
def test_headings_in_seven_languages_find_their_fields(columns, row):
    found = fields(columns, row, "people")

    assert list(found.values()) == ["id", "given_name", "family_name", "email", "phone", "city", "country"]


def test_values_decide_where_headings_say_nothing_and_overrule_headings_that_do_not_fit():
    found = fields("a;b;Email;c", "b@b.example;+49 221 123456;17;19081209", "people")

    assert found == {"a": "email", "b": "phone", "Email": "", "c": ""}


def test_several_columns_may_feed_email_and_phone_and_nothing_else_twice():
    found = fields("Email;Email 2;Name;Customer name", "a@b.example;c@d.example;Bea;Bea Brand", "people")

    assert found["Email"] == found["Email 2"] == "email"
    assert sorted([found["Name"], found["Customer name"]]) == ["", "name"]


def test_a_row_becomes_a_record_with_each_value_in_one_writing():
    mapping = {"n": "name", "e": "email", "e2": "email", "t": "phone", "b": "birthday", "s": "created_at", "x": ""}
    values = {
        "n": " Bea ",
        "e": "B@B.example; c@d.example",
        "e2": "b@b.example",
        "t": "0221 1234567",
        "b": "02.03.1980",
        "s": "1.1.2020",
        "x": "secret",
    }

    found = clean(apply(values, mapping, "people"), "people", Reading(zone="Europe/Berlin", region="DE"))

    assert not found.problems
    assert found.values == {
        "name": "Bea",
        "email": ["b@b.example", "c@d.example"],
        "phone": ["+492211234567"],
        "birthday": date(1980, 3, 2),
        "created_at": datetime(2019, 12, 31, 23, tzinfo=UTC),
        "created_at_original": "1.1.2020",
    }


def test_a_value_that_cannot_be_read_is_a_problem_and_the_rest_stays():
    found = clean({"name": "Bea", "email": ["lena.at.ostrow"]}, "people", Reading())

    assert found.values["name"] == "Bea"
    assert [(one.field, one.reason) for one in found.problems] == [("email", "“lena.at.ostrow” is not an address")]
    assert clean({"city": "Ulm"}, "people", Reading()).problems[0].field == "name"


def test_the_lines_of_an_order_come_as_a_list_or_as_columns():
    lines = [{"sku": "K1", "quantity": "2", "unit_price": "12.50"}]
    whole = clean({"number": "7", "lines": lines, "total": "25.00"}, "orders", Reading())
    flat = clean({"number": "7", "line_sku": "K1", "line_quantity": "2"}, "orders", Reading())

    assert whole.values["lines"] == [
        {"line_sku": "K1", "line_quantity": Decimal(2), "line_unit_price": Decimal("12.50")}
    ]
    assert whole.values["total"] == Decimal("25.00")
    assert flat.values["line_quantity"] == Decimal(2)


def test_a_post_without_author_column_is_nobodys_and_keeps_the_text_of_its_time():
    record = {
        "id": "1",
        "text": "Hello",
        "said_at": "2/23/2015 9:29",
        "public": "yes",
        "network": "X",
        "extra": {"a": "b"},
    }

    (envelope,) = parse(post_raw(record, Reading(zone="America/New_York", day_first=False)))

    assert envelope.author is None
    assert envelope.key == "x:1"
    assert envelope.public
    assert envelope.said_at == datetime(2015, 2, 23, 14, 29, tzinfo=UTC)
    assert envelope.extra == {"a": "b", "said_at_original": "2/23/2015 9:29", "said_at_zone": "America/New_York"}


def test_a_post_is_private_unless_its_file_says_otherwise():
    (envelope,) = parse(post_raw({"text": "Hello", "author_name": "Bea"}, Reading()))

    assert not envelope.public
    assert envelope.author is None
    assert envelope.extra == {"author_name": "Bea"}


def test_the_same_row_twice_is_one_post_and_another_text_is_another():
    first = post_raw({"text": "Hello", "author_handle": "@Bea"}, Reading())
    again = post_raw({"text": "Hello", "author_handle": "@Bea"}, Reading())
    other = post_raw({"text": "Hello!", "author_handle": "@Bea"}, Reading())

    assert first == again
    assert first.key != other.key
    assert parse(first)[0].author.key == "bea"
    assert parse(first)[0].key == first.key


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"text": " "}',
        b'{"text": "a", "said_at": "2024-01-01"}',
        b'{"text": "a", "said_at": "x", "zone": "UTC"}',
        b"[" * 100_000,
    ],
)
def test_a_broken_row_raises_and_says_why(body):
    with pytest.raises(ValueError, match=r"\S"):
        parse(Raw(key="1", body=body, kind="post"))


@pytest.mark.parametrize(
    ("kind", "body"), [("mail", b"From: x"), ("post", b'{"a": 1}'), ("post", b"[1]"), ("post", b"7")]
)
def test_what_is_no_post_yields_nothing(kind, body):
    assert parse(Raw(key="1", body=body, kind=kind)) == ()


@pytest.mark.skipif(
    not (DATA / "text" / "airline.parquet").exists(), reason="the shared data are not beside the project"
)
def test_a_real_file_of_posts_is_read_whole_and_each_post_once():
    path = DATA / "text" / "airline.parquet"
    found = sniff(path)
    mapping = {column: one.field for column, one in propose(found.columns, found.sample_rows, "posts").items()}
    reading = Reading(zone="America/Los_Angeles", day_first=False, constants={"network": "twitter", "public": "yes"})

    raws = [
        post_raw(apply(row.values, mapping, "posts", constants=reading.constants), reading) for row in rows(path, found)
    ]
    envelopes = [parse(raw)[0] for raw in raws]

    assert mapping == {
        "tweet_id": "id", "label": "extra", "negativereason": "extra", "airline": "extra", "text": "text",
        "tweet_created": "said_at",
    }  # fmt: skip
    assert len({envelope.key for envelope in envelopes}) == 11_542
    assert {envelope.author for envelope in envelopes} == {None}
    assert json.loads(raws[0].body)["extra"]["airline"] == "Virgin America"


def test_a_row_with_nothing_but_an_id_says_nobody():
    bare = clean({"id": "17", "country": "DE"}, "people", Reading(constants={"country": "DE"}))
    more = clean({"id": "17", "city": "Ulm"}, "people", Reading())

    assert [one.reason for one in bare.problems] == ["Nothing says who this is: no name, mail or number"]
    assert more.problems == ()
