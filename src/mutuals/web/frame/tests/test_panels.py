"""What other screens show on the page of a record."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mutuals.web.frame import panels
from mutuals.web.frame.panels import ANY, Panel


@pytest.fixture
def told(monkeypatch):
    """Two screens with panels of their own."""
    first = SimpleNamespace(PANELS=[Panel(20, ["case"], "side", lambda request, row, key: f"<p>{key}</p>")])
    second = SimpleNamespace(
        PANELS=[
            Panel(10, [ANY], "side", lambda request, row, key: "<b>any</b>"),
            Panel(10, ["case"], "head", lambda request, row, key: "<i>head</i>"),
        ]
    )
    monkeypatch.setattr(panels.found, "parts", lambda folders, part: [first, second])
    panels._of.cache_clear()
    yield
    panels._of.cache_clear()


def test_a_page_shows_its_own_panels_and_those_of_every_page_in_their_order(told):
    row = SimpleNamespace(pk=12)
    assert panels.shown(None, "case", row, "side") == "<b>any</b><p>case:12</p>"
    assert panels.shown(None, "case", row, "head") == "<i>head</i>"
    assert panels.shown(None, "deal", row, "side") == "<b>any</b>"
    assert panels.shown(None, "deal", row, "head") == ""
