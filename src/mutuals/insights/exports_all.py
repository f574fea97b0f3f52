"""Everything as one ZIP: each table as JSON Lines, the kept files, and a README that says what is what.

With it somebody can leave Mutuals with all they own. What is left out is secret (passwords, keys of accounts): it opens doors
and says nothing. Tables are walked by their keys, a page at a time; each is as it was when it was written.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models

from mutuals import __version__
from mutuals.base import files
from mutuals.base.models import Blob
from mutuals.insights.models import Export

PAGE = 2_000
WIDE = 100
"""Rows of a page; of tables that hold bytes."""
SECRET = {
    ("staff.User", "password"): "the hash of a password",
    ("staff.Token", "digest"): "what opens the API",
    ("channels.Credential", "sealed"): "keys of accounts, sealed with a key that is not here either",
    ("channels.Hook", "sealed"): "what signs letters to programs of others",
    ("staff.Provider", "sealed"): "what this house says to a provider of sign-ins",
    ("identity.Challenge", "digest"): "codes that prove whose an account is",
    ("inbox.TaskFeed", "digest"): "secret addresses of calendars",
}
"""(table, column) -> what it is, and why nobody needs it elsewhere."""
PASSING = {"base.Once": "answers of a day, given again to programs that ask twice"}
"""Tables that are no knowledge of anybody."""


def tables() -> list[type[models.Model]]:
    """All tables of the house, also those between two others, by name."""
    ours = [one for one in apps.get_app_configs() if one.name.startswith("mutuals.")]
    found = [model for one in ours for model in one.get_models(include_auto_created=True)]
    kept = [
        model for model in found if model._meta.managed and not model._meta.proxy and model._meta.label not in PASSING
    ]
    return sorted(kept, key=lambda model: model._meta.db_table)


def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns of a table that are written."""
    return [one for one in model._meta.concrete_fields if (model._meta.label, one.name) not in SECRET]


def about() -> int:
    """About how many rows there are, as the database guesses."""
    names = [model._meta.db_table for model in tables()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)",
            [names],
        )
        return int(cursor.fetchone()[0])


def write(draft: Path, step: Callable[[int], None], *, now: datetime) -> dict[str, int]:
    """Write the ZIP; the rows by table. `step` is told between pages how many rows are written."""
    counts: dict[str, int] = {}
    done = 0
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as package:
        for model in tables():
            name, many = model._meta.db_table, 0
            with package.open(f"tables/{name}.jsonl", "w", force_zip64=True) as out:
                for lines in _pages(model):
                    out.write("".join(lines).encode("utf-8", "replace"))
                    many += len(lines)
                    step(done + many)
            counts[name] = many
            done += many
        missing = _files(package, lambda: step(done))
        package.writestr("README.md", _readme(counts, missing, now))
    return counts


def _pages(model: type[models.Model]) -> Iterator[list[str]]:
    """The rows of a table as lines, a page at a time, by its key."""
    fields = columns(model)
    size = WIDE if any(isinstance(one, models.BinaryField) for one in fields) else PAGE
    names = [one.attname for one in fields]
    rows, last = model._base_manager.order_by("pk"), None
    while True:
        page = list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", *names)[:size])
        if not page:
            return
        yield [f"{_line(names, row[1:])}\n" for row in page]
        last = page[-1][0]


def _line(names: list[str], values: tuple[Any, ...]) -> str:
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date) else str(value)


def _files(package: zipfile.ZipFile, step: Callable[[], None]) -> list[str]:
    """The kept files under their names, but for those of exports; the names of those whose bytes are gone."""
    missing: list[str] = []
    rows = Blob.objects.exclude(pk__in=Export.objects.exclude(blob=None).values("blob"))
    for name in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=PAGE):
        step()
        if files.path(name).exists():
            package.write(files.path(name), f"files/{name[:2]}/{name}")
        else:
            missing.append(name)
    return missing


def _readme(counts: dict[str, int], missing: list[str], now: datetime) -> str:
    told = [
        "# Everything that is kept here",
        "",
        f"Written by Mutuals {__version__}; asked for on {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
        f"{sum(counts.values()):,} rows.",
        "",
        "Each file in `tables/` is a table: a JSON object a line, with the columns that are named below. Moments are in UTC,",
        "exact numbers are texts, bytes are base64; `-> table` says that a column holds the `id` of a row there. Texts such as",
        "`person:12` name a row in the same way. `files/` holds the bytes of files, each under its SHA-256 (`base_blob`).",
        "",
        "Left out are secrets, which open doors and say nothing: "
        + "; ".join(f"{label}.{name} ({why})" for (label, name), why in SECRET.items())
        + f"; {'; '.join(f'{label} ({why})' for label, why in PASSING.items())}.",
        "",
    ]
    if missing:
        told += [f"{len(missing)} files have no bytes any more: {', '.join(missing[:50])}.", ""]
    for model in tables():
        words = " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
        told += [f"## {model._meta.db_table}", "", f"{counts[model._meta.db_table]:,} rows. {words}", ""]
        told += [f"- `{one.attname}` {_kind(one)}" for one in columns(model)]
        told.append("")
    return "\n".join(told)


def _kind(field: models.Field[Any, Any]) -> str:
    target = field.related_model
    if isinstance(target, type) and issubclass(target, models.Model):
        return f"-> {target._meta.db_table}"
    kind = field.db_type(connection) or "text"
    return f"{kind}, or null" if field.null else kind
