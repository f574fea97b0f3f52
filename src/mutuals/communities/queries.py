"""Questions about ideas: which ones somebody may see, lists, ones that are alike, who asked, and where to answer them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base import bulk, journal
from mutuals.base.lists import TOO_SLOW, listing, rows_of
from mutuals.base.lists import Asked as Narrowed
from mutuals.base.models import Entry
from mutuals.base.patience import TooSlow, within
from mutuals.communities.models import TOLD, Asker, Idea, IdeaState, Vote
from mutuals.history.models import Interaction
from mutuals.people.models import Person, Profile
from mutuals.people.names import fold
from mutuals.people.visibility import called, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, scope

SORTS = {"new": "id", "votes": "votes", "value": "worth"}
"""How lists are ordered, always downwards: the newest, most votes, most bought by those who asked."""
ALIKE = 5
_PATIENCE = 0.4  # seconds for ideas that are like some words
_ROOTS = """
WITH RECURSIVE up AS (
    SELECT id AS began, id, merged_into_id FROM communities_idea WHERE id = ANY(%s::bigint[])
    UNION SELECT u.began, i.id, i.merged_into_id FROM up u JOIN communities_idea i ON i.id = u.merged_into_id
) SELECT began, id FROM up WHERE merged_into_id IS NULL
"""
_TREE = """
WITH RECURSIVE tree AS (
    SELECT id FROM communities_idea WHERE id = ANY(%s::bigint[])
    UNION SELECT i.id FROM tree t JOIN communities_idea i ON i.merged_into_id = t.id
) SELECT id FROM tree ORDER BY id
"""
_ALIKE = """
SELECT i.id FROM communities_idea i
WHERE i.trashed_at IS NULL AND i.merged_into_id IS NULL AND (i.title_key %% %s OR %s <%% i.title_key)
ORDER BY greatest(similarity(i.title_key, %s), word_similarity(%s, i.title_key)) DESC, i.votes DESC, i.id DESC LIMIT %s
"""
_UNTOLD = """
SELECT count(DISTINCT coalesce('person ' || p.canonical_id, 'profile ' || a.profile_id, a.said_in)) FROM communities_asker a
LEFT JOIN people_profile f ON f.id = a.profile_id LEFT JOIN people_person p ON p.id = f.person_id
WHERE a.idea_id = ANY(%s::bigint[]) AND a.told <> %s
"""
_LAST = """
SELECT w.id, t.conversation_id, t.is_public FROM unnest(%s::bigint[]) AS w(id) CROSS JOIN LATERAL (
    SELECT i.conversation_id, i.is_public, i.occurred_at FROM people_person m
    JOIN people_profile f ON f.person_id = m.id CROSS JOIN LATERAL (
        SELECT x.conversation_id, x.is_public, x.occurred_at FROM history_interaction x
        WHERE x.profile_id = f.id AND x.conversation_id IS NOT NULL ORDER BY x.occurred_at DESC, x.id DESC LIMIT 1
    ) i WHERE m.canonical_id = w.id ORDER BY i.occurred_at DESC LIMIT 1
) t
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One who asked, as a screen prints it.

    `words` is what they said as it stands today; "" = it is not kept any more. `conversation_id` is where they spoke last, so
    where they are answered best; None = in none. `is_told` says that they were told of the state in which the idea is.
    """

    id: int
    at: datetime
    name: str
    person: Person | None
    profile: Profile | None
    words: str
    said_in: int | None
    is_public: bool
    conversation_id: int | None
    is_told: bool
    idea_id: int


def visible_to(viewer: Any) -> QuerySet[Idea]:
    """The ideas that `viewer` may see: all or none; without those in the trash and those that were merged away."""
    return with_gone(viewer).filter(trashed_at=None, merged_into=None)


def with_gone(viewer: Any) -> QuerySet[Idea]:
    """The same with what is in the trash or was merged into another one, to restore or part it."""
    return Idea.objects.all() if scope(viewer, "idea.view") is Scope.ALL else Idea.objects.none()


def listed(
    viewer: Any,
    *,
    state: str = "",
    text: str = "",
    product_id: int | None = None,
    owner: User | None = None,
    person_ids: Sequence[int] | None = None,
    sort: str = "new",
    before: tuple[Decimal | int, int] | None = None,
    limit: int = 50,
    asked: Narrowed | None = None,
) -> list[Idea]:
    """Ideas in the order of `sort`, downwards, walked by (value, id). `state` may be "open": neither done nor declined.

    `text` is a part of the title; `person_ids` those who asked or voted; `asked` narrows by a condition besides. TooSlow: those
    that fit were not found in time.
    """
    rows = rows_of(listing("idea"), asked) if asked is not None else visible_to(viewer)
    rows = rows.select_related("product", "owner")
    if state == "open":
        rows = rows.exclude(state__in=(IdeaState.DONE, IdeaState.DECLINED))
    elif state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(title_key__contains=fold(text) or text)
    if product_id is not None:
        rows = rows.filter(product=product_id)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if person_ids is not None:
        rows = rows.filter(pk__in=of_people(person_ids))
    column = SORTS.get(sort, "id")
    if before:
        value, pk = before
        is_after = Q(pk__lt=pk)
        if column != "id":
            rows = rows.filter(**{f"{column}__lte": value})  # where the index is entered
            is_after = Q(**{f"{column}__lt": value}) | is_after
        rows = rows.filter(is_after)
    order = ["-id"] if column == "id" else [f"-{column}", "-id"]
    with within(None, TOO_SLOW):
        return list(rows.order_by(*order)[:limit])


def of_people(person_ids: Sequence[int]) -> list[int]:
    """Ideas, as they stand now, that some people asked or voted for."""
    asked = Asker.objects.filter(profile__person__in=person_ids).values_list("idea", flat=True)
    voted = Vote.objects.filter(person__in=person_ids).values_list("idea", flat=True)
    return sorted(set(roots({*asked, *voted}).values()))


def root(number: int) -> int:
    """The idea that this one is now: itself, or what it was merged into, over any number of merges."""
    return roots([number]).get(number, number)


def roots(numbers: Iterable[int]) -> dict[int, int]:
    """The same for many, in one statement."""
    return {int(began): int(now) for began, now in bulk.execute(_ROOTS, [bulk.numbers(sorted(set(numbers)))])}


def tree(*numbers: int) -> list[int]:
    """These ideas and all that were merged into them, over any number of merges."""
    return [int(row[0]) for row in bulk.execute(_TREE, [bulk.numbers(numbers)])]


def alike(viewer: Any, words: str, *, limit: int = ALIKE) -> list[Idea]:
    """Ideas whose titles are like some words, by the letters of both or of the words within a title, the most alike first.

    None for fewer than three letters. Where looking takes more than 400 ms: those with the longest of the words and most votes.
    """
    key = fold(words)[:200]
    if len(key) < 3:
        return []
    try:
        with within(_PATIENCE, "Too many ideas are like this."):
            numbers = [int(row[0]) for row in bulk.execute(_ALIKE, [key] * 4 + [limit])]
    except TooSlow:
        return _with(max(key.split(), key=len), viewer, limit)
    found = visible_to(viewer).in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def _with(word: str, viewer: Any, limit: int) -> list[Idea]:
    try:
        with within(_PATIENCE, "Too many ideas are like this."):
            return list(visible_to(viewer).filter(title_key__contains=word).order_by("-votes", "-id")[:limit])
    except TooSlow:
        return []


def asked_in(viewer: Any, interaction_ids: Sequence[int]) -> dict[int, Idea]:
    """For messages in which somebody asked: the idea, as it stands now. Three statements, whatever their number."""
    keys = {f"interaction:{number}": number for number in interaction_ids}
    rows = list(Asker.objects.filter(said_in__in=list(keys)).order_by("-pk").values_list("said_in", "idea"))
    now = roots(idea for _, idea in rows) if rows else {}
    found = visible_to(viewer).in_bulk(now.values()) if rows else {}
    return {keys[said]: found[now[idea]] for said, idea in rows if now[idea] in found}


def askers(idea: Idea, viewer: Any, *, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[Asked]:
    """Who asked, over all that was merged into it, the newest first, walked by (at, id); with their words as they stand.

    Five statements for any number of them.
    """
    if scope(viewer, "idea.view") is not Scope.ALL:
        return []
    rows = Asker.objects.filter(idea__in=tree(idea.pk)).select_related("profile__person__canonical")
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    found = list(rows.order_by("-at", "-pk")[:limit])
    numbers = [_number(row) for row in found if row.said_in]
    said = Interaction.objects.only("text", "subject", "is_public", "conversation_id", "deleted_at").in_bulk(numbers)
    people = {row.profile.person.canonical_id for row in found if row.profile and row.profile.person}
    last = {row[0]: (row[1], row[2]) for row in bulk.execute(_LAST, [bulk.numbers(sorted(people))])} if people else {}
    full = sees_contacts(viewer)
    return [_asked(row, said.get(_number(row) if row.said_in else 0), last, idea, full) for row in found]


def to_tell(idea: Idea) -> int:
    """How many of those who asked have not been told of the state it is in, each once; 0 where there is nothing to tell."""
    if idea.state not in TOLD:
        return 0
    return int(bulk.execute(_UNTOLD, [bulk.numbers(tree(idea.pk)), idea.state])[0][0])


def voters(idea: Idea, *, limit: int = 50) -> list[Person]:
    """Who votes for it, as whom they are now, the newest first."""
    rows = Vote.objects.filter(idea__in=tree(idea.pk)).order_by("-pk").select_related("person__canonical")
    return list({row.person.canonical_id: row.person.canonical for row in rows[: limit * 2]}.values())[:limit]


def history_of(idea: Idea, viewer: Any, *, limit: int = 50) -> list[Entry]:
    """What was done with it, newest first, for those who may see it."""
    if scope(viewer, "idea.view") is not Scope.ALL:
        return []
    return list(journal.of(idea).filter(kind__startswith="idea.")[:limit])


def held_by(user: User) -> int:
    """How many ideas somebody looks after that are neither done nor declined."""
    ended = (IdeaState.DONE, IdeaState.DECLINED)
    return Idea.objects.filter(owner=user, trashed_at=None, merged_into=None).exclude(state__in=ended).count()


def _number(row: Asker) -> int:
    return int(row.said_in.partition(":")[2])


def _asked(row: Asker, said: Interaction | None, last: dict[int, tuple[int, bool]], idea: Idea, full: bool) -> Asked:
    profile = row.profile
    person = profile.person.canonical if profile and profile.person else None
    words, there = row.words, said if said is not None and said.deleted_at is None else None
    if row.said_in:
        words = (there.text or there.subject)[:1_200] if there else ""
    conversation = last.get(person.pk, (None, False))[0] if person else None
    who: Person | Profile | None = person or profile
    return Asked(
        id=row.pk,
        at=row.at,
        name=str(called(who, full=full)) if who else "Somebody whose name is not known",
        person=person,
        profile=profile,
        words=words,
        said_in=_number(row) if there else None,
        is_public=bool(there and there.is_public),
        conversation_id=conversation or (there.conversation_id if there else None),
        is_told=row.told == idea.state,
        idea_id=row.idea_id,
    )
