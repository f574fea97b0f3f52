"""What processes know of ideas: how one is read, shown and filled, who may move it, and that its state follows the step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.communities import decide, ideas
from mutuals.communities.models import Idea
from mutuals.communities.privacy import theirs_alone
from mutuals.communities.queries import visible_to
from mutuals.people.models import Profile
from mutuals.processes import kinds
from mutuals.staff.models import User
from mutuals.staff.permissions import may

_FILLED = ("title", "text")


def register_running() -> None:
    """Open the kind `idea`. Runs at start-up."""
    kinds.about(
        "idea", label="Idea", record="idea", read=_read, shown=_shown, sees=_sees, theirs=_theirs, fill=_fill,
        entered=decide.entered,
    )  # fmt: skip


def _read(keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    rows = Idea.objects.select_related("product").filter(pk__in=_numbers(keys), trashed_at=None, merged_into=None)
    return {
        f"idea:{row.pk}": {
            "number": row.pk,
            "title": row.title_key,
            "text": row.text,
            "state": row.state,
            "product": row.product.name if row.product else "",
            "owner": row.owner_id,
            "votes": row.votes,
            "askers": row.askers,
            "value": row.worth,
            "currency": row.worth_currency,
            "created": row.created_at,
        }
        for row in rows
    }


def _shown(keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    rows = Idea.objects.filter(pk__in=_numbers(keys)).values_list("pk", "title")
    return {f"idea:{pk}": (title, f"/ideas/{pk}/") for pk, title in rows}


def _sees(user: User, keys: Sequence[str]) -> Collection[str]:
    """All that are live: what was merged away or is in the trash waits where it stands."""
    if not may(user, "idea.view"):
        return ()
    return {f"idea:{pk}" for pk in visible_to(user).filter(pk__in=_numbers(keys)).values_list("pk", flat=True)}


def _theirs(person_ids: Sequence[int]) -> Collection[str]:
    profiles = list(Profile.objects.filter(person__in=person_ids).values_list("pk", flat=True))
    return {f"idea:{pk}" for pk in theirs_alone(person_ids, profiles)}


def _fill(key: str, values: Mapping[str, Any], by: User, now: datetime) -> None:
    if unknown := sorted(set(values) - set(_FILLED)):
        raise Refusal(f"“{unknown[0][:40]}” of an idea is filled on its own page.")
    ideas.edit(Idea(pk=_numbers([key])[0]), by=by, changes=dict(values), now=now)


def _numbers(keys: Sequence[str]) -> list[int]:
    return [int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == "idea"]
