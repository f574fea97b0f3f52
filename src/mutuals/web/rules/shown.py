"""What a rule did, would do, and was before, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.people.models import Person
from mutuals.people.visibility import sees_contacts
from mutuals.records.kinds import PREFIX
from mutuals.rules import queries, registry, send, trial
from mutuals.rules.body import Body, Step
from mutuals.rules.models import Firing, Rule, Run
from mutuals.rules.said import step
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk

RECORD = 5  # lines of the log on the page of a record


def fired(viewer: User, **about: Any) -> list[tuple[Firing, list[dict[str, Any]]]]:
    """What rules did about a conversation, a person or a message, newest first, each with its steps; nothing is counted."""
    return [(one, [_step(each) for each in one.steps]) for one in queries.log(viewer, limit=RECORD, **about)]


def past(rule: Rule, viewer: User) -> dict[str, Any]:
    """Versions, log, hit rate and the newest application of a rule."""
    firings = queries.log(viewer, rule_id=rule.pk, limit=30)
    words = queries.what(firings)
    return {
        "versions": queries.versions(rule),
        "log": [(one, words[one.pk], [_step(each) for each in one.steps]) for one in firings],
        "track": queries.track(rule),
        "hooks": _hooks(rule, viewer),
        "run": Run.objects.filter(rule=rule).order_by("-pk").first(),
        "is_watching": bool(firings) or rule.is_on,
    }


def _hooks(rule: Rule, viewer: User) -> list[tuple[str, str]]:
    """Where its hooks go, and what they are signed with, for those who may know it."""
    read = queries.body_of(rule)
    if read is None or not may(viewer, "source.manage"):
        return []
    called = [str(one.told.get("address")) for one in (*read.then, *read.otherwise) if one.act == "hook"]
    return [(address, send.secret_of(address, by=viewer)) for address in dict.fromkeys(called)]


def _step(told: Mapping[str, Any]) -> dict[str, Any]:
    known = registry.find(told["act"])
    words = step(Step(told["act"], told["with"])) if known else told["act"]
    waits = told.get("waits")
    return {
        "words": words,
        "did": told.get("did", ""),
        "failed": told.get("failed", ""),
        "waits": datetime.fromisoformat(waits) if waits else None,
    }


def tried(do: str, body: Body, data: Mapping[str, Any], *, by: User, now: datetime) -> dict[str, Any] | None:
    """What "dry" and "test" show; None for any other button."""
    if do == "dry":
        found = trial.dry_run(body, by=by, now=now)
        return {"dry": found, "dry_rows": _rows(found, by)}
    if do == "test":
        number = str(data.get("number", "")).strip()
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise Refusal("Say the number of the message, person or record to test it on, as it stands in its address.")
        return {"test": trial.test(body, int(number), by=by, now=now), "number": number}
    return None


def _rows(found: trial.Dry, viewer: User) -> list[dict[str, Any]]:
    """Newest first, what would have fired."""
    if found.record == "person":
        people = Person.objects.in_bulk(found.ids)
        return [
            {"name": str(people[pk]), "url": f"/customers/{pk}/", "at": people[pk].last_at, "text": ""}
            for pk in found.ids
            if pk in people
        ]
    if found.record != "interaction":
        key = "own" if found.record.startswith(PREFIX) else found.record
        seen = named.shown(viewer, [f"{key}:{pk}" for pk in found.ids])
        return [{"name": one.name, "url": one.url, "at": None, "text": ""} for one in seen.values()]
    rows = Interaction.objects.select_related("profile").in_bulk(found.ids)
    full = sees_contacts(viewer)
    return [
        {
            "name": talk.named(rows[pk].profile, full=full),
            "url": f"/inbox/{rows[pk].conversation_id}/" if rows[pk].conversation_id else "",
            "at": rows[pk].occurred_at,
            "text": rows[pk].text[:300],
            "number": pk,
        }
        for pk in found.ids
        if pk in rows
    ]


def outcome(firing: Firing) -> str:
    """The kind of chip that an outcome is shown as."""
    return {"done": "good", "partly": "care", "failed": "late", "held": "late"}.get(firing.outcome, "line")
