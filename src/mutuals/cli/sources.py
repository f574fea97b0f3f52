"""`mutuals source`: where we listen and speak."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from mutuals import connectors, flow
from mutuals.base import clock
from mutuals.capture import draw
from mutuals.channels import health, presences, queries, signin, sources
from mutuals.channels.models import Source
from mutuals.cli._say import DONE, REFUSED, Ended, Missing, me, verb
from mutuals.staff.models import Pillar, User
from mutuals.staff.permissions import require

PLACE = 70  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `source` and its verbs."""
    verbs = groups.add_parser("source", help="where we listen and speak").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "catalogue", catalogue, "the networks that can be connected, and what each asks for")
    verb(verbs, "list", show, "our sources and their health")
    parser = verb(verbs, "add", add, "connect a source; secrets are read as JSON from standard input")
    parser.add_argument("connector")
    parser.add_argument("name")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="an answer of the form")
    parser.add_argument("--secrets", action="store_true", help="read {field: secret} as JSON from standard input")
    parser.add_argument("--purpose", default="")
    parser.add_argument("--legal-basis", default="")
    parser.add_argument("--data-class", default="")
    parser.add_argument("--live", action="store_true", help="go live at once")
    parser.add_argument("--anyway", default="", help="reason to go live although governance is not complete")
    for name, act, words in (
        ("check", check, "sign in and say as whom"),
        ("activate", activate, "go live"),
        ("pause", pause, "draw and send no more, keep everything"),
        ("sync", sync, "draw now and carry what came through the house"),
        ("reauthorise", reauthorise, "new secrets, as JSON from standard input"),
        ("channel", channel, "name one of our own presences on this source"),
    ):
        parser = verb(verbs, name, act, words)
        parser.add_argument("id", type=int)
        if name == "activate":
            parser.add_argument("--anyway", default="")
        if name == "channel":
            parser.add_argument("--network", required=True)
            parser.add_argument("--key", required=True)
            parser.add_argument("--name", required=True)
            parser.add_argument("--pillar", choices=Pillar.values, default="")


def _source(viewer: User, number: int) -> Source:
    source = queries.visible_to(viewer).filter(pk=number).first()
    if source is None:
        raise Missing(f"There is no source {number}.")
    return source


def _line(source: Source) -> dict[str, Any]:
    return {
        "id": source.pk,
        "name": source.name,
        "connector": source.connector,
        "state": source.state,
        "health": source.health,
        "last success": source.last_success_at,
        "next try": source.next_try_at,
        "error": source.last_error,
    }


def catalogue(_args: argparse.Namespace) -> list[dict[str, Any]]:
    """Every connector that is installed."""
    return [
        {
            "name": one.name,
            "label": one.label,
            "reads": bool(one.fetch or one.verify or one.name == "files"),
            "writes": sorted(one.does),
            "asks for": [field.name + (" (secret)" if field.secret else "") for field in one.fields],
        }
        for one in connectors.all_connectors().values()
    ]


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Sources."""
    return [_line(source) for source in queries.visible_to(me(args)).order_by("pk")]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The new source."""
    answers: dict[str, Any] = dict(pair.split("=", 1) for pair in args.set if "=" in pair)
    if args.secrets:
        answers |= _secrets()
    source = sources.add(
        connector=args.connector,
        name=args.name,
        by=me(args),
        answers=answers,
        state="active" if args.live else "draft",
        anyway=args.anyway,
        purpose=args.purpose,
        legal_basis=args.legal_basis,
        data_class=args.data_class,
    )
    return _line(source)


def _secrets() -> dict[str, str]:
    try:
        given = json.loads(sys.stdin.read())
    except json.JSONDecodeError as error:
        raise ValueError(f"Standard input is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ValueError('Standard input must hold one JSON object, such as {"password": "..."}.')
    return {str(name): str(value) for name, value in given.items()}


def check(args: argparse.Namespace) -> dict[str, Any]:
    """As whom the source is signed in."""
    by = me(args)
    found = signin.check(_source(by, args.id), by=by)
    return {"signed in as": str(found) if found else "(this network has no account of ours)"}


def activate(args: argparse.Namespace) -> dict[str, Any]:
    """Live."""
    by = me(args)
    return _line(sources.activate(_source(by, args.id), by=by, anyway=args.anyway))


def pause(args: argparse.Namespace) -> dict[str, Any]:
    """Paused."""
    by = me(args)
    return _line(sources.pause(_source(by, args.id), by=by))


def sync(args: argparse.Namespace) -> Ended:
    """What came, right now and in this process, with this process's settings; refused where the draw failed."""
    by = me(args)
    source = _source(by, args.id)
    require(by, "source.sync")
    new = draw.draw(source.pk, now=clock.now)
    opened = flow.run(source.pk)
    source.refresh_from_db()
    return Ended({**_line(source), "new": new, "opened": opened}, REFUSED if source.last_error else DONE)


def reauthorise(args: argparse.Namespace) -> dict[str, Any]:
    """Signed in again, history kept."""
    by = me(args)
    return _line(health.reauthorise(_source(by, args.id), _secrets(), by=by))


def channel(args: argparse.Namespace) -> dict[str, Any]:
    """Our presence."""
    by = me(args)
    made = presences.add(
        _source(by, args.id), by=by, network=args.network, key=args.key, name=args.name, pillar=args.pillar
    )
    return {"id": made.pk, "name": made.name, "pillar": made.pillar}
