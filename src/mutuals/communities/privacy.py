"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from mutuals.base import undo
from mutuals.base.models import Entry
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.communities.queries import roots
from mutuals.communities.rollups import recount
from mutuals.people.privacy import Holder

TYPED = """
SELECT 'idea:' || id, 'title, text or reason', owner_id, concat_ws(' ', title, text, reason, custom::text)
    FROM communities_idea WHERE titled_by = '' OR text <> '' OR reason <> '' OR custom <> '{}'
UNION ALL SELECT 'idea:' || idea_id, 'what somebody asked for', NULL::bigint, words FROM communities_asker WHERE words <> ''
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder) -> dict[str, Any]:
    """What they asked for, with their words, and what they voted for. Words of messages are in the history."""
    asked = Asker.objects.filter(profile__in=who.profile_ids).order_by("pk")
    voted = Vote.objects.filter(person__in=who.person_ids).order_by("pk")
    return {
        "asked for": list(
            asked.values("idea_id", "idea__title", "idea__state", "at", "said_in", "words", "told", "told_at")
        ),
        "votes": list(voted.values("idea_id", "idea__title", "idea__state", "at")),
    }


def erase(who: Holder) -> dict[str, int]:
    """Their votes, and that they asked. An idea that only they asked for, in their own words as its title, goes whole; a title
    in their words under which others ask too is taken away. Called before their profiles and messages go.
    """
    profiles, persons = list(who.profile_ids), list(who.person_ids)
    asked = Asker.objects.filter(profile__in=profiles)
    voted = Vote.objects.filter(person__in=persons)
    touched = {*asked.values_list("idea", flat=True), *voted.values_list("idea", flat=True)}
    gone = theirs_alone(persons, profiles)
    Entry.objects.filter(about__in=[f"idea:{number}" for number in gone]).update(data={})
    theirs = list(Idea.objects.filter(_in_their_words(profiles)).exclude(pk__in=gone))
    undo.forget([f"idea:{number}" for number in (*gone, *(row.pk for row in theirs))])
    for row in theirs:
        Idea.objects.filter(pk=row.pk).update(title=f"Idea {row.pk}", title_key=f"idea {row.pk}", titled_by="")
    told = {"asked for ideas": asked.delete()[0], "votes for ideas": voted.delete()[0]}
    told["ideas"] = Idea.objects.filter(pk__in=gone).delete()[1].get("communities.Idea", 0)
    recount(roots(touched - set(gone)).values())
    return told


def theirs_alone(person_ids: Sequence[int], profile_ids: Sequence[int]) -> list[int]:
    """Ideas whose title is a message of these profiles, to which nobody has added anything: no text, asker, vote, merge."""
    others = Asker.objects.filter(idea=OuterRef("pk")).exclude(profile__in=profile_ids)
    votes = Vote.objects.filter(idea=OuterRef("pk")).exclude(person__in=person_ids)
    rows = Idea.objects.filter(_in_their_words(profile_ids), ~Exists(others), ~Exists(votes), text="")
    alone = rows.filter(merged_into=None).exclude(Exists(Idea.objects.filter(merged_into=OuterRef("pk"))))
    return sorted(alone.values_list("pk", flat=True))


def _in_their_words(profile_ids: Sequence[int]) -> Q:
    theirs = Asker.objects.filter(idea=OuterRef("pk"), said_in=OuterRef("titled_by"), profile__in=profile_ids)
    return ~Q(titled_by="") & Q(Exists(theirs))
