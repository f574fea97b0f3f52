"""What rules may do with the records that woke them: write a field, give them to somebody, open a deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from mutuals.base import house, lists, undo
from mutuals.base.filters import Refused
from mutuals.base.refusals import Refusal
from mutuals.communities import ideas
from mutuals.communities.models import Idea
from mutuals.inbox import case_edit, case_own, promises, tasks
from mutuals.inbox.models import Case, Promise, Task
from mutuals.people.models import Person
from mutuals.processes.models import Process
from mutuals.records import book, own
from mutuals.records.kinds import PREFIX
from mutuals.records.models import Own
from mutuals.rules import undoing
from mutuals.rules.events import EVENTS
from mutuals.rules.registry import Answer, Event, Note, ProcessName, Staff, action
from mutuals.sales import deals
from mutuals.sales.models import Deal
from mutuals.staff import queries as staff
from mutuals.staff.models import User

FIELD = Annotated[str, Answer("Field (own fields as custom.key)", most=80)]
VALUE = Annotated[str, Answer("Value (empty = none)", most=500)]
COLLEAGUE = Annotated[Staff, Answer("Colleague")]
PIPELINE = Annotated[ProcessName, Answer("Pipeline (empty = the usual one)", most=80)]
TITLE = Annotated[str, Answer("Title", most=200)]
AMOUNT = Annotated[int, Answer("Amount")]
CURRENCY = Annotated[str, Answer("Currency (empty = that of the house)", most=3)]
OWN = Annotated[Note, Answer("Own fields, one a line, as key: value", most=500)]
_Edit = Callable[[Any, Mapping[str, Any], User, datetime], object]


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows of a record are written without a list: the rows, the act, and the field that says whose they are."""

    rows: Any
    edit: _Edit
    owner: str = "owner"
    fields: tuple[str, ...] = ()


