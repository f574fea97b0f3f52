"""A case as its page prints it: what was said and done, in the order of time or by step, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.base.models import Entry
from mutuals.inbox import case_story, case_talks, cases, queries
from mutuals.inbox.models import Case, Outcome, Purpose, Turn
from mutuals.people import queries as people
from mutuals.processes import hours
from mutuals.rules.models import Rule
from mutuals.staff.models import User
from mutuals.web.inbox import thread

_DID = {
    "case.opened": "opened it",
    "case.parts": "told the parts",
    "case.joined": "let a conversation in",
    "case.parted": "parted a conversation from it",
    "case.named": "it was named in another conversation",
    "case.followed": "it was too late to open it again: a new case follows it",
}
_ICONS = {
    "case.joined": "link",
    "case.parted": "link",
    "case.named": "link",
    "case.check": "check",
    "case.given": "person",
}


def story(case: Case, viewer: User, *, by_step: bool) -> dict[str, Any]:
    """`said`: messages and what was done, oldest first. Or `stays`: the same by step, with how long each took."""
    entries = cases.history_of(case, viewer)
    rows = case_story.thread(case, viewer)
    names = _names(entries)
    done = [
        thread.Said(
            at=one.at, id=0, event=f"{_who(one, names)} {_did(one, names)}".strip(), icon=_ICONS.get(one.kind, "case")
        )
        for one in sorted(entries, key=lambda one: one.pk)
    ]
    said = thread.lines_of(rows, viewer)
    history = [{"at": one.at, "words": f"{_who(one, names)}: {_did(one, names)}".removeprefix(": ")} for one in entries]
    if not by_step:
        items = sorted([*said, *done], key=lambda one: (one.at, one.id))
        return {"window": thread.Window(items=items, count=len(rows)), "history": history}
    by_id = {one.id: one for one in said}
    stays = case_story.stays(case, viewer, rows, entries)
    return {
        "stays": [
            {
                "stay": one,
                "span": hours.span(one.seconds) if one.seconds is not None else "",
                "said": [by_id[row.pk] for row in one.said if row.pk in by_id],
                "done": [f"{_who(entry, names)} {_did(entry, names)}".strip() for entry in one.done],
            }
            for one in stays
        ],
        "history": history,
    }


def conversations(case: Case, viewer: User) -> list[Turn]:
    """Those that belong to it and this user may see; the one where it began first."""
    numbers = case_talks.numbers_of(case)
    rows = queries.visible_to(viewer).select_related("conversation").filter(pk__in=numbers)
    return sorted(rows, key=lambda one: numbers.index(one.pk))


def named_by(case: Case, viewer: User) -> list[Turn]:
    """Conversations that named it and are not let in yet."""
    numbers = [one.conversation_id for one in case_talks.suggested(case)]
    return list(queries.visible_to(viewer).select_related("conversation").filter(pk__in=numbers).order_by("pk"))


def others(case: Case, viewer: User) -> list[Turn]:
    """Five other conversations of its customer, the newest first."""
    if case.person is None:
        return []
    theirs = [profile.pk for profile in people.profiles_of(case.person.canonical)]
    rows = queries.visible_to(viewer).select_related("conversation").filter(conversation__opener__in=theirs)
    there = [*case_talks.numbers_of(case), *(one.conversation_id for one in case_talks.suggested(case))]
    return list(rows.exclude(pk__in=there).order_by("-moved_at")[:5])


def opener(case: Case) -> dict[str, Any]:
    """Who opened it: a colleague, a rule, or the case before it."""
    kind, _, number = case.opened_by.partition(":")
    if not number.isdecimal():
        return {"name": case.opened_by}
    if kind == "rule":
        rule = Rule.objects.filter(pk=number).first()
        return {"name": f"the rule “{rule}”" if rule else "a rule that is gone", "rule": rule}
    if kind == "case":
        return {"name": "itself, because the customer spoke again"}
    user = User.objects.filter(pk=number).first()
    return {"name": str(user) if user else "somebody"}


def _names(entries: Sequence[Entry]) -> dict[str, str]:
    keys = {one.by for one in entries} | {
        f"staff:{one.data['to']}" for one in entries if isinstance(one.data.get("to"), int)
    }
    numbers = [int(key[6:]) for key in keys if key.startswith("staff:") and key[6:].isdecimal()]
    return {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}


def _who(entry: Entry, names: dict[str, str]) -> str:
    if entry.kind in ("case.named", "case.followed"):
        return ""
    return names.get(entry.by, "Mutuals") + (", by a rule," if entry.data.get("via") else "")


def _did(entry: Entry, names: dict[str, str]) -> str:
    data = entry.data
    if entry.kind in _DID:
        return _DID[entry.kind]
    if entry.kind == "case.changed":
        over = [dict(Purpose.choices).get(data.get("purpose", "")), dict(Outcome.choices).get(data.get("outcome", ""))]
        said = f": {over[0]}, {str(over[1]).lower()}" if all(over) else ""
        return f"{data.get('state')}, {data.get('priority')}{said}"
    if entry.kind == "case.given":
        to = names.get(f"staff:{data.get('to')}", "")
        return f"gave it to {to}" if to else "gave it to another team, or to nobody"
    if entry.kind == "case.check":
        return f"checklist: “{data.get('words')}” {data.get('did')}"
    if entry.kind == "case.process":
        return f"lets it go by “{data.get('to')}” now"
    changes = data.get("changes")
    return f"changed {', '.join(changes)}" if isinstance(changes, dict) else entry.kind.removeprefix("case.")
