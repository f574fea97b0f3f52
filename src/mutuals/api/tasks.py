"""Tasks, calls and meetings; and the address of one's own calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import ANYBODY, user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import MOST_ID, Day, Done, Id, In, Line, Moment, Out, Page, PathId, Ref, Text
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.inbox import tasks, tasks_asked, tasks_feed, tasks_line, tasks_quick
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import LONGEST_NOTES, LONGEST_TITLE, MOST_AT, TaskIn, zone_of
from mutuals.people.models import Person
from mutuals.people.queries import cluster
from mutuals.staff import queries as staff
from mutuals.staff.models import Team, User

router = Resource("tasks")
KINDS = Literal["task", "call", "meeting"]
REPEATS = Literal["", "daily", "weekly", "monthly"]
OUTCOMES = Literal["", "done", "reached", "not reached", "left word", "held", "fell through"]
TaskTitle = Annotated[Line, Field(min_length=1, max_length=LONGEST_TITLE)]
TaskNotes = Annotated[Text, Field(max_length=LONGEST_NOTES)]
About = Annotated[str, Field(max_length=60, pattern=r"^([a-z][a-z0-9_]*:[1-9][0-9]{0,17})?$")]
MonthDay = Annotated[int, Field(strict=True, ge=1, le=31)]
Those = Annotated[list[Id], Field(max_length=MOST_AT)]


class TaskOut(Out):
    """One task. `due_at` is the moment from which it is late: of one that is due on a day (`due_on`) its end where whoever does
    it is, of one that begins at a moment that moment. `about` is the text key of its record. `follows_id`: the one before it.
    """

    id: int
    kind: KINDS
    title: str
    notes: str
    about: str
    person: Ref | None
    assignee: Ref | None
    team: Ref | None
    starts_at: datetime | None
    ends_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    remind_at: datetime | None
    done_at: datetime | None
    outcome: OUTCOMES
    result: str
    repeat: REPEATS
    repeat_day: int | None
    repeat_until: date | None
    follows_id: int | None
    made_by: str
    made_at: datetime
    trashed_at: datetime | None

    @classmethod
    def of(cls, row: Task) -> TaskOut:
        """A row with its person, assignee and team."""
        same = set(cls.model_fields) - {"id", "person", "assignee", "team"}
        person = row.person.canonical if row.person else None
        return cls(
            id=row.pk, person=Ref.of(person), assignee=Ref.of(row.assignee), team=Ref.of(row.team),
            **{name: getattr(row, name) for name in same},
        )  # fmt: skip


class TaskWhole(TaskOut):
    """The same with those who are at it beside whoever does it."""

    users: list[Ref]
    persons: list[Ref]


class NewTask(In):
    """What is to be done: by a moment (`due_at`), on a day (`due_on`), or from a moment (`starts_at`) to another one.

    Instead of all this a `line`, read as on the screen: "call Ana tomorrow 10:00". Without somebody and without a team it is
    one's own.
    """

    line: Annotated[Line, Field(max_length=tasks_line.LONGEST)] = ""
    title: Annotated[Line, Field(max_length=LONGEST_TITLE)] = ""
    kind: KINDS = "task"
    notes: TaskNotes = ""
    about: About = ""
    person_id: Id | None = None
    assignee_id: Id | None = None
    team_id: Id | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    due_at: Moment | None = None
    due_on: Day | None = None
    remind_at: Moment | None = None
    repeat: REPEATS = ""
    repeat_day: MonthDay | None = None
    repeat_until: Day | None = None
    user_ids: Those = []
    person_ids: Those = []


class TaskChanging(In):
    """What is to change; null takes a moment, a person or somebody away. Another way to say when puts the others out."""

    title: TaskTitle | None = None
    kind: KINDS | None = None
    notes: TaskNotes | None = None
    about: About | None = None
    person_id: Id | None = None
    assignee_id: Id | None = None
    team_id: Id | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    due_at: Moment | None = None
    due_on: Day | None = None
    remind_at: Moment | None = None
    repeat: REPEATS | None = None
    repeat_day: MonthDay | None = None
    repeat_until: Day | None = None
    user_ids: Those | None = None
    person_ids: Those | None = None


class TaskDone(In):
    """What came of it; without an outcome the usual one of its kind."""

    outcome: OUTCOMES = ""
    result: Annotated[Line, Field(max_length=tasks.LONGEST_RESULT)] = ""


class TasksDone(In):
    """Several."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=tasks.MOST_AT_ONCE)]


