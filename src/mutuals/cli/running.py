"""`mutuals process`: processes as text, what runs in them, hand-overs, and figures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, parted, verb
from mutuals.processes import (
    check,
    figures,
    hands,
    hours,
    keep,
    kinds,
    queries,
    run,
    shape,
    steps,
    text,
    transfer,
    usual,
)
from mutuals.processes.models import Handover, Item, Process, Version
from mutuals.processes.templates import templates
from mutuals.staff.models import Team, User

PLACE = 210  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `process` and its verbs."""
    words = "what runs step by step: draw, publish, start, move, hand over, measure"
    verbs = groups.add_parser("process", help=words).add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "processes with what runs and what is late")
    verb(verbs, "templates", shipped, "processes to begin with")
    parser = verb(verbs, "show", shown, "a version as text")
    _process(parser).add_argument("--version", type=int, help="its number; else the one in use")
    example = ["mutuals process draft complaint.yaml --name Complaint --kind case --pillar service"]
    parser = verb(
        verbs, "draft", draft, "a new process, or the draft of one that is there, from a text", examples=example
    )
    parser.add_argument("file", type=Path, help="a text; or, with --template, nothing is read", nargs="?")
    parser.add_argument("--template", choices=sorted(templates()), help="one of the shipped processes")
    parser.add_argument("--name", default="", help="of the process")
    parser.add_argument("--kind", default="", help=f"what runs in it: {', '.join(one.name for one in kinds.kinds())}")
    parser.add_argument("--pillar", default="", choices=["", *shape.PILLARS])
    parser.add_argument("--note", help="what is new in it")
    _process(verb(verbs, "check", checked, "what is wrong with the draft, and what is new in it"))
    _process(verb(verbs, "publish", publish, "let what starts from now on follow the draft"))
    _process(verb(verbs, "retire", retire, "let nothing new start"))
    parser = _process(verb(verbs, "usual", make_usual, "what is opened without naming a process runs in this one"))
    parser.add_argument("--off", action="store_true", help="no longer")
    _register_running(verbs)


def _register_running(verbs: Any) -> None:
    parser = _process(
        verb(verbs, "transfer", transferred, "what runs in earlier versions, and what can follow the newest")
    )
    parser.add_argument("--do", action="store_true", help="bring it there; without, it is only looked at")
    parser = _process(verb(verbs, "figures", measured, "median time, rework and drop-out of each step"))
    parser.add_argument("--version", type=int, action="append", help="as often as wanted, to stand side by side")
    parser.add_argument("--days", type=int, default=figures.DAYS)
    parser = _process(
        verb(verbs, "start", start, "let records run", examples=["mutuals process start Complaint case:7"])
    )
    parser.add_argument("about", nargs="+", help="keys of records")
    parser = verb(verbs, "items", items, "what runs, the newest first")
    parser.add_argument("process", nargs="?", help="its name or number; what waits on me where it is left out")
    parser.add_argument("--late", action="store_true", help="only what is late")
    _item(verb(verbs, "item", whole, "one item with its whole way"))
    parser = _item(verb(verbs, "move", move, "on to a step"))
    parser.add_argument("to", help="key of the step")
    parser.add_argument("--because", default="")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="fill a field of the record first"
    )
    parser = _item(verb(verbs, "back", back, "back to a step where it was"))
    parser.add_argument("--to", default="", help="key of the step; the one before without it")
    parser.add_argument("--because", required=True)
    _item(verb(verbs, "drop", drop, "no further")).add_argument("--because", required=True)
    parser = _item(verb(verbs, "hand-over", hand_over, "offer it to a team or a colleague"))
    parser.add_argument("--to", required=True, metavar="TEAM|EMAIL")
    parser.add_argument("--reason", required=True)
    parser.add_argument("--next", default="", help="what comes next")
    verb(verbs, "handovers", handovers, "hand-overs that nobody has answered, the oldest first")
    parser = verb(verbs, "accept", accept, "take what was offered")
    parser.add_argument("handover", type=int)
    parser = verb(verbs, "decline", decline, "say no to what was offered")
    parser.add_argument("handover", type=int)
    parser.add_argument("--because", required=True)


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    rows = list(queries.visible_to(me(args)))
    counts = queries.counts(rows, now=clock.now())
    return [
        {
            "id": row.pk, "name": row.name, "kind": row.kind, "pillar": row.pillar, "usual": row.is_usual,
            **_states(row),
            "running": counts.get(row.pk, (0, 0))[0], "late": counts.get(row.pk, (0, 0))[1],
        }
        for row in rows
    ]  # fmt: skip


