"""`mutuals import`: a file in, in the four steps of the wizard: recognise, choose, preview, run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError, transaction

from mutuals import flow
from mutuals.base import clock
from mutuals.capture import intake
from mutuals.capture.imports import again, begin, report, running, undo
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.models import Import, ImportState, RawEvent, RawState
from mutuals.cli._progress import shown
from mutuals.cli._say import PARTLY, REFUSED, Ended, Missing, me, table, verb
from mutuals.connectors.files.fields import Target, fields_of
from mutuals.connectors.files.preset import presets
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.target import likely_target, system_of
from mutuals.history.models import Interaction
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 80  # among the groups of `mutuals --help`

_PATIENCE = 0.5  # seconds between two looks at an import that a worker carries on
_TRIES = 5
_ANSWERS = {
    "target": "Say it with --as-target people, organisations, deals, orders, products, cases, tasks or posts.",
    "source": "Name it with --source.",
    "zone": "Say it with --zone, such as --zone Europe/Lisbon.",
    "day_first": "Say it with --day-first yes or --day-first no.",
    "decimal": "Say it with --decimal , or --decimal .",
    "region": "Say it with --region, such as --region DE.",
    "currency": "Say it with --currency, such as --currency EUR, or with --map COLUMN=currency.",
    "public": "Say it with --public or --private, or with --map COLUMN=public.",
    "match": "Choose others with --match.",
    "history_only": "Leave out --history-only.",
    "self_told": "Leave out --self-told.",
    "constants": "",
    "state": "",
    "preset": "Say another with --preset, or --preset none.",
}
_EPILOG = """ends with 0 when every row is in, 6 when some rows were not taken (see --errors), 1 when the file or a choice
is refused. The same file again into the same source changes nothing."""


def register(groups: Any) -> None:
    """Add `import`."""
    parser = verb(
        groups,
        "import",
        bring_in,
        "take in a file of people, organisations, deals, orders, products, cases, tasks, posts, or a kind of your own",
    )
    parser.epilog = _EPILOG
    parser.add_argument("file", type=Path, help="CSV, XLSX, Parquet, JSON Lines, mbox or vCard; found by its content")
    words = f"what a row is; else told by columns: {', '.join(Target)}, or a kind of your own, such as own_machine"
    parser.add_argument("--as-target", metavar="TARGET", help=words)
    parser.add_argument(
        "--source", metavar="NAME", help="the system it comes from; else as the columns tell, or the name of the file"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="what a column means, instead of the proposal; COLUMN= leaves it out, COLUMN=extra keeps it beside",
    )
    parser.add_argument(
        "--match", metavar="FIELD,FIELD", help="by what somebody known is found: id, email, phone, domain"
    )
    parser.add_argument("--zone", help="time zone of times that name none, such as Europe/Lisbon")
    parser.add_argument("--day-first", choices=["yes", "no"], help="whether 3/4/2026 is in April")
    parser.add_argument("--decimal", choices=[".", ","], help="the decimal sign of amounts")
    parser.add_argument("--region", metavar="DE", help="country of phone numbers that name none; else kept as written")
    parser.add_argument("--currency", metavar="EUR", help="currency of all amounts of the file")
    words = "a value that is the same in all rows, such as pipeline=Partners; may be said again"
    parser.add_argument("--all", action="append", default=[], metavar="FIELD=VALUE", help=words)
    parser.add_argument("--network", metavar="NAME", help="network that the posts of the file are from")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--public", action="store_const", const="yes", help="everybody could read the posts of the file")
    who.add_argument("--private", action="store_const", const="no", dest="public", help="nobody else could read them")
    work = parser.add_mutually_exclusive_group()
    words = "keep posts and mails to be found and read, as nobody's turn until somebody writes again or takes them up"
    work.add_argument("--history-only", action="store_true", help=words)
    words = "each of their conversations waits in the inbox; so it is where nothing is said"
    work.add_argument("--open-work", action="store_false", dest="history_only", help=words)
    words = "people wrote the rows themselves, as into a form of a website: a website in them proves nothing"
    parser.add_argument("--self-told", action="store_true", help=words)
    words = "whose export it is: " + ", ".join(presets()) + "; none = what the columns say by themselves"
    parser.add_argument("--preset", choices=[*presets(), begin.NO_PRESET], default="", help=words)
    parser.add_argument("--sheet", default="", help="which sheet of a workbook")
    parser.add_argument("--encoding", default="", help="instead of the one that was recognised")
    parser.add_argument("--delimiter", default="", help="instead of the one that was recognised")
    parser.add_argument("--dry-run", action="store_true", help="only the preview; nothing is taken in")
    parser.add_argument(
        "--errors",
        type=Path,
        metavar="FILE",
        help="write rows that were not taken here, with reasons (no file where all were)",
    )
    _verbs(groups)


def _verbs(groups: Any) -> None:
    verbs = groups.add_parser("imports", help="files that were brought").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", show, "every import, newest first")
    parser.add_argument("--limit", type=int, default=50, help="at most 200 (50)")
    parser = verb(verbs, "remove", remove, "take away one that was uploaded and never ran, with our copy of its file")
    parser.add_argument("id", type=int)
    parser = verb(verbs, "undo", take_back, "take a whole import back; what was done since stays, with its reason")
    parser.add_argument("id", type=int)
    parser.add_argument("--dry-run", action="store_true", help="only count what would go back")
    parser = verb(
        verbs, "rerun", rerun, "a new import of the rows that failed, with the same mapping, taken in at once"
    )
    parser.add_argument("id", type=int)


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    by = me(args)
    require(by, "import.run")
    rows = report.visible_to(by)[: min(max(args.limit, 1), 200)]
    return [
        {
            "id": row.pk,
            "file": row.file_name,
            "target": row.target,
            "source": row.source.name,
            "state": row.state,
            "rows": row.rows_total,
            "never ran": begin.never_ran(row),
            "created": row.created_at,
        }
        for row in rows
    ]


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """Gone; nothing of it had been taken in."""
    by = me(args)
    require(by, "import.run")
    row = report.visible_to(by).filter(pk=args.id).first()
    if row is None:
        raise Missing(f"There is no import {args.id}.")
    begin.withdraw(row, by=by)
    return {"removed": args.id, "file": row.file_name}


def take_back(args: argparse.Namespace) -> dict[str, Any]:
    """What went back, record by record, and what stayed."""
    by = me(args)
    row = _found(args.id, by)
    if not args.dry_run:
        undo.begin(row, by=by, now=clock.now())
        undo.undo_now(row.pk)
        row = _found(args.id, by)
    sums = [
        {"record": one.record, "made": one.made, "changed": one.changed, "kept": one.kept} for one in undo.sums(row)
    ]
    stayed = [{"row": one.about, "stays because": one.why} for one in undo.stayed(row)]
    return {"import": row.pk, "state": row.undoing or "not undone", "rows": sums, "stayed": stayed}


def rerun(args: argparse.Namespace) -> Ended:
    """What came of the rows that had failed."""
    by = me(args)
    of = again.rerun(_found(args.id, by), by=by, now=clock.now())
    args.errors, args.dry_run = None, False
    of = step(of, by, running.check, running.check_now, "checked", quiet=args.json)
    if of.state != ImportState.FAILED:
        of = step(of, by, running.run, running.run_now, "taken in", quiet=args.json)
    if of.state == ImportState.DONE and of.target == Target.POSTS:
        carry(of.source_id)
    return _ended(args, of, by)


def _found(number: int, by: User) -> Import:
    require(by, "import.run")
    row = report.visible_to(by).filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no import {number}.")
    return row


def bring_in(args: argparse.Namespace) -> Ended:
    """What the file was, how it was understood, what the preview said and what came of it."""
    by = me(args)
    try:
        with transaction.atomic():  # a choice that is refused leaves no draft behind
            of = _begun(args, by)
            of = begin.choose(of, by=by, mapping=_mapping(args, of), options=_options(args, of))
    except Unusable as error:
        remedy = _ANSWERS.get(error.field, "Choose with --map COLUMN=FIELD.")
        raise ValueError(f"{error} {remedy}".strip()) from error
    if not args.json:
        _introduce(of)
    of = step(of, by, running.check, running.check_now, "checked", quiet=args.json)
    if args.dry_run:
        told = _ended(args, of, by)
        begin.withdraw(of, by=by)
        return told
    if of.state == ImportState.FAILED:
        return _ended(args, of, by)
    if not args.json:
        print("preview:", _words(of.preview))
    of = step(of, by, running.run, running.run_now, "taken in", quiet=args.json)
    if of.state == ImportState.DONE and of.target == Target.POSTS:
        carry(of.source_id)
    return _ended(args, of, by)


def _begun(args: argparse.Namespace, by: User) -> Import:
    path: Path = args.file
    if not path.exists():
        raise Missing(f"There is no file {path}.")
    how = {"sheet": args.sheet, "encoding": args.encoding, "delimiter": args.delimiter}
    sniffed = sniff(path, **how)
    target = args.as_target or likely_target(sniffed)
    how["preset"] = args.preset
    if target is None:
        raise Unusable("The columns do not tell what a row is.", field="target")
    name = args.source or system_of(sniffed, str(target)) or path.stem
    return begin.begin(path, by=by, target=str(target), file_name=path.name, now=clock.now(), source_name=name, **how)


def _mapping(args: argparse.Namespace, of: Import) -> dict[str, str]:
    """The proposal, and over it what was said. A field that was given to another column leaves its proposed one."""
    said = dict[str, str]()
    for pair in args.map:
        column, equals, field = pair.rpartition("=")
        if not equals:
            raise ValueError(f"--map wants COLUMN=FIELD, not {pair!r}.")
        said[column] = field
    many = {one.name for one in fields_of(of.target) if one.many} | {"extra"}
    taken = set(said.values()) - many
    return {column: field for column, field in of.mapping.items() if field not in taken} | said


def _options(args: argparse.Namespace, of: Import) -> dict[str, Any]:
    told = dict(of.options)
    for name in ("zone", "decimal", "region"):
        if getattr(args, name):
            told[name] = getattr(args, name)
    if args.day_first:
        told["day_first"] = args.day_first == "yes"
    if args.match:
        told["match"] = [name.strip() for name in args.match.split(",") if name.strip()]
    elif args.map:
        told.pop("match", None)
    if args.history_only:
        told["history_only"] = True
    if args.self_told:
        told["self_told"] = True
    same = {name: value for name in ("network", "public", "currency") if (value := getattr(args, name))}
    for pair in args.all:
        field, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"--all wants FIELD=VALUE, not {pair!r}.")
        same[field] = value
    return {**told, "constants": {**told.get("constants", {}), **same}}


def _introduce(of: Import) -> None:
    told = of.sniffed
    about = ", ".join(str(told[name]) for name in ("format", "encoding", "sheet") if told.get(name))
    print(f"{of.file_name}: {about}, about {told.get('approximate_rows', 0):,} rows, as {of.target} of {of.source}")
    for warning in told.get("warnings", ()):
        print("note:", warning)
    samples = told.get("sample_rows", ())
    rows = [
        {
            "column": column,
            "becomes": of.mapping.get(column, "") or "(left out)",
            "because": told.get("why", {}).get(column, ""),
            "such as": next((row[column] for row in samples if row.get(column)), ""),
        }
        for column in told.get("columns", ())
    ]
    if rows:
        table(rows)
    for name, value in of.options.items():
        if value not in ("", [], {}):
            print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


def step(
    of: Import,
    by: User,
    ask: Callable[..., Import],
    do: Callable[[int], None],
    words: str,
    *,
    quiet: bool,
) -> Import:
    """Ask for a step as a screen does, and do it here; where a worker was faster, follow what it does."""
    ask(of, by=by)
    with shown(of.pk, words, quiet=quiet):
        do(of.pk)
        of.refresh_from_db()
        while of.state in (ImportState.CHECKING, ImportState.RUNNING):
            time.sleep(_PATIENCE)
            of.refresh_from_db()
    return of


def carry(source_id: int) -> None:
    """Let what was kept go through the house now. A worker may be at it too; then each takes its part."""
    tries = 0
    while intake.waiting(source_id):
        try:
            flow.run(source_id)
        except OperationalError:
            tries += 1
            if tries >= _TRIES:
                raise
        time.sleep(0.05)


def _ended(args: argparse.Namespace, of: Import, by: User) -> Ended:
    said: dict[str, Any] = {
        "import": of.pk,
        "file": of.file_name,
        "target": of.target,
        "source": of.source_id,
        "state": of.state,
        "rows": of.rows_done,
        "preview": of.preview,
    }
    if number := report.without_country(of):
        told = f"in {number:,} row{'s'[: number > 1]}, kept as written; --region DE (or another) reads them"
        said["numbers without a country"] = number if args.json else told
    if report.is_without_authors(of) and of.sniffed.get("columns"):
        words = "nobody: no column is their id or handle; --map COLUMN=author_handle says which"
        said["authors"] = 0 if args.json else words
    if of.state == ImportState.DONE:
        said["counts"] = of.counts
        said["reconciled"] = of.counts == of.preview and sum(of.counts.values()) == of.rows_done
    if of.state == ImportState.DONE and of.target == Target.POSTS:
        said["in the history"] = Interaction.objects.filter(source_id=of.source_id).count()
        said["put aside"] = RawEvent.objects.filter(source_id=of.source_id, state=RawState.PARKED).count()
    if of.state == ImportState.FAILED:
        said["refused"] = of.error
    left = of.preview if args.dry_run else of.counts
    not_taken = left.get("errors", 0) + left.get("doubtful", 0)
    if args.errors is not None:
        with suppress(FileNotFoundError):
            args.errors.unlink()
    if args.errors is not None and not_taken:
        with args.errors.open("w", encoding="utf-8-sig", newline="") as out:
            out.writelines(report.troubles_csv(of, by=by))
        said["errors"] = str(args.errors)
    if not args.json:
        said = {name: _words(value) if isinstance(value, dict) else value for name, value in said.items()}
    if not_taken and args.errors is None and not args.json:
        said["not taken"] = f"{not_taken} rows; --errors FILE writes them with their reasons"
    return Ended(said, REFUSED if of.state == ImportState.FAILED else PARTLY if not_taken else 0)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counts.items()) or "nothing"
