"""Claim: the board of a pipeline with 5,000 open deals costs at most 300 ms, and so does moving a card on it.

Rows of its own, filled once by COPY into a database in .cache/bench: `python -m benchmarks.crm_board [DEALS]` (500,000, of
which 5,000 are open). Told are what one waits for, PostgreSQL's answers with it, and of it the CPU of the page.
"""

# ruff: noqa: PLC0415 - Django is set up first, for the database that was filled
from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.rows import END, NOTHING, SEED, line
from mutuals import embedded

OPEN, RUNS = 5_000, 10
PEOPLE = 2_000


def folder(deals: int) -> Path:
    """Where the database of a size lies."""
    return Path(__file__).resolve().parent.parent / ".cache" / "bench" / f"board-{deals}-{SEED}"


def _fill(deals: int) -> None:
    """Deals, most of them ended, the open ones running through the shipped pipeline; Django stands already."""
    from django.db import connection

    from mutuals.people.models import Person
    from mutuals.processes import run, steps, usual
    from mutuals.processes.models import Item
    from mutuals.sales.models import Deal
    from mutuals.staff.models import User

    if Deal.objects.filter(item__isnull=False).exists():
        return
    with connection.cursor() as cursor:  # what a filling that was cut off left
        cursor.execute("TRUNCATE people_person, staff_user CASCADE")
    lead = User.objects.create_user("lead@bench.example", "x" * 20, name="Lea", role="lead", set_up_at=END)
    Person.objects.bulk_create(
        [Person(name=f"Person {n}", name_key=f"person {n}", created_at=END, changed_at=END) for n in range(PEOPLE)]
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET canonical_id = id")
    people, chance = list(Person.objects.values_list("pk", flat=True)), random.Random(SEED)
    process = usual.of("deal", by=lead, now=END, pillar="sales")
    version = run.newest(process)
    assert version is not None
    keys = [one.key for one in steps.shape_of(version).steps if not one.end]

    def rows() -> Any:
        for n in range(1, deals + 1):
            is_open = n % (deals // OPEN) == 0
            at = f"{END - timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}"
            yield line(
                n, f"Deal {n}", chance.choice(people), chance.randint(100, 9_000), "EUR", lead.pk, "" if is_open else "won",
                at, NOTHING if is_open else at,
            )  # fmt: skip

    _copy("sales_deal", "id, title, person_id, amount, currency, owner_id, outcome, opened_at, ended_at", rows())
    every = range(deals // OPEN, deals + 1, deals // OPEN)
    Item.objects.bulk_create(
        Item(
            process=process, version=version, about=f"deal:{n}", step=chance.choice(keys), state="running", owner=lead,
            began_at=END - timedelta(hours=n % 900), entered_at=END - timedelta(hours=n % 900),
        )
        for n in every
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sales_deal d SET item_id = i.id FROM processes_item i WHERE i.about = 'deal:' || d.id")
        cursor.execute("SELECT setval(pg_get_serial_sequence('sales_deal', 'id'), (SELECT max(id) FROM sales_deal))")
        cursor.execute("VACUUM ANALYZE")


def _copy(table: str, columns: str, rows: Any) -> None:
    from django.db import connection

    connection.ensure_connection()
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write(row)


def measure() -> list[str]:
    """The board's page and a move, each ten times after once: what was waited, and of it the CPU of this process."""
    from django.test import Client

    from mutuals.sales.models import Deal
    from mutuals.staff.models import User

    client = Client()
    client.force_login(User.objects.get(email="lead@bench.example"))
    told = [_of("board of 5,000 open deals", lambda: client.get("/sales/deals/"), 200)]
    more = (
        client.get("/sales/deals/").content.decode().split('data-more hx-get="')[1].split('"')[0].replace("&amp;", "&")
    )
    told.append(_of("fifty cards more", lambda: client.get(more, headers={"HX-Request": "true"}), 200))
    rows = iter(Deal.objects.filter(item__step="qualify", outcome="").values_list("pk", flat=True)[: RUNS + 1])
    told.append(
        _of(
            "a card is moved, heads follow",
            lambda: client.post(
                f"/lists/deal/{next(rows)}/move/",
                {"to": "needs", "was": "qualify"},
                headers={"Accept": "application/json"},
            ),
            200,
        )
    )
    return told


def _of(name: str, act: Any, status: int) -> str:
    waited, worked = [], []
    for _ in range(RUNS + 1):
        start, cpu = time.perf_counter(), time.process_time()
        answer = act()
        waited.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
        assert answer.status_code == status, answer.content[:500]
    waited, worked = sorted(waited[1:]), sorted(worked[1:])
    middle = RUNS // 2
    return (
        f"{name}: {waited[middle]:.0f} ms (best {waited[0]:.0f}), of it CPU of the page {worked[middle]:.0f} ms "
        f"(best {worked[0]:.0f}); asked <= 300"
    )


def main() -> None:
    """Fill once, measure, print."""
    deals = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    state = folder(deals)
    environ = {**os.environ, "MUTUALS_STATE": str(state)}
    environ.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=environ, check=True)
    address = embedded.ensure_up(state, environ={})
    os.environ.update(
        MUTUALS_STATE=str(state), DATABASE_URL=address.url(), DJANGO_SETTINGS_MODULE="mutuals.config.settings"
    )
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    _fill(deals)
    for one in measure():
        print(one)
    embedded.stop(state, environ={})


if __name__ == "__main__":
    main()