def _case(row: Case, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    told = dict(changes)
    if (custom := told.pop("custom", None)) is not None:
        case_own.fill(row, by=by, now=now, custom=custom)
    if told:
        case_edit.edit(row, by=by, now=now, changes=told)


_WAYS: dict[str, _Way] = {
    "deal": _Way(Deal.objects, lambda row, told, by, now: deals.edit(row, by=by, changes=told, now=now)),
    "idea": _Way(Idea.objects, lambda row, told, by, now: ideas.edit(row, by=by, changes=told, now=now)),
    "case": _Way(Case.objects, _case, fields=("title", "priority", "severity", "kind", "pillar", "result")),
    "task": _Way(
        Task.objects, lambda row, told, by, now: tasks.edit(row, by=by, changes=told, now=now), "assignee", ("title", "notes")
    ),
    "promise": _Way(Promise.objects, lambda row, told, by, now: promises.hand(row, by=by, to=told["owner"]), "owner"),
}  # fmt: skip
_OF_OWN = _Way(Own.objects, lambda row, told, by, now: own.edit(row, by=by, changes=told, now=now), fields=("title",))


def _way(record: str) -> _Way | None:
    return _OF_OWN if record.startswith(PREFIX) else _WAYS.get(record)


def _editing(record: str) -> Any:
    try:
        return lists.listing(record).editing
    except Refused:
        return None


def _is_written(when: str, told: Mapping[str, Any]) -> None:
    """Refused: a field that records of this event do not have, or that nobody writes."""
    record, field = EVENTS[when].record, str(told["field"])
    if record == "interaction":
        raise Refusal("A message has no fields to write; set_field writes those of its author.")
    key = field.removeprefix("custom.")
    if key != field:
        if key not in {one.key for one in book.shapes(record)}:
            words = f"There is no own field “{key}” of {record}."
            raise Refusal(words, fields={"field": words})
        return
    editing, way = _editing(record), _way(record)
    names = [one.name for one in editing.entries if one.name != "trash"] if editing else []
    names += [one for one in (way.fields if way else ()) if one not in names]
    if field not in names:
        words = f"A rule writes of {record}: {', '.join(names) or 'nothing'}, and own fields as custom.key."
        raise Refusal(words, fields={"field": words})


@action("write_field", sentence="set its {field} to “{value}”", right="rule.edit", lane="its field", suits=_is_written)
def write_field(event: Event, *, by: User, now: datetime, field: FIELD, value: VALUE = "") -> str:
    """Write a field of the deal, case, idea, task, person or record of the house's own that woke the rule.

    It is written as a colleague would in its list or form, with the rights of the rule's owner.
    """
    record, number = _about(event)
    key = field.removeprefix("custom.")
    editing = _editing(record)
    if key == field and editing is not None and any(one.name == field for one in editing.entries):
        typed = editing.entry(field).read(value, by)
        before, after = undo.write(lists.listing(record), number, {field: typed}, by=by, now=now)
        undoing.wrote(record, number, before, after)
        return f"{editing.entry(field).label} is “{value}”" if before != after else f"It was “{value}” already"
    way, row = _row(record, number)
    if key == field and field not in way.fields:
        raise Refusal(f"“{field}” of {record} is not written by rules.")
    way.edit(row, {"custom": {key: value or None}} if key != field else {field: value}, by, now)
    return f"{key.replace('_', ' ').capitalize()} is “{value}”"


def _has_owner(when: str, _told: Mapping[str, Any]) -> None:
    record = EVENTS[when].record
    editing = _editing(record)
    if record == "interaction":
        raise Refusal("A message has no owner; assign gives its conversation to somebody.")
    if _way(record) is None and not (editing and any(one.name == "owner" for one in editing.entries)):
        raise Refusal(f"Nobody looks after a {record}.")


@action("set_owner", sentence="give it to {to} to look after", right="rule.edit", lane="owner", suits=_has_owner)
def set_owner(event: Event, *, by: User, now: datetime, to: COLLEAGUE) -> str:
    """Let a colleague look after the record that woke the rule."""
    user = staff.by_email(to)
    if user is None or not user.is_active:
        raise Refusal(f"Nobody who works here has the address {to}.")
    record, number = _about(event)
    editing = _editing(record)
    if editing is not None and any(one.name == "owner" for one in editing.entries):
        typed = editing.entry("owner").read(str(user.pk), by)
        before, after = undo.write(lists.listing(record), number, {"owner": typed}, by=by, now=now)
        undoing.wrote(record, number, before, after)
        return f"{user} looks after it" + (" already" if before == after else "")
    way, row = _row(record, number)
    way.edit(row, {way.owner: user}, by, now)
    return f"{user} looks after it"


def _told_own(text: str) -> dict[str, Any]:
    """Own fields by key, out of lines. Refused: a line without a colon, a key that there is not."""
    known = {one.key for one in book.shapes("deal")}
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in known:
            there = ", ".join(sorted(known)) or "none"
            words = f"“{line[:60]}” is no own field of deals, written as key: value. There are: {there}."
            raise Refusal(words, fields={"own": words})
        found[key.strip()] = value.strip()
    return found


def _fills_needed(told: Mapping[str, Any]) -> None:
    """Refused: a deal without the fields that this house asks of every new one."""
    given = _told_own(str(told.get("own", "")))
    lacking = [one.label for one in book.shapes("deal") if one.is_required and not given.get(one.key)]
    if lacking:
        words = f"Every new deal of this house tells {', '.join(lacking)}; write it under own fields."
        raise Refusal(words, fields={"own": words})


@action(
    "open_deal", sentence="open the deal “{title}”, over {amount} {currency}, in {pipeline}", right="deal.edit",
    lane="deal", check=_fills_needed,
)  # fmt: skip
def open_deal(
    event: Event, *, by: User, now: datetime, title: TITLE, amount: AMOUNT = 0, currency: CURRENCY = "",
    pipeline: PIPELINE = "", own: OWN = "",
) -> str:  # fmt: skip
    """Open a deal with the customer; the same that is open already is kept. What the house requires is asked of the rule."""
    person = Person.objects.select_related("canonical").filter(pk=event.person_id or 0).first()
    if person is None:
        raise Refusal("Nobody knows whom this is about, so there is nobody to sell to.")
    process = Process.objects.filter(name__iexact=pipeline, retired_at=None).first() if pipeline else None
    if pipeline and process is None:
        raise Refusal(f"No process in use is called “{pipeline}” any more.")
    told = deals.DealIn(
        title,
        (currency or house.currency()).upper(),
        person=person.canonical,
        amount=Decimal(amount),
        came_by="rule",
        custom=_told_own(own),
    )
    deal, is_new = deals.open_deal(told, by=by, now=now, pipeline=process)
    return f"Deal “{deal.title}” opened" if is_new else f"Deal “{deal.title}” was open already"


def _about(event: Event) -> tuple[str, int]:
    """The record that an event is about, and its number: a person where it is about no other. Refused: nobody is known."""
    if event.about:
        return EVENTS[event.kind].record, int(event.about.partition(":")[2])
    person = Person.objects.filter(pk=event.person_id or 0).first()
    if person is None:
        raise Refusal("Nobody knows whom this is about.")
    return "person", person.canonical_id


def _row(record: str, number: int) -> tuple[_Way, Any]:
    way = _way(record)
    row = way.rows.filter(pk=number).first() if way else None
    if way is None or row is None:
        raise Refusal(f"There is no {record} {number} that could be written any more.")
    return way, row
