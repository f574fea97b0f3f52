"""The people of our small town. Every test, demo and picture knows the same ones; each row comes from a small function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection

from mutuals import flow
from mutuals.capture import receive
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction
from mutuals.identity import newcomer
from mutuals.identity.models import Edge
from mutuals.identity.remark import own_record
from mutuals.inbox.models import Turn
from mutuals.people.models import Person, Profile
from mutuals.staff.models import Role, Team, User

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ENDED = {"purpose": "fix", "outcome": "solved"}  # what is said when a case ends
PASSWORD = "kettle-and-cup-26"


@dataclass
class Staff:
    """Who works here."""

    olga: User  # owner
    aron: User  # admin
    lea: User  # lead
    ada: User  # staff, service
    ben: User  # staff, sales
    cleo: User  # another team's contractor: must see nothing
    service: Team
    sales: Team
    elsewhere: Team

    def by_role(self) -> dict[str, User]:
        """One user a role."""
        return {"owner": self.olga, "admin": self.aron, "lead": self.lea, "staff": self.ada, "contractor": self.cleo}


def user(name: str, role: str = Role.STAFF, *teams: Team) -> User:
    """A member of staff who can sign in with PASSWORD."""
    (made,) = _hired([(name, role, teams)])
    return made


def _hired(wanted: list[tuple[str, str, tuple[Team, ...]]]) -> list[User]:
    """Members of staff with their teams, in two statements: almost every test begins with them."""
    made = [
        User(
            email=f"{name.lower()}@kettleworks.example",
            name=name,
            role=role,
            set_up_at=NOW,
            password=make_password(PASSWORD),
        )
        for name, role, _ in wanted
    ]
    User.objects.bulk_create(made)
    seats = User.teams.through
    seats.objects.bulk_create(
        seats(user=one, team=team) for one, (_, _, teams) in zip(made, wanted, strict=True) for team in teams
    )
    return made


def staff() -> Staff:
    """Everybody who works at the Kettle works."""
    service, sales, elsewhere = Team.objects.bulk_create(
        [Team(name="Service", pillar="service"), Team(name="Sales", pillar="sales"), Team(name="Outside help")]
    )
    people = _hired(
        [
            ("Olga", Role.OWNER, ()),
            ("Aron", Role.ADMIN, ()),
            ("Lea", Role.LEAD, (service,)),
            ("Ada", Role.STAFF, (service,)),
            ("Ben", Role.STAFF, (sales,)),
            ("Cleo", Role.CONTRACTOR, (elsewhere,)),
        ]
    )
    return Staff(*people, service, sales, elsewhere)


def source(
    name: str = "Town square", *, owner: User, connector: str = "webhook", team: Team | None = None, **more: Any
) -> Source:
    """A live source that is governed as it should be."""
    return Source.objects.create(
        connector=connector,
        name=name,
        state="active",
        owner=owner,
        team=team,
        purpose="Hear what customers say",
        legal_basis="Legitimate interest",
        data_class="Public posts",
        **more,
    )


def channel(
    of: Source, name: str = "@kettleworks_care", *, pillar: str = "service", speakers: tuple[User, ...] = ()
) -> Channel:
    """Our own presence on a source."""
    made = Channel.objects.create(
        source=of, network=of.connector, key=f"ours-{name}", name=name, pillar=pillar, owner=of.owner
    )
    made.speakers.set(speakers)
    return made


def person(name: str = "Bea Brand", *, by: User, email: str = "", now: datetime = NOW, **more: Any) -> Person:
    """Somebody we know."""
    return newcomer.add(by=by, name=name, email=email, now=now, **more)


def profile(name: str = "@bea.pours", *, network: str = "mastodon", of: Person | None = None) -> Profile:
    """A presence of somebody, or of nobody yet."""
    return Profile.objects.create(network=network, key=f"https://town.example/users/{name}", name=name, person=of)


def event(
    key: str, text: str = "My kettle leaks.", *, who: str = "bea", at: datetime = NOW, **more: Any
) -> dict[str, Any]:
    """One event as the generic webhook takes it."""
    author = {"network": "town", "id": who, "name": f"@{who}"}
    return {
        "type": "create",
        "kind": "post",
        "id": key,
        "author": author,
        "text": text,
        "at": at.isoformat(),
        "public": True,
    } | more


def said(of: Source, *events: dict[str, Any], now: datetime = NOW) -> list[Interaction]:
    """Let events arrive by the real way: kept as raw, carried through the house."""
    before = Interaction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    raws = [
        Raw(key=f"{one['id']}:{one['type']}:{hash(json.dumps(one)) & 0xFFFFFF}", body=json.dumps(one).encode())
        for one in events
    ]
    receive.keep(of, raws, cursor=None, now=now)
    flow.run(of.pk)
    return list(Interaction.objects.filter(pk__gt=before).order_by("pk"))


def answerable(us: Staff) -> Source:
    """A live source of the small network in `capture.tests.tiny` that Ada may answer for."""
    made = source(owner=us.olga, connector="tiny", settings={"address": "http://tiny.invalid"}, team=us.service)
    channel(made, speakers=(us.ada,))
    return made


def turn(of: Source, key: str = "p1", text: str = "My kettle leaks.", **more: Any) -> Turn:
    """A conversation that waits for us."""
    row = said(of, event(key, text, **more))[0]
    return Turn.objects.select_related("conversation").get(pk=row.conversation_id)


def minutes(n: float) -> timedelta:
    """Time passes."""
    return timedelta(minutes=n)


def everywhere(needle: str) -> list[str]:
    """Tables in which a text still stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0", [needle])
            if cursor.fetchone()[0]:
                found.append(table)
            for field in model._meta.concrete_fields:
                if field.get_internal_type() == "BinaryField":
                    cursor.execute(
                        f"SELECT count(*) FROM {table} WHERE position(%s::bytea IN {field.column}) > 0",
                        [needle.encode()],
                    )
                    if cursor.fetchone()[0]:
                        found.append(f"{table}.{field.column}")
    return found


def clue(words: str, weight: float | None, *, seen: str = "", **more: Any) -> dict[str, Any]:
    """One clue as an edge keeps it."""
    told = {"clue": "name", "words": words, "detail": "", "weight": weight, "for": (weight or 0) >= 0, "family": "name"}
    return told | {"seen": seen, "at": NOW.isoformat()} | more


def doubt(
    one: Person | Profile, other: Person | Profile, *clues: dict[str, Any], sure: float = 0.9, **more: Any
) -> Edge:
    """An unsure edge of the review, as the live path writes it: persons stand in it by their own records."""
    ends = sorted(end.pk if isinstance(end, Profile) else own_record(end, now=NOW).pk for end in (one, other))
    told = list(clues) or [clue("The names are alike", 8.5), clue("Another town", -2.0, family="place")]
    values = {"probability": sure, "pool": 12_940, "margin": 6.0, "model": "test", "priority": sure, "since": NOW}
    return Edge.objects.create(
        a_id=ends[0], b_id=ends[1], verdict="unsure", because=told, by="machine:identity", **(values | more)
    )
