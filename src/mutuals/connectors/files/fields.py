"""What a column may become: one catalogue per target, in the words of the screens. Rooms above may add to a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EXTRA = "extra"  # a column kept beside the record under its own name
LEAVE = ""  # a column left out
OF_HOUSE = "c:"  # begins the names of fields of the house's own making


class Target(StrEnum):
    """What the rows of a file are. Kinds of the house's own are no members; they are named as their records ("own_machine")."""

    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    ORDERS = "orders"
    POSTS = "posts"
    DEALS = "deals"
    CASES = "cases"
    TASKS = "tasks"
    PRODUCTS = "products"


class Shape(StrEnum):
    """What the values of a field look like."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    TIME = "time"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    COUNTRY = "country"
    CURRENCY = "currency"
    LANGUAGE = "language"
    URL = "url"
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be known. `many`: several columns, or several values in one cell, may feed it.

    `key`: rows may find what is there by it; a `weak` one (a title) is used only where nothing else is there, or where it is
    chosen. `check` makes the value of a text and the answers of the wizard (`mapping.Reading`), ValueError says what it takes;
    without one its shape does. `words` are headings by which a column is proposed, as `synonyms.normal` leaves them.
    """

    name: str
    label: str
    shape: Shape = Shape.TEXT
    many: bool = False
    required: bool = False
    key: bool = False
    weak: bool = False
    check: Callable[[str, Any], Any] | None = None
    words: tuple[str, ...] = ()


