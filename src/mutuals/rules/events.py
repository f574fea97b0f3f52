"""What wakes rules: kinds of events, in words, with the record that conditions are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mutuals.base.filters import Record, is_known, record
from mutuals.records import book

_MOVED = ("process.moved", "process.back")


@dataclass(frozen=True, slots=True)
class Wakes:
    """One kind of event. `entries` are the kinds of the journal that it is told by.

    `record` is what conditions ask. `key` is the word before the number of its rows ("deal" of "deal:5"), where it is about a
    row other than a message or a person; `person` and `talk` are the ways from such a row to whom it is for, and to its
    conversation. `number` reads the row of an entry that stands under another key out of its data, as text. `only` narrows
    entries by their data. `of` names the rows to which a rule can be applied afterwards, where they are not all of the record.
    """

    words: str
    record: str
    entries: tuple[str, ...] = ()
    key: str = ""
    person: str = ""
    talk: str = ""
    number: Callable[[Mapping[str, Any]], str] = lambda data: ""
    only: Mapping[str, Any] = field(default_factory=dict)
    of: Callable[[], Any] | None = None

    def is_told_by(self, kind: str, about: str, data: Mapping[str, Any]) -> bool:
        """Whether an entry of the journal is such an event."""
        if kind not in self.entries or any(data.get(name) != value for name, value in self.only.items()):
            return False
        return not self.key or self.row_of(about, data) > 0

    def row_of(self, about: str, data: Mapping[str, Any]) -> int:
        """The number of the row that an entry is about; 0 where it is about another kind."""
        told = self.number(data)
        if not told and about.startswith(f"{self.key}:"):
            told = about.partition(":")[2]
        return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0

    def rows(self) -> Any:
        """The rows of its record that count: those in the trash do not."""
        of = record(self.record)
        where = dict(of.where)
        if any(one.name == "trashed_at" for one in of.model._meta.get_fields()):
            where["trashed_at"] = None
        return of.model._default_manager.filter(**where)


def _case(data: Mapping[str, Any]) -> str:
    return str(data.get("case", "")).removeprefix("C-").lstrip("0")


def _promise(data: Mapping[str, Any]) -> str:
    return str(data.get("promise", ""))


def _deal(words: str, *entries: str) -> Wakes:
    return Wakes(words, "deal", entries, "deal", "person__canonical_id")


def _of_case(words: str, *entries: str) -> Wakes:
    return Wakes(words, "case", entries, "case", "person__canonical_id", "conversation_id", _case)


def _task(words: str, *entries: str) -> Wakes:
    return Wakes(words, "task", entries, "task", "person__canonical_id")


def _of_promise(words: str, *entries: str) -> Wakes:
    return Wakes(words, "promise", entries, "promise", "person__canonical_id", number=_promise)


def _sold(record_: str, words: str, *entries: str) -> Wakes:
    return Wakes(words, record_, entries, record_, "profile__person__canonical_id")


_DEALT = ("deal.edited", "deal.lines", "deal.given", "deal.moved_to_pipeline", "deal.restored", "deal.reopened")
_TASKED = ("task.edited", "task.done", "task.reopened", "task.restored")
_CASED = ("case.edited", "case.changed", "case.given", "case.closed", "case.reopened")
_PROMISED = ("moved", "handed", "late", "kept", "told", "given_up", "withdrawn", "reopened", "confirmed")
_STATIC: dict[str, Wakes] = {
    "received": Wakes("a message is received", "interaction"),
    "closed": Wakes("a conversation is closed", "interaction", ("conversation.closed",)),
    "case": Wakes("a case is opened", "interaction", ("case.opened",)),
    "promise": Wakes("a promise to a customer is late", "interaction", ("promise.late",)),
    "linked": Wakes(
        "a presence is linked to a person", "person", ("profile.linked", "profile.proven", "person.merged")
    ),
    "changed": Wakes("what we know of a person changes", "person", ("person.edited",)),
    "ordered": Wakes("an order comes in", "person", ("order.put",)),
    "clock": Wakes("the clock strikes", "person"),
    "deal_opened": _deal("a deal is opened", "deal.opened"),
    "deal_changed": _deal("a deal changes or moves", *_DEALT, "deal.won", "deal.lost", *_MOVED),
    "deal_ended": _deal("a deal is won or lost", "deal.won", "deal.lost"),
    "case_opened": _of_case("a case is opened, whatever it is about", "case.opened"),
    "case_changed": _of_case("a case changes or moves", *_CASED, *_MOVED),
    "idea_added": Wakes("an idea is written down", "idea", ("idea.added",), "idea"),
    "idea_changed": Wakes(
        "an idea changes, is asked or voted for", "idea",
        ("idea.edited", "idea.state", "idea.asked", "idea.voted", "idea.given"), "idea",
    ),
    "task_added": _task("a task is written down", "task.added"),
    "task_changed": _task("a task changes or is done", *_TASKED),
    "promise_made": _of_promise("a promise is made", "promise.made", "promise.found"),
    "promise_changed": _of_promise("a promise changes or ends", *(f"promise.{one}" for one in _PROMISED)),
    "quote_drafted": _sold("quote", "a quote is drafted", "quote.drafted"),
    "quote_changed": _sold(
        "quote", "a quote changes, is sent or decided", "quote.changed", "quote.prolonged", "quote.sent", "quote.accepted",
        "quote.declined",
    ),
    "order_put": _sold("order", "an order comes in or changes", "order.put"),
}  # fmt: skip
_sources: list[Callable[[], Mapping[str, Wakes]]] = []


def source(told: Callable[[], Mapping[str, Wakes]]) -> None:
    """Let a room above tell kinds of events that come and go, such as those of its segments; asked each time."""
    if told not in _sources:
        _sources.append(told)


def _made() -> dict[str, Wakes]:
    """Events of the kinds of records that the house made."""
    found: dict[str, Wakes] = {}
    for one in book.kinds():
        if not one.is_retired and is_known(one.record):
            name = one.name[:1].lower() + one.name[1:]
            added = Wakes(f"a record is written down: {name}", one.record, ("own.added",), "own")
            changed = Wakes(
                f"a record changes: {name}", one.record, ("own.edited", "own.given", "own.taken_back"), "own"
            )
            found |= {f"{one.record}_added": added, f"{one.record}_changed": changed}
    return found


class _Events(Mapping[str, Wakes]):
    """All kinds of events by name: those of the house, those of its own kinds of records, and what rooms above tell."""

    def __getitem__(self, name: str) -> Wakes:
        return _STATIC[name] if name in _STATIC else self._moving()[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*_STATIC, *self._moving()])

    def __len__(self) -> int:
        return len(_STATIC) + len(self._moving())

    def _moving(self) -> dict[str, Wakes]:
        return {name: one for told in (_made, *_sources) for name, one in told().items()}


EVENTS: Mapping[str, Wakes] = _Events()


def entries_of(names: Iterable[str]) -> list[str]:
    """The kinds of the journal that tell these events."""
    return sorted({entry for name in names if name in EVENTS for entry in EVENTS[name].entries})


def record_of(name: str) -> Record:
    """What the conditions of a kind of event ask."""
    return record(EVENTS[name].record)
