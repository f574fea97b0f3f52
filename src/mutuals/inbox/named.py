"""How conversations, cases, promises and tasks are called by their text keys, and what colleagues write into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from mutuals.base.reading import Piece
from mutuals.conversations.models import Conversation
from mutuals.history.models import Interaction
from mutuals.inbox import cases, promises, queries, tasks_asked
from mutuals.inbox.models import Case, CaseState, Promise, Task, Turn
from mutuals.staff.models import User
from mutuals.staff.named import Named, Written

_REFERENCE = re.compile(r"C-(\d{1,9})", re.ASCII)


def _called(row: Turn, _viewer: User) -> str:
    return row.conversation.subject or row.conversation.snippet or "Conversation"


def _spoken_in(person_ids: Sequence[int]) -> Collection[int]:
    ids = list(person_ids)
    said = Interaction.objects.filter(profile__person__in=ids, conversation__isnull=False).values("conversation_id")
    began = Conversation.objects.filter(opener__person__in=ids).values_list("pk", flat=True)
    return {*said.distinct().values_list("conversation_id", flat=True), *began}


def _cases_of(person_ids: Sequence[int]) -> Collection[int]:
    ids = list(person_ids)
    rows = Case.objects.filter(Q(person__in=ids) | Q(conversation__opener__person__in=ids))
    return set(rows.values_list("pk", flat=True))


def _tasks_for(person_ids: Sequence[int]) -> Collection[int]:
    return set(Task.objects.filter(person__in=list(person_ids)).values_list("pk", flat=True))


def _case(entry: Piece) -> int:
    """Entries of a case stand under its conversation or its person, and name it by its reference."""
    found = _REFERENCE.fullmatch(str(entry.data.get("case", "")))
    return int(found[1]) if found else 0


def _promises_of(person_ids: Sequence[int]) -> Collection[int]:
    return set(Promise.objects.filter(person__in=list(person_ids)).values_list("pk", flat=True))


def _promise(entry: Piece) -> int:
    """Entries of a promise stand under its conversation or its person as well."""
    number = entry.data.get("promise")
    return number if isinstance(number, int) else 0


def _results(told: Sequence[Piece]) -> Mapping[int, str]:
    """What came of cases, by the entries with which they ended."""
    ended = {
        _case(one): one.id
        for one in told
        if one.data.get("state") != CaseState.OPEN and CaseState.OPEN in list(one.data.get("before") or ())
    }
    rows = Case.objects.filter(pk__in=ended).exclude(result="").values_list("pk", "result")
    return {ended[pk]: text for pk, text in rows}


def _said_of_tasks(told: Sequence[Piece]) -> Mapping[int, str]:
    """The notes of new tasks, the results of those that were done."""
    rows = Task.objects.in_bulk({int(one.about.partition(":")[2]) for one in told})
    both = {one.id: rows.get(int(one.about.partition(":")[2])) for one in told}
    return {one.id: row.result if one.kind == "task.done" else row.notes for one in told if (row := both[one.id])}


NAMED = (
    Named(
        "conversation", "Conversation", "/inbox/{}/", queries.visible_to, _called, ("conversation",), theirs=_spoken_in
    ),
    Named("case", "Case", "/cases/{}/", cases.visible_to, theirs=_cases_of, noted=("case.", _case)),
    Named("task", "Task", "/tasks/{}/", tasks_asked.visible_to, theirs=_tasks_for),
    Named(
        "promise", "Promise", "/promises/{}/", promises.visible_to, theirs=_promises_of, noted=("promise.", _promise)
    ),
)
WRITTEN = (Written(("case.changed",), _results), Written(("task.added", "task.done"), _said_of_tasks))
