"""Claim: a page of people where three relations meet, p95 <= 250 ms over all kinds of conditions, at a million people.

The database is that of `fill_crm`. `make bench ARGS=crm_lists SCALE=full`.
"""

from __future__ import annotations

import random
import time
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.rows import END, SEED
from benchmarks.world import Effort, Figure, World, percentile
from mutuals.base.filters import from_json, record, said
from mutuals.base.patience import TooSlow
from mutuals.people.queries import list_people
from mutuals.records import definitions
from mutuals.records.models import CustomField

CONDITIONS = 90
Told = dict[str, Any]


def measure(world: World) -> list[Figure]:
    """The first page of fifty by name, each condition once after the tables were read; those of A3 apart."""
    _make_fields(world)
    viewer, chance, zone = world.viewer("lead"), random.Random(SEED), ZoneInfo("UTC")
    asked = [("A3", a3(chance)) for _ in range(20)] + [("any", mixed(chance)) for _ in range(CONDITIONS)]
    times: dict[str, list[tuple[float, int, Told]]] = {"A3": [], "any": []}
    spent: dict[str, list[float]] = {"A3": [], "any": []}
    given_up = 0
    for is_warm in (False, True):
        for kind, told in asked if is_warm else asked[:12:3] + asked[20::9]:
            start, effort = time.perf_counter(), Effort()
            try:
                with effort:
                    rows = len(list_people(viewer, where=from_json(told), zone=zone, now=END).rows)
            except TooSlow:
                rows, given_up = -1, given_up + is_warm
            if is_warm:
                times[kind].append(((time.perf_counter() - start) * 1000, rows, told))
                spent[kind].append((effort.python + effort.database) * 1000)
    figures = []
    for kind, found in times.items():
        ms = [one[0] for one in found]
        slowest, rows, told = max(found, key=lambda one: one[0])
        words = said(from_json(told), record("person"))
        cpu = f"CPU median {percentile(spent[kind], 0.5):.0f}, p95 {percentile(spent[kind], 0.95):.0f} ms"
        note = (
            f"median {percentile(ms, 0.5):.0f}, n={len(ms)}; {cpu}; slowest {slowest:.0f} ms with {rows} rows: {words}"
        )
        name = "a deal, no order and a mention" if kind == "A3" else "any three relations"
        figures.append(Figure(f"people by {name}, p95", percentile(ms, 0.95), "ms", "<= 250", note))
    figures.append(Figure("of them given up", float(given_up), "", "<= 0", ""))
    return figures


def _make_fields(world: World) -> None:
    """The fields of the house's own making, whose values were filled in."""
    for kind in ("person", "organisation"):
        if not CustomField.objects.filter(record=kind, key="seats").exists():
            definitions.add(kind, by=world.viewer("owner"), now=END, label="Seats", kind="number")


def a3(chance: random.Random) -> Told:
    """The condition of requirement A3 with other figures each time."""
    return _all(
        _any("deals", "outcome:empty", f"amount:over:{chance.choice([2000, 5000, 8000])}"),
        _none("bought", f"placed:last:{chance.choice([60, 90, 180])}"),
        _any("interactions", "mood:is:negative", f"occurred:last:{chance.choice([14, 30, 90])}"),
    )


def mixed(chance: random.Random) -> Told:
    """Three of the relations, with rare and common things to ask of each."""
    days = chance.choice([7, 30, 90, 365])
    euros = {"field": "currency", "op": "is", "value": "EUR"}
    article = f"Article {chance.choice([3, 50, 200, 390])}"
    choices: list[Told] = [
        _any("deals", "outcome:empty", f"amount:over:{chance.choice([500, 2000, 9000])}"),
        _any("deals", f"outcome:is:{chance.choice(['won', 'lost'])}", f"ended:last:{days}"),
        _any("deals", f"expected:next:{days}", "owner:is:me", "outcome:empty"),
        _none("deals", f"opened:last:{days}"),
        _any("bought", f"placed:last:{days}", f"total:over:{chance.choice([50, 300, 900])}"),
        _none("bought", f"placed:last:{days}"),
        {
            "field": "bought",
            "op": "atleast",
            "amount": chance.choice([2, 4, 6]),
            "value": _all(f"placed:last:{days * 2}"),
        },
        {"field": "bought", "op": "atleast", "amount": 500, "of": "total", "value": _all(euros, f"placed:last:{days}")},
        _any("bought", {"field": "line", "op": "any", "value": _all(f"article:is:{article}")}, f"placed:last:{days}"),
        _any("interactions", f"mood:is:{chance.choice(['negative', 'positive'])}", f"occurred:last:{days}"),
        _any("interactions", "network:is:email", f"occurred:last:{days}"),
        _none("interactions", f"occurred:last:{days}"),
        _any("cases", "state:is:open", f"priority:in:{chance.choice(['high|urgent', 'urgent'])}"),
        _none("cases", f"opened:last:{days}"),
        _any("organisation", f"custom.seats:is:{chance.randrange(0, 200, 5)}"),
    ]
    names: set[str] = set()
    picked: list[Told] = []
    for one in chance.sample(choices, len(choices)):
        if one["field"] not in names and len(picked) < 3:
            names.add(one["field"])
            picked.append(one)
    plain = chance.choice([[], ["stage:is:customer"], ["city:is:Porto"], ["tags:has:vip"]])
    return _all(*picked, *plain)


def _all(*parts: Any) -> Told:
    return {"all": list(parts)}


def _any(field: str, *parts: Any) -> Told:
    return {"field": field, "op": "any", "value": _all(*parts)}


def _none(field: str, *parts: Any) -> Told:
    return {"field": field, "op": "none", "value": _all(*parts)}
