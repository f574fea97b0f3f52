"""Claim: 100,000 people are imported at 2,000 rows a second and more, matched against a million, and can be taken back.

Half of the rows name somebody whose address is known, and tell a town and a tag besides; the other half are new, with a
place in an organisation. Told are the preview, the run with what it writes down for its undoing, and the undoing. All is done
in one transaction that is rolled back, so the clock does not see the commits of batches. The database is that of `fill_crm`.
`make bench ARGS=crm_import SCALE=full`; MUTUALS_BENCH_ROWS takes fewer rows, MUTUALS_BENCH_PROFILE=run.prof keeps where
Python's time went.
"""

from __future__ import annotations

import cProfile
import csv
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction

from benchmarks.rows import CITIES, END
from benchmarks.world import Effort, Figure, World
from mutuals.capture.imports import begin, running, undo
from mutuals.capture.models import Import
from mutuals.people.models import Person

ROWS = 100_000
_ADDRESSES = """
INSERT INTO people_profile (network, key, name, shown, person_id, label, is_bot, is_ours, url, fields, changed_at)
SELECT 'email', email, email, '', id, '', false, false, '', '{}', now() FROM people_person WHERE id <= %s ORDER BY id
"""


class _Back(Exception):
    """Everything that was written while measuring goes."""


def measure(world: World) -> list[Figure]:
    """A preview, the run, and taking it back; nothing of it stays."""
    figures: list[Figure] = []
    with TemporaryDirectory() as folder, suppress(_Back), transaction.atomic():
        figures = _measured(world, Path(folder) / "people.csv")
        raise _Back
    return figures


def _measured(world: World, path: Path) -> list[Figure]:
    rows, lead = int(os.environ.get("MUTUALS_BENCH_ROWS", min(ROWS, world.people // 2))), world.viewer("lead")
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, [rows * 2])
        cursor.execute("ANALYZE people_profile")
    _written(path, rows)
    of = begin.begin(path, by=lead, target="people", file_name=path.name, source_name="Import bench", now=END)
    of = begin.choose(of, by=lead, mapping=of.mapping, options=of.options)
    profile, told = cProfile.Profile(), os.environ.get("MUTUALS_BENCH_PROFILE", "")
    running.check(of, by=lead)
    with Effort() as checked:
        running.check_now(of.pk)
    running.run(of, by=lead)
    if told:
        profile.enable()
    with Effort() as run:
        running.run_now(of.pk)
    if told:
        profile.disable()
        profile.dump_stats(told)
    of = Import.objects.get(pk=of.pk)
    undo.begin(of, by=lead, now=END)
    with Effort() as undone:
        undo.undo_now(of.pk)
    counts = ", ".join(f"{many:,} {name}" for name, many in of.counts.items() if many)
    return [
        Figure("import of people: preview", rows / checked.wall, "/s", "", checked.per(rows)),
        Figure(
            "import of people with matching and undo", rows / run.wall, "/s", ">= 2000", f"{counts}; {run.per(rows)}"
        ),
        Figure("import of people: taken back", rows / undone.wall, "/s", "", undone.per(rows)),
    ]


def _written(path: Path, rows: int) -> None:
    names = dict(Person.objects.filter(pk__lte=rows).values_list("pk", "name"))
    with path.open("w", newline="") as out:
        told = csv.writer(out)
        told.writerow(["Name", "Email", "Phone", "City", "Company", "Role", "Tags"])
        for n in range(rows):
            known, town = n % 2 == 0, CITIES[n % 16]
            mail = f"p{n + 1}@post.example" if known else f"new{n}@brought.example"
            firm = "" if known else f"House {n % 5_000 + 1:07}"
            phone = "" if known else f"+4930{n:07}"
            told.writerow(
                [
                    names[n + 1] if known else f"Brought Body {n}",
                    mail,
                    phone,
                    town,
                    firm,
                    "buys" if firm else "",
                    "fair",
                ]
            )
