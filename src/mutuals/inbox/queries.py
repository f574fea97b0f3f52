"""Questions about whose turn it is. What a viewer may not see does not exist for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from mutuals.base.patience import TooSlow, within
from mutuals.conversations.arrived import SPEAKING
from mutuals.history import queries as history
from mutuals.history.models import Direction, Interaction, Status
from mutuals.inbox.asking import ASKING
from mutuals.inbox.models import Turn, TurnState
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, scope

Place = tuple[datetime, int]
TABS = ("mine", "unassigned", "team", "all")
MOST = 10_000
LARGE = 5_000  # conversations of a queue from which on they are not looked up one by one
COUNTING = 0.7  # seconds after which counting is given up
MOST_OF_SOURCE = 1_000  # the source stands beside each conversation, in a row of its own
_NEWEST = ("-moved_at", "-conversation_id")


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


class Line(NamedTuple):
    """One conversation as a list prints it: a third of the cost of a Turn with all that it leads to."""

    id: int
    network: str
    is_public: bool
    pillar: str
    state: str
    unread: int
    moved_at: datetime
    waiting_since: datetime | None
    assignee_id: int | None
    assignee: str | None
    messages: int
    snippet: str
    subject: str
    opener_network: str | None
    opener_key: str | None
    opener_name: str | None
    opener_shown: str | None
    person_id: int | None
    person: str | None


_OPENER = "conversation__opener__"
_LINE = (
    "conversation_id", "network", "is_public", "pillar", "state", "unread", "moved_at", "waiting_since", "assignee_id",
    "assignee__name", "conversation__message_count", "conversation__snippet", "conversation__subject", f"{_OPENER}network",
    f"{_OPENER}key", f"{_OPENER}name", f"{_OPENER}shown", f"{_OPENER}person__canonical_id", f"{_OPENER}person__canonical__name",
)  # fmt: skip
_RELATED = ("conversation__opener__person__canonical", "conversation__source", "assignee", "team")


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


def timeline(viewer: User, profile_ids: Sequence[int], **asked: Any) -> history.Walk:
    """`history.queries.timeline` as this user may read it: a contractor, what stands in their own conversations."""
    reach = scope(viewer, "conversation.view")
    return history.Walk() if reach is Scope.NONE else history.timeline(profile_ids, within=_own(viewer, reach), **asked)


def timeline_lines(
    viewer: User, profile_ids: Sequence[int], **asked: Any
) -> tuple[list[history.Line], history.Place | None]:
    """`history.queries.lines` as this user may read it."""
    reach = scope(viewer, "conversation.view")
    return ([], None) if reach is Scope.NONE else history.lines(profile_ids, within=_own(viewer, reach), **asked)


def _own(viewer: User, reach: Scope) -> history.Within | None:
    if reach is Scope.ALL:
        return None
    return history.Within(visible_to(viewer).values("pk"), is_large=own_up_to(viewer, LARGE) == LARGE)


def own_up_to(user: User, most: int) -> int:
    """How many conversations are this user's or nobody's in their teams, in any state; counted up to `most`."""
    free = Turn.objects.filter(assignee=None)
    parts = [Turn.objects.filter(assignee=user), *(free.filter(team=team) for team in user.team_ids())]
    found = 0
    for rows in parts:
        found += rows[: most - found].count() if found < most else 0
    return found


def turns(viewer: User, asked: Asked, *, after: Place | None = None, limit: int = 50) -> Listed:
    """One page of the list, walked by (moved_at, conversation); the rows carry all that a record shows of them."""
    rows, more = _page(viewer, asked, after, limit)
    return Listed(list(rows.select_related(*_RELATED)), more)


def lines(
    viewer: User, asked: Asked, *, after: Place | None = None, limit: int = 50
) -> tuple[list[Line], Place | None]:
    """The same page as a screen prints it, and where the next one begins."""
    rows, more = _page(viewer, asked, after, limit)
    return [Line(*row) for row in rows.values_list(*_LINE)], more


def line(viewer: User, asked: Asked, number: int) -> Line | None:
    """One conversation as the list prints it, if the list shows it at all."""
    for rows in _asked(viewer, asked):
        found = rows.filter(pk=number).values_list(*_LINE).first()
        if found is not None:
            return Line(*found)
    return None


def _page(viewer: User, asked: Asked, after: Place | None, limit: int) -> tuple[QuerySet[Turn], Place | None]:
    """The turns of one page, newest first, and the place of the last one if there are more."""
    walks = [_past(rows, after).order_by(*_NEWEST) for rows in _asked(viewer, asked)]
    places = sorted((at for rows in walks for at in rows.values_list("moved_at", "pk")[: limit + 1]), reverse=True)
    more = places[limit - 1] if len(places) > limit else None
    return Turn.objects.filter(pk__in=[number for _, number in places[:limit]]).order_by(*_NEWEST), more


def _past(rows: QuerySet[Turn], after: Place | None) -> QuerySet[Turn]:
    if not after:
        return rows
    return rows.filter(
        Q(moved_at__lt=after[0]) | Q(moved_at=after[0], conversation_id__lt=after[1]), moved_at__lte=after[0]
    )


def counts(viewer: User, asked: Asked) -> dict[str, tuple[int, bool] | None]:
    """How many turns each tab holds under the same filters: (n, exact), counted up to 10,000; one query.

    Under the filter of a source they are counted up to 1,000. None: under these filters they could not be counted in
    `COUNTING` seconds, so nobody knows.
    """
    most = MOST_OF_SOURCE if asked.source_id is not None else MOST
    parts: dict[str, list[tuple[str, tuple[Any, ...]]]] = {}
    for tab in TABS:
        queries = [rows.order_by().values("pk")[: most + 1].query for rows in _asked(viewer, replace(asked, tab=tab))]
        parts[tab] = [query.sql_with_params() for query in queries]
    once = list(dict.fromkeys(part for of_tab in parts.values() for part in of_tab))  # tabs share parts
    try:
        found = dict(zip(once, _counted(once, is_filtered=asked != Asked(asked.tab, asked.state)), strict=True))
    except TooSlow:
        return dict.fromkeys(TABS)
    sums = {tab: sum(found[part] for part in of_tab) for tab, of_tab in parts.items()}
    return {tab: (min(n, most), n <= most) for tab, n in sums.items()}


def _counted(parts: list[tuple[str, tuple[Any, ...]]], *, is_filtered: bool) -> list[int]:
    """Each part counted; without filters every row hits, which takes no time."""
    sql = ", ".join(["1", *(f"(SELECT count(*) FROM ({part}) t)" for part, _ in parts)])  # noqa: S608  Django's own
    with within(min(COUNTING, settings.PATIENCE), "") if is_filtered else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value for _, values in parts for value in values])
        return list(cursor.fetchone()[1:])


def waiting_for(user: User) -> int:
    """How many open turns wait for this user: the number on the rail, at most 100. Asked for every page, so in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM inbox_turn WHERE assignee_id = %s AND state = %s LIMIT 100) t",
            [user.pk, TurnState.OPEN.value],
        )
        return int(cursor.fetchone()[0])


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


