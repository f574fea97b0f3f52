"""What the columns of a file mean."""

import pytest

from mutuals.identity.piles import Refused
from mutuals.identity.piles.words import FIELDS, Kind, meaning


def meant(*columns, kind=Kind.RECORDS, said=None, without=()):
    return meaning(columns, kind, said=said or {}, without=without, where="a.csv")


@pytest.mark.parametrize(
    ("heading", "ours"),
    [
        *((field, field) for field in FIELDS),
        ("unique_id", "id"),
        ("rec_id", "id"),
        ("Kd-Nr.", "id"),
        ("First Name", "given_name"),
        ("Vorname", "given_name"),
        ("prénom", "given_name"),
        ("surname", "family_name"),
        ("Apellidos", "family_name"),
        ("fullName", "name"),
        ("dob", "birth_date"),
        ("date_of_birth", "birth_date"),
        ("Geburtsdatum", "birth_date"),
        ("ZIP code", "postcode"),
        ("PLZ", "postcode"),
        ("suburb", "city"),
        ("address_1", "address"),
        ("Straße", "address"),
        ("E-Mail", "email"),
        ("Telefonnummer", "phone"),
        ("username", "handle"),
        ("Twitter", "handle"),
        ("platform", "network"),
        ("company", "organisation"),
        ("about me", "bio"),
        ("homepage", "website"),
        ("profile_url", "url"),
    ],
)
def test_common_headings_are_known(heading, ours):
    found = meant(heading, "something else")

    assert found.fields == {ours: (heading,)}


def test_what_has_no_word_of_ours_is_kept_under_a_name_that_every_engine_takes():
    found = meant("id", "Shoe size (EU)", "鞋", "鞋")

    assert found.extras == {"x_shoe_size_eu": "Shoe size (EU)", "x_column_2": "鞋", "x_column_3": "鞋"}


def test_several_columns_feed_an_address_and_only_the_first_a_name():
    found = meant("mail", "email 2", "name", "full name")

    assert found.fields == {"name": ("name",), "email": ("mail", "email 2")}
    assert found.extras == {"x_full_name": "full name"}


def test_what_was_said_comes_before_what_is_known():
    found = meant("name", "handle", "Twitter", said={"display_name": "name", "handle": "twitter"})

    assert found.fields == {"display_name": ("name",), "handle": ("Twitter",)}
    assert found.extras == {"x_handle": "handle"}


def test_a_column_left_out_is_nowhere():
    found = meant("id", "name", "cluster", without=["Cluster"])

    assert (found.fields, found.extras) == ({"id": ("id",), "name": ("name",)}, {})


def test_when_a_row_was_written_is_no_evidence():
    found = meant("id", "name", "Created At", "last_modified", "birthday")

    assert found.answers == ("Created At", "last_modified")
    assert found.extras == {}
    assert "birth_date" in found.fields


def test_a_slip_of_the_pen_is_guessed_and_not_believed():
    found = meant("id", "surnmae", "xyz")

    assert found.guesses == {"surnmae": "family_name"}
    assert "family_name" not in found.fields


@pytest.mark.parametrize(
    ("said", "without", "words"),
    [
        ({"emial": "Mail"}, (), "Did you mean “email”"),
        ({"email": "Maill"}, (), "Did you mean “Mail”"),
        ({"email": "Mail", "phone": "mail"}, (), "given to email and to phone"),
        ({}, ["Maill"], "Did you mean “Mail”"),
        ({"qqqq": "Mail"}, (), "There are: id, name"),
        ({"email": "qqqq"}, (), "It has: “id”, “Mail”."),
    ],
)
def test_a_choice_that_fits_nothing_is_refused_with_the_nearest_that_does(said, without, words):
    with pytest.raises(Refused) as refusal:
        meant("id", "Mail", said=said, without=without)

    assert words in str(refusal.value)


def test_a_thousand_headings_of_a_thousand_letters_are_refused_in_few_words():
    columns = [f"{number}" + "x" * 1_000 for number in range(1_000)]

    with pytest.raises(Refused) as refusal:
        meant(*columns, said={"email": "y" * 100_000})

    assert len(str(refusal.value)) < 1_500


@pytest.mark.parametrize(
    ("slip", "ours"), [("nmae", "name"), ("eamil", "email"), ("surnmae", "family_name"), ("ctiy", "city")]
)
def test_letters_that_changed_places_are_a_slip_of_the_pen(slip, ours):
    found = meant("id", slip)

    assert found.guesses == {slip: ours}


@pytest.mark.parametrize("heading", ["game", "shoe", "rank", "notes on hats"])
def test_another_word_is_no_slip_of_the_pen(heading):
    found = meant("id", heading)

    assert found.guesses == {}