class TasksWere(Out):
    """Those that were done by this. Others were done before, or are not the caller's to end."""

    done: list[int]


class FeedOut(Out):
    """Since when one's calendar has an address; null without one."""

    opened_at: datetime | None


class FeedMade(Out):
    """The path of the address, shown once. Whoever knows it reads the calendar without signing in."""

    path: str


@router.read("/tasks", act="task.view", out=Page[TaskOut], refuses=(404,))
def listing(
    request: HttpRequest,
    whose: Literal["mine", "team", "all"] = "mine",
    span: Literal["open", "late", "today", "week", "none", "done"] = "open",
    about: About = "",
    person_id: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    kind: Literal["", "task", "call", "meeting"] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[TaskOut]:
    """Tasks, those due first at the head; done ones the newest first. Days are those of the caller's time zone.

    `f` and `where` are conditions on them; the others are short forms of some.
    """
    viewer = user_of(request)
    persons = cluster(person_named(request, person_id)) if person_id else None
    now = clock.now().astimezone(zone_of(viewer))
    asked = tasks_asked.Asked(now, whose, span, about, persons, kind, q.replace("\0", ""))
    rows = tasks_asked.rows_of(viewer, asked).select_related(*tasks_asked.BESIDE)
    usual = "done" if span == "done" else "due"
    found, following = walked(
        request, "task", rows, tests=f, where=where, sort=sort or usual, cursor=cursor, limit=limit
    )
    return Page[TaskOut](items=[TaskOut.of(row) for row in found], next=following)


@router.read("/tasks/{int:task_id}", act="task.view", out=TaskWhole)
def showing(request: HttpRequest, task_id: PathId) -> TaskWhole:
    """One task, also one in the trash."""
    return _whole(request, task_id)


@router.write("POST", "/tasks", act="task.add", out=TaskWhole, status=201, refuses=(404,))
def adding(request: HttpRequest, body: NewTask) -> TaskWhole:
    """Write down what is to be done."""
    by, now = user_of(request), clock.now()
    if body.line:
        told = tasks_quick.read(body.line, by=by, now=now).told
        if body.model_fields_set - {"line", "about", "person_id"}:
            raise Refusal(
                "A line says it all; beside it stand about and person_id alone.", fields={"line": "Or fields."}
            )
        row, _ = tasks_quick.add(told, by=by, now=now, about=body.about, person=_person(request, body.person_id))
        return _whole(request, row.pk)
    told = TaskIn(**_values(request, body.model_dump(exclude={"line"})))
    return _whole(request, tasks.add(told, by=by, now=now)[0].pk)


@router.write("PATCH", "/tasks/{int:task_id}", act="task.edit", out=TaskWhole)
def changing(request: HttpRequest, task_id: PathId, body: TaskChanging) -> TaskWhole:
    """Change it, move it, give it to somebody else, set its reminder."""
    told = {name: getattr(body, name) for name in body.model_fields_set}
    empty = {"title": "", "kind": "", "notes": "", "about": "", "repeat": "", "user_ids": [], "person_ids": []}
    told = {name: empty.get(name) if value is None else value for name, value in told.items()}
    row = tasks.edit(_found(request, task_id), by=user_of(request), changes=_values(request, told), now=clock.now())
    return _whole(request, row.pk)


@router.write("POST", "/tasks/{int:task_id}/done", act="task.edit", out=TaskWhole)
def doing(request: HttpRequest, task_id: PathId, body: TaskDone) -> TaskWhole:
    """It is done. A call or meeting stands in the history of whom it was with; what repeats makes its next. Twice is once."""
    row = _found(request, task_id)
    tasks.done(row, by=user_of(request), now=clock.now(), outcome=body.outcome, result=body.result)
    return _whole(request, row.pk)


@router.write("POST", "/tasks/{int:task_id}/reopen", act="task.edit", out=TaskWhole)
def reopening(request: HttpRequest, task_id: PathId) -> TaskWhole:
    """It is not done after all; its entry in the history goes."""
    tasks.reopen(_found(request, task_id), by=user_of(request), now=clock.now())
    return _whole(request, task_id)


@router.write("POST", "/tasks/done", act="task.edit", out=TasksWere)
def doing_many(request: HttpRequest, body: TasksDone) -> TasksWere:
    """Several are done, with the usual outcome of their kinds."""
    by = user_of(request)
    rows = list(tasks_asked.visible_to(by).filter(pk__in=body.ids).order_by("pk"))
    return TasksWere(done=[row.pk for row in tasks.done_many(rows, by=by, now=clock.now())])


@router.write("POST", "/tasks/{int:task_id}/trash", act="task.edit", out=TaskWhole)
def trashing(request: HttpRequest, task_id: PathId) -> TaskWhole:
    """Into the trash. Twice is once."""
    tasks.trash(_found(request, task_id), by=user_of(request), now=clock.now())
    return _whole(request, task_id)


@router.write("POST", "/tasks/{int:task_id}/restore", act="task.edit", out=TaskWhole)
def restoring(request: HttpRequest, task_id: PathId) -> TaskWhole:
    """Out of the trash. Twice is once."""
    tasks.restore(_found(request, task_id), by=user_of(request), now=clock.now())
    return _whole(request, task_id)


@router.read("/me/calendar", act=ANYBODY, out=FeedOut)
def calendar(request: HttpRequest) -> FeedOut:
    """Whether one's calendar has an address."""
    return FeedOut(opened_at=tasks_feed.opened_at(user_of(request)))


@router.write("POST", "/me/calendar", act=ANYBODY, out=FeedMade, status=201, shown_once=True)
def opening_calendar(request: HttpRequest) -> FeedMade:
    """A new secret address of one's calendar; the one before opens nothing any more."""
    return FeedMade(path=f"/calendar/{tasks_feed.open_feed(by=user_of(request), now=clock.now())}.ics")


@router.write("DELETE", "/me/calendar", act=ANYBODY, out=Done)
def closing_calendar(request: HttpRequest) -> Done:
    """The address opens nothing any more. Twice is once."""
    tasks_feed.close_feed(by=user_of(request))
    return Done()


def _found(request: HttpRequest, number: int) -> Task:
    rows = tasks_asked.with_trash(user_of(request))
    return one(rows.select_related("person__canonical", "assignee", "team"), number)


def _whole(request: HttpRequest, number: int) -> TaskWhole:
    row = _found(request, number)
    those = list(row.participants.select_related("user", "person__canonical").order_by("pk"))
    users = [Ref(id=one.user.pk, name=str(one.user)) for one in those if one.user]
    persons = [one.person.canonical for one in those if one.person]
    return TaskWhole(
        **TaskOut.of(row).model_dump(), users=users, persons=[Ref(id=who.pk, name=str(who)) for who in persons]
    )


def _values(request: HttpRequest, told: dict[str, Any]) -> dict[str, Any]:
    """What a body says, with rows in place of their ids. 404 for those that the caller cannot see."""
    by = user_of(request)
    values = {name: value for name, value in told.items() if not name.endswith(("_id", "_ids"))}
    if "person_id" in told:
        values["person"] = _person(request, told["person_id"])
    if "assignee_id" in told:
        values["assignee"] = _colleague(by, told["assignee_id"])
    if "team_id" in told:
        values["team"] = _team(by, told["team_id"])
    if "user_ids" in told:
        values["users"] = tuple(_colleague(by, number) for number in told["user_ids"])
    if "person_ids" in told:
        values["persons"] = tuple(person_named(request, number) for number in told["person_ids"])
    return values


def _person(request: HttpRequest, number: int | None) -> Person | None:
    return person_named(request, number) if number else None


def _colleague(by: User, number: int | None) -> User | None:
    if number is None:
        return None
    row = staff.visible_to(by).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _team(by: User, number: int | None) -> Team | None:
    if number is None:
        return None
    row = staff.teams_of(by).filter(pk=number).first()
    if row is None:
        raise Http404
    return row
