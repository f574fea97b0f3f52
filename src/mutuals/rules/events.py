"""What wakes rules: kinds of events, in words, with the record that conditions are about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wakes:
    """One kind of event. `entries` are the kinds of the journal that it is told by."""

    words: str
    record: str
    entries: tuple[str, ...] = ()


EVENTS: dict[str, Wakes] = {
    "received": Wakes("a message is received", "interaction"),
    "closed": Wakes("a conversation is closed", "interaction", ("conversation.closed",)),
    "case": Wakes("a case is opened", "interaction", ("case.opened",)),
    "linked": Wakes(
        "a presence is linked to a person", "person", ("profile.linked", "profile.proven", "person.merged")
    ),
    "changed": Wakes("what we know of a person changes", "person", ("person.edited",)),
    "ordered": Wakes("an order comes in", "person", ("order.put",)),
    "clock": Wakes("the clock strikes", "person"),
}
BY_ENTRY = {entry: name for name, event in EVENTS.items() for entry in event.entries}
