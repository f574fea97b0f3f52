"""`mutuals files`: files on records."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from mutuals.base import clock, files
from mutuals.base.models import Filed
from mutuals.cli._say import Missing, me, verb
from mutuals.staff import filed

PLACE = 66  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `files` and its verbs."""
    verbs = groups.add_parser("files", help="files on records").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "the files of a record", examples=["mutuals files list deal:5"])
    parser.add_argument("about", help="the record's text key, such as person:12")
    parser = verb(verbs, "put", put, "put a file on a record", examples=["mutuals files put deal:5 offer.pdf"])
    parser.add_argument("about", help="the record's text key, such as person:12")
    parser.add_argument("file", type=Path)
    parser = verb(verbs, "get", get, "write a file to disk")
    parser.add_argument("id", type=int)
    parser.add_argument("--out", type=Path, required=True)
    verb(verbs, "trash", trash, "take a file off its record").add_argument("id", type=int)
    verb(verbs, "restore", restore, "put it back").add_argument("id", type=int)


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each, newest first."""
    return [_line(row) for row in filed.listed(me(args), args.about)]


def put(args: argparse.Namespace) -> dict[str, Any]:
    """The file as it is kept."""
    by = me(args)
    try:
        with args.file.open("rb") as stream:
            row, _ = filed.put(args.about, stream, name=args.file.name, by=by, now=clock.now())
    except OSError as error:
        raise Missing(f"{args.file} cannot be read: {error.strerror or error}.") from error
    return _line(row)


def get(args: argparse.Namespace) -> str:
    """Where it lies now."""
    row = _found(args)
    shutil.copyfile(files.path(row.blob_id), args.out)
    return f"{row.name} was written to {args.out}"


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The file in the trash."""
    by = me(args)
    return _line(filed.take_out(_found(args), by=by, now=clock.now()))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The file on its record."""
    by = me(args)
    return _line(filed.put_back(_found(args), by=by))


def _found(args: argparse.Namespace) -> Filed:
    row = filed.one(me(args), args.id, trashed=None)
    if row is None:
        raise Missing(f"There is no file {args.id}.")
    return row


def _line(row: Filed) -> dict[str, Any]:
    told = {"id": row.pk, "about": row.about, "name": row.name, "kind": row.media_type, "size": row.size}
    return {**told, "by": row.by, "at": row.at, "trashed": row.trashed_at}
