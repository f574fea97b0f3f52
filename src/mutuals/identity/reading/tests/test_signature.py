"""What a signature is read to say, and what is not taken for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.identity.reading.signature import MOST, Signature, handles, is_name, read

BEA = """Thank you, the grey one please.

--\x20
Bea Brand
Head of Water, Brand & Daughters
+351 912 345 678 | https://bea.example
Mastodon: @bea@town.example"""
ANNA = """Hallo, bitte.

Mit freundlichen Grüßen

Dr. Anna von der Heide
Leiterin Einkauf
Kesselwerke GmbH
Tel.: +49 (0)221 123456-78
www.kesselwerke.example | anna.heide@kesselwerke.example"""


def test_below_dashes_stand_name_work_number_site_and_account():
    found = read(BEA)

    assert found == Signature(
        name="Bea Brand",
        role="Head of Water",
        organisation="Brand & Daughters",
        phones=("+351912345678",),
        sites=("https://bea.example",),
        handles=(("mastodon", "bea@town.example"),),
    )


def test_a_closing_phrase_begins_a_signature_and_titles_are_no_part_of_a_name():
    found = read(ANNA)

    assert found == Signature(
        name="Anna von der Heide",
        role="Leiterin Einkauf",
        organisation="Kesselwerke GmbH",
        emails=("anna.heide@kesselwerke.example",),
        phones=("+4922112345678",),
        sites=("https://www.kesselwerke.example",),
    )


@pytest.mark.parametrize(
    ("closing", "name"),
    [
        ("Ok.\n\nCordialement,\nZoé Lefèvre", "Zoé Lefèvre"),
        ("Vale.\n\nUn cordial saludo\nMaría del Carmen Ruiz", "María del Carmen Ruiz"),
        ("Ok\nMet vriendelijke groet,\nJan-Piet van den Berg", "Jan-Piet van den Berg"),
        ("a\n\nС уважением,\nИван Петров", "Иван Петров"),
        ("了解しました。\nよろしくお願いいたします。\n山田太郎", "山田太郎"),
        ("شكرا.\n\nمع التحية،\nليلى حداد", "ليلى حداد"),
        ("Send it.\nThanks, Bo", "Bo"),
        ("Z poważaniem\nŁucja Kowalska", "Łucja Kowalska"),
    ],
)
def test_letters_are_signed_in_many_languages(closing, name):
    found = read(closing)

    assert found.name == name


@pytest.mark.parametrize(
    "closing",
    [
        "",
        "See this:\nlid <https://kettle.example/lid>",
        "Thanks for the lid.\nI will come back.",
        "Thank you!\nwhat about this one? https://kettle.example/lid",
        "Thanks!\nBea told me that the one at www.kettle.example is better than all of the others.",
        "Best,\n\nSent from my telephone",
        "-- \n",
    ],
)
def test_what_only_looks_like_a_signature_is_none(closing):
    found = read(closing)

    assert found is None


def test_a_last_paragraph_that_names_two_ways_to_reach_somebody_is_a_signature():
    found = read("The grey one.\n\nBea Brand\nbea.example\n@bea.bsky.social / twitter: beapours")

    assert (found.name, found.sites) == ("Bea Brand", ("https://bea.example",))
    assert set(found.handles) == {("bluesky", "bea.bsky.social"), ("twitter", "beapours")}


def test_accounts_named_in_a_biography_are_told_with_their_networks():
    found = handles(
        "🐘 @bea@town.example 🦋 bea.bsky.social, Twitter: @bea_x; she/her. Ask @beapours or bea@bea.example"
    )

    assert set(found) == {
        ("mastodon", "bea@town.example"),
        ("bluesky", "bea.bsky.social"),
        ("twitter", "bea_x"),
        ("", "beapours"),
    }


@pytest.mark.parametrize("line", ["Sent from my telephone", "bea brand", "Head of 3 things", "", "a" * 70, "@bea"])
def test_not_every_line_is_a_name(line):
    told = is_name(line)

    assert not told


@settings(max_examples=300)
@given(st.text(max_size=200), st.sampled_from(["\n-- \n", "\nBest,\n", "\n\n"]), st.text(max_size=400))
def test_no_text_from_outside_breaks_the_reading(before, mark, after):
    found = read(before + mark + after)

    if found is not None:
        assert len(found.name) <= 100
        assert all(len(told) <= MOST for told in (found.emails, found.phones, found.sites, found.handles))


@pytest.mark.parametrize(
    "piece", ["a", "@", "+1", "a@", "www.", ".", "x.y", "@a.b", "twitter ", "-", "\u202e", "\u0301", " ", "|", "00 1"]
)
def test_a_million_of_one_piece_is_read_at_its_end_only(piece):
    found = read(piece * 1_000_000 + "\n-- \nBea Brand\n" + piece * 300)

    assert found is None or found.name in ("", "Bea Brand")
