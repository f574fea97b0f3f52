"""How the small town gets into the house: its tables as imports, its networks as raws, and a few acts of a working day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parseaddr
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from mutuals.base import journal
from mutuals.capture import receive
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import, ImportState
from mutuals.channels import presences
from mutuals.channels.models import Channel, Source, SourceState
from mutuals.cli.imports import carry, step
from mutuals.connectors.contract import Raw
from mutuals.connectors.feed.client import pieces
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import MailRow
from mutuals.connectors.files.sniff import sniff
from mutuals.identity import link
from mutuals.inbox import work
from mutuals.inbox.models import Outcome, Purpose, Turn, TurnState
from mutuals.listening.board import stance
from mutuals.listening.card import rise, warn
from mutuals.listening.models import State, Topic, Version
from mutuals.listening.topic import fill, topics
from mutuals.people.models import Profile
from mutuals.staff import queries as staff
from mutuals.staff.models import Pillar, Team, User
from mutuals.town.cast import cast
from mutuals.town.lately import LISTENED
from mutuals.town.shapes import DOMAIN

MADE_UP = {"legal_basis": "Made-up data", "data_class": "Made-up data"}
_NOTE = "Demonstration"
_BATCH = 500
_TABLES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("organisations.csv", "organisations", "Business customers", {}),
    ("customers.xlsx", "people", "Older shop", {"region": "DE", "zone": "Europe/Berlin"}),
    ("customers.csv", "people", "Shop", {}),  # the newer names win
    ("orders.jsonl", "orders", "Shop", {}),
)
_ENDINGS = (
    (Purpose.HELP, Outcome.SOLVED),
    (Purpose.FIX, Outcome.SOLVED),
    (Purpose.INFORM, Outcome.ANSWERED),
    (Purpose.THANK, Outcome.NO_ANSWER),
    (Purpose.FIX, Outcome.NOT_POSSIBLE),
    (Purpose.ADVISE, Outcome.PASSED_ON),
)


@dataclass(frozen=True, slots=True)
class _Tap:
    """One network of the town: its file, who listens there, and how a file becomes raws."""

    name: str
    connector: str
    file: str
    team: str
    read: Callable[[Path, datetime], Iterator[Raw]]
    ours: str = ""  # network of our own presences there


def tables(town: Path, owner: User, *, now: datetime) -> None:
    """Take in customers, organisations and orders as a person would by the wizard; what is in already is passed over."""
    for file, target, name, options in _TABLES:
        done = Import.objects.filter(source__name=name, file_name=file, state=ImportState.DONE)
        if done.exists():
            continue
        of = begin.begin(town / file, by=owner, target=target, file_name=file, source_name=name, now=now)
        Source.objects.filter(pk=of.source_id, legal_basis="").update(purpose=_NOTE, **MADE_UP)
        of = begin.choose(of, by=owner, mapping=of.mapping, options={**of.options, **options})
        of = step(of, owner, running.check, running.check_now, "checked", quiet=True)
        of = step(of, owner, running.run, running.run_now, "taken in", quiet=True)
        if of.state != ImportState.DONE:
            raise ValueError(f"{file} was not taken in: {of.error}")


def listen(town: Path, owner: User, *, now: datetime) -> None:
    """Bring what each network's file holds through the house."""
    ours = json.loads((town / "manifest.json").read_text(encoding="utf-8"))["presences"]
    for tap in _TAPS:
        source = _source(tap, owner)
        for account in ours:
            if account["network"] == tap.ours:
                _presence(source, account, owner)
        raws = tap.read(town / tap.file, now)
        while batch := list(islice(raws, _BATCH)):
            receive.keep(source, batch, cursor=None, now=now)
        carry(source.pk)


def _source(tap: _Tap, owner: User) -> Source:
    source, is_new = Source.objects.get_or_create(
        name=tap.name,
        defaults={
            "connector": tap.connector,
            "state": SourceState.PAUSED,
            "owner": owner,
            "team": Team.objects.filter(name=tap.team).first(),
            "purpose": _NOTE,
            "settings": {"demonstration": True},
            **MADE_UP,
        },
    )
    if is_new:
        journal.note("source.added", source, by=owner, connector=tap.connector)
    return source


def _presence(source: Source, account: dict[str, str], owner: User) -> None:
    if Channel.objects.filter(source=source, network=account["network"], key=account["key"]).exists():
        return
    pillar = _pillar(account["handle"])
    teams = Team.objects.filter(pillar=pillar) if pillar else Team.objects.none()
    shown = account["handle"] if account["network"] == "email" else f"@{account['handle']}"
    presences.add(
        source,
        by=owner,
        network=account["network"],
        key=account["key"],
        name=shown,
        pillar=pillar,
        brand=account["shown"],
        owner=owner,
        speaker_teams=list(teams),
    )


