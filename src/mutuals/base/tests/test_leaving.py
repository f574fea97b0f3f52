"""Rooms take part in one person's way out in the order of their turns, whoever registered first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mutuals.base import leaving
from mutuals.base.leaving import WORDS, Leaver, Part

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "_parts", {})


def test_turns_go_by_their_numbers_and_a_room_may_have_two(registry: None) -> None:
    done: list[str] = []

    def doing(name: str, number: int) -> Callable[[Leaver], leaving.Counts]:
        def erase(_them: Leaver) -> leaving.Counts:
            done.append(name)
            return {name: number}

        return erase

    leaving.register(Part("kettles", erase={WORDS + 1: doing("kettles left", 1), 1: doing("kettles", 2)}))
    leaving.register(Part("words", erase={WORDS: doing("words", 3)}, typed="SELECT 1"))

    told = leaving.erased(Leaver(None, NOW))

    assert done == ["kettles", "words", "kettles left"]
    assert told == {"kettles": {"kettles": 2, "kettles left": 1}, "words": {"words": 3}}
    assert [part.room for part in leaving.parts()] == ["words", "kettles"]


def test_what_a_lower_room_found_is_known_to_those_above_it(registry: None) -> None:
    def found(them: Leaver) -> dict[str, list[int]]:
        them.said = [4, 5]
        return {"words": them.said}

    leaving.register(Part("words", export=found))
    leaving.register(Part("kettles", export=lambda them: {"kettles": [one * 10 for one in them.said]}))
    leaving.register(Part("empty", typed="SELECT 1"))

    assert leaving.exported(Leaver(None, NOW)) == {"words": {"words": [4, 5]}, "kettles": {"kettles": [40, 50]}}
