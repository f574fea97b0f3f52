"""How an act says no, so that every door can tell it to the person in the same way."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


class Refusal(ValueError):
    """The act was not done, and nothing of it was kept. The message is for the person on the screen.

    `fields` names what is wrong with which answer of a form, where that is known.
    """

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


def one_line(text: object, *, what: str, longest: int, needed: bool = True) -> str:
    """A single line of somebody's text, trimmed. Refused: nothing where it is needed, control letters, too long."""
    field = what.lower().replace(" ", "_")
    line = str(text if text is not None else "").strip()
    if needed and not line:
        raise Refusal(f"{what} is missing.", fields={field: "Please fill this in."})
    if len(line) > longest:
        raise Refusal(f"{what} is longer than {longest} letters.", fields={field: f"At most {longest} letters."})
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in line):
        raise Refusal(f"{what} holds letters that cannot be shown.", fields={field: "Please type it again."})
    return line