def answered_at(turn: Turn) -> datetime | None:
    """When the newest answer of ours was given that stands: not taken back, not failed, not deleted."""
    ours = Interaction.objects.filter(conversation_id=turn.pk, direction=Direction.OUT, deleted_at=None)
    standing = ours.exclude(status__in=[Status.CANCELLED, Status.FAILED])
    return standing.order_by("-occurred_at", "-id").values_list("occurred_at", flat=True).first()


def unanswered(turn: Turn, since: datetime | None) -> Interaction | None:
    """Their oldest word that stands after a moment (None = ever): since when they wait, if they do."""
    theirs = Interaction.objects.filter(
        conversation_id=turn.pk, direction=Direction.IN, deleted_at=None, kind__in=ASKING
    ).order_by("occurred_at", "id")
    return (theirs.filter(occurred_at__gt=since) if since else theirs).first()


def last_from_them(turn: Turn) -> Interaction | None:
    """The newest message from outside: what an answer answers. A like is none, nor a report that a mail came back."""
    rows = Interaction.objects.filter(
        conversation_id=turn.pk, direction=Direction.IN, deleted_at=None, kind__in=SPEAKING
    )
    rows = rows.exclude(extra__has_key="bounce")
    return rows.select_related("profile").order_by("-occurred_at", "-id").first()
