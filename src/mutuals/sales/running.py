"""What of this room runs in processes: deals, by their own key, and leads, by that of the person or organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mutuals.base import house
from mutuals.people.models import Person
from mutuals.people.visibility import called
from mutuals.processes import kinds
from mutuals.sales import deals, leads, pipeline
from mutuals.sales.models import Deal
from mutuals.staff.models import User


def register_running() -> None:
    """Open both kinds, and keep what deals come to in the house's currency too. Runs after the rooms' fields are known."""
    house.keep_home(house.Home("deal", "sales_deal", on="(opened_at AT TIME ZONE 'UTC')::date"))
    kinds.about(
        deals.KIND, label="Deal", record="deal", read=_deals, shown=_named_deals, sees=_sees_deals, theirs=_theirs,
        fill=deals.fill, entered=deals.entered,
    )  # fmt: skip
    kinds.about(
        leads.KIND, label="Lead", keys=("person", "organisation"), record="person", read=_leads, shown=_named_leads,
        sees=_sees_leads, entered=leads.entered,
    )  # fmt: skip


def _ids(keys: Sequence[str]) -> list[int]:
    return [int(key.partition(":")[2]) for key in keys]


def _deals(keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The fields of `sales.fields.DEAL` that stand on the deal itself."""
    rows = Deal.objects.filter(pk__in=_ids(keys)).select_related("organisation")
    return {
        deals.key_of(row): {
            "title": row.title, "amount": row.amount, "currency": row.currency, "probability": row.probability,
            "expected": row.expected_on, "outcome": row.outcome, "reason": row.lost_reason, "owner": row.owner_id,
            "team": row.team_id, "opened": row.opened_at, "ended": row.ended_at,
            "for": row.organisation.name if row.organisation else "",
        }
        for row in rows
    }  # fmt: skip


def _named_deals(keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    titles = Deal.objects.filter(pk__in=_ids(keys)).values_list("pk", "title")
    return {f"deal:{pk}": (title, f"/sales/deals/{pk}/") for pk, title in titles}


def _sees_deals(user: User, keys: Sequence[str]) -> set[str]:
    found = pipeline.deals_visible_to(user).filter(pk__in=_ids(keys)).values_list("pk", flat=True)
    return {f"deal:{pk}" for pk in found}


def _theirs(person_ids: Sequence[int]) -> list[str]:
    """The deals that go with somebody: those of nobody else."""
    found = Deal.objects.filter(person__in=list(person_ids), organisation=None).values_list("pk", flat=True)
    return [f"deal:{pk}" for pk in found]


def _leads(keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The plain fields of a person, as conditions ask them; of an organisation those that it has as well."""
    return {key: _row(who) for key, who in leads.rows_of(keys).items()}


def _row(who: leads.Who) -> dict[str, Any]:
    both = {name: getattr(who, name) for name in ("city", "country", "phone", "tags", "stage")}
    both |= {"name": who.name_key, "owner": who.owner_id, "created": who.created_at}
    if isinstance(who, Person):
        both |= {name: getattr(who, name) for name in ("email", "language", "birthday")}
        both |= {
            "contacts": who.interaction_count,
            "orders": who.order_count,
            "value": who.order_total,
            "team": who.team_id,
        }
    return both


def _named_leads(keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    return {
        key: (str(called(who, full=False)), f"/customers/{who.pk}/")
        if isinstance(who, Person)
        else (who.name, f"/organisations/{who.pk}/")
        for key, who in leads.rows_of(keys).items()
    }


def _sees_leads(user: User, keys: Sequence[str]) -> set[str]:
    return set(leads.whos(user, keys))
