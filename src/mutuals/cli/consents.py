"""`mutuals consents`: what people allow, by purpose."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.people import consent, purposes
from mutuals.people.models import Basis, ConsentState, Person, Purpose
from mutuals.people.visibility import visible_to

PLACE = 63  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `consents` and its verbs."""
    verbs = groups.add_parser("consents", help="what customers allow, by purpose").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "purposes", listed, "what data of customers are used for")
    parser = verb(verbs, "add-purpose", add, "a new purpose")
    parser.add_argument("key")
    parser.add_argument("label")
    parser.add_argument("--words", default="")
    parser.add_argument("--basis", choices=Basis.values, default="consent")
    parser = verb(verbs, "retire-purpose", retire, "use a purpose no more")
    parser.add_argument("key")
    parser.add_argument("--back", action="store_true", help="take it up again")
    verb(verbs, "show", show, "what a customer allows, and all that they said").add_argument("person", type=int)
    for name, state, words in (
        ("give", ConsentState.GIVEN, "note that a customer agreed"),
        ("refuse", ConsentState.REFUSED, "note that a customer said no"),
        ("withdraw", ConsentState.WITHDRAWN, "note that a customer takes it back; it holds at once"),
    ):
        parser = verb(
            verbs,
            name,
            noting(state),
            words,
            examples=[f"mutuals consents {name} 12 newsletter --words 'on the phone'"],
        )
        parser.add_argument("person", type=int)
        parser.add_argument("purpose")
        parser.add_argument("--words", default="", help="what was asked or said")
        parser.add_argument("--source", default="", help="where it can be read, such as interaction:12")
        parser.add_argument("--at", default="", metavar="TIME", help="when they said so, such as 2026-05-01T09:30Z")
        parser.add_argument("--until", type=date.fromisoformat, help="the last day on which it holds")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    me(args)
    return [_line(row) for row in purposes.every(with_retired=True)]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The purpose."""
    told = purposes.PurposeIn(args.label, args.words, args.basis)
    return _line(purposes.add(args.key, told, by=me(args))[0])


def retire(args: argparse.Namespace) -> dict[str, Any]:
    """The purpose."""
    row = Purpose.objects.filter(key=args.key).first()
    if row is None:
        raise Missing(f"There is no purpose {args.key}.")
    return _line(purposes.retire(row, by=me(args), now=clock.now(), back=args.back))


def show(args: argparse.Namespace) -> dict[str, Any]:
    """What is allowed, with the reasons, and all that was said, the newest first."""
    viewer, person = me(args), _person(args)
    return {
        "allowed": [
            {"purpose": one.purpose.key, "allowed": one.is_allowed, "because": one.because}
            for one in consent.rulings(person, now=clock.now())
        ],
        "said": [
            {"purpose": row.purpose.key, "state": row.state, "at": row.at, "words": row.words, "source": row.source}
            for row in consent.of(person, viewer)
        ],
    }


def noting(state: ConsentState) -> Any:
    """The command that notes a state."""

    def note(args: argparse.Namespace) -> dict[str, Any]:
        """What is allowed from now on."""
        person, now = _person(args), clock.now()
        at = clock.read(args.at) if args.at else None
        if args.at and at is None:
            raise Missing("A time is written as 2026-05-01T09:30Z.")
        told = consent.Evidence(args.words, args.source, at, args.until)
        _, is_new = consent.ACTS[state](person, args.purpose, told, by=me(args), now=now)
        ruling = consent.may(person, args.purpose, now=now)
        return {"purpose": args.purpose, "allowed": ruling.is_allowed, "because": ruling.because, "new": is_new}

    return note


def _line(row: Purpose) -> dict[str, Any]:
    return {
        "id": row.pk, "key": row.key, "label": row.label, "basis": row.basis, "consent": row.needs_consent,
        "retired": row.retired_at is not None,
    }  # fmt: skip


def _person(args: argparse.Namespace) -> Person:
    row = visible_to(me(args)).filter(cluster=args.person).first()
    if row is None:
        raise Missing(f"There is no customer {args.person}.")
    return row
