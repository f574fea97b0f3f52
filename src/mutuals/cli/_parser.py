"""The parser of the command line. It loads nothing of Django, because `mutuals run` and `mutuals db` begin without it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import NoReturn

MISUSED = 2


class Misused(Exception):
    """The command line is not understood; `usage` says how it is written."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """A parser that leaves it to its caller how a wrong command line is told."""

    def error(self, message: str) -> NoReturn:
        """Raise Misused."""
        raise Misused(message, self.format_usage())


def misused(error: Misused, *, as_json: bool) -> int:
    """Say that a command line is not understood: one JSON object, or how it is written and what is wrong."""
    print(json.dumps({"refused": str(error)}) if as_json else f"{error.usage}mutuals: {error}", file=sys.stderr)
    return MISUSED
