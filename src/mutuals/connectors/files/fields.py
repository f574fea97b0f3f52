"""What a column may become: one catalogue per target, in the words of the screens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EXTRA = "extra"  # a column kept beside the record under its own name
LEAVE = ""  # a column left out


class Target(StrEnum):
    """What the rows of a file are."""

    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    ORDERS = "orders"
    POSTS = "posts"


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
    """One thing that can be known. `many`: several columns, or several values in one cell, may feed it."""

    name: str
    label: str
    shape: Shape = Shape.TEXT
    many: bool = False
    required: bool = False
    key: bool = False  # may serve as a match key


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
FIELDS: dict[Target, tuple[Field, ...]] = {
    Target.PEOPLE: _PEOPLE,
    Target.ORGANISATIONS: _ORGANISATIONS,
    Target.ORDERS: _ORDERS,
    Target.POSTS: _POSTS,
}


def field_of(target: Target | str, name: str) -> Field | None:
    """The field of that name, or None."""
    return next((field for field in FIELDS[Target(target)] if field.name == name), None)
