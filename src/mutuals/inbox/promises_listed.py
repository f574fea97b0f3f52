"""Questions about promises: lists by whose they are, counts, and those of a person, a case or another record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet, Value

from mutuals.base import clock
from mutuals.base.lists import Unseen
from mutuals.conversations.models import Conversation
from mutuals.inbox.models import Case, Promise, PromiseState
from mutuals.inbox.promises import of_case, visible_to
from mutuals.people.models import Person
from mutuals.staff.models import User

TABS = ("mine", "team", "late", "all")
_TALKS = 5_000  # conversations of one person that are looked through
RELATED = ("person__canonical", "conversation__opener__person__canonical", "owner", "case", "conversation__turn")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which promises a list shows; "" and None = all. `late` are open ones whose moment is over, whoever sees to them."""

    tab: str = "all"
    state: str = PromiseState.OPEN
    person_ids: Sequence[int] | None = None
    case: Case | None = None
    conversation_id: int | None = None
    about: str = ""


def one(viewer: User, number: int) -> Promise | None:
    """A promise that the viewer may see."""
    rows = visible_to(viewer).select_related(*RELATED)
    return rows.filter(pk=number).first() if 0 < number < 2**63 else None


def about_person(viewer: User, person: Person) -> QuerySet[Promise]:
    """What was promised to a person, wherever their records were before they were merged; newest first."""
    return visible_to(viewer).filter(_to_them(person)).select_related(*RELATED).order_by("-pk")


def in_case(viewer: User, case: Case) -> QuerySet[Promise]:
    """What was promised in a case, newest first."""
    told = of_case(case).values("pk")
    return visible_to(viewer).filter(pk__in=told).select_related(*RELATED).order_by("-pk")


def waiting_for(user: User) -> int:
    """How many late promises this user is to keep, and how many are due within the day: the number on the rail, at most 100."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM inbox_promise WHERE owner_id = %s AND state = 'open'"
            " AND due_at < %s LIMIT 100) t",
            [user.pk, clock.now() + timedelta(days=1)],
        )
        return int(cursor.fetchone()[0])


def rows_of(viewer: User, asked: Asked, now: datetime) -> QuerySet[Promise]:
    """The promises of a list, in no order."""
    rows = visible_to(viewer)
    rows = rows.filter(due_at__lt=now) if asked.tab == "late" else of_whom(rows, asked.tab, viewer)
    state = PromiseState.OPEN if asked.tab == "late" else asked.state
    if state:
        rows = rows.filter(state=state)
    if asked.person_ids is not None:
        rows = rows.filter(made_to(asked.person_ids))
    if asked.case is not None:
        rows = rows.filter(pk__in=of_case(asked.case).values("pk"))
    if asked.conversation_id is not None:
        rows = rows.filter(conversation=asked.conversation_id)
    return rows.filter(about=asked.about) if asked.about else rows


def of_whom(rows: QuerySet[Promise], tab: str, viewer: User) -> QuerySet[Promise]:
    """Those of some promises that are the viewer's ("mine"), their teams' ("team"), or all. Unseen: another word."""
    if tab not in ("mine", "team", "all"):
        raise Unseen("Promises are: mine, team, all.")
    if tab == "all":
        return rows
    return rows.filter(owner=viewer) if tab == "mine" else rows.filter(owner__in=_team_of(viewer))


def made_to(person_ids: Sequence[int]) -> Q:
    """Made to some people: by name, or in a conversation that one of them began before anybody knew who they are."""
    ids = list(person_ids)
    began = Conversation.objects.filter(opener__person__in=ids).values_list("pk", flat=True)[:_TALKS]
    return Q(person__in=ids) | Q(person=None, conversation__in=list(began))


def _to_them(person: Person) -> Q:
    """The same of one person over the whole cluster, in one statement less."""
    same = Person.objects.filter(canonical_id=person.canonical_id).order_by().values_list("pk", Value(0))
    talks = Conversation.objects.filter(opener__person__canonical_id=person.canonical_id).order_by()
    told = list(same.union(talks.values_list("pk", Value(1))[:_TALKS], all=True))
    ids, began = [pk for pk, kind in told if not kind], [pk for pk, kind in told if kind]
    return Q(person__in=ids) | Q(person=None, conversation__in=began)


def _team_of(viewer: User) -> list[int]:
    rows = User.objects.filter(teams__in=viewer.team_ids()).values_list("pk", flat=True)
    return sorted({viewer.pk, *rows})