def shipped(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [{"key": one.key, "name": one.name, "kind": one.kind, "words": one.words} for one in templates().values()]


def shown(args: argparse.Namespace) -> str:
    """YAML."""
    found = queries.version(_named(args), args.version)
    if found is None:
        raise Missing("There is no such version.")
    return text.write(found.body)


def draft(args: argparse.Namespace) -> dict[str, Any]:
    """The draft."""
    by, now = me(args), clock.now()
    known = templates().get(args.template or "")
    if (known is None) == (args.file is None):
        raise Missing("Name a file, or one of the shipped processes by --template.")
    body = known.body if known else dict(text.read(args.file.read_text("utf-8", "replace")[: text.LONGEST + 1]).plain)
    name = args.name or (known.name if known else args.file.stem)
    there = queries.visible_to(by).filter(name=name).first()
    if there is None:
        kind, pillar = args.kind or (known.kind if known else ""), args.pillar or (known.pillar if known else "")
        row = keep.draft(body, by=by, now=now, name=name, kind=kind, pillar=pillar, note=args.note or "")
    else:
        row = keep.write(there, body, by=by, now=now, note=args.note)
    return {"process": row.process_id, "name": row.process.name, "version": row.number, "state": row.state}


def checked(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What is wrong, then what is new."""
    process = _named(args)
    row = _draft(process)
    used = run.newest(process)
    found = [
        {"what": "stops it" if one.stops else "look at", "words": one.words}
        for one in keep.findings(row, viewer=me(args))
    ]
    new = check.compared(steps.shape_of(used), steps.shape_of(row)) if used else []
    return [*found, *({"what": "new", "words": words} for words in new)]


def publish(args: argparse.Namespace) -> dict[str, Any]:
    """The version."""
    row = keep.publish(_draft(_named(args)), by=me(args), now=clock.now())
    return {"name": row.process.name, "version": row.number, "state": row.state}


def retire(args: argparse.Namespace) -> dict[str, Any]:
    """When."""
    row = keep.retire(_named(args), by=me(args), now=clock.now())
    return {"name": row.name, "retired": row.retired_at}


def make_usual(args: argparse.Namespace) -> dict[str, Any]:
    """Which it is now."""
    row = usual.choose(_named(args), by=me(args), is_usual=not args.off)
    return {"name": row.name, "kind": row.kind, "pillar": row.pillar, "usual": row.is_usual}


def transferred(args: argparse.Namespace) -> list[dict[str, Any]] | dict[str, Any]:
    """The lines that were looked at, or how many moved."""
    process = _named(args)
    if args.do:
        return {"moved": transfer.to_newest(process, by=me(args), now=clock.now())}
    return [
        {"version": one.version, "step": one.name, "items": one.items, "moves": one.moves}
        for one in transfer.preview(process)
    ]


def measured(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a step and version."""
    process = _named(args)
    numbers = args.version or []
    newest = queries.version(process)
    rows = (
        list(process.versions.filter(number__in=numbers).order_by("number")) if numbers else [newest] if newest else []
    )
    return [
        {
            "version": told.version.number, "step": line.step.name, "left": line.left, "median": hours.span(line.median),
            "in time": _share(line.in_time), "rework": _share(line.rework), "drop-out": _share(line.dropped),
            "here": line.here, "late": line.late,
        }
        for told in figures.measured(process, rows, now=clock.now(), days=args.days)
        for line in told.lines
    ]  # fmt: skip


def start(args: argparse.Namespace) -> dict[str, Any]:
    """What runs now, and what was refused."""
    told = run.start_many(args.about, _named(args), by=me(args), now=clock.now())
    refused = [{"about": about, "why": why} for about, why in told.refused.items()]
    return {"items": [_line(row) for row in told.done], "refused": refused}


def items(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    by, now = me(args), clock.now()
    if args.process:
        rows = queries.running(_named(args), by, late=now if args.late else None, limit=200)
    else:
        rows = queries.late(by, now=now, limit=200) if args.late else queries.waiting_on(by, limit=200)
    return [_line(row) for row in rows]


def whole(args: argparse.Namespace) -> dict[str, Any]:
    """Where it is, and its way."""
    row = _found(args)
    told = [
        {"at": one.given_at, "what": f"handed to {one.to_user or one.to_team or one.to_role}", "because": one.reason}
        if isinstance(one, Handover)
        else {"at": one.at, "what": f"{one.frm or 'start'} to {one.to or 'out'}", "because": one.because}
        for one in hands.history(row)
    ]
    return {**_line(row), "way": told}


def move(args: argparse.Namespace) -> dict[str, Any]:
    """Where it is now."""
    values = dict(parted(args.set, "--set"))
    return _line(run.move(_found(args), to=args.to, by=me(args), now=clock.now(), because=args.because, values=values))


def back(args: argparse.Namespace) -> dict[str, Any]:
    """Where it is now."""
    return _line(run.back(_found(args), by=me(args), now=clock.now(), because=args.because, to=args.to))


def drop(args: argparse.Namespace) -> dict[str, Any]:
    """Where it was."""
    return _line(run.drop(_found(args), by=me(args), now=clock.now(), because=args.because))


def hand_over(args: argparse.Namespace) -> dict[str, Any]:
    """The offer."""
    team = Team.objects.filter(name=args.to).first()
    user = None if team else User.objects.filter(email__iexact=args.to).first()
    if team is None and user is None:
        raise Missing(f"There is no team and no colleague “{args.to}”.")
    row = hands.hand_over(
        _found(args), by=me(args), now=clock.now(), reason=args.reason, next_action=args.next, team=team, user=user
    )
    return {"handover": row.pk, "item": row.item_id, "to": str(team or user)}


def handovers(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [
        {
            "handover": row.pk, "item": row.item_id, "about": row.item.about, "given": row.given_at,
            "to": str(row.to_user or row.to_team or row.to_role), "reason": row.reason, "next": row.next_action,
        }
        for row in queries.handovers(me(args), limit=200)
    ]  # fmt: skip


def accept(args: argparse.Namespace) -> dict[str, Any]:
    """Whose it is now."""
    row = hands.accept(_offered(args), by=me(args), now=clock.now())
    return {"handover": row.pk, "accepted": row.accepted_at}


def decline(args: argparse.Namespace) -> dict[str, Any]:
    """When."""
    row = hands.decline(_offered(args), by=me(args), now=clock.now(), because=args.because)
    return {"handover": row.pk, "declined": row.declined_at}


def _process(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("process", help="its name or number")
    return parser


def _item(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("item", type=int, help="its number")
    return parser


def _named(args: argparse.Namespace) -> Process:
    rows, told = queries.visible_to(me(args)), str(args.process)
    found = rows.filter(pk=int(told)).first() if told.isdecimal() and len(told) < 19 else None
    found = found or rows.filter(name=told).first()
    if found is None:
        raise Missing(f"There is no process “{told}”.")
    return found


def _found(args: argparse.Namespace) -> Item:
    row = queries.item(me(args), args.item)
    if row is None:
        raise Missing(f"Nothing runs under the number {args.item}.")
    return row


def _offered(args: argparse.Namespace) -> Handover:
    row = queries.handover(me(args), args.handover)
    if row is None:
        raise Missing(f"There is no hand-over {args.handover}.")
    return row


def _draft(process: Process) -> Version:
    row = process.versions.filter(state="draft").select_related("process").first()
    if row is None:
        raise Missing(f"“{process.name}” has no draft.")
    return row


def _states(process: Process) -> dict[str, Any]:
    by_state = {one.state: one.number for one in process.versions.all()}
    return {"in use": by_state.get("in_use"), "draft": by_state.get("draft"), "retired": process.retired_at}


def _line(row: Item) -> dict[str, Any]:
    return {
        "item": row.pk, "process": row.process.name, "about": row.about, "state": row.state, "step": row.step,
        "whose": str(row.owner or row.team or row.role or ""), "due": row.due_at, "waiting": row.is_waiting,
    }  # fmt: skip


def _share(share: float | None) -> str:
    return "" if share is None else f"{round(share * 100)} %"
