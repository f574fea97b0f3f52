"""What all commands from files to files share: how far they are, what they say in the end, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Counts = dict[str, Any]
"""What is said in the end: names in words with blanks, numbers, and lists of such."""

Told = Callable[[str, int, int], None]
"""Called as work goes on: what is being done, how much of it is done, and how much there is (0 = nobody knows)."""


class Refused(ValueError):
    """A file or a choice that nothing can be done with; the message names the place and the remedy."""


def silent(step: str, done: int, total: int) -> None:
    """A Told that keeps it to itself."""
