"""What is told about a case while it is worked on: its words, how much it matters, whose it is, and its family."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mutuals.base import journal, wake
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox import case_policy, stepped
from mutuals.inbox.models import Case, Priority, Severity
from mutuals.people.models import Organisation
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.permissions import may

FIELDS = ("title", "priority", "severity", "kind", "pillar", "due_at", "owner", "team", "parent", "organisation")
DEEPEST = 10
"""How many cases stand above one another at most."""
_CHOICES = {"priority": Priority.values, "severity": Severity.values, "pillar": ["", *Pillar.values]}
_ABOVE = """
WITH RECURSIVE above(id, parent_id, depth) AS (
  SELECT id, parent_id, 1 FROM inbox_case WHERE id = %s
  UNION ALL SELECT c.id, c.parent_id, a.depth + 1 FROM inbox_case c JOIN above a ON c.id = a.parent_id WHERE a.depth <= %s
) SELECT id FROM above
"""


@transaction.atomic
def edit(case: Case, *, by: User, now: datetime, changes: Mapping[str, Any]) -> Case:
    """Write what is known of a case: any of `FIELDS`. The journal keeps before and after; the same again is nothing.

    Given to an owner it is theirs, and of a team of theirs where it had none. Refused: what there is not, an owner who may not
    work on cases, a case that would stand under itself, one about nothing.
    """
    row = stepped.held(case, by=by)
    values = read(changes, known=row.kind)
    if "parent" in values and values["parent"] is not None:
        put_under(row, values.pop("parent"), now=now)
        values["parent"] = row.parent
        changed = {"parent": row.parent} if row.parent_id != case.parent_id else {}
    else:
        changed = {}
    changed |= {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return row
    if changed.get("organisation", row) is None and row.conversation_id is None and row.person_id is None:
        raise Refusal("A case is about a conversation, a person or an organisation.")
    before = {name: _plain(getattr(case if name == "parent" else row, name)) for name in changed}
    was = (row.state, row.priority)
    for name, value in changed.items():
        setattr(row, name, value)
    row.changed_at = now
    row.save(update_fields=[*changed, "changed_at"])
    if "priority" in changed:
        journal.note(
            "case.changed", stepped.about_of(row), by=by,
            case=row.reference, state=row.state, priority=row.priority, before=list(was),
        )  # fmt: skip
    told = {name: [before[name], _plain(value)] for name, value in changed.items() if name != "priority"}
    if told:
        kind = "case.given" if told.keys() <= {"owner", "team"} else "case.edited"
        journal.note(kind, row, by=by, case=row.reference, changes=told, to=row.owner_id if "owner" in told else None)
    wake.changed("inbox", [row.conversation_id] if row.conversation_id else [])
    return row


def give(case: Case, *, by: User, now: datetime, to: User | None = None, team: Team | None = None) -> Case:
    """Give a case to somebody, to a team, to both, or back to nobody. Twice is once. Refused: who may not work on cases."""
    return edit(case, by=by, now=now, changes={"owner": to, "team": team if team is not None else case.team})


def read(changes: Mapping[str, Any], *, known: str = "") -> dict[str, Any]:
    """Values as the columns take them. Refused: what there is not; a sort that the house does not list, but for `known`."""
    values = dict(changes)
    unknown = [name for name in values if name not in FIELDS]
    if unknown:
        raise Refusal(f"Of a case {', '.join(FIELDS)} are told.", fields={unknown[0]: "Not told here."})
    if "title" in values:
        values["title"] = one_line(values["title"], what="Title", longest=200)
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            words = f"One of: {', '.join(one for one in choices if one)}."
            raise Refusal(f"The {name} is one of: {', '.join(one for one in choices if one)}.", fields={name: words})
    if values.get("kind") and values["kind"] != known:
        there = {one.lower(): one for one in case_policy.row().kinds}
        if str(values["kind"]).lower() not in there:
            words = f"One of: {', '.join(there.values()) or 'none yet'}."
            raise Refusal("The house lists no such sort of case.", fields={"kind": words})
        values["kind"] = there[str(values["kind"]).lower()]
    owner = values.get("owner")
    if owner is not None and not (owner.is_active and may(owner, "case.edit")):
        raise Refusal(f"{owner} may not work on cases.", fields={"owner": "Choose somebody who may."})
    return values


def put_under(row: Case, parent: Case, *, now: datetime | None = None) -> None:
    """Put a case under another one. Refused: in a circle, deeper than ten, under one that is not there any more."""
    in_turn(Space.CASES)  # two at once make no circle
    if Case.objects.filter(pk=parent.pk, trashed_at=None).first() is None:
        raise Refusal("The case above is not there any more.", fields={"parent": "Choose another one."})
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [parent.pk, DEEPEST])
        above = [number for (number,) in cursor.fetchall()]
    if row.pk in above:
        words = f"{parent.reference} stands under {row.reference} itself."
        raise Refusal(words, fields={"parent": words})
    if len(above) > DEEPEST:
        raise Refusal(f"At most {DEEPEST} cases stand above one another.", fields={"parent": "Choose one further up."})
    if row.parent_id != parent.pk:
        Case.objects.filter(pk=row.pk).update(parent=parent, **({"changed_at": now} if now else {}))
        row.parent = parent


def _plain(value: Any) -> Any:
    """As JSON keeps it: a row by its number, a moment as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.pk if isinstance(value, User | Team | Case | Organisation) else value
