"""Listening in a browser: words are tried beside their form, and a board says nothing to the console."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import Town, Walker, sign_in
from mutuals.base import clock
from mutuals.listening import fill, topics
from mutuals.listening.models import Topic

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_words_are_tried_beside_the_form_and_boards_keep_to_the_policy(
    walker: Walker, town: Town, width: int, theme: str
) -> None:
    now = clock.now()
    if not Topic.objects.filter(name="Leaky").exists():
        told = [cast.event(f"t{n}", f"Why does lid {n} leak? http://t.co/x{n}", who=f"t{n}", at=now) for n in range(9)]
        cast.said(cast.source("Leaky square", owner=town.staff.olga), *told, now=now + timedelta(seconds=1))
        fill.fill(topics.make(topics.Wanted("Leaky", "leak*"), by=town.staff.lea, now=now).version_id)
    walker.page.set_viewport_size({"width": width, "height": 900})
    walker.page.emulate_media(color_scheme=theme)
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)

    walker.go("/listening/new/")
    walker.page.fill("#id_words", "leak* lid")
    walker.page.click("button:has-text('Try it')")
    expect(walker.page.locator("#sample")).to_contain_text("newest posts")
    at = walker.page.url
    typed = walker.page.input_value("#id_words")
    walker.page.fill("#id_words", "leak* AND (")
    expect(walker.page.locator("#sample")).to_contain_text("At letter")
    walker.said.clear()
    walker.go(f"/listening/{Topic.objects.get(name='Leaky').pk}/?days=7")
    walker.page.wait_for_timeout(1_500)

    said = list(walker.said)
    cut = walker.page.evaluate(
        "[...document.querySelectorAll('.tile > *')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    walker.page.screenshot(path=f"/tmp/topics-{width}-{theme}.png")
    assert at.endswith("/listening/new/")
    assert typed == "leak* lid"
    assert said == []
    assert walker.page.locator(".men").count() >= 9
    assert cut == []
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
