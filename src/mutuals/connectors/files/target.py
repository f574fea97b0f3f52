"""What the rows of a file are, told by its columns; for the door that was not told."""

from __future__ import annotations

from collections.abc import Callable

from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.preset import recognised
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.shapes import Format, Sniffed
from mutuals.connectors.files.synonyms import normal

_AMOUNTS = frozenset({"total", "lines", "line_unit_price"})


def likely_target(sniffed: Sniffed) -> Target | None:
    """What the rows are; None where the columns speak for nothing.

    A mailbox holds posts and cards hold people; the export of a system that is known by its columns holds what it says. Else
    the first that fits: an order has a number, a day and an amount; a deal a step and an amount, or the day when it is
    expected; a case a state and how much it matters; a task something to be done by a day; a product an article number and a
    name; a post has a text; a person has a given or family name, or is named by an address of their own; an organisation has
    a web domain; a name or address alone is a person's.
    """
    if sniffed.format is Format.MBOX:
        return Target.POSTS
    if sniffed.format is Format.VCARD:
        return Target.PEOPLE
    if preset := recognised(sniffed.columns):
        return Target(preset.target)
    found = {target: _fields(sniffed, target) for target in Target}
    likely = next((target for target, fits in _TELLS if fits(found[target])), None)
    return Target.PEOPLE if likely is Target.ORGANISATIONS and _are_named_by_addresses(sniffed) else likely


def system_of(sniffed: Sniffed, target: str) -> str:
    """Whose export a file is, told by its columns; "" where nothing tells it. Files of one system are one source."""
    return recognised(sniffed.columns, target).system


def _are_named_by_addresses(sniffed: Sniffed) -> bool:
    """Whether most rows have an address that begins with a word of their name: `bea@` of Bea Brand, not `info@`."""
    fields = {one.field: column for column, one in propose(sniffed.columns, sniffed.sample_rows, Target.PEOPLE).items()}
    if not fields.keys() >= {"name", "email"}:
        return False
    both = [(row.get(fields["name"]), row.get(fields["email"])) for row in sniffed.sample_rows]
    told = [(name, mail) for name, mail in both if isinstance(name, str) and isinstance(mail, str) and name and mail]
    return 2 * sum(_begins_with(name, mail) for name, mail in told) > len(told)


def _begins_with(name: str, mail: str) -> bool:
    own, _, house = mail.lower().partition("@")
    words = [word for word in normal(name).split() if len(word) > 2 and not house.startswith(word)]
    return any(normal(own).startswith(word) for word in words)


def _fields(sniffed: Sniffed, target: Target) -> frozenset[str]:
    return frozenset(one.field for one in propose(sniffed.columns, sniffed.sample_rows, target).values())


_TELLS: tuple[tuple[Target, Callable[[frozenset[str]], bool]], ...] = (
    (Target.ORDERS, lambda fields: fields >= {"number", "placed_at"} and bool(fields & _AMOUNTS)),
    (Target.DEALS, lambda fields: fields >= {"title", "amount", "stage"} or fields >= {"title", "expected_on"}),
    (Target.CASES, lambda fields: "title" in fields and bool(fields & {"priority", "severity"}) and "state" in fields),
    (Target.TASKS, lambda fields: "title" in fields and bool(fields & {"due_on", "due_at"})),
    (Target.PRODUCTS, lambda fields: fields >= {"sku", "name"}),
    (Target.POSTS, lambda fields: "text" in fields),
    (Target.PEOPLE, lambda fields: bool(fields & {"given_name", "family_name"})),
    (Target.ORGANISATIONS, lambda fields: fields >= {"name", "domain"}),
    (Target.PEOPLE, lambda fields: "name" in fields),
    (Target.ORGANISATIONS, lambda fields: "name" in fields),
    (Target.PEOPLE, lambda fields: bool(fields & {"email", "phone"})),
)
