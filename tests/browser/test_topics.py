"""Listening in a browser: words are tried beside their form, and a board says nothing to the console."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import Town, Walker, sign_in
from mutuals.base import clock
from mutuals.listening.models import Topic
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.browser
SAID = (
    "Why does this lid leak?",
    "Third morning with a puddle, my kettle leaks at the spout",
    "Anybody else whose thermos is leaking in the bag?",
    "They sent a new seal and now nothing leaks any more, thank you",
    "A leak under the sink, and it was the jug all along",
    "Our office kettle leaked over the minutes of the meeting",
    "Does the blue one leak as well or only the red one",
    "leaks leaks leaks, I am done with this brand",
    "No leak after two years of camping. Well made!",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_words_are_tried_beside_the_form_and_boards_keep_to_the_policy(
    walker: Walker, town: Town, width: int, theme: str
) -> None:
    now = clock.now()
    if not Topic.objects.filter(name="Leaky").exists():
        told = [cast.event(f"t{n}", f"{text} http://t.co/x{n}", who=f"t{n}", at=now) for n, text in enumerate(SAID)]
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
    expect(walker.page.locator(".men")).to_have_count(len(SAID))

    said = list(walker.said)
    cut = walker.page.evaluate(
        "[...document.querySelectorAll('.tile > *')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert at.endswith("/listening/new/")
    assert typed == "leak* lid"
    assert said == []
    assert cut == []
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
