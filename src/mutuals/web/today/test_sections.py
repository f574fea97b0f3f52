"""Sections of Today that other screens tell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils.safestring import mark_safe

from mutuals.web.today import sections
from mutuals.web.today.sections import SIDE, Body, Section


def body(words, **more):
    return lambda request: Body(mark_safe(f"<p>{words}</p>"), **more)


@pytest.fixture
def told(monkeypatch):
    """Two screens with sections of their own, one of which has nothing to show."""
    first = SimpleNamespace(SECTIONS=[Section(20, "Your tasks", body("tasks", waits=2, first="/tasks/1/"))])
    second = SimpleNamespace(
        SECTIONS=(
            Section(10, "Promises", body("promises", waits=1)),
            Section(30, "Mentions", lambda request: None),
            Section(5, "Beside", body("beside"), SIDE),
        )
    )
    monkeypatch.setattr(sections.found, "parts", lambda folders, part: [first, second])
    sections._all.cache_clear()
    yield
    sections._all.cache_clear()


def test_sections_stand_in_their_order_and_the_first_that_has_an_address_is_begun_with(told):
    shown = sections.of(None)

    assert [(section.id, section.where, body.html, body.waits) for section, body in shown] == [
        ("h-beside", "side", "<p>beside</p>", 0),
        ("h-promises", "main", "<p>promises</p>", 1),
        ("h-your-tasks", "main", "<p>tasks</p>", 2),
    ]
    assert sections.first_of(shown) == "/tasks/1/"
