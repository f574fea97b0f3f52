"""`mutuals rules`: as text, in a file, tried, applied, and what they did."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.rules import body, keep, queries, report, send, text, trial
from mutuals.rules.models import Rule

PLACE = 200  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `rules` and its verbs."""
    words = "if this then that: rules as text, tried and applied"
    verbs = groups.add_parser("rules", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "rules in their order, with runs (1,000 at most) and errors of seven days")
    parser.add_argument("--find", default="", metavar="WORDS", help="a part of the name")
    parser.add_argument("--kind", choices=queries.KINDS, default="", help="silent: fired on nothing in 90 days")
    verb(verbs, "report", reported, "conflicts, rules that can never fire, that cannot run, and that are held")
    parser = verb(verbs, "compare", compared, "two versions of a rule, word by word: [-gone-] and {+new+}")
    parser.add_argument("rule", help="its name or number")
    parser.add_argument("first", type=int)
    parser.add_argument("second", type=int)
    parser = verb(verbs, "track", tracked, "how often a rule was right, and which bounds would be better")
    parser.add_argument("rule", help="its name or number")
    parser = verb(verbs, "secret", secret, "what the hooks to an address are signed with")
    parser.add_argument("address")
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
    parser.add_argument("--stop", action="store_true", help="apply it no further; what it did stays")
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
        for line in queries.lines(list(_asked(args)[: keep.MOST]), now=clock.now())
    ]


def _asked(args: argparse.Namespace) -> QuerySet[Rule]:
    return queries.listed(me(args), queries.Asked(args.find, args.kind), now=clock.now())


def reported(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line for each thing to look at."""
    found = report.report(me(args), now=clock.now())
    return [
        *(
            {"rule": str(one.first), "what": f"decides {one.lane} otherwise than “{one.second}”, {one.events} times"}
            for one in found.quarrels
        ),
        *({"rule": str(one.rule), "what": f"can never fire: “{one.by}” takes all and stops"} for one in found.shadows),
        *({"rule": str(rule), "what": f"cannot run: {why}"} for rule, why in found.broken),
        *({"rule": str(rule), "what": "is held: it wanted to act too often"} for rule in found.held),
        *({"rule": str(rule), "what": "fired on nothing in 90 days"} for rule in found.silent),
        *({"rule": str(rule), "what": "was more wrong than right"} for rule in found.noisy),
    ]


def compared(args: argparse.Namespace) -> str:
    """One text."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    told = report.compared(_rule(args, args.rule), args.first, args.second, viewer=me(args))
    return "".join(marks[kind].format(words) for kind, words in told)


def tracked(args: argparse.Namespace) -> dict[str, Any]:
    """Counts and advice."""
    found = queries.track(_rule(args, args.rule))
    return {"right": found.good, "wrong": found.noise, "share": found.share, "advice": found.advice}


def secret(args: argparse.Namespace) -> dict[str, Any]:
    """For the program that receives them."""
    return {"address": args.address, "secret": send.secret_of(args.address, by=me(args))}


def export(args: argparse.Namespace) -> str:
    """YAML."""
    return text.write_many(queries.readable(me(args)))


def taken(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What was read, and what was left out because it names what is not there."""
    told = text.read_many(args.file.read_bytes()[: text.LONGEST_FILE + 1].decode("utf-8", "replace"))
    made = keep.take(told, by=me(args), now=clock.now())
    return [{"id": row.pk, "name": row.name, "version": row.version, "on": row.is_on} for row in made.rules] + [
        {"left out": words} for words in made.left
    ]


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
    told = {"fired": found.fired, "otherwise": found.otherwise, "of": found.of, found.record: list(found.ids)}
    return told if found.existing is None else told | {"existing": found.existing}


def apply(args: argparse.Namespace) -> dict[str, Any]:
    """How far it is. `met`: it fitted, but was met before and is passed over."""
    rule = _rule(args, args.rule)
    if args.stop:
        run = trial.stop(rule, by=me(args), now=clock.now())
    else:
        run = trial.apply(rule, by=me(args), now=clock.now(), days=args.days)
    if args.here and not args.stop:
        trial.go_on(run.pk)
        run.refresh_from_db()
    told = {"id": run.pk, "looked at": run.found, "fired": run.fired, "met": run.met, "ended": run.ended_at}
    told |= {"of": run.total, "batch": run.batch}
    return told | {"end": run.end}


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
