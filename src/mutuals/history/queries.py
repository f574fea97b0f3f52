"""Questions about the contact history. Lists are walked by key, never by offset."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from mutuals.conversations.models import Conversation
from mutuals.history.models import Attachment, Interaction, Revision

Place = tuple[datetime, int]
"""Where a walk stands: (occurred_at, id) of the last row that was shown."""


def people_in(conversation_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """Who spoke in each conversation, opened it, or was written to by us, as (network, key); two queries."""
    found: dict[int, set[tuple[str, str]]] = {}
    spoke = Interaction.objects.filter(conversation__in=conversation_ids, profile__isnull=False)
    opened = Conversation.objects.filter(pk__in=conversation_ids, opener__isnull=False)
    for number, network, key in [
        *spoke.values_list("conversation_id", "profile__network", "profile__key").distinct(),
        *opened.values_list("pk", "opener__network", "opener__key"),
    ]:
        found.setdefault(number, set()).add((network, key))
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which interactions of a timeline to show; empty means all."""

    kinds: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    public: bool | None = None

    def where(self) -> tuple[str, list[Any]]:
        """The condition as SQL on `i`, with its parameters."""
        parts, values = [], list[Any]()
        for column, wanted in (
            ("kind", self.kinds),
            ("network", self.networks),
            ("direction", self.directions),
            ("outcome", self.outcomes),
        ):
            if wanted:
                parts.append(f"i.{column} = ANY(%s)")
                values.append(list(wanted))
        if self.public is not None:
            parts.append("i.is_public = %s")
            values.append(self.public)
        return "".join(f" AND {part}" for part in parts), values


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Walk:
    """One page of a walk: rows in their order, and where to go on (None = the end)."""

    rows: list[Interaction] = field(default_factory=list)
    after: Place | None = None


class Within(NamedTuple):
    """The only conversations that count, as a question for their ids. Of `many` each row is asked about on its own.

    A large queue that was given away at once is unknown to the planner, which would read all of it for each profile; by
    a small one the few rows of a busy customer are found at once.
    """

    conversations: QuerySet[Any, Any]
    is_large: bool

    def where(self) -> tuple[str, list[Any]]:
        """The condition as SQL on `i`, with its parameters."""
        if self.is_large:
            sql, values = self.conversations.filter(pk=RawSQL("i.conversation_id", ())).query.sql_with_params()
            return f" AND (SELECT true FROM ({sql} LIMIT 1) own)", list(values)  # noqa: S608  Django's own
        sql, values = self.conversations.query.sql_with_params()
        return f" AND i.conversation_id IN ({sql})", list(values)


def timeline(
    profile_ids: Sequence[int],
    *,
    wanted: Wanted = ALL,
    after: Place | None = None,
    limit: int = 50,
    within: Within | None = None,
) -> Walk:
    """The newest interactions of some profiles, newest first: one index scan a profile, merged; two small queries.

    The first query finds ids inside the index order, the second fetches the rows that are shown with who and where.
    `within`: were others left out after the walk, a page would be short or empty though more follows.
    """
    if not profile_ids:
        return Walk()
    sql, values = _newest(profile_ids, wanted, after, limit + 1, within)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        ids = [int(row[0]) for row in cursor.fetchall()]
    return _walk(ids, limit)


class Line(NamedTuple):
    """One interaction as a screen prints it, without the records around it. `text` is its first 1,200 characters."""

    id: int
    occurred_at: datetime
    profile_id: int | None
    conversation_id: int | None
    by_id: int | None
    by: str  # name of the colleague; "" = none, or gone
    channel: str
    network: str
    kind: str
    direction: str
    status: str
    is_public: bool
    is_deleted: bool
    subject: str
    text: str
    outcome: str
    url: str


_LINE = """
    i.id, i.occurred_at, i.profile_id, i.conversation_id, i.by_id,
    coalesce((SELECT coalesce(nullif(u.name, ''), u.email) FROM staff_user u WHERE u.id = i.by_id), ''),
    coalesce((SELECT c.name FROM channels_channel c WHERE c.id = i.channel_id), ''),
    i.network, i.kind, i.direction, i.status, i.is_public, i.deleted_at IS NOT NULL, i.subject,
    left(i.text, 1200), i.outcome, i.url
"""


