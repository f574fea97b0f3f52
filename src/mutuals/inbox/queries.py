"""Questions about whose turn it is. What a viewer may not see does not exist for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from mutuals.history.models import Direction, Interaction
from mutuals.inbox.models import Turn, TurnState
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, scope

Place = tuple[datetime, int]
TABS = ("mine", "unassigned", "team", "all")
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which turns a list shows. Empty means all."""

    tab: str = "all"
    state: str = TurnState.OPEN
    network: str = ""
    pillar: str = ""
    public: bool | None = None
    assignee_id: int | None = None
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the inbox, newest word first."""

    turns: list[Turn] = field(default_factory=list)
    after: Place | None = None


def visible_to(user: User) -> QuerySet[Turn]:
    """Turns this user may know of: all, or for a contractor what is theirs or unassigned in their teams."""
    reach = scope(user, "conversation.view")
    if reach is Scope.ALL:
        return Turn.objects.all()
    if reach is Scope.OWN:
        return Turn.objects.filter(Q(assignee=user) | Q(assignee=None, team__in=user.team_ids()))
    return Turn.objects.none()


def turns(viewer: User, asked: Asked, *, after: Place | None = None, limit: int = 50) -> Listed:
    """One page of the list, walked by (moved_at, conversation); the rows carry all that the list prints."""
    rows = _asked(viewer, asked).order_by("-moved_at", "-conversation_id")
    if after:
        rows = rows.filter(
            Q(moved_at__lt=after[0]) | Q(moved_at=after[0], conversation_id__lt=after[1]), moved_at__lte=after[0]
        )
    related = ("conversation__opener__person__canonical", "conversation__source", "assignee", "team")
    found = list(rows.select_related(*related)[: limit + 1])
    more = (found[limit - 1].moved_at, found[limit - 1].pk) if len(found) > limit else None
    return Listed(found[:limit], more)


def counts(viewer: User, asked: Asked) -> dict[str, tuple[int, bool]]:
    """How many turns each tab holds under the same filters: (n, exact), counted up to 10,000; one query."""
    parts, values = [], list[Any]()
    for tab in TABS:
        rows = _asked(viewer, Asked(tab, asked.state, asked.network, asked.pillar, asked.public))
        try:
            sql, parameters = rows.order_by().values("conversation_id")[: MOST + 1].query.sql_with_params()
        except EmptyResultSet:  # Django sees that nothing can be found: a user without a team
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) t)")  # noqa: S608  Django's own SQL
        values += parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        found = cursor.fetchone()
    return {tab: (min(n, MOST), n <= MOST) for tab, n in zip(TABS, found, strict=True)}


def waiting_for(user: User) -> int:
    """How many open turns wait for this user: the number on the rail, at most 100."""
    return Turn.objects.filter(assignee=user, state=TurnState.OPEN)[:100].count()


def held_by(user: User) -> int:
    """How many conversations that are not closed are this user's."""
    return Turn.objects.filter(assignee=user).exclude(state=TurnState.CLOSED).count()


def _asked(viewer: User, asked: Asked) -> QuerySet[Turn]:
    rows = visible_to(viewer)
    if asked.tab == "mine":
        rows = rows.filter(assignee=viewer)
    elif asked.tab == "unassigned":
        rows = rows.filter(assignee=None)
    elif asked.tab == "team":
        rows = rows.filter(team__in=viewer.team_ids())
    for name, value in (
        ("state", asked.state),
        ("network", asked.network),
        ("pillar", asked.pillar),
        ("is_public", asked.public),
        ("assignee_id", asked.assignee_id),
        ("conversation__source_id", asked.source_id),
    ):
        if value not in ("", None):
            rows = rows.filter(**{name: value})
    return rows


def last_from_them(turn: Turn) -> Interaction | None:
    """The newest message from outside: what an answer answers. A report that a mail came back is none."""
    rows = Interaction.objects.filter(conversation_id=turn.pk, direction=Direction.IN, deleted_at=None)
    rows = rows.exclude(extra__has_key="bounce")
    return rows.select_related("profile").order_by("-occurred_at", "-id").first()
