"""What a field of the house's own making is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mutuals.base.filters import Kind
from mutuals.base.refusals import Refusal

LONGEST_KEY = 40


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    TIME = "time"
    YES = "yes"
    CHOICE = "choice"
    MANY = "many"
    REFERENCE = "reference"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    FORMULA = "formula"

    @property
    def words(self) -> str:
        """As a screen calls it."""
        return _WORDS[self]


_WORDS = {
    FieldKind.TEXT: "Text",
    FieldKind.LONG: "Long text",
    FieldKind.NUMBER: "Number",
    FieldKind.MONEY: "Amount of money",
    FieldKind.DAY: "Day",
    FieldKind.TIME: "Day and time",
    FieldKind.YES: "Yes or no",
    FieldKind.CHOICE: "One of a list",
    FieldKind.MANY: "Several of a list",
    FieldKind.REFERENCE: "Another record",
    FieldKind.ADDRESS: "Postal address",
    FieldKind.EMAIL: "Email address",
    FieldKind.PHONE: "Phone number",
    FieldKind.FORMULA: "Reckoned from other fields",
}
FILTERED = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.LONG: Kind.TEXT,
    FieldKind.ADDRESS: Kind.TEXT,
    FieldKind.EMAIL: Kind.TEXT,
    FieldKind.PHONE: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.FORMULA: Kind.NUMBER,
    FieldKind.MONEY: Kind.MONEY,
    FieldKind.DAY: Kind.DAY,
    FieldKind.TIME: Kind.TIME,
    FieldKind.YES: Kind.BOOL,
    FieldKind.CHOICE: Kind.CHOICE,
    FieldKind.REFERENCE: Kind.CHOICE,
    FieldKind.MANY: Kind.TAGS,
}
"""As what conditions ask for it."""


class Misfit(Refusal):
    """A value that a field cannot take; `key` names the field, the message says what it takes."""

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message, fields={f"custom.{key}": message})
        self.key = key


@dataclass(frozen=True, slots=True)
class Shape:
    """A field: `key` never changes, all else may.

    `options` are the values of a choice with their words; of a reference the one record that it leads to. `formula` reckons
    with the keys of other fields, see `formula`.
    """

    key: str
    label: str
    kind: FieldKind
    options: tuple[tuple[str, str], ...] = ()
    formula: str = ""
    is_required: bool = False
    is_unique: bool = False
    section: str = ""
    position: int = 0
    help: str = ""
    is_retired: bool = False
    id: int = 0

    @property
    def leads_to(self) -> str:
        """The record that a reference names; "" for any other kind."""
        return self.options[0][0] if self.kind is FieldKind.REFERENCE and self.options else ""
