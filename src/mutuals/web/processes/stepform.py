"""A step as the fields of a plain form, and the form back into the body of a draft. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.processes import shape

Body = Mapping[str, Any]


def plain_of(body: Body, key: str) -> dict[str, str]:
    """The fields of a form for one step: texts, "on" for what is ticked."""
    told = _steps(body)[_place(body, key)]
    ways = _ways(told)
    return {
        **{name: str(told.get(name, "")) for name in ("name", "owner", "limit", "end", "probability")},
        **{name: "on" if told.get(name) else "" for name in ("accept", "reason", "itself")},
        "needs": ", ".join(_list(told.get("needs"))),
        "guard": told["guard"] if isinstance(told.get("guard"), str) else "",
        "next": "\n".join(f"{one['to']}: {said}" if (said := shape.label_of(one)) else str(one["to"]) for one in ways),
    }


def changed(body: Body, key: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The body with that step as a form tells it. What the form cannot show (conditions of ways, acts) stays."""
    rows = _steps(body)
    told = rows[_place(body, key)]
    conditions = {one["to"]: one["if"] for one in _ways(told) if one.get("if")}
    for name in ("name", "owner", "limit", "end"):
        told[name] = " ".join(str(form.get(name, "")).split())
    for name in ("accept", "reason", "itself"):
        told[name] = bool(form.get(name))
    told["needs"] = [one.strip() for one in str(form.get("needs", "")).split(",") if one.strip()]
    share = str(form.get("probability", "")).strip()
    told["probability"] = int(share) if re.fullmatch(r"[0-9]{1,3}", share) else share or None
    if isinstance(told.get("guard", ""), str):
        told["guard"] = str(form.get("guard", "")).strip()
    told["next"] = [_way(line, conditions) for line in str(form.get("next", "")).splitlines() if line.strip()]
    return {**body, "steps": rows}


def removed(body: Body, key: str) -> dict[str, Any]:
    """The body without a step: ways that led to it lead to where it led first. Refused: the last step, the start."""
    rows = _steps(body)
    first = body.get("start", rows[0]["step"])
    gone = rows.pop(_place(body, key))
    if first == key:
        raise Refusal("It begins with this step; let it begin elsewhere first, in the text.")
    after = next((one["to"] for one in _ways(gone)), None)
    for told in rows:
        ways = [one for one in _ways(told) if one["to"] != key]
        if len(ways) < len(_ways(told)) and after and after != told["step"] and all(one["to"] != after for one in ways):
            ways.append({"to": after})
        told["next"] = [one if len(one) > 1 else one["to"] for one in ways]
    return {**body, "steps": rows}


def inserted(body: Body, form: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The body with a new step on a way ("triage reply"), and the key of the step. Refused: no name, no such way."""
    name = " ".join(str(form.get("name", "")).split())[:80]
    frm, _, to = str(form.get("way", "")).partition(" ")
    rows = _steps(body)
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30]
    if not name:
        raise Refusal("The new step needs a name.", fields={"name": "Please fill this in."})
    stem = stem if stem and stem[0].isalpha() else f"step_{stem}".rstrip("_")
    keys = {one["step"] for one in rows}
    key = next(one for one in (stem, *(f"{stem}_{number}" for number in range(2, 99))) if one not in keys)
    place = next((number for number, one in enumerate(rows) if one["step"] == frm), -1)
    ways = _ways(rows[place]) if place >= 0 else []
    if not any(one["to"] == to for one in ways):
        raise Refusal("Choose the way that the new step stands on.", fields={"way": "Please choose."})
    for one in ways:
        one["to"] = key if one["to"] == to else one["to"]
    rows[place]["next"] = ways
    told = {
        "step": key,
        "name": name,
        "owner": str(form.get("owner", "")),
        "limit": str(form.get("limit", "")),
        "next": [to],
    }
    rows.insert(place + 1, told)
    return {**body, "steps": rows}, key


def _way(line: str, conditions: Mapping[str, Any]) -> dict[str, Any] | str:
    to, _, label = (part.strip() for part in line.partition(":"))
    told = {"to": to, "label": label, "if": conditions.get(to)}
    kept = {name: value for name, value in told.items() if value}
    return kept if len(kept) > 1 else to


def _steps(body: Body) -> list[dict[str, Any]]:
    return [dict(one) for one in body["steps"]]


def _place(body: Body, key: str) -> int:
    return next(number for number, one in enumerate(body["steps"]) if one["step"] == key)


def _ways(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"to": one} if isinstance(one, str) else dict(one) for one in _list(told.get("next"))]


def _list(told: Any) -> list[Any]:
    return [] if told in (None, "") else list(told) if isinstance(told, list) else [told]
