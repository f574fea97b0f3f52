"""The terminal: the same acts as the screens and the API, one file per group of commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from mutuals.cli import db


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="mutuals", description="Mutuals, from the terminal")
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    for group in _groups(argv):
        group.register(groups)
    args = parser.parse_args(list(argv))
    return int(args.act(args))


def _groups(argv: Sequence[str]) -> list[Any]:
    """The database commands work where Django cannot start yet, so nothing else is loaded for them."""
    if list(argv[:1]) == ["db"]:
        return [db]
    names = ("processes", "staff", "people", "inbox", "sources")
    return [db, *(import_module(f"mutuals.cli.{name}") for name in names)]
