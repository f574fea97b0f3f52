"""`mutuals db`: the database from the terminal. Ends with 0, with 1 when refused, `status` with 3 when nothing runs."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from mutuals import embedded
from mutuals.embedded.backup import programs_for

PLACE = 0  # among the groups of `mutuals --help`

_Act = Callable[[argparse.Namespace], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `db` and its verbs; each parser names its function as `act`."""
    db = subparsers.add_parser("db", help="the database: start, stop, look, copy, bring back")
    verbs = db.add_subparsers(dest="verb", required=True, metavar="VERB")
    _verb(verbs, "up", up, "start the database, or find it running")
    _verb(verbs, "stop", stop, "stop the database")
    _verb(verbs, "status", status, "say whether it runs, where, and which version")
    _verb(verbs, "url", url, "print the address with its password, for DATABASE_URL of another program")
    psql_parser = _verb(verbs, "psql", psql, "open PostgreSQL's own prompt")
    psql_parser.add_argument("-c", "--command", help="one command to run instead of the prompt")
    backup_parser = _verb(verbs, "backup", backup, "write a backup with its checksum")
    backup_parser.add_argument("to", nargs="?", type=Path, help="file to write; else a dated one in the state folder")
    backup_parser.add_argument("--keep", type=int, default=7, help="dated backups that stay (7)")
    restore_parser = _verb(verbs, "restore", restore, "replace the database by a backup; the replaced one is kept")
    restore_parser.add_argument("file", type=Path)
    restore_parser.add_argument("--yes", action="store_true", help="do not ask")
    restore_parser.add_argument("--cut-off", action="store_true", help="end connections of programs that still use it")
    restore_parser.add_argument("--keep", type=int, default=3, help="replaced databases that stay (3)")
    upgrade_parser = _verb(verbs, "upgrade", upgrade, "bring the data to the version of the programs")
    upgrade_parser.add_argument("--old-programs", type=Path, help="bin folder of the PostgreSQL that wrote the data")


def up(args: argparse.Namespace) -> int:
    """Start or attach."""
    return _tell(args, lambda: {"address": embedded.ensure_up().plain()})


def stop(args: argparse.Namespace) -> int:
    """Stop our own server."""
    return _tell(args, lambda: {"stopped": embedded.stop()})


def status(args: argparse.Namespace) -> int:
    """Print what is there; 3 when it is not running, as init scripts do."""
    try:
        found = embedded.status()
    except embedded.Refused as error:
        return _refuse(args, error)
    _print(args, asdict(found))
    return 0 if found.running else 3


def url(args: argparse.Namespace) -> int:
    """Print the address with its password."""
    return _tell(args, lambda: {"url": embedded.ensure_up().url()})


def psql(args: argparse.Namespace) -> int:
    """Run psql; the password travels in the environment, not on the command line."""
    try:
        address = embedded.ensure_up()
        program = _psql(address)
    except embedded.Refused as error:
        return _refuse(args, error)
    rest = ["--command", args.command] if args.command else []
    return subprocess.call([program, "--dbname", address.plain(), *rest], env={**os.environ, **address.environ()})


def backup(args: argparse.Namespace) -> int:
    """Write one backup: to the named file, or a dated one of which only the newest stay."""

    def act() -> dict[str, object]:
        address = embedded.ensure_up()
        if args.to is not None:
            return {"backup": str(embedded.backup(address, args.to))}
        return {"backup": str(embedded.backup_now(embedded.state_folder() / "backups", args.keep, of=address))}

    return _tell(args, act)


def restore(args: argparse.Namespace) -> int:
    """Replace the database by a backup, after asking. Refused while something uses it, unless that is to be cut off."""
    if not args.yes and not _agreed(f"Replace the database by {args.file}? What is there now is kept aside."):
        return _refuse(args, embedded.Refused("Nothing was changed: say --yes, or answer with yes."))

    def act() -> dict[str, object]:
        done = embedded.restore(embedded.ensure_up(), args.file, cut_off=args.cut_off, keep=args.keep)
        return {"restored": str(args.file), "kept": done.kept, "dropped": ", ".join(done.dropped)}

    return _tell(args, act)


def upgrade(args: argparse.Namespace) -> int:
    """Bring the data folder to the version of the programs."""
    return _tell(args, lambda: {"done": embedded.upgrade(old_programs=args.old_programs)})


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, act: _Act, words: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=act)
    return parser


def _tell(args: argparse.Namespace, act: Callable[[], dict[str, object]]) -> int:
    try:
        said = act()
    except embedded.Refused as error:
        return _refuse(args, error)
    _print(args, said)
    return 0


def _print(args: argparse.Namespace, said: dict[str, object]) -> None:
    lines = [f"{name}: {'-' if value in (None, '') else value}" for name, value in said.items()]
    text = json.dumps(said) if args.json else str(said["url"]) if list(said) == ["url"] else "\n".join(lines)
    try:
        print(text, flush=True)
    except BrokenPipeError:  # `| head` has seen enough; what was asked for is done
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(args: argparse.Namespace, error: embedded.Refused) -> int:
    print(json.dumps({"refused": str(error)}) if args.json else f"mutuals: {error}", file=sys.stderr)
    return 1


def _agreed(question: str) -> bool:
    return sys.stdin.isatty() and input(f"{question} [yes/no] ").strip().lower() == "yes"


def _psql(address: embedded.Address) -> str:
    """The psql beside the right pg_dump, else any on the path."""
    beside = programs_for(address) / "psql"
    program = str(beside) if beside.is_file() else shutil.which("psql")
    if program is None:
        raise embedded.Refused("There is no psql here: install postgresql-client.")
    return program
