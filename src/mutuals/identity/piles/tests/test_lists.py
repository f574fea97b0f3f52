"""Lists of many structures: whoever is a stranger for a reason stays one, and no structure is known to the code by name."""

from __future__ import annotations

import random

import pytest

from mutuals.identity.piles import dedupe, silent
from mutuals.identity.piles.tests import lists
from mutuals.identity.piles.tests.test_dedupe import brought, together

SHOWN = {
    "plain": (lists.plain, {}, 0.99, 0.93),
    "many slips": (lists.plain, {"slips": 0.3}, 0.97, 0.9),
    "name and telephone": (lists.plain, {"columns": ("given", "family", "phone")}, 0.99, 0.5),
    "name and city": (lists.plain, {"columns": ("given", "family", "city")}, 0.97, 0.4),
    "twins": (lists.twins, {}, 0.97, 0.93),
    "juniors": (lists.juniors, {}, 0.97, 0.8),
    "namesakes": (lists.namesakes, {}, 0.98, 0.9),
    "homes": (lists.homes, {}, 0.95, 0.8),
    "two scripts": (lists.scripts, {}, 0.99, 0.93),
}
"""List -> how it is made, the least precision, the least recall."""


def resolved(folder, make, count, seed, **how):
    """The pairs that are one, and those that were held to be one."""
    records = make(lists.Country(random.Random(seed)), count, **how)
    found = dedupe.resolve(brought(folder, records), seed=7, told=silent)
    return together([record["who"] for record in records]), together(found.labels)


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_joined_is_one_person_in_lists_of_any_structure(tmp_path, name):
    make, how, precise, found = SHOWN[name]

    true, held = resolved(tmp_path, make, 400, 1, **how)

    assert len(true & held) >= precise * len(held)
    assert len(true & held) >= found * len(true)


@pytest.mark.parametrize("make", [lists.namesakes, lists.homes])
def test_in_a_list_without_doubles_nobody_is_joined(tmp_path, make):
    true, held = resolved(tmp_path, make, 400, 1, share=0)

    assert (true, held) == (set(), set())
