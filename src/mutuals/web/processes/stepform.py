"""A step as the fields of a plain form, and the form back into the body of a draft. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from mutuals.base import yaml_text
from mutuals.base.refusals import Refusal
from mutuals.processes import shape, text

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
        "then": "\n".join(_act_line(one) for one in _acts(told)),
        "next": "\n".join(f"{one['to']}: {said}" if (said := shape.label_of(one)) else str(one["to"]) for one in ways),
    }


def changed(body: Body, key: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The body with that step as a form tells it. What the form cannot show (conditions of ways) or does not name stays."""
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
    if "then" in form:
        told["then"] = _acts_of(str(form["then"]))
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
        told["next"] = _short(ways)
    return {**body, "steps": rows}


def inserted(body: Body, form: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The body with a new step on a way ("triage reply") or behind a step ("triage"), and the key of the new one.

    Refused: no name, no such way.
    """
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
    if place < 0 or (to and not any(one["to"] == to for one in ways)):
        raise Refusal("Choose the way that the new step stands on.", fields={"way": "Please choose."})
    for one in ways:
        one["to"] = key if one["to"] == to else one["to"]
    rows[place]["next"] = _short(ways if to else [*ways, {"to": key}])
    if rows[place].get("end"):
        raise Refusal("It ends with this step; nothing comes after it.")
    told = {
        "step": key,
        "name": name,
        "owner": str(form.get("owner", "")),
        "limit": str(form.get("limit", "")),
        "next": [to] if to else [],
    }
    rows.insert(place + 1, told)
    return {**body, "steps": rows}, key


def linked(body: Body, frm: str, to: str) -> dict[str, Any]:
    """The body with a branch from one step to another. The same again is nothing. Refused: an end, a step that is not there."""
    rows = _steps(body)
    told = _step(rows, frm)
    _step(rows, to)
    if told.get("end"):
        raise Refusal("It ends with this step; no way leads on from it.")
    ways = _ways(told)
    told["next"] = _short(ways if any(one["to"] == to for one in ways) else [*ways, {"to": to}])
    return {**body, "steps": rows}


def unlinked(body: Body, frm: str, to: str) -> dict[str, Any]:
    """The body without that branch. Not there is nothing."""
    rows = _steps(body)
    told = _step(rows, frm)
    told["next"] = _short([one for one in _ways(told) if one["to"] != to])
    return {**body, "steps": rows}


def put(body: Body, key: str, at: tuple[int, int] | None) -> dict[str, Any]:
    """The body with a step's box at that place of the picture; None = where it falls. No key: all boxes fall."""
    rows = _steps(body)
    for told in [_step(rows, key)] if key else rows:
        told.pop("at", None)
        if at is not None:
            told["at"] = [min(max(one, 0), shape.FURTHEST) for one in at]
    return {**body, "steps": rows}


def plain_of_way(body: Body, frm: str, to: str) -> dict[str, str] | None:
    """The form of one branch; None where it is not there. `open` is "" where no short words say the condition."""
    way = next((one for row in _steps(body) if row["step"] == frm for one in _ways(row) if one["to"] == to), None)
    if way is None:
        return None
    asked = way.get("if", "")
    return {
        "label": str(shape.label_of(way)),
        "if": asked if isinstance(asked, str) else "",
        "open": "on" if isinstance(asked, str) else "",
    }


def changed_way(body: Body, frm: str, to: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The body with that branch as a form tells it; a condition that no short words say stays."""
    rows = _steps(body)
    told = _step(rows, frm)
    ways = _ways(told)
    for one in ways:
        if one["to"] == to:
            one["label"] = " ".join(str(form.get("label", "")).split())
            if isinstance(one.get("if", ""), str):
                one["if"] = str(form.get("if", "")).strip()
    told["next"] = _short([{name: value for name, value in one.items() if value} for one in ways])
    return {**body, "steps": rows}


def _step(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    found = next((one for one in rows if one["step"] == key), None)
    if found is None:
        raise Refusal("This step is not in the draft any more.")
    return found


def _acts(told: Mapping[str, Any]) -> list[Any]:
    return _list(told.get("then"))


def _act_line(act: Any) -> str:
    """An act on one line, however long it is."""
    line = act if isinstance(act, str) else yaml_text.dump(act, flow=None).strip()
    return line if "\n" not in line else json.dumps(act, ensure_ascii=False)


def _acts_of(written: str) -> list[Any]:
    """Acts, one a line: `note: {text: Told the customer}`. Refused: a line that is none."""
    found = []
    for number, line in enumerate((one for one in written.splitlines() if one.strip()), start=1):
        try:
            found.append(text.load(line)[0])
        except Refusal as error:
            words = f"Line {number} of what it does by itself is no act with its answers: note: {{text: Told the customer}}."
            raise Refusal(words, fields={"then": str(error)}) from error
    return found


def _way(line: str, conditions: Mapping[str, Any]) -> dict[str, Any] | str:
    to, _, label = (part.strip() for part in line.partition(":"))
    told = {"to": to, "label": label, "if": conditions.get(to)}
    kept = {name: value for name, value in told.items() if value}
    return kept if len(kept) > 1 else to


def _steps(body: Body) -> list[dict[str, Any]]:
    return [dict(one) for one in body["steps"]]


def _place(body: Body, key: str) -> int:
    place = next((number for number, one in enumerate(body["steps"]) if one["step"] == key), None)
    if place is None:
        raise Refusal("This step is not in the draft any more.")
    return place


def _ways(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"to": one} if isinstance(one, str) else dict(one) for one in _list(told.get("next"))]


def _short(ways: list[dict[str, Any]]) -> list[Any]:
    """Branches as they are written: the key alone where there is nothing more to say."""
    return [one if len(one) > 1 else one["to"] for one in ways]


def _list(told: Any) -> list[Any]:
    return [] if told in (None, "") else list(told) if isinstance(told, list) else [told]
