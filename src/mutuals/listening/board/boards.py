"""Boards: topics and filters under a name, one's own or shared with roles; which opens first; what was deleted comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.base.refusals import Refusal, one_line
from mutuals.listening.models import Board, Listener, Topic
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import may, require

MOST, TOPICS = 100, 8
"""Boards of one user, and topics on one board."""


def visible_to(user: User) -> QuerySet[Board]:
    """One's own boards and those that are shared with one's role, by name."""
    if not may(user, "listening.view"):
        return Board.objects.none()
    return (
        Board.objects.filter(Q(owner=user) | Q(roles__contains=[user.role]), deleted_at=None)
        .select_related("owner")
        .order_by("name", "pk")
    )


def keep(
    name: str, *, topics: Sequence[int], query: str = "", roles: Sequence[str] = (), by: User, now: datetime
) -> Board:
    """Keep a board under a name. Refused: a name one has already, no topic, nine of them, a role that there is not."""
    require(by, "listening.view")
    label = one_line(name, what="Name", longest=80)
    numbers = list(dict.fromkeys(topics))
    there = set(Topic.objects.filter(pk__in=numbers, archived_at=None).values_list("pk", flat=True))
    numbers = [number for number in numbers if number in there]
    if not 1 <= len(numbers) <= TOPICS:
        raise Refusal(f"A board has one to {TOPICS} topics.", fields={"topics": f"Choose one to {TOPICS}."})
    if not set(roles) <= set(Role):
        raise Refusal("Choose roles of the list.", fields={"roles": "Choose roles of the list."})
    if len(query) > 500 or "\0" in query:
        raise Refusal("These filters are too long for an address.")
    if Board.objects.filter(owner=by, deleted_at=None).count() >= MOST:
        raise Refusal(f"You have {MOST} boards already. Delete one first.")
    try:
        with transaction.atomic():
            return Board.objects.create(
                owner=by, name=label, topics=numbers, query=query, roles=sorted(set(roles)), made_at=now
            )
    except IntegrityError as error:
        raise Refusal(f"You have a board “{label}” already.", fields={"name": "This name is taken."}) from error


def delete(board: Board, *, by: User, now: datetime) -> None:
    """Delete one's own board; `restore` brings it back. Refused for somebody else's."""
    require(by, "listening.view")
    if board.owner_id != by.pk:
        raise Refusal("Only who made a board can delete it.")
    Board.objects.filter(pk=board.pk, deleted_at=None).update(deleted_at=now)
    Listener.objects.filter(board=board).update(board=None)


def restore(board_id: int, *, by: User) -> Board:
    """Bring back one's own board. Refused: one that is not there, or whose name was taken meanwhile."""
    require(by, "listening.view")
    try:
        with transaction.atomic():
            row = Board.objects.select_for_update().filter(pk=board_id, owner=by).first()
            if row is None:
                raise Refusal("This board is not there any more.")
            row.deleted_at = None
            row.save(update_fields=["deleted_at"])
            return row
    except IntegrityError as error:
        raise Refusal("Another board of yours has this name now.") from error


def open_first(board: Board | None, *, by: User) -> None:
    """Which board Listening opens with; None = the first topic. Refused: one that one does not see."""
    require(by, "listening.view")
    if board is not None and not visible_to(by).filter(pk=board.pk).exists():
        raise Refusal("This board is not shared with you.")
    Listener.objects.update_or_create(user=by, defaults={"board": board})


def first_of(user: User) -> Board | None:
    """The board that opens first, where one was chosen and is still seen."""
    chosen = Listener.objects.filter(user=user).values("board")
    return visible_to(user).filter(pk__in=chosen).first()


def topics_on(board: Board) -> list[Topic]:
    """Its topics in their order, without those that were put away."""
    rows = Topic.objects.filter(archived_at=None).select_related("version").in_bulk(board.topics)
    return [rows[number] for number in board.topics if number in rows]
