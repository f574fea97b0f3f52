"""The people of the town and what they do, before any network's format. All times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mutuals.town.names import Country

COMPANY = "Kettle works"
DOMAIN = "kettleworks.example"


@dataclass(slots=True)
class Account:
    """One presence of somebody: `key` is the network's immutable id, `handle` may change."""

    network: str  # email, mastodon, bluesky, web
    key: str
    handle: str
    shown: str
    person: str  # id in truth/people.jsonl
    bot: bool = False
    bio: str = ""
    site: str = ""


@dataclass(slots=True)
class Person:
    """One human (or bot) with everything that is true of them."""

    id: str
    given: str
    family: str
    country: Country
    town: str
    kind: str  # customer, stranger, bot, staff, contractor
    household: str
    phone: str = ""
    emails: tuple[str, ...] = ()
    accounts: list[Account] = field(default_factory=list)
    customer_ids: list[str] = field(default_factory=list)
    organisation: str = ""
    talk: float = 1.0  # how much more than others they write
    since: datetime | None = None

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}".strip()


@dataclass(slots=True)
class Said:
    """One interaction, in the words of nobody's network. `key` is what the network calls it."""

    source: str  # mails, mastodon, bluesky, hooks
    key: str
    author: Account
    at: datetime
    kind: str  # post, mention, reply, like, share, follow, mail, message
    text: str = ""
    subject: str = ""
    verb: str = "create"
    parent: Said | None = None
    root: Said | None = None
    public: bool = True
    language: str = "en"
    intent: str = ""
    mood: str = "neutral"
    topic: str = ""
    to: Account | None = None
    edited: datetime | None = None


@dataclass(slots=True)
class Line:
    """One line of an order."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal


@dataclass(slots=True)
class Order:
    """One order of one customer."""

    number: str
    customer_id: str
    person: str
    email: str
    name: str
    placed_at: datetime
    status: str
    lines: list[Line]
    currency: str = "EUR"

    @property
    def total(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))
