"""What a contact costs us, by its kind and network, from a day on (G3): the closest row that held when it happened counts.

A row that names kind and network comes before one that names the kind alone, then the network alone, then neither; of these the
last one that began on or before the day. What was said to us costs as what we say does: it is read and answered. Amounts are
in the currency of the house; rows in another one, from before the house took a new currency, do not count.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from mutuals.base import house, journal
from mutuals.base.filters.days import start
from mutuals.base.refusals import Refusal, one_line
from mutuals.history.models import Interaction
from mutuals.inbox.models import CaseTalk
from mutuals.insights.models import ContactCost
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST = 500
LARGEST = Decimal(1_000_000)
_MONEY = DecimalField(max_digits=30, decimal_places=7)


def visible_to(viewer: Any) -> QuerySet[ContactCost]:
    """All costs, or none: newest first within a kind and network."""
    rows = ContactCost.objects.order_by("kind", "network", "-since")
    return rows if may(viewer, "report.view") and may(viewer, "house.view") else rows.none()


@transaction.atomic
def put(*, kind: str, network: str, amount: Decimal, since: date, by: User) -> tuple[ContactCost, bool]:
    """Say what a contact costs from a day on; and whether that is new. The same place and day again is written over.

    Refused: no figure from 0 to a million, the 501st row.
    """
    require(by, "house.edit")
    kind = one_line(kind, what="Kind", longest=12).lower() if kind.strip() else ""
    network = one_line(network, what="Network", longest=30).lower() if network.strip() else ""
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise Refusal("A contact costs from 0 to 1,000,000.", fields={"amount": "From 0 to 1,000,000."})
    amount, money = amount.quantize(Decimal("0.0001")), house.currency()
    found = ContactCost.objects.select_for_update().filter(kind=kind, network=network, since=since).first()
    if found is not None and (found.amount, found.currency) == (amount, money):
        return found, False
    if found is None and ContactCost.objects.count() >= MOST:
        raise Refusal(f"There are {MOST} costs already. Take one away first.")
    row, is_new = ContactCost.objects.update_or_create(
        kind=kind, network=network, since=since, defaults={"amount": amount, "currency": money}
    )
    journal.note("cost.put", row, by=by, of=kind, network=network, amount=str(amount), since=str(since))
    return row, is_new


@transaction.atomic
def take(row: ContactCost, *, by: User) -> None:
    """Take a cost away that was told by mistake. Twice is once."""
    require(by, "house.edit")
    told = {"of": row.kind, "network": row.network, "amount": str(row.amount), "since": str(row.since)}
    key = journal.key_of(row)
    if ContactCost.objects.filter(pk=row.pk).delete()[0]:
        journal.note("cost.taken", key, by=by, **told)


def reckoned() -> Any:
    """The cost of a row of interactions, to SQL; null where none is known. Days are those of the house's zone."""
    here = house.row()
    rows = list(ContactCost.objects.filter(currency=here.currency))
    rows.sort(key=lambda one: (bool(one.kind), bool(one.network), one.since), reverse=True)
    cases = [When(_fits(one, ZoneInfo(here.zone)), then=Value(one.amount, _MONEY)) for one in rows]
    return Case(*cases, default=Cast(Value(None), _MONEY), output_field=_MONEY)


def of_case() -> Any:
    """The cost of a case, to SQL: of all that was said in its conversations; null where that is nothing (C4).

    Two sums, so that each finds its messages by the index of conversations: where it began, and those that joined it.
    """
    joined = CaseTalk.objects.filter(case=OuterRef(OuterRef("pk")), is_suggested=False)
    joined = joined.exclude(conversation_id=F("case__conversation_id"))
    began = _summed(Q(conversation_id=OuterRef("conversation_id")))
    others = _summed(Q(conversation_id__in=joined.values("conversation_id")))
    nothing = Value(Decimal(0), _MONEY)
    return NullIf(Coalesce(began, nothing) + Coalesce(others, nothing), nothing)


def _summed(where: Q) -> Subquery:
    said = Interaction.objects.filter(where, deleted_at=None).order_by().annotate(paid=reckoned())
    return Subquery(said.values("deleted_at").annotate(all=Sum("paid")).values("all"), output_field=_MONEY)


def _fits(row: ContactCost, zone: ZoneInfo) -> Q:
    told = Q(occurred_at__gte=start(row.since, zone))
    if row.kind:
        told &= Q(kind=row.kind)
    return told & Q(network=row.network) if row.network else told
