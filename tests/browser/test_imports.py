"""Bringing a file and thinking better of it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.capture.imports import running
from mutuals.capture.models import Import
from mutuals.channels.models import Source

pytestmark = pytest.mark.browser
POSTS = "id,text,author_id,public\n1,My kettle leaks,9,yes\n2,Mine sings,8,yes\n"
PEOPLE = "Name,Telefon\nBea Solmar,0221 1234567\nBo Solmar,+49 221 7654321\n"


def faults(walker: Walker) -> list[str]:
    walker.page.evaluate(AXE.read_text())
    found = walker.page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id))")
    return list(found)


def brought(walker: Walker, name: str, content: str) -> None:
    walker.go("/imports/")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    walker.page.set_input_files("#id_file", file)
    walker.page.get_by_role("button", name="Upload and read").click()
    expect(walker.page.get_by_role("button", name="Check the file")).to_be_visible()


def cut_off(walker: Walker) -> list[str]:
    """Buttons beside the preview that do not lie within the screen, on a desk and on a phone."""
    found = []
    for width in (1440, 360):
        walker.page.set_viewport_size({"width": width, "height": 900})
        for button in walker.page.locator(".go button").all():
            place = button.bounding_box()
            if place is None or place["x"] < 0 or place["x"] + place["width"] > width:
                found.append(f"{width}: {button.inner_text()}")
    walker.page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_old_posts_are_checked_as_history_and_taken_away_again(walker: Walker, town: Town) -> None:
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)
    brought(walker, "old.csv", POSTS)

    walker.page.get_by_label("History only").check()
    asked = faults(walker)
    walker.page.get_by_role("button", name="Check the file").click()
    expect(walker.page.locator("#progress")).to_be_visible()
    running.check_now(Import.objects.latest("pk").pk)
    expect(walker.page.get_by_role("button", name="Import 2 rows as history")).to_be_visible()
    kept = walker.page.get_by_label("History only").is_checked()
    beyond = cut_off(walker)
    walker.page.get_by_role("button", name="Remove: it never ran").click()
    expect(walker.page.locator("[data-toast]")).to_contain_text("old.csv is gone from here")

    assert (asked, beyond, kept, walker.said) == ([], [], True, [])
    assert not Import.objects.exists()
    assert not Source.objects.filter(name="old").exists()


def test_the_country_of_numbers_is_asked_for_beside_one_of_them(walker: Walker, town: Town) -> None:
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)
    brought(walker, "people.csv", PEOPLE)

    asked = walker.page.get_by_label("Country of numbers without one")
    expect(walker.page.locator("main")).to_contain_text("Such as 0221 1234567.")
    asked.fill("DE")
    found = faults(walker)
    walker.page.get_by_role("button", name="Remove: it never ran").click()
    expect(walker.page.locator("[data-toast]")).to_contain_text("people.csv is gone from here")

    assert (found, walker.said) == ([], [])
    assert not Import.objects.exists()
