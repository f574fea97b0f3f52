"""Questions about whose turn it is. What a viewer may not see does not exist for them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

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
    walks = [_past(rows, after).order_by("-moved_at", "-conversation_id") for rows in _asked(viewer, asked)]
    related = ("conversation__opener__person__canonical", "conversation__source", "assignee", "team")
    if len(walks) == 1:
        found = list(walks[0].select_related(*related)[: limit + 1])
    else:
        places = sorted((at for rows in walks for at in rows.values_list("moved_at", "pk")[: limit + 1]), reverse=True)
        by_id = Turn.objects.select_related(*related).in_bulk([number for _, number in places[: limit + 1]])
        found = [by_id[number] for _, number in places[: limit + 1] if number in by_id]
    more = (found[limit - 1].moved_at, found[limit - 1].pk) if len(found) > limit else None
    return Listed(found[:limit], more)


def _past(rows: QuerySet[Turn], after: Place | None) -> QuerySet[Turn]:
    if not after:
        return rows
    return rows.filter(
        Q(moved_at__lt=after[0]) | Q(moved_at=after[0], conversation_id__lt=after[1]), moved_at__lte=after[0]
    )


def counts(viewer: User, asked: Asked) -> dict[str, tuple[int, bool]]:
    """How many turns each tab holds under the same filters: (n, exact), counted up to 10,000; one query."""
    parts, values = [], list[Any]()
    for tab in TABS:
        sums = ["0"]
        for rows in _asked(viewer, replace(asked, tab=tab)):
            sql, parameters = rows.order_by().values("conversation_id")[: MOST + 1].query.sql_with_params()
            sums.append(f"(SELECT count(*) FROM ({sql}) t)")  # noqa: S608  Django's own SQL
            values += parameters
        parts.append(" + ".join(sums))
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


def _asked(viewer: User, asked: Asked) -> list[QuerySet[Turn]]:
    """What a list shows, in parts that share no row, each of which one index holds in the list's order.

    As one condition ("mine, or nobody's in one of my teams") PostgreSQL would fetch all of it to sort it.
    """
    reach, teams = scope(viewer, "conversation.view"), sorted(viewer.team_ids())
    mine, free = Turn.objects.filter(assignee=viewer), Turn.objects.filter(assignee=None)
    nobodys = [free.filter(team=team) for team in teams]
    if reach is Scope.NONE:
        return []
    of_all = reach is Scope.ALL
    if asked.tab == "mine":
        parts = [mine]
    elif asked.tab == "unassigned":
        parts = [free] if of_all else nobodys
    elif asked.tab == "team":
        parts = (
            [Turn.objects.filter(team=team) for team in teams] if of_all else [mine.filter(team__in=teams), *nobodys]
        )
    else:
        parts = [Turn.objects.all()] if of_all else [mine, *nobodys]
    return [_narrowed(rows, asked) for rows in parts] if teams or asked.tab != "team" else []


def _narrowed(rows: QuerySet[Turn], asked: Asked) -> QuerySet[Turn]:
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
