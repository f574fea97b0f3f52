"""Lists as somebody likes them, under a name."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import SavedView, User

MOST = 100
LONGEST = 2000


def visible_to(viewer: Any, record: str) -> QuerySet[SavedView]:
    """One's own views of one kind of record, and those that others share."""
    own = viewer.pk if isinstance(viewer, User) and viewer.is_active else 0
    shared = Q(shared=True) if own else Q(pk__in=[])
    return SavedView.objects.filter(Q(owner_id=own) | shared, record=record).order_by("name", "pk")


def keep(name: str, *, record: str, query: str, by: User, shared: bool = False) -> SavedView:
    """Keep a list under a name. Refused: a name one uses already, a list too long for an address, the 101st view."""
    label = one_line(name, what="Name", longest=80)
    if len(query) > LONGEST:
        raise Refusal("This list is too long for an address. Use fewer filters.")
    if SavedView.objects.filter(owner=by).count() >= MOST:
        raise Refusal(f"You have {MOST} views already. Remove one first.")
    try:
        with transaction.atomic():
            return SavedView.objects.create(owner=by, record=record, name=label, query=query, shared=shared)
    except IntegrityError as error:
        raise Refusal(f"You have a view {label} already.", fields={"name": "This name is used already."}) from error


def drop(view: SavedView, *, by: User) -> None:
    """Remove one's own view. Refused for somebody else's."""
    if view.owner_id != by.pk:
        raise Refusal("Only who made a view can remove it.")
    view.delete()
