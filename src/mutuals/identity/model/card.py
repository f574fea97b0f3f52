"""Whoever is compared is first read into a card; a card is then read into a row of columns, the same for both engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | float | tuple[str, ...] | None
Row = Mapping[str, Value]
Reading = Callable[["Card"], Value]


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of somebody for comparing: a file's row, a profile, or a person with all their profiles.

    Every list is in the order of trust and without doubles; texts are already cleaned by `identity.reading`. `handles` are
    (network, core of the handle); `birth_dates` are ISO dates, as far as they are known (`1971`, `1971-06`). `accounts` are
    whole (`bea@tea.example`, `github bea`), `named` those that a biography or a signature names, and mail addresses of
    biographies; `signed` the addresses, numbers and hosts of signatures; `mentioned` words of a biography that may be
    places; `sole` accounts of networks where a person has one; `holders` (whole account, the network's own number of its
    holder); `firms` names with a legal form;
    `cited` numbers of one customer's, theirs or named by them, in plain form; `refused` cores of handles of presences that
    staff said are somebody else's; `presences` how many profiles speak here;
    `houses` hosts that are known to be an organisation's; `extra` holds the columns of a file that have no name of their own
    here.
    """

    key: str
    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    handles: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    sole: tuple[str, ...] = ()
    holders: tuple[tuple[str, str], ...] = ()
    firms: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    presences: int = 0
    houses: frozenset[str] = frozenset()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the rows: its name (lower-case letters, digits, underscores) and what it holds.

    `kind` is `text`, `texts` (a list of texts) or `number`; `text` that has a frequency is accompanied by a number column
    `tf_<name>`: the share of all rows that hold the same text.
    """

    name: str
    kind: str = "text"

    def __post_init__(self) -> None:
        plain = self.name.replace("_", "").isalnum() and self.name.isascii() and self.name == self.name.lower()
        if not plain or self.name[0].isdigit() or self.name.endswith(("_l", "_r")):
            raise ValueError(f"a column is named by lower-case letters, digits and underscores, not {self.name!r}")
        if self.kind not in KINDS:
            raise ValueError(f"a column holds {', '.join(KINDS)}, not {self.kind!r}")


KINDS = ("text", "texts", "number")


def row_of(card: Card, readings: Mapping[str, Reading]) -> dict[str, Value]:
    """The columns of a card; what is empty is None, so that both engines mean the same by *unknown*."""
    return {name: known(reading(card)) for name, reading in readings.items()}


def known(value: Value) -> Value:
    """A value, or None where it is empty."""
    return None if value in ("", ()) else value
