"""Claim: export of 1 M rows streams in constant memory: ten times the rows take no more than 32 MiB more at the peak.

The rows are people with all columns of their list, in the order of names. The database is that of `fill_crm`.
`make bench ARGS=crm_export SCALE=full`; the usual scale has 100,000 people.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from benchmarks.rows import END
from benchmarks.world import Effort, Figure, World
from mutuals.base.lists import Asked
from mutuals.insights import exports_lists, exports_run
from mutuals.people.models import Person
from mutuals.records import book

FORMS = ("csv", "jsonl", "parquet", "xlsx")


def measure(world: World) -> list[Figure]:
    """Each form with a tenth of the people and with all; the first run of all is not counted."""
    many = Person.objects.count()
    figures = []
    with TemporaryDirectory() as folder:
        _written(world, Path(folder) / "first", "csv", 2_000)
        for form in FORMS:
            few, _ = _written(world, Path(folder) / "few", form, many // 10)
            all_, words = _written(world, Path(folder) / "all", form, many)
            note = f"{few:.0f} MiB at {many // 10:,} rows, {all_:.0f} MiB at {many:,}; {words}"
            figures.append(
                Figure(f"{form} of {many:,} people: more memory than for a tenth", all_ - few, "MiB", "<= 32", note)
            )
    return figures


def _written(world: World, path: Path, form: str, most: int) -> tuple[float, str]:
    """The most memory that this process held while it wrote, in MiB, and how long it took."""
    viewer, zone = world.viewer("lead"), ZoneInfo("Europe/Lisbon")
    of = exports_lists.listing("person")
    asked = Asked(viewer, zone, END, sort="name")
    _forget_peak()
    start, effort = time.perf_counter(), Effort()
    with effort, book.once():
        rows = exports_run.rows_in_order(of, asked, ())[:most]
        pages = exports_run.pages_of(of, rows, asked, viewer, exports_run.SIZE)
        done = exports_run.write_rows(form, path, of, of.visible_columns(viewer), pages, lambda _: None, zone)
    took = time.perf_counter() - start
    words = f"{done / took:,.0f} rows/s, {effort.per(done)}, {path.stat().st_size >> 20} MiB"
    return _peak(), words


def _forget_peak() -> None:
    """Let the kernel count the peak from here on: proc(5), /proc/pid/clear_refs."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
