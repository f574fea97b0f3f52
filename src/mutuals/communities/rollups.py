"""What is counted on an idea, so that lists can sort by it: votes, who asked, and what these have bought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from mutuals.base import bulk
from mutuals.base.models import Entry
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.people.models import Person

RECOUNT = "communities.recount"
"""The job's name."""
FOLLOW = "communities.follow"
"""The job that follows who became one person, or two."""
_KINDS = ("person.merged", "person.unmerged", "person.split", "person.unsplit", "profile.linked", "profile.unlinked")
_BACK = timedelta(minutes=15)
_MOST = 2_000  # entries of one kind
_PIECE = 1_000  # ideas of one statement
_ALL = """
WITH RECURSIVE tree AS (
    SELECT id AS root, id FROM communities_idea WHERE id = ANY(%s::bigint[])
    UNION SELECT t.root, i.id FROM tree t JOIN communities_idea i ON i.merged_into_id = t.id
), voted AS (
    SELECT t.root, count(DISTINCT p.canonical_id) AS votes
    FROM tree t JOIN communities_vote v ON v.idea_id = t.id JOIN people_person p ON p.id = v.person_id GROUP BY t.root
), asked AS (
    SELECT DISTINCT t.root, p.canonical_id AS person, CASE WHEN p.id IS NULL THEN a.profile_id END AS profile,
        CASE WHEN a.profile_id IS NULL THEN a.said_in END AS said
    FROM tree t JOIN communities_asker a ON a.idea_id = t.id
    LEFT JOIN people_profile f ON f.id = a.profile_id LEFT JOIN people_person p ON p.id = f.person_id
), worth AS (
    SELECT a.root, count(*) AS askers, coalesce(sum(c.order_total), 0) AS worth,
        CASE count(DISTINCT c.order_currency) FILTER (WHERE c.order_currency <> '')
            WHEN 0 THEN '' WHEN 1 THEN max(c.order_currency) ELSE '*' END AS currency
    FROM asked a LEFT JOIN people_person c ON c.id = a.person GROUP BY a.root
), counted AS (
    SELECT t.id, coalesce(v.votes, 0) AS votes, coalesce(w.askers, 0) AS askers, coalesce(w.worth, 0) AS worth,
        coalesce(w.currency, '') AS currency
    FROM unnest(%s::bigint[]) AS t(id) LEFT JOIN voted v ON v.root = t.id LEFT JOIN worth w ON w.root = t.id
)
UPDATE communities_idea i
SET votes = c.votes, askers = c.askers, worth = c.worth, worth_currency = c.currency
FROM counted c
WHERE i.id = c.id AND (i.votes, i.askers, i.worth, i.worth_currency) IS DISTINCT FROM (c.votes, c.askers, c.worth, c.currency)
RETURNING i.id
"""


_UP = """
WITH RECURSIVE up AS (
    SELECT id, merged_into_id FROM communities_idea WHERE id = ANY(%s::bigint[])
    UNION SELECT i.id, i.merged_into_id FROM up u JOIN communities_idea i ON i.id = u.merged_into_id
) SELECT id FROM up
"""


def recount(idea_ids: Iterable[int]) -> int:
    """Count these ideas anew, each with all that were merged into it, in one statement; says how many changed.

    One person counts once, over all their presences and whoever was merged into them; an author whom nobody knows counts
    once for each message.
    """
    wanted = sorted(set(idea_ids))
    if not wanted:
        return 0
    numbers = bulk.numbers(wanted)
    return len(bulk.execute(_ALL, [numbers, numbers]))


def recount_all(timestamp: int = 0) -> int:
    """Every idea, in pieces, each in its own transaction: what people bought, and who was merged, changes what is counted."""
    del timestamp
    changed, last = 0, 0
    while True:
        piece = list(Idea.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_PIECE])
        if not piece:
            return changed
        changed, last = changed + recount(piece), piece[-1]


def follow(*, now: datetime) -> int:
    """Count the ideas anew of people who were merged, split or linked in the last quarter of an hour; says how many changed.

    It reads the journal, since those rooms stand below. What it does not reach is counted in the night.
    """
    abouts: set[str] = set()
    for kind in _KINDS:
        rows = Entry.objects.filter(kind=kind).order_by("-id").values_list("about", "at")[:_MOST]
        abouts.update(about for about, at in rows if at >= now - _BACK and about.startswith("person:"))
    roots = Person.objects.filter(pk__in=[int(about[7:]) for about in abouts]).values("canonical_id")
    people = list(Person.objects.filter(canonical_id__in=roots).values_list("pk", flat=True))
    asked = Asker.objects.filter(profile__person__in=people).values_list("idea", flat=True)
    voted = Vote.objects.filter(person__in=people).values_list("idea", flat=True)
    return recount(upwards({*asked, *voted}))


def upwards(idea_ids: Iterable[int]) -> list[int]:
    """These ideas, and all that they were merged into."""
    return [int(row[0]) for row in bulk.execute(_UP, [bulk.numbers(sorted(set(idea_ids)))])]
