"""The processes that `mutuals run` keeps up, and the doctor that looks at all of it."""

from __future__ import annotations

import argparse
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mutuals.base import clock, jobs
from mutuals.base.files import SPARE
from mutuals.capture import scheduler
from mutuals.capture.models import Outgoing, RawEvent
from mutuals.channels.models import Source
from mutuals.cli._say import DONE, REFUSED, Ended, verb
from mutuals.identity.models import Touched
from mutuals.insights import waits
from mutuals.staff.models import User

PLACE = 10  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add worker, scheduler and doctor."""
    parser = verb(groups, "worker", work, "do the jobs that wait, until told to stop")
    parser.add_argument("--once", action="store_true", help="stop when nothing waits any more")
    verb(groups, "scheduler", schedule, "ask sources for news and wake what is due, until told to stop")
    verb(groups, "doctor", doctor, "look whether everything that Mutuals needs is there")


def work(args: argparse.Namespace) -> None:
    """Run jobs."""
    jobs.work(once=args.once)


def schedule(_args: argparse.Namespace) -> None:
    """Keep the clock."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    scheduler.run_scheduler(stop)


def doctor(_args: argparse.Namespace) -> Ended:
    """What is there, and what is missing, in words. A disk that is nearly full, and jobs that wait for long, are findings:
    then the exit code is 1.
    """
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT version(), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        waiting = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        failed = cursor.fetchone()[0]
    executor = MigrationExecutor(connection)
    late = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    folder = Path(settings.STATE)
    free = shutil.disk_usage(folder).free
    found = [*_room(folder, free), *_late()]
    told = {
        "database": version.split(" on ")[0],
        "database size": size,
        "migrations to run": late,
        "users": User.objects.filter(is_active=True).count(),
        "sources in trouble": Source.objects.exclude(health__in=["ok", "unknown"]).count(),
        "jobs waiting": waiting,
        "jobs failed": failed,
        "events put aside": RawEvent.objects.filter(state="parked").count(),
        "profiles to be compared": Touched.objects.count(),
        "answers not sent": Outgoing.objects.filter(state__in=["failed", "unknown"]).count(),
        "state folder": str(folder),
        "free space": f"{free / 1024**3:.1f} GiB",
        "screens built": (settings.PACKAGE / "web/static/build/manifest.json").exists()
        or (settings.PACKAGE / "web/static/build/.vite/manifest.json").exists(),
    }
    return Ended({**told, "findings": found}, REFUSED if found else DONE)


def _late() -> list[str]:
    """Which jobs wait for long, since when, how many, and what helps."""
    return [
        f"Jobs wait: {one.what} ({one.job}), {one.many:,} since {one.since:%d %b %H:%M} UTC. {one.to_do}"
        for one in waits.long(now=clock.now())
    ]


def _room(folder: Path, free: int) -> list[str]:
    """What is wrong with so many bytes free on the disk of the state folder, with the remedy."""
    if free >= SPARE:
        return []
    return [
        f"The disk that holds {folder} is nearly full: {free >> 20} MiB are free. Below {SPARE >> 20} MiB no file is taken "
        f"in, and then nothing is kept at all. Free some room (old backups in {folder / 'backups'}, logs, other programs' "
        "files), or stop Mutuals, move the folder to a larger disk and point MUTUALS_STATE at it."
    ]