def _pillar(handle: str) -> str:
    if "sales" in handle:
        return Pillar.SALES
    return Pillar.MARKETING if handle.startswith("kettleworks@") else Pillar.SERVICE


def _lines(path: Path, _now: datetime) -> Iterator[Raw]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            kind = json.loads(line).get("kind", "") if path.stem != "hooks" else ""
            yield Raw(key=f"demo:{number}", body=line.strip().encode(), kind=kind)


def _mails(path: Path, _now: datetime) -> Iterator[Raw]:
    for row in rows(path, sniff(path)):
        if isinstance(row, MailRow):
            sender = parseaddr(str(message_from_bytes(row.raw)["From"]))[1]
            kind = "sent" if sender.endswith(f"@{DOMAIN}") else "received"
            yield Raw(key=f"demo:{row.number}", body=row.raw, kind=kind)


def _entries(path: Path, now: datetime) -> Iterator[Raw]:
    for number, piece in enumerate(pieces(path.read_bytes()), 1):
        yield Raw(key=f"demo:{number}", body=piece, kind=f"new;at={int(now.timestamp())}")


_TAPS = (
    _Tap("Mastodon (demo)", "mastodon", "mastodon.jsonl", "Service", _lines, "mastodon"),
    _Tap("Mailbox (demo)", "email", "mails.mbox", "Service", _mails, "email"),
    _Tap("Bluesky (demo)", "bluesky", "bluesky.jsonl", "Service", _lines, "bluesky"),
    _Tap("Contact form (demo)", "webhook", "hooks.jsonl", "Sales", _lines),
    _Tap("Tea and Steam (demo)", "feed", "feed.xml", "", _entries),
)


def told_apart(owner: User, *, now: datetime) -> None:
    """Staff know Bea: her accounts are linked to her, so that her page shows all she says and buys in one timeline."""
    bea = next(person for household in cast(now) for person in household if person.id == "bea")
    mail = Profile.objects.filter(network="email", key=bea.emails[0]).select_related("person__canonical").first()
    if mail is None or mail.person is None:
        return
    for account in bea.accounts:
        profile = Profile.objects.filter(network=account.network, key=account.key, person=None).first()
        if profile is not None:
            link.confirm(profile, person=mail.person.canonical, by=owner, now=now, note="She told us.")


def ask(owner: User, *, now: datetime) -> None:
    """What the Kettle works listen for, each topic once; where the town talks already, what it said is read."""
    for name, kind, words in LISTENED:
        if not Topic.objects.filter(name=name).exists():  # one that was put away does not come back
            topics.make(topics.Wanted(name, words, kind), by=owner, now=now)
    names = [name for name, _, _ in LISTENED]
    for number in Version.objects.filter(topic__name__in=names, state=State.FILLING).values_list("pk", flat=True):
        fill.fill(number)


def heard(*, now: datetime) -> None:
    """What follows from what was heard, which else comes by night and by the hour: words that rise, cards, stances."""
    rise.rise_all(now=now)
    warn.watch_all(now=now)
    stance.reckon(now=now)


@transaction.atomic
def daily_work(owner: User, *, now: datetime) -> None:
    """Some conversations are somebody's, some are done: once, all or nothing."""
    if Turn.objects.exclude(assignee=None).exists():
        return
    ada, ben = staff.by_email(f"ada@{DOMAIN}"), staff.by_email(f"ben@{DOMAIN}")
    for user, count, where in (
        (ada, 7, {"pillar": Pillar.SERVICE}),
        (ben, 4, {"pillar": Pillar.SALES}),
        (owner, 4, {"network": "mastodon", "pillar": ""}),
    ):
        for turn in _open(count, **where):
            work.assign(turn, by=owner, to=user, now=now)
    for turn in _open(1, assignee=ada):
        work.note(turn, by=owner, text="Please look at the earlier orders before you answer.", now=now)
    for place, turn in enumerate(_open(24, assignee=None)[6:]):
        purpose, outcome = _ENDINGS[place % len(_ENDINGS)]
        when = min(turn.moved_at + timedelta(hours=2), now)
        work.close(turn, by=ada or owner, purpose=purpose, outcome=outcome, now=when)


def _open(count: int, **where: Any) -> list[Turn]:
    """The newest open turns."""
    found = Turn.objects.filter(state=TurnState.OPEN, **where).select_related("conversation__source")
    return list(found.order_by("-moved_at", "-pk")[:count])
