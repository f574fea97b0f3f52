"""Posts made plain, and their words."""

from __future__ import annotations

import pytest

from mutuals.text.normal import LONGEST, plain, said
from mutuals.text.words import MOST, tokens


@pytest.mark.parametrize(
    ("came", "is_plain"),
    [
        ("<p>Hello&nbsp;<b>there</b> &amp; thanks</p>", "Hello there & thanks"),
        ("a < b and b > a", "a < b and b > a"),
        ("sooooooooo gooood!!!!!!!!", "sooo goood!!!"),
        ("𝓰𝓻𝓮𝓪𝓽 ｗｉｄｅ", "great wide"),
        ("pay\u202eelttil\u202c now\u200b", "payelttil now"),
        ("z\u0338\u0322\u031b\u0315a\u0334\u0335\u0336l", "z\u0338a\u0334l"),
        ("love it 😍😍😍😍😍", "love it 😍😍😍"),
        ("\x00\x07 \n\t ", ""),
    ],
)
def test_a_post_is_made_plain(came, is_plain):
    assert plain(came) == is_plain


@pytest.mark.parametrize(
    "flood",
    [
        "a" * 1_000_000,
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ" * 4_000,
        "@somebody " * 10_000,
        "<" * 100_000,
        "&amp;" * 50_000,
        "#A" * 50_000,
        "a@" * 50_000,
        "1." * 50_000,
        "e\u0301\u0301\u0301" * 30_000,
        "\ufdfa" * 10_000,
        "𝓪" * 100_000,
        "(" * 50_000 + ")" * 50_000,
    ],
)
def test_floods_end_as_little(flood):
    line = plain(flood)

    assert len(line) <= LONGEST
    assert len(tokens(line)) <= MOST + 1
    assert all(len(token) < 50 for token in tokens(line))


def test_names_links_and_hashtags_are_read_as_what_they_are():
    found = tokens("@KestrelAir NOT happy. https://x.example/a me@mail.example #WorstAirlineEver 3rd")

    assert found == ["§a", "not", "¬happy", ".", "§u", "§m", "#", "worst", "airline", "ever", "0", "rd"]


def test_of_a_thousand_names_twenty_are_kept():
    assert tokens("@a hello " * 1_000).count("§a") == 20


def test_what_is_said_a_thousand_times_is_said_three_times():
    assert tokens("lid " * 1_000) == ["lid"] * 3
    assert len(tokens("😡" * 1_000)) == 3


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("I don't love it, sorry", ["love", "it"]),
        ("मुझे यह पसंद नहीं आया", ["आया"]),
        ("das ist nicht gut. danke", ["gut"]),
    ],
)
def test_what_is_denied_is_marked_up_to_the_end_of_the_clause(text, denied):
    assert [token[1:] for token in tokens(text) if token.startswith("¬")] == denied


def test_words_of_other_scripts_stay_whole():
    assert tokens("बहुत खराब सेवा") == ["बहुत", "खराब", "सेवा"]
    assert tokens("أسوأ خدمةٍ") == ["اسوا", "خدمه"]


def test_a_text_is_said_without_names_and_links():
    assert said("@ann see www.shop.example #sale").split() == ["see", "sale"]
