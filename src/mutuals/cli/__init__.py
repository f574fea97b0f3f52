"""The terminal: the same acts as the screens and the API, one file per group of commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mutuals.cli import db

GROUPS = [db]


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="mutuals", description="Mutuals, from the terminal")
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.register(groups)
    args = parser.parse_args(list(argv))
    return int(args.act(args))
