"""What follows from what was received: the step of the walk after everybody knows whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mutuals.history.keep import Kept
from mutuals.history.models import Direction
from mutuals.people.models import Profile
from mutuals.rules import engine
from mutuals.rules.fire import fire
from mutuals.rules.registry import Event


def received(kept: Sequence[Kept]) -> int:
    """Judge what others said and was stored just now; returns how many rules fired.

    Left out: our own words, edits, deletions, and what was brought in to be known only.
    """
    said = news(kept)
    if not said:
        return 0
    now = max(one.placed.arrived.received_at for one in said)
    rules = engine.compiled("received", now=now)
    if not rules.rules:
        return 0
    matches = rules.matches([_event(one) for one in said])
    return fire(_with_people(matches, said), now=now) if matches else 0


def news(kept: Sequence[Kept]) -> list[Kept]:
    """What is judged of a batch."""
    return [
        one
        for one in kept
        if one.is_new and one.interaction_id and one.direction is Direction.IN and not one.placed.arrived.is_history
    ]


def _event(one: Kept) -> Event:
    return Event(
        f"interaction:{one.interaction_id}", "received", one.placed.arrived.received_at, one.interaction_id,
        one.placed.conversation_id,
    )  # fmt: skip


def _with_people(matches: Sequence[engine.Match], news: Sequence[Kept]) -> list[engine.Match]:
    """Whose words they were is asked only of what fires."""
    profiles = {one.interaction_id: one.placed.profile_id for one in news}
    asked = {profiles[one.event.interaction_id] or 0 for one in matches}
    found = Profile.objects.filter(pk__in=asked, person__isnull=False).values_list("pk", "person__canonical_id")
    people = dict(found)
    return [
        replace(one, event=replace(one.event, person_id=people.get(profiles[one.event.interaction_id] or 0)))
        for one in matches
    ]
