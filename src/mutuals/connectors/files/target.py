"""What the rows of a file are, told by its columns; for the door that was not told."""

from __future__ import annotations

from collections.abc import Callable

from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.shapes import Format, Sniffed

_AMOUNTS = frozenset({"total", "lines", "line_unit_price"})


def likely_target(sniffed: Sniffed) -> Target | None:
    """People, organisations, orders or posts; None where the columns speak for none of them.

    A mailbox holds posts and cards hold people. Else the first that fits: an order has a number, a day and an amount;
    a post has a text; a person has a given or family name; an organisation has a web domain; a name or address alone is
    a person's.
    """
    if sniffed.format is Format.MBOX:
        return Target.POSTS
    if sniffed.format is Format.VCARD:
        return Target.PEOPLE
    found = {target: _fields(sniffed, target) for target in Target}
    return next((target for target, fits in _TELLS if fits(found[target])), None)


def _fields(sniffed: Sniffed, target: Target) -> frozenset[str]:
    return frozenset(one.field for one in propose(sniffed.columns, sniffed.sample_rows, target).values())


_TELLS: tuple[tuple[Target, Callable[[frozenset[str]], bool]], ...] = (
    (Target.ORDERS, lambda fields: fields >= {"number", "placed_at"} and bool(fields & _AMOUNTS)),
    (Target.POSTS, lambda fields: "text" in fields),
    (Target.PEOPLE, lambda fields: bool(fields & {"given_name", "family_name"})),
    (Target.ORGANISATIONS, lambda fields: fields >= {"name", "domain"}),
    (Target.PEOPLE, lambda fields: "name" in fields),
    (Target.ORGANISATIONS, lambda fields: "name" in fields),
    (Target.PEOPLE, lambda fields: bool(fields & {"email", "phone"})),
)
