"""What `test_kill` lets processes do, each in a fork of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from mutuals import flow
from mutuals.base import clock, jobs, stalled
from mutuals.capture import doubt, draw, receive, scheduler
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import, Outgoing
from mutuals.channels import presences, sources
from mutuals.staff import accounts, tokens
from mutuals.staff.models import User


def migrate() -> bool:
    call_command("migrate", verbosity=0, interactive=False)
    return True


def prepare(address: str) -> dict[str, Any]:
    """An owner with a token, and the account on the square, live; what was said there so far is in."""
    olga = accounts.first(email="olga@kettleworks.example", name="Olga", password="kettle-and-cup-26")
    source = sources.add(
        connector="mastodon",
        name="Square",
        by=olga,
        answers={"address": address, "access_token": "open-sesame"},
        state="active",
        legal_basis="Legitimate interest",
        data_class="Public posts",
    )
    key = "https://square.example/users/ours"
    presences.add(source, by=olga, network="mastodon", key=key, name="@ours", pillar="service", owner=olga)
    draw.draw(source.pk)
    flow.run(source.pk)
    _, plain = tokens.make(olga, name="client", scopes=["read", "write"], now=clock.now())
    return {"source": source.pk, "token": plain}


def begin_import(path: str) -> int:
    olga = User.objects.get()
    of = begin.begin(Path(path), by=olga, target="posts", file_name="forum.jsonl", source_name="Forum", now=clock.now())
    begin.choose(
        of,
        by=olga,
        mapping=of.mapping,
        options={**of.options, "constants": {"network": "forum", "public": "yes"}},
    )
    running.check(of, by=olga)
    return of.pk


def run_import(number: int) -> bool:
    """What somebody does who sees the preview."""
    running.run(Import.objects.get(pk=number), by=User.objects.get())
    return True


def revive() -> int:
    """The worker is dead: its jobs wait again."""
    return stalled.revive(seconds=0)


def ask_for_news(source: int) -> bool:
    """What the clock does for a source that is due."""
    jobs.later(draw.DRAW, once=f"draw:{source}", source_id=source)
    return True


def recover() -> int:
    """Minutes pass: the clock's chores find raws that no job saw, imports that nobody carries on, and what a killed
    sender left behind, and jobs that wait long after they failed several times wait no more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL"
            " WHERE status = 'todo' AND scheduled_at > now() + interval '12 s'"
        )
    for number in scheduler.stranded():
        receive.wake(number)
    running.take_up(now=clock.now() + timedelta(minutes=10))
    return doubt.recover(clock.now() + timedelta(minutes=2))


def decide(standing: list[str]) -> int:
    """Somebody looks at the square and says of each answer in doubt whether it stands there."""
    olga, now = User.objects.get(), clock.now()
    rows = list(Outgoing.objects.filter(state="unknown"))
    for row in rows:
        doubt.settle(row, by=olga, sent=row.action["body"] in standing, now=now)
    return len(rows)
