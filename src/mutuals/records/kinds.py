"""A kind of record of the house's own making, as processes keep it in memory. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from mutuals.base.normal import in_form

LONGEST_TITLE = 200
PREFIX = "own_"
"""What the names of such kinds begin with wherever records have names: "own_machine" of the type "machine"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type. `record` is its name in conditions, lists, fields and references."""

    id: int
    key: str
    name: str
    plural: str
    icon: str = "box"
    title_label: str = "Name"
    prefix: str = ""
    is_retired: bool = False

    @property
    def record(self) -> str:
        """Such as "own_machine"."""
        return f"{PREFIX}{self.key}"

    def reference(self, number: int) -> str:
        """What people call one of its records: "M-12", or "12" where the type has no letters for it."""
        return f"{self.prefix}-{number}" if self.prefix else str(number)


def folded(title: str) -> str:
    """A title as it is looked up and sorted: no accents, one case, single spaces."""
    plain = in_form("NFKD", title).casefold()
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())[:LONGEST_TITLE]
