"""Six sentences by which somebody on their first day can act as if they knew a customer. Pure: from rows to words.

Every sentence names the rows it rests on, and what no row says is said to be not known. Nothing is concluded, weighed or made
nicer here: what stands in a sentence stands in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mutuals.base.money import Money

QUOTED = 90
"""Letters of what somebody said that a sentence quotes."""
TOPICS = ("who", "value", "owns", "contacts", "promises", "next")
_DID = {"mail": "wrote by mail", "call": "called", "order": "ordered", "reply": "answered"}


@dataclass(frozen=True, slots=True)
class Source:
    """A row that a sentence rests on, by its text key. `part` goes behind its address: "?tab=orders"."""

    key: str  # "order:12"
    words: str  # "order 2026-1"
    part: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of the six. `is_known` is False where it says that nothing is known, or not to this viewer."""

    topic: str
    words: str
    sources: tuple[Source, ...] = ()
    is_known: bool = True
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody belongs today."""

    organisation_id: int
    organisation: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """What the row of a person says, and their first places."""

    number: int
    name: str
    city: str = ""
    country: str = ""
    language: str = ""
    stage: str = ""
    owner: str = ""
    since: date | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """What the rollups say of their orders. `currency` "*" = several, so that there is no sum."""

    orders: int = 0
    total: Decimal = Decimal(0)
    currency: str = ""
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of an order, newest order first."""

    order_id: int
    order: str
    day: date
    quantity: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Something said, newest first. `by` is the colleague's name where it is from us; `outcome` as it is shown."""

    day: date
    direction: str  # in, out, note
    kind: str
    network: str
    by: str = ""
    text: str = ""
    outcome: str = ""
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that is open, the soonest due first."""

    number: int
    words: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that waits to be done, by a row: "task:5" with its title, and until when."""

    key: str
    words: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows. None in place of rows: this viewer may not see them, which is not the same as that there are none.

    `waits` are conversations in which they wait for us, the longest first; `due` there is since when. `steps` are open tasks,
    cases and deals, in the order in which they come to be the next step.
    """

    who: Who
    value: Value | None
    bought: Sequence[Bought] | None
    contacts: Sequence[Contact] | None
    promises: Sequence[Owed] | None
    waits: Sequence[Step] | None
    steps: Sequence[Step]
    now: datetime


def of(facts: Facts) -> tuple[Sentence, ...]:
    """The six sentences, in the order of TOPICS."""
    return (
        _who(facts.who),
        _value(facts.who, facts.value),
        _owns(facts.bought),
        _contacts(facts.who, facts.contacts),
        _promises(facts.promises, facts.now),
        _next(facts),
    )


def day(told: date) -> str:
    """A day in words: "9 Nov 2026"."""
    return f"{told.day} {told:%b %Y}"


def _who(who: Who) -> Sentence:
    roles = [f"{one.role} at {one.organisation}" if one.role else f"at {one.organisation}" for one in who.places[:2]]
    city = ", ".join(one for one in (who.city, who.country) if one)
    more = [f"in {city}" if city else "", who.stage, f"looked after by {who.owner}" if who.owner else ""]
    more += [f"speaks {who.language}" if who.language else "", f"known since {day(who.since)}" if who.since else ""]
    told = [*roles, *(one for one in more if one)]
    words = ", ".join([who.name or "Their name is not known", *told])
    places = tuple(Source(f"organisation:{one.organisation_id}", one.organisation) for one in who.places[:2])
    return Sentence("who", f"{words}.", (Source(f"person:{who.number}", "person"), *places), bool(who.name))


def _value(who: Who, value: Value | None) -> Sentence:
    if value is None:
        return Sentence("value", "What they bought is not yours to see.", is_known=False)
    if not value.orders:
        return Sentence("value", "What they are worth is not known: there is no order.", is_known=False)
    many = _many(value.orders, "order")
    worth = "in several currencies" if value.currency == "*" else f"worth {Money(value.total, value.currency)}"
    last = f", the last on {day(value.last)}" if value.last else ""
    source = Source(f"person:{who.number}", many, "?tab=orders")
    return Sentence("value", f"They ordered {_times(value.orders)}, {worth}{last}.", (source,))


def _owns(bought: Sequence[Bought] | None) -> Sentence:
    if bought is None:
        return Sentence("owns", "What they own is not yours to see.", is_known=False)
    if not bought:
        return Sentence("owns", "What they own is not known: no order names an article.", is_known=False)
    named = [f"{_number(one.quantity)} × {one.name} on {day(one.day)}" for one in bought[:3]]
    rows = {f"order:{one.order_id}": Source(f"order:{one.order_id}", f"order {one.order}") for one in bought[:3]}
    return Sentence("owns", f"They last bought {_and(named)}.", tuple(rows.values()))


def _contacts(who: Who, contacts: Sequence[Contact] | None) -> Sentence:
    if contacts is None:
        return Sentence("contacts", "What was said is not yours to see.", is_known=False)
    if not contacts:
        return Sentence("contacts", "No contact with them is known.", is_known=False)
    told, rows = [], dict[str, Source]()
    for one in contacts[:3]:
        key = f"conversation:{one.conversation_id}" if one.conversation_id else f"person:{who.number}"
        rows.setdefault(key, Source(key, "conversation" if one.conversation_id else "timeline"))
        told.append(_contact(one))
    return Sentence("contacts", f"{'; '.join(told)}.", tuple(rows.values()))


def _contact(one: Contact) -> str:
    by = "they" if one.direction == "in" else one.by or "we"
    did = "noted" if one.direction == "note" and one.kind != "call" else _DID.get(one.kind, "wrote")
    did = "answered" if one.direction == "out" and one.kind not in _DID else did
    where = f" ({one.network})" if one.network and one.network not in ("mutuals", "email") else ""
    said = " ".join(one.text.split())
    quoted = f" “{said if len(said) <= QUOTED else said[: QUOTED - 1].rstrip() + '…'}”" if said else ""
    ended = f", outcome: {one.outcome.lower()}" if one.outcome else ""
    return f"On {day(one.day)} {by} {did}{where}{quoted}{ended}"


def _promises(promises: Sequence[Owed] | None, now: datetime) -> Sentence:
    if promises is None:
        return Sentence("promises", "What was promised is not yours to see.", is_known=False)
    if not promises:
        return Sentence("promises", "No promise to them is open.")
    told = [f"“{one.words}” {_until(one.due, now)}" for one in promises[:3]]
    rest = f", and {len(promises) - 3} more" if len(promises) > 3 else ""
    rows = tuple(Source(f"promise:{one.number}", "promise") for one in promises[:3])
    return Sentence("promises", f"We promised {'; '.join(told)}{rest}.", rows, is_late=_is_late(promises, now))


def _next(facts: Facts) -> Sentence:
    late = [one for one in facts.promises or () if one.due and one.due < facts.now]
    if late:
        one = late[0]
        words = f"Keep the promise “{one.words}”, or tell them: it is {_until(one.due, facts.now)}."
        return Sentence("next", words, (Source(f"promise:{one.number}", "promise"),), is_late=True)
    for wait in facts.waits or ():
        since = f" since {day(wait.due.date())}" if wait.due else ""
        return Sentence("next", f"Answer them: they wait{since}.", (Source(wait.key, "conversation"),))
    for step in facts.steps:
        kind = step.key.partition(":")[0]
        until = f", {_until(step.due, facts.now)}" if step.due else ""
        is_late = bool(step.due and step.due < facts.now)
        return Sentence("next", f"{_STEPS[kind]} “{step.words}”{until}.", (Source(step.key, kind),), is_late=is_late)
    if facts.promises:
        one = facts.promises[0]
        words = f"Keep the promise “{one.words}”, {_until(one.due, facts.now)}."
        return Sentence("next", words, (Source(f"promise:{one.number}", "promise"),))
    return Sentence("next", "No next step is known: nobody waits, and nothing is planned.", is_known=False)


_STEPS = {"task": "Do the task", "case": "See to the case", "deal": "Go on with the deal"}


def _is_late(promises: Sequence[Owed], now: datetime) -> bool:
    return any(one.due and one.due < now for one in promises)


def _until(due: datetime | None, now: datetime) -> str:
    """ "due 23 Nov 2026", or by how many days it is late."""
    if due is None:
        return "without a day"
    if due >= now:
        return f"due {day(due.date())}"
    days = (now.date() - due.date()).days
    return f"{_many(days, 'day')} late" if days else "late since today"


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