_PEOPLE = (
    Field("id", "Their number in that system", key=True),
    Field("name", "Full name"),
    Field("given_name", "Given name"),
    Field("family_name", "Family name"),
    Field("email", "Email", Shape.EMAIL, many=True, key=True),
    Field("phone", "Phone", Shape.PHONE, many=True, key=True),
    Field("organisation", "Organisation"),
    Field("role", "Role"),
    Field("city", "Town"),
    Field("country", "Country", Shape.COUNTRY),
    Field("language", "Language", Shape.LANGUAGE),
    Field("birthday", "Birthday", Shape.DATE),
    Field("tags", "Tags", many=True),
    Field("mastodon", "Mastodon handle"),
    Field("bluesky", "Bluesky handle"),
    Field("website", "Website", Shape.URL),
    Field("note", "Internal note"),
    Field("created_at", "Known since", Shape.TIME),
)
_ORGANISATIONS = (
    Field("id", "Its number in that system", key=True),
    Field("name", "Name", required=True),
    Field("domain", "Web domain", key=True),
    Field("email", "Email", Shape.EMAIL, many=True),
    Field("phone", "Phone", Shape.PHONE, many=True),
    Field("city", "Town"),
    Field("country", "Country", Shape.COUNTRY),
)
_ORDERS = (
    Field("number", "Order number", required=True, key=True),
    Field("customer_id", "Customer number"),
    Field("email", "Email", Shape.EMAIL),
    Field("name", "Customer name"),
    Field("placed_at", "Ordered at", Shape.TIME),
    Field("currency", "Currency", Shape.CURRENCY),
    Field("total", "Total", Shape.MONEY),
    Field("status", "Status"),
    Field("lines", "Lines (a list)"),
    Field("line_sku", "Article number"),
    Field("line_name", "Article"),
    Field("line_quantity", "Quantity", Shape.NUMBER),
    Field("line_unit_price", "Price of one", Shape.MONEY),
)
_POSTS = (
    Field("id", "Post id", key=True),
    Field("text", "Text", required=True),
    Field("author_id", "Author's id"),
    Field("author_name", "Author's shown name"),
    Field("author_handle", "Author's handle"),
    Field("network", "Network"),
    Field("said_at", "Said at", Shape.TIME),
    Field("public", "Public?", Shape.BOOL),
    Field("reply_to", "Answer to (post id)"),
    Field("thread", "Thread (id of its first post)"),
    Field("url", "Address", Shape.URL),
    Field("language", "Language", Shape.LANGUAGE),
)
_ID = Field("id", "Its number in that system", key=True)
_PERSON = (
    Field("person_id", "Person: their number in that system", many=True),
    Field("person_email", "Person: email", Shape.EMAIL),
    Field("person_name", "Person: full name", many=True),
)
_ORGANISATION = (
    Field("organisation_id", "Organisation: its number in that system", many=True),
    Field("organisation_domain", "Organisation: web domain"),
    Field("organisation_name", "Organisation: name", many=True),
)
_OWNER = Field("owner", "Who looks after it (email or name of one of us)")
_DEALS = (
    _ID,
    Field("title", "Title", required=True, key=True, weak=True),
    Field("amount", "Amount", Shape.MONEY),
    Field("currency", "Currency", Shape.CURRENCY),
    Field("stage", "Step of the pipeline, won or lost"),
    Field("pipeline", "Pipeline"),
    Field("probability", "Probability in percent", Shape.NUMBER),
    Field("expected_on", "Expected on", Shape.DATE),
    Field("opened_at", "Opened at", Shape.TIME),
    Field("ended_at", "Ended at", Shape.TIME),
    Field("lost_reason", "Why it was lost"),
    *_PERSON,
    *_ORGANISATION,
    _OWNER,
)
_CASES = (
    _ID,
    Field("reference", "Our reference, such as C-00012", key=True),
    Field("title", "Title", required=True, key=True, weak=True),
    Field("state", "State: open, solved or dropped"),
    Field("priority", "Priority"),
    Field("severity", "Severity"),
    Field("kind", "Sort of case"),
    Field("opened_at", "Opened at", Shape.TIME),
    Field("ended_at", "Ended at", Shape.TIME),
    Field("result", "What came of it, in words"),
    *_PERSON,
    *_ORGANISATION,
    _OWNER,
)
_TASKS = (
    _ID,
    Field("title", "What is to be done", required=True, key=True, weak=True),
    Field("kind", "Task, call or meeting"),
    Field("due_on", "To be done on", Shape.DATE),
    Field("due_at", "To be done by", Shape.TIME),
    Field("done", "Done?"),
    Field("notes", "Notes"),
    *_PERSON,
    Field("deal_id", "Deal: its number in that system", many=True),
    Field("case_id", "Case: its number in that system", many=True),
    _OWNER,
)
_PRODUCTS = (
    _ID,
    Field("sku", "Article number", key=True),
    Field("name", "Name", required=True, key=True, weak=True),
    Field("category", "Category"),
    Field("unit", "Unit"),
    Field("is_active", "On sale?"),
    Field("price", "Price of one", Shape.MONEY),
    Field("currency", "Currency of the price", Shape.CURRENCY),
)
FIELDS: dict[Target, tuple[Field, ...]] = {
    Target.PEOPLE: _PEOPLE,
    Target.ORGANISATIONS: _ORGANISATIONS,
    Target.ORDERS: _ORDERS,
    Target.POSTS: _POSTS,
    Target.DEALS: _DEALS,
    Target.CASES: _CASES,
    Target.TASKS: _TASKS,
    Target.PRODUCTS: _PRODUCTS,
}
"""What the house itself brought. Ask `fields_of`, which knows what was added."""
TITLE = Field("title", "Title", required=True, key=True, weak=True)
"""What each kind of the house's own making has at least."""
_more: list[Callable[[str], tuple[Field, ...]]] = []


def also(told: Callable[[str], tuple[Field, ...]]) -> None:
    """Registry: `told` gives the fields that a house added to a target, all of them for a kind of its own. Once each."""
    if told not in _more:
        _more.append(told)


def brought(target: str) -> tuple[Field, ...]:
    """What the house itself brought for a target; () for a kind of its own, and for what there is not. Asks nothing."""
    return FIELDS[Target(target)] if target in set(Target) else ()


def fields_of(target: str) -> tuple[Field, ...]:
    """All that a column of this target may become; () for a target that there is not. May ask the database: keep it."""
    return (*brought(target), *(one for told in _more for one in told(target)))


def field_of(target: str, name: str, fields: tuple[Field, ...] | None = None) -> Field | None:
    """The field of that name, or None."""
    return next((field for field in (fields_of(target) if fields is None else fields) if field.name == name), None)
