"""Rules to begin with: the cases that everybody has. They name a team of the installation where one fits."""

from __future__ import annotations

from typing import Any

from mutuals.base.filters import record
from mutuals.processes.models import Process, VersionState
from mutuals.staff.models import Team


def _team(pillar: str) -> dict[str, Any]:
    team = Team.objects.filter(pillar=pillar).order_by("pk").first()
    return {"give_to_team": {"team": team.name}} if team else {"give_to_pillar": {"pillar": pillar}}


def _seniors() -> dict[str, Any]:
    """A team of seniors where there is one, else service."""
    team = Team.objects.filter(name__icontains="senior").order_by("pk").first()
    return {"give_to_team": {"team": team.name}} if team else _team("service")


def _complains() -> list[dict[str, Any]]:
    is_read = any(one.name == "intents" for one in record("interaction").fields)
    return [{"field": "intents", "op": "has", "value": "complaint"}] if is_read else []


def _is_bad() -> dict[str, Any] | str:
    """By the mood of the reading where there are readings, else by words."""
    if any(one.name == "mood" for one in record("interaction").fields):
        return {"field": "mood", "op": "is", "value": "negative"}
    return "words:says:broken|leak*|disappoint*|refund|useless|never again|terrible"


def _steps(*names: str) -> list[dict[str, Any]]:
    """The first of these processes of cases that is in use, else the usual one; none where nothing of them is."""
    rows = Process.objects.filter(kind="case", retired_at=None, versions__state=VersionState.IN_USE)
    found = {row.name: row for row in rows.order_by("-is_usual", "pk")}
    first = next((name for name in names if name in found), next((n for n, row in found.items() if row.is_usual), ""))
    return [{"start_process": {"process": first}}] if first else []


def _wishes(intent: str, words: str) -> dict[str, Any] | str:
    """By what the reading says they want where there are readings, else by words."""
    if any(one.name == "intents" for one in record("interaction").fields):
        return {"field": "intents", "op": "has", "value": intent}
    return f"words:says:{words}"


def templates() -> dict[str, dict[str, Any]]:
    """Key -> body with a name."""
    valuable = {"field": "person", "op": "any", "value": {"field": "value", "op": "over", "value": 500}}
    bought = {"field": "bought", "op": "any", "value": {"field": "placed", "op": "last", "value": 365}}
    gold = {"field": "person", "op": "any", "value": {"field": "tags", "op": "has", "value": "gold"}}
    no_customer = {"stage": ("isnot", "customer"), "orders": ("is", 0)}
    strange = [
        {"field": "person", "op": "any", "value": {"field": field, "op": op, "value": value}}
        for field, (op, value) in no_customer.items()
    ]
    public = {"field": "public", "op": "is", "value": True}
    press = Team.objects.filter(pillar="marketing").order_by("pk").first() or Team.objects.order_by("pk").first()
    tell = [{"tell_team": {"team": press.name, "text": "A gold customer complains in public."}}] if press else []
    return {
        "gold": {
            "name": "Gold customer complains in public",
            "when": "received",
            "if": {"all": [public, _plain(_is_bad()), *_complains(), gold]},
            "then": [
                _seniors(),
                {"open_case": {"title": "Gold customer complains in public", "priority": "urgent", "minutes": 30}},
                *_steps("Complaint from a public post"),
                *tell,
            ],
            "stop": True,
        },
        "valuable": {
            "name": "Bad word from a valuable customer",
            "when": "received",
            "if": {"all": [_plain(_is_bad()), valuable]},
            "then": [
                _team("service"),
                {"open_case": {"title": "Valuable customer is unhappy", "priority": "high", "minutes": 30}},
            ],
            "stop": True,
        },
        "silent": {
            "name": "Silent buyer, call by owner",
            "when": "clock",
            "every": "day",
            "again": 30,
            "if": {"all": [bought, {"not": {"field": "last", "op": "last", "value": 90}}]},
            "then": [
                {"open_case": {"title": "Bought, and silent for 90 days: call", "priority": "normal", "minutes": 2880}},
                {"tell_owner": {"text": "Bought within a year, and silent for 90 days. Please call."}},
            ],
            "hourly": 50,
        },
        "wrong_channel": {
            "name": "Complaint on the marketing channel",
            "when": "received",
            "if": {"all": [{"field": "pillar", "op": "is", "value": "marketing"}, _plain(_is_bad())]},
            "then": [_team("service"), {"note": {"text": "Came in on a marketing channel; service answers."}}],
        },
        "refund": {
            "name": "Asks for money back",
            "when": "received",
            "if": {"all": [_plain("words:says:refund*|money back|chargeback")]},
            "then": [
                _team("service"),
                {"open_case": {"title": "Asks for money back", "priority": "high", "minutes": 240}},
                *_steps(),
            ],
        },
        "wants_to_buy": {
            "name": "Wants to buy, and is no customer yet",
            "when": "received",
            "if": {"all": [_plain(_wishes("purchase", "buy|order|offer|price*")), *strange]},
            "then": [_team("sales"), {"open_lead": {}}],
        },
        "wish": {
            "name": "Wishes for something",
            "when": "received",
            "if": {"all": [_plain(_wishes("suggestion", "wish|would be nice|please add|idea"))]},
            "then": [{"open_idea": {}}],
            "hourly": 50,
        },
    }


def _plain(told: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(told, dict):
        return told
    field, op, value = told.split(":", 2)
    return {"field": field, "op": op, "value": value.split("|")}
