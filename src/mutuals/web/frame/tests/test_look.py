import zoneinfo
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from mutuals.web.frame.templatetags import look

NOW = datetime(2026, 11, 19, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 19, 9, 31, tzinfo=UTC), "09:31"),
        (datetime(2026, 11, 17, 20, 14, tzinfo=UTC), "Tue 20:14"),
        (datetime(2026, 9, 9, 8, 0, tzinfo=UTC), "9 Sep"),
        (datetime(2024, 9, 9, 8, 0, tzinfo=UTC), "9 Sep 2024"),
        (NOW + timedelta(days=2), "21 Nov"),
    ],
)
def test_a_moment_is_as_short_as_is_clear(moment, words):
    assert look.short(moment, NOW) == words


def test_a_time_is_in_the_users_zone_and_says_which():
    moment = datetime(2024, 7, 17, 20, 14, tzinfo=UTC)

    with timezone.override(zoneinfo.ZoneInfo("Asia/Kathmandu")):
        shown = look.when(moment)

    assert shown == (
        '<time datetime="2024-07-18T01:59:00+05:45" title="Thu 18 Jul 2024, 01:59 Asia/Kathmandu">18 Jul 2024</time>'
    )


def test_no_time_is_nothing():
    assert look.when(None) == ""
    assert look.clock(None) == ""


def test_numbers_are_parted_and_unknown_is_a_dash():
    assert look.num(11542) == "11,542"
    assert look.num(0) == "0"
    assert look.num(None) == "–"


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (Decimal("2184.00"), "EUR", "€2,184"),
        (Decimal("12.5"), "GBP", "£12.50"),
        (Decimal("-80"), "USD", "-$80"),
        (Decimal("80"), "SEK", "80 SEK"),
        (None, "EUR", "–"),
    ],
)
def test_an_amount_carries_its_currency(value, currency, words):
    assert look.money(value, currency) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Bea Solmar", "BS"),
        ("Maria del Mar Ruiz", "MR"),
        ("@steamhead", "ST"),
        ("Ø", "Ø"),
        ("", "?"),
        (None, "?"),
        ("😀", "?"),
    ],
)
def test_a_face_has_two_letters_or_a_question_mark(name, letters):
    assert look.initials(name) == letters


def test_a_face_keeps_its_colour():
    tints = {look.tint(n) for n in range(200)}

    assert tints == {1, 2, 3, 4, 5, 6}
    assert look.tint("Bea") == look.tint("Bea")


def test_a_ring_says_its_state_and_how_sure():
    assert 'aria-label="suggested, 78 %"' in look.ring("suggested", 0.78)
    assert 'aria-label="proven"' in look.ring("proven", 0.99)


def test_an_unknown_state_claims_the_least_and_carries_no_markup():
    shown = look.ring('"><script>', 3)

    assert "script" not in shown
    assert 'class="cring suggested"' in shown
    assert "100 %" in shown


def test_a_missing_build_names_the_command(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="make frontend"):
        look.built("src/main.ts", tmp_path)


def test_a_built_file_is_found_by_its_source(tmp_path):
    (tmp_path / "manifest.json").write_text('{"src/main.ts": {"file": "assets/main-x.js"}}')

    found = look.built("src/main.ts", tmp_path)

    assert found == "build/assets/main-x.js"
    with pytest.raises(ImproperlyConfigured, match=r"no src/other\.ts"):
        look.built("src/other.ts", tmp_path)
