"""`mutuals openapi`: the API's own description, as it is committed in docs/openapi.json."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mutuals.api.api import api


def register(groups: Any) -> None:
    """Add `openapi`."""
    words = "write the description of the REST API (OpenAPI 3.1)"
    parser = groups.add_parser("openapi", help=words, description=words)
    parser.add_argument("--out", type=Path, help="file to write; else standard output")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where the file differs")
    parser.add_argument("--json", action="store_true", help="print one JSON value about what was done")
    parser.set_defaults(act=write)


def described() -> str:
    """The description as text: the same for the same code, keys in their order, one line end."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write(args: argparse.Namespace) -> int:
    """0 done, 1 where `--check` finds another file."""
    text = described()
    if args.out is None:
        print(text, end="")
        return 0
    is_same = args.out.is_file() and args.out.read_text(encoding="utf-8") == text
    if not args.check:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text, encoding="utf-8")
    told = "unchanged" if is_same else "differs" if args.check else "written"
    print(json.dumps({"file": str(args.out), "is": told}) if args.json else f"{args.out}: {told}", file=sys.stdout)
    return 1 if args.check and not is_same else 0
