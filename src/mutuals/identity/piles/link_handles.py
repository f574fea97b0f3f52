"""Links of a file that knows handles only: every reading of every handle against the names of the people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mutuals.identity.model.decide import Rule
from mutuals.identity.model.spelled import Claim, Spelled
from mutuals.identity.piles import Told
from mutuals.identity.piles.link_marks import name_of
from mutuals.identity.piles.link_words import clue, contender
from mutuals.identity.piles.tables import Table
from mutuals.identity.reading import handles

MOST, MOST_PEOPLE = 100_000, 1_000_000
"""Profiles that are read in every way, and people of the list; larger files are compared by keys."""
_TELLING = frozenset(
    ("name", "given_name", "family_name", "display_name", "email", "phone", "website", "city", "bio", "organisation")
)
_LINES = 50_000
_ALONE = frozenset(("family", "given", "short", "initials"))
"""Ways that say one part of a name only."""
_TOGETHER = 2.0  # bits from other handles that speak for themselves


def only_handles(people: Table, profiles: Table) -> bool:
    """Nothing but handles and networks tells of the profiles, and they are not too many to be read in every way."""
    few = profiles.rows <= MOST and people.rows <= MOST_PEOPLE
    return few and not _TELLING & set(profiles.columns) and "handle" in profiles.columns


def by_handles(people: Table, profiles: Table, rule: Rule, told: Told) -> Iterator[Mapping[str, Any]]:
    """Lines for each profile, in order."""
    person_ids, names = list[str](), []
    for record in people.records():
        person_ids.append(record["id"])
        names.append(name_of(record))
    ids, read = list[str](), []
    for record in profiles.records():
        ids.append(record["id"])
        network = record.get("network", "")
        read.append((network, handles.read(record.get("handle", "").split(";")[0], network)))
    found = Spelled(names, read, told=lambda done, total: told("reading handles", done, total))
    best = dict[int, list[Claim]]()
    for claim in found.claims():
        best.setdefault(claim.handle, []).append(claim)
    for start in range(0, len(ids), _LINES):
        yield _part(ids[start : start + _LINES], start, best, person_ids, rule)


def _part(
    ids: list[str], start: int, best: dict[int, list[Claim]], person_ids: list[str], rule: Rule
) -> Mapping[str, Any]:
    part: dict[str, list[Any]] = {"profile_id": ids}
    for name in ("person_id", "decision", "probability", "margin", "evidence"):
        part[name] = []
    for number in range(start, start + len(ids)):
        claims = best.get(number, [])
        first = claims[0] if claims else None
        margin = claims[0].bits_before(claims[1]) if len(claims) > 1 else None
        part["person_id"].append(person_ids[first.person] if first else None)
        part["decision"].append(_verdict(first, margin, rule))
        part["probability"].append(round(first.probability, 6) if first else 0.0)
        part["margin"].append(None if margin is None else round(margin, 3))
        part["evidence"].append(_told(claims, margin, person_ids, rule))
    return part


def _told(claims: list[Claim], margin: float | None, person_ids: list[str], rule: Rule) -> str:
    if not claims:
        return "[]"
    found = [json.dumps(one, ensure_ascii=False) for one in _evidence(claims[0], len(person_ids))]
    if margin is not None and margin < rule.margin:
        found.insert(-1, contender(person_ids[claims[1].person], margin))
    return f"[{', '.join(found)}]"


def _verdict(first: Claim | None, margin: float | None, rule: Rule) -> str:
    if first is None or first.probability < rule.review:
        return "leave"
    two = first.way not in _ALONE or first.together >= _TOGETHER
    sure = first.probability >= rule.link and (margin is None or margin >= rule.margin) and two
    return "link" if sure else "review"


def _evidence(first: Claim, pool: int) -> list[dict[str, Any]]:
    around = "" if first.kind == "whole" else f", with more around it ({first.kind})"
    words = f"“{first.text}” spells the name ({first.way}){around}"
    found = [clue("spelled", words, first.bits - first.together, "name")]
    if abs(first.together) >= 0.05:
        said = (
            "another handle of the file is this person's too"
            if first.together > 0
            else ("another handle of this network is likelier this person's")
        )
        found.append(clue("other handles", said, first.together, "handle"))
    return [*found, clue("pool", f"among {pool:,} people", 0.0, "pool")]
