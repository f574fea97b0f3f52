"""`mutuals seed`: who works at the Kettle works, and a small town that talks to them, through the real pipeline.

Each network's file goes in as that network would hand it over: raws, and then the same way as everything else. It may
be cut short and run again: what is there already is not made twice, because the moment of the town is remembered with
its sources, so that the same bytes come out again.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mutuals.base import clock, journal
from mutuals.channels.models import Source, SourceState
from mutuals.cli._demo import MADE_UP, ask, daily_work, heard, listen, told_apart
from mutuals.cli._demo import tables as take_tables
from mutuals.cli._demo_crm import records
from mutuals.cli._say import verb
from mutuals.people.models import Person
from mutuals.staff import accounts, queries, teams
from mutuals.staff.models import Pillar, Role, Team, User
from mutuals.town import generate
from mutuals.town.shapes import DOMAIN

PLACE = 230  # among the groups of `mutuals --help`

OWNER = f"olga@{DOMAIN}"
_STAFF = (
    ("Lea", Role.LEAD, "Service"),
    ("Ada", Role.STAFF, "Service"),
    ("Ben", Role.STAFF, "Sales"),
    ("Cleo", Role.CONTRACTOR, "Outside help"),
)
_TEAMS = {"Service": Pillar.SERVICE.value, "Sales": Pillar.SALES.value, "Outside help": ""}
_WORDS = 4  # of the password, each of four letters and figures


def register(groups: Any) -> None:
    """Add `seed`."""
    parser = verb(groups, "seed", seed, "move the small town of demonstration data in")
    people = int(os.environ.get("MUTUALS_TOWN_PEOPLE", "300"))
    parser.add_argument("--people", type=int, default=people, help="how many (MUTUALS_TOWN_PEOPLE, else 300)")
    parser.add_argument("--days", type=int, default=120, help="how long they have been talking (120)")
    parser.add_argument("--seed", type=int, default=7, help="the same number gives the same town (7)")
    parser.add_argument(
        "--first-start", action="store_true", help="as `mutuals run` does it: goes on with what was begun"
    )
    parser.add_argument("--yes", action="store_true", help="beside people of your own, with whom the town would mix")


def seed(args: argparse.Namespace) -> dict[str, Any] | None:
    """What lives there now."""
    _bring_tables_up()
    asked = {"people": args.people, "days": args.days, "seed": args.seed}
    begun = _begun()
    _refuse_to_mix(args, asked, begun)
    owner = _owner()
    now = datetime.fromisoformat(begun["now"]) if begun else clock.now()
    shop = _remember(owner, {**asked, "now": now.isoformat()})
    with tempfile.TemporaryDirectory(prefix="mutuals-town-") as folder:
        town = Path(folder)
        generate(**asked, out=town, now=now)
        _colleagues(owner)
        take_tables(town, owner, now=now)
        ask(owner, now=now)
        listen(town, owner, now=now)
    told_apart(owner, now=now)
    heard(now=now)
    daily_work(owner, now=now)
    records(owner, now=now)
    Source.objects.filter(pk=shop.pk).update(settings={"town": {**asked, "now": now.isoformat(), "whole": True}})
    if args.first_start:
        return None
    return {"people": Person.objects.count(), "sources": Source.objects.count(), "sign-in": str(_sign_in_file())}


def _bring_tables_up() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _begun() -> dict[str, Any]:
    """The town that lives here or began to move in; {} = none."""
    held = Source.objects.filter(settings__has_key="town").order_by("pk").first()
    return dict(held.settings["town"]) if held else {}


def _refuse_to_mix(args: argparse.Namespace, asked: dict[str, int], begun: dict[str, Any]) -> None:
    if begun and any(begun[name] != value for name, value in asked.items()):
        told = ", ".join(f"--{name} {begun[name]}" for name in asked)
        raise ValueError(f"Another town lives here already ({told}); one installation has room for one.")
    if not begun and not args.yes and Person.objects.exists():
        raise ValueError("You have people of your own here, and the town is made up: say --yes to have both.")


def _owner() -> User:
    """The owner; on an empty installation a new one, whose password is written down before anything else happens."""
    found = queries.owners().first()
    if found is not None:
        return found
    password = "-".join(secrets.token_hex(2) for _ in range(_WORDS))
    file = _sign_in_file()
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(f"Sign in as {OWNER} with the password {password}\n", encoding="utf-8")
    owner = accounts.first(email=OWNER, name="Olga", password=password)
    User.objects.filter(pk=owner.pk).update(set_up_at=clock.now())
    return owner


def _sign_in_file() -> Path:
    return Path(settings.STATE) / "first-sign-in.txt"


def _remember(owner: User, town: dict[str, Any]) -> Source:
    """The first source of the town, which knows of which town it is."""
    shop, is_new = Source.objects.get_or_create(
        name="Shop",
        defaults={
            "connector": "files",
            "state": SourceState.PAUSED,
            "owner": owner,
            "purpose": "Demonstration",
            "settings": {"town": town},
            **MADE_UP,
        },
    )
    if is_new:
        journal.note("source.added", shop, by=owner, connector="files")
    return shop


def _colleagues(owner: User) -> None:
    """Teams, and colleagues without a password: an admin gives each an address to sign in with."""
    made = {name: Team.objects.filter(name=name).first() or teams.add(name, by=owner, pillar=pillar)
            for name, pillar in _TEAMS.items()}  # fmt: skip
    for name, role, team in _STAFF:
        email = f"{name.lower()}@{DOMAIN}"
        if queries.by_email(email) is None:
            accounts.add(email=email, name=name, role=role, by=owner, teams=(made[team],), zone="Europe/Berlin")
