"""Lists as somebody likes them: under a name, and the columns that they usually have.

The view without a name holds a user's columns of one kind of record; nobody else sees it, and it is on no list of views.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import SavedView, Team, User

MOST = 100
LONGEST = 2000


def visible_to(viewer: Any, record: str) -> QuerySet[SavedView]:
    """One's own views of one kind of record, and those that others share, all of which have a name."""
    return _seen(viewer, record).exclude(name="")


def with_usual(viewer: Any, record: str) -> list[SavedView]:
    """The same, and the nameless view of one's own columns where there is one; for `columns_in`."""
    return list(_seen(viewer, record))


def columns_in(views: Sequence[SavedView], viewer: Any) -> list[str]:
    """The columns that this user usually has, by the views of `with_usual`; [] = those of the list."""
    own = next((one for one in views if not one.name and one.owner_id == viewer.pk), None)
    return parse_qs(own.query).get("col", []) if own else []


def keep_columns(names: Sequence[str], *, record: str, by: User) -> None:
    """The columns that a user has on the lists of a record from now on; none: those of the list."""
    query = urlencode([("col", name) for name in names])
    if not names:
        SavedView.objects.filter(owner=by, record=record, name="").delete()
    elif len(query) <= LONGEST:
        SavedView.objects.update_or_create(owner=by, record=record, name="", defaults={"query": query})


def _seen(viewer: Any, record: str) -> QuerySet[SavedView]:
    own = viewer.pk if isinstance(viewer, User) and viewer.is_active else 0
    shared = Q(shared=True) | Q(team__in=Team.objects.filter(members=own)) if own else Q(pk__in=[])
    return SavedView.objects.filter(Q(owner_id=own) | shared, record=record).order_by("name", "pk")


def keep(name: str, *, record: str, query: str, by: User, shared: bool = False, team: Team | None = None) -> SavedView:
    """Keep a list under a name, for oneself, for everybody (`shared`) or for a team of one's own.

    Refused: a name one uses already, a list too long for an address, the 101st view, a team of others.
    """
    if team is not None and team.pk not in by.team_ids():
        raise Refusal("A view is shared with teams of one's own.", fields={"team": "You are not in this team."})
    label = one_line(name, what="Name", longest=80)
    if len(query) > LONGEST:
        raise Refusal("This list is too long for an address. Use fewer filters.")
    if SavedView.objects.filter(owner=by).exclude(name="").count() >= MOST:
        raise Refusal(f"You have {MOST} views already. Remove one first.")
    try:
        with transaction.atomic():
            return SavedView.objects.create(owner=by, record=record, name=label, query=query, shared=shared, team=team)
    except IntegrityError as error:
        raise Refusal(f"You have a view {label} already.", fields={"name": "This name is used already."}) from error


def drop(view: SavedView, *, by: User) -> None:
    """Remove one's own view. Refused for somebody else's."""
    if view.owner_id != by.pk:
        raise Refusal("Only who made a view can remove it.")
    view.delete()
