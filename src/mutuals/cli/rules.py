"""`mutuals rules`: as text, in a file, tried, applied, and what they did."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.rules import body, keep, queries, text, trial
from mutuals.rules.models import Rule


def register(groups: Any) -> None:
    """Add `rules` and its verbs."""
    words = "if this then that: rules as text, tried and applied"
    verbs = groups.add_parser("rules", help=words).add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "all rules in their order, with runs and errors of seven days")
    parser = verb(verbs, "export", export, "all rules as one text", examples=["mutuals rules export > rules.yaml"])
    parser = verb(
        verbs, "import", taken, "rules from a text; all or none", examples=["mutuals rules import rules.yaml"]
    )
    parser.add_argument("file", type=Path)
    for name, act, words in (("on", on, "turn a rule on"), ("off", off, "turn a rule off")):
        verb(verbs, name, act, words).add_argument("rule", help="its name or number")
    parser = verb(verbs, "dry-run", dry, "what a rule would have fired on; nothing is done")
    parser.add_argument("rule", help="its name or number")
    parser.add_argument("--days", type=int, default=trial.DAYS)
    parser = verb(verbs, "apply", apply, "let a rule act on what is there already; the worker does it")
    parser.add_argument("rule", help="its name or number")
    parser.add_argument("--days", type=int, default=trial.DAYS)
    parser.add_argument("--here", action="store_true", help="now, until it is done")
    parser = verb(verbs, "log", log, "what rules did, newest first")
    parser.add_argument("rule", nargs="?", help="its name or number; all where it is left out")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [
        {
            "id": line.rule.pk,
            "name": line.rule.name,
            "on": line.rule.is_on,
            "held": line.rule.held_at,
            "version": line.rule.version,
            "runs": line.runs,
            "errors": line.errors,
            "last": line.last_at,
            "broken": line.broken,
        }
        for line in queries.lines(me(args), now=clock.now())
    ]


def export(args: argparse.Namespace) -> str:
    """YAML."""
    return text.write_many(list(queries.visible_to(me(args))))


def taken(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What was read."""
    told = text.read_many(args.file.read_bytes()[: text.LONGEST_FILE + 1].decode("utf-8", "replace"))
    made = keep.take(told, by=me(args), now=clock.now())
    return [{"id": row.pk, "name": row.name, "version": row.version, "on": row.is_on} for row in made]


def on(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _switched(args, is_on=True)


def off(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _switched(args, is_on=False)


def dry(args: argparse.Namespace) -> dict[str, Any]:
    """Counts, and the newest that it would have fired on."""
    by = me(args)
    rule = _rule(args, args.rule)
    found = trial.dry_run(body.read(rule.body, viewer=by), by=by, now=clock.now(), days=args.days)
    return {"fired": found.fired, "otherwise": found.otherwise, "of": found.of, found.record: list(found.ids)}


def apply(args: argparse.Namespace) -> dict[str, Any]:
    """How far it is."""
    run = trial.apply(_rule(args, args.rule), by=me(args), now=clock.now(), days=args.days)
    if args.here:
        trial.go_on(run.pk)
        run.refresh_from_db()
    return {"id": run.pk, "looked at": run.found, "fired": run.fired, "ended": run.ended_at}


def log(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The newest fifty."""
    rows = queries.log(me(args), rule_id=_rule(args, args.rule).pk if args.rule else None)
    words = queries.what(rows)
    return [
        {
            "at": row.at,
            "rule": row.rule.name,
            "about": words[row.pk][:60],
            "outcome": row.outcome,
            "steps": "; ".join(str(one.get("did") or one.get("failed") or one.get("waits")) for one in row.steps),
        }
        for row in rows
    ]


def _switched(args: argparse.Namespace, *, is_on: bool) -> dict[str, Any]:
    row = keep.switch(_rule(args, args.rule), is_on=is_on, by=me(args), now=clock.now())
    return {"id": row.pk, "name": row.name, "on": row.is_on}


def _rule(args: argparse.Namespace, told: str) -> Rule:
    rows = queries.visible_to(me(args))
    found = rows.filter(pk=int(told)).first() if told.isdecimal() and len(told) < 19 else None
    found = found or rows.filter(name=told).first()
    if found is None:
        raise Missing(f"There is no rule “{told}”.")
    return found
