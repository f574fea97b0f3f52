"""The fields that forms share."""

from datetime import date

from django.utils import translation

from mutuals.web.frame.forms import DayInput


def test_a_day_is_shown_as_the_browsers_field_reads_it_in_every_language() -> None:
    with translation.override("en-gb"):
        shown = DayInput().render("on", date(2026, 11, 3))

    assert 'type="date"' in shown
    assert 'value="2026-11-03"' in shown
