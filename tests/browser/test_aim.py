"""Whom an answer goes to, in a real browser: a message that arrives meanwhile moves the composer before the eyes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import Town, Walker
from mutuals import flow
from mutuals.base import clock
from mutuals.capture import receive
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction

pytestmark = pytest.mark.browser


def arrives(town: Town, key: str, text: str, **more: object) -> Interaction:
    """A word by the real way in."""
    one = cast.event(key, text, at=clock.now(), **more)
    type(town.square).objects.filter(pk=town.square.pk).update(connector="webhook")
    receive.keep(town.square, [Raw(key=key, body=json.dumps(one).encode())], cursor=None, now=clock.now())
    flow.run(town.square.pk)
    type(town.square).objects.filter(pk=town.square.pk).update(connector="mastodon")
    return Interaction.objects.get(key=key)


def test_a_live_arrival_turns_a_private_answer_public_before_the_eyes(ada: Walker, town: Town) -> None:
    first = arrives(town, "aim-1", "My order 1234 is broken.", who="cem", public=False)
    ada.go(f"/inbox/{first.conversation_id}/?tab=all")
    page = ada.page
    expect(page.locator("[data-live-state][data-state=live]")).to_be_visible()
    expect(page.locator("[data-send-words]")).to_have_text("Reply privately as @kettleworks_care")
    page.keyboard.press("r")
    page.keyboard.type("We look into 1234.")

    arrives(town, "aim-2", "Mine is too!", who="dora", reply_to="aim-1")

    expect(page.locator("#aim-said")).to_contain_text("your answer now goes to them, in public.")
    expect(page.locator("[data-send-words]")).to_have_text("Reply publicly as @kettleworks_care")
    expect(page.locator("[data-warn]")).to_be_visible()
    expect(page.locator("#words")).to_have_value("We look into 1234.")
    assert not Interaction.objects.filter(conversation_id=first.conversation_id, direction="out").exists()
    assert ada.said == []


def test_a_tab_that_heard_nothing_is_refused_keeps_its_words_and_can_then_send(ada: Walker, town: Town) -> None:
    first = arrives(town, "aim-3", "My order 99 is broken.", who="eda", public=False)
    page = ada.page
    page.route("**/events/**", lambda route: route.abort())
    ada.go(f"/inbox/{first.conversation_id}/?tab=all")
    page.keyboard.press("r")
    page.keyboard.type("We look into 99.")
    arrives(town, "aim-4", "Mine is too!", who="fay", reply_to="aim-3")

    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-said")).to_contain_text("This would now be seen by everybody.")
    expect(page.locator("#words")).to_have_value("We look into 99.")
    expect(page.locator(".msgs")).to_contain_text("Mine is too!")
    expect(page.locator("[data-send-words]")).to_have_text("Reply publicly as @kettleworks_care")
    refused = Interaction.objects.filter(conversation_id=first.conversation_id, direction="out").count()
    page.locator("#words").fill("We look into both.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.out")).to_contain_text("We look into both.")

    expect(page.locator("#composer-said")).to_be_empty()
    assert refused == 0
    assert Interaction.objects.get(conversation_id=first.conversation_id, direction="out").is_public
