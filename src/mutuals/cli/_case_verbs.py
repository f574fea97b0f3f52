"""What may be said to `mutuals cases` once a case is there."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mutuals.cli._say import verb
from mutuals.inbox.models import CaseState, Outcome, Priority, Purpose, Severity

Act = Callable[[argparse.Namespace], Any]


def add_verbs(
    verbs: Any, *, start: Act, change: Act, close: Act, reopen: Act, give: Act, parts: Act, check: Act, join: Act,
    part: Act, policy: Act,
) -> None:  # fmt: skip
    """Add them."""
    parser = _of(verbs, "start", start, "let a case go by the steps of a process")
    steps(parser)
    parser.add_argument("--instead", action="store_true", help="instead of the process by which it goes now")
    parser = _of(verbs, "change", change, "what it is called, how much it matters, or that it ended")
    parser.add_argument("--state", choices=CaseState.values)
    parser.add_argument("--title")
    parser.add_argument("--priority", choices=Priority.values)
    parser.add_argument("--severity", choices=Severity.values)
    parser.add_argument("--kind", help="one of the house's sorts; empty takes it away")
    parser.add_argument("--under", metavar="CASE", help="the case above it; empty takes it out")
    _said(parser, needed=False)
    parser = _of(verbs, "close", close, "end it, with what they wanted and what came of it")
    _said(parser, needed=True)
    parser.add_argument("--dropped", action="store_true", help="it is given up, not solved")
    parser.add_argument("--children", choices=("close", "leave"), default="", help="open cases under it")
    _of(verbs, "reopen", reopen, "take it up again").add_argument("--because", default="")
    parser = _of(verbs, "give", give, "whose it is; without anybody it is nobody's")
    parser.add_argument("--to", default="", metavar="EMAIL")
    parser.add_argument("--team", default="")
    parser = _of(verbs, "parts", parts, "the things that it is about, instead of those that were")
    parser.add_argument("--part", action="append", default=[], metavar="PART", help='such as "2x Lid #S-77"')
    parser = _of(verbs, "check", check, "write a line into its checklist, or tick one by its number")
    parser.add_argument("line", help="words, or the number of a line")
    parser.add_argument("--undo", action="store_true", help="take the tick away")
    _of(verbs, "join", join, "let a conversation into it").add_argument("conversation", type=int)
    _of(verbs, "part", part, "part a conversation from it").add_argument("conversation", type=int)
    parser = verb(verbs, "policy", policy, "how the house keeps its cases; what is told is changed")
    parser.add_argument("--days", type=int, help="for how long a customer's word opens one again; 0 = never")
    parser.add_argument("--kinds", help="sorts, parted by commas")
    parser.add_argument("--calendar", help="by which limits run; empty = around the clock")


def steps(parser: argparse.ArgumentParser) -> None:
    """By which steps it goes."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--process", metavar="NAME", help="by the steps of this process")
    ways.add_argument("--usual", action="store_true", help="by the usual steps of cases")


def _of(verbs: Any, name: str, act: Act, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verb(verbs, name, act, words)
    parser.add_argument("case", help="its reference or number")
    return parser


def _said(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    parser.add_argument("--purpose", choices=Purpose.values, required=needed, help="what they wanted")
    parser.add_argument("--outcome", choices=Outcome.values, required=needed, help="what came of it")
    parser.add_argument("--result", default="", help="in words")