def lines(
    profile_ids: Sequence[int],
    *,
    wanted: Wanted = ALL,
    after: Place | None = None,
    limit: int = 50,
    within: Within | None = None,
) -> tuple[list[Line], Place | None]:
    """The same as `timeline` in one statement, and where to go on: fifty records cost more than all else on a page.

    Without a join, for the planner took four times as long to weigh them as the server took to answer.
    """
    if not profile_ids:
        return [], None
    newest, values = _newest(profile_ids, wanted, after, limit + 1, within)
    sql = f"""
        SELECT {_LINE} FROM history_interaction i WHERE i.id = ANY(ARRAY(SELECT n.id FROM ({newest}) n))
        ORDER BY i.occurred_at DESC, i.id DESC
    """  # noqa: S608  the parts are ours, the values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = [Line(*row) for row in cursor.fetchall()]
    return found[:limit], (found[limit - 1].occurred_at, found[limit - 1].id) if len(found) > limit else None


def _newest(
    profile_ids: Sequence[int], wanted: Wanted, after: Place | None, limit: int, within: Within | None
) -> tuple[str, list[Any]]:
    """The statement for id and time of the newest interactions of some profiles, and its parameters."""
    where, values = wanted.where()
    if within is not None:
        allowed, named = within.where()
        where, values = where + allowed, [*values, *named]
    past = " AND (i.occurred_at, i.id) < (%s, %s)" if after else ""
    sql = f"""
        SELECT t.id, t.occurred_at FROM unnest(%s::bigint[]) AS p(id) CROSS JOIN LATERAL (
            SELECT i.id, i.occurred_at FROM history_interaction i
            WHERE i.profile_id = p.id{past}{where}
            ORDER BY i.occurred_at DESC, i.id DESC LIMIT %s
        ) t ORDER BY t.occurred_at DESC, t.id DESC LIMIT %s
    """  # noqa: S608  the parts are ours, the values are parameters
    return sql, [list(profile_ids), *(after or ()), *values, limit, limit]


def thread(conversation: Conversation, *, before: Place | None = None, limit: int = 50) -> Walk:
    """The newest messages of a conversation, newest first, from `before` on backwards."""
    rows = Interaction.objects.filter(conversation=conversation).order_by("-occurred_at", "-id")
    if before:
        rows = rows.filter(
            Q(occurred_at__lt=before[0]) | Q(occurred_at=before[0], id__lt=before[1]), occurred_at__lte=before[0]
        )
    found = list(rows.select_related("by", "channel", "profile__person__canonical")[: limit + 1])
    after = (found[limit - 1].occurred_at, found[limit - 1].pk) if len(found) > limit else None
    return Walk(found[:limit], after)


def count_of(profile_ids: Sequence[int], *, most: int = 10_000) -> tuple[int, bool]:
    """How many interactions some profiles have: (n, exact); counting stops after `most`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM history_interaction WHERE profile_id = ANY(%s) LIMIT %s) t",
            [list(profile_ids), most + 1],
        )
        n = int(cursor.fetchone()[0])
    return min(n, most), n <= most


def attachments(interactions: Sequence[Interaction]) -> dict[int, list[Attachment]]:
    """Files by interaction id, in one query."""
    found: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(interaction_id__in=[one.pk for one in interactions]).order_by("pk"):
        found.setdefault(row.interaction_id, []).append(row)
    return found


def revisions(interaction: Interaction) -> QuerySet[Revision]:
    """What an interaction said before, newest first."""
    return Revision.objects.filter(interaction_id=interaction.pk).order_by("-until")


def _walk(ids: list[int], limit: int) -> Walk:
    shown = ids[:limit]
    rows = Interaction.objects.filter(pk__in=shown).select_related("profile", "by", "channel", "conversation")
    by_id = {row.pk: row for row in rows}
    ordered = [by_id[number] for number in shown if number in by_id]
    after = (ordered[-1].occurred_at, ordered[-1].pk) if len(ids) > limit and ordered else None
    return Walk(ordered, after)
