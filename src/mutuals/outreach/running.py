"""What processes know of campaigns: how one is read and shown, who may move it, and that its state follows the step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mutuals.outreach import campaigns
from mutuals.outreach.campaign_figures import visible_to
from mutuals.outreach.models import Campaign
from mutuals.processes import kinds
from mutuals.staff.models import User


def register_running() -> None:
    """Open the kind `campaign`. Runs at start-up."""
    kinds.about(
        campaigns.KIND, label="Campaign", record="campaign", read=_read, shown=_shown, sees=_sees,
        entered=campaigns.entered,
    )  # fmt: skip


def _read(keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    rows = Campaign.objects.select_related("purpose", "segment").filter(pk__in=_numbers(keys), trashed_at=None)
    return {
        f"campaign:{row.pk}": {
            "number": row.pk, "name": row.name_key, "code": row.code, "state": row.state, "purpose": row.purpose.key,
            "segment": row.segment.name_key if row.segment else "", "way": row.way, "owner": row.owner_id,
            "starts": row.starts_on, "ends": row.ends_on, "cost": row.cost, "currency": row.currency,
            "created": row.created_at,
        }
        for row in rows
    }  # fmt: skip


def _shown(keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    rows = Campaign.objects.filter(pk__in=_numbers(keys)).values_list("pk", "name")
    return {f"campaign:{pk}": (name, f"/campaigns/{pk}/") for pk, name in rows}


def _sees(user: User, keys: Sequence[str]) -> Collection[str]:
    return {f"campaign:{pk}" for pk in visible_to(user).filter(pk__in=_numbers(keys)).values_list("pk", flat=True)}


def _numbers(keys: Sequence[str]) -> list[int]:
    return [int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == campaigns.KIND]
