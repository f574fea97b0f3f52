"""By which words a promise is known in each language: the patterns of `promises.toml`, each made once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

_NAME = re.compile(r"@([a-z][a-z0-9]*)")


@dataclass(frozen=True)
class Tongue:
    """One language. `told` are its tables as they stand in the file."""

    code: str
    told: Mapping[str, Any]
    _made: dict[str, re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def made(self, name: str) -> re.Pattern[str]:
        """The pattern of that name, read without case."""
        if name not in self._made:
            self._made[name] = self.compiled(self.pattern(name))
        return self._made[name]

    def pattern(self, name: str) -> str:
        """The words of that name as one pattern."""
        said = self.told[name]
        return self.filled(said if isinstance(said, str) else "|".join(said))

    def filled(self, pattern: str) -> str:
        """A pattern whose names are replaced by what they stand for."""

        def stands_for(hit: re.Match[str]) -> str:
            name = hit[1]
            words: Sequence[str] = self.told["months"] if name == "months" else self.told["let"][name]
            return f"(?:{self.filled('|'.join(words))})"

        return _NAME.sub(stands_for, pattern)

    @staticmethod
    def compiled(pattern: str) -> re.Pattern[str]:
        """A pattern of ours, without case."""
        return re.compile(pattern, re.IGNORECASE)

    @cached_property
    def commits(self) -> re.Pattern[str]:
        """Where somebody promises: group `sure`, or group `dated` where that takes a moment."""
        return self.compiled(rf"(?P<sure>{self.pattern('sure')})|(?P<dated>{self.pattern('dated')})")

    @cached_property
    def never(self) -> re.Pattern[str]:
        """What makes a sentence no promise."""
        return self.compiled(rf"\b(?:{self.pattern('never')})(?!\w)")

    @cached_property
    def weekdays(self) -> list[re.Pattern[str]]:
        """The days of the week, from Monday on."""
        return [self.compiled(rf"\b(?:{one})\b") for one in self.told["weekdays"]]

    @cached_property
    def parts(self) -> dict[str, re.Pattern[str]]:
        """Parts of a day."""
        return {name: self.compiled(words) for name, words in self.told["parts"].items()}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Numbers that are written as words."""
        return {word: int(number) for word, number in (one.split("=") for one in self.told["numbers"])}

    @cached_property
    def within(self) -> re.Pattern[str]:
        """ "within 2-3 working days": group `many`, and one group for each unit."""
        units = "|".join(f"(?P<{name}>{words})" for name, words in self.told["units"].items())
        one = rf"(?:\d{{1,3}}|{'|'.join(sorted(self.numbers, key=len, reverse=True))})"
        upto = "to|bis|or|oder|à|ou|a|o|e"
        return self.compiled(
            rf"(?:{self.pattern('within')})(?:{one} ?(?:[-–/]|{upto}) ?)?(?P<many>{one}) ?(?:{units})(?!\w)"
        )


@lru_cache(maxsize=1)
def tongues() -> tuple[Tongue, ...]:
    """All languages that are read, in the order of the file."""
    told = tomllib.loads((files("mutuals.text") / "promises.toml").read_text(encoding="utf-8"))
    return tuple(Tongue(code, one) for code, one in told.items())
