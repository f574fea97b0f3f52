"""What reports can be made of: each record with whose rows somebody sees, and how its amounts come into one currency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet

from mutuals.base.filters import Record, Refused, record
from mutuals.communities.queries import visible_to as visible_ideas
from mutuals.history.models import Interaction
from mutuals.inbox.cases import visible_to as visible_cases
from mutuals.inbox.promises import visible_to as visible_promises
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.inbox.tasks_asked import visible_to as visible_tasks
from mutuals.insights import cost
from mutuals.people.visibility import organisations_visible_to
from mutuals.people.visibility import visible_to as visible_people
from mutuals.records import book, holders
from mutuals.sales.models import OrderLine
from mutuals.sales.pipeline import deals_visible_to
from mutuals.sales.queries import invoices_visible_to, quotes_visible_to
from mutuals.sales.queries import visible_to as visible_orders
from mutuals.staff.permissions import Scope, may, scope

Rows = Callable[[Any], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Extra:
    """A figure that no filter asks for: its words, how it is reckoned of a row, and whether it is an amount of money.

    `of_house`: the amount is in the currency of the house already.
    """

    label: str
    reckon: Callable[[], Any]
    is_money: bool = False
    of_house: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A record that reports are made of. `visible_to(user)`: the rows that somebody may count.

    `currency` is the way to the currency of its amounts, `day` to the moment or day whose rate holds for them ("" = they
    cannot be converted), and `home` names columns that hold an amount in the house's currency already.
    """

    record: str
    words: str
    right: str
    visible_to: Rows
    currency: str = ""
    day: str = ""
    home: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, Extra] = field(default_factory=dict)

    @property
    def of(self) -> Record:
        """The record as conditions know it."""
        return record(self.record)


def _interactions(viewer: Any) -> QuerySet[Interaction]:
    """What was said and is still there: all, or for a contractor what stands in conversations that are theirs."""
    rows = Interaction.objects.filter(deleted_at=None)
    reach = scope(viewer, "conversation.view")
    if reach is Scope.ALL:
        return rows
    return rows.filter(conversation__in=visible_turns(viewer).values("pk")) if reach is Scope.OWN else rows.none()


def _lines(viewer: Any) -> QuerySet[OrderLine]:
    rows = OrderLine.objects.all()
    if scope(viewer, "order.view") is Scope.ALL:
        return rows
    return rows.filter(order__in=visible_orders(viewer).values("pk"))


def _line_amount() -> Any:
    return ExpressionWrapper(
        F("quantity") * F("unit_price"), output_field=DecimalField(max_digits=30, decimal_places=7)
    )


_AMOUNT = {"amount": Extra("Amount", _line_amount, is_money=True)}
_COST = {"cost": Extra("Cost of contacts", cost.reckoned, is_money=True, of_house=True)}
_OF_CASE = {"cost": Extra("Cost of contacts", cost.of_case, is_money=True, of_house=True)}
SUBJECTS = (
    Subject("person", "Customers", "person.view", visible_people, currency="order_currency"),
    Subject("organisation", "Organisations", "organisation.view", organisations_visible_to),
    Subject("deal", "Deals", "deal.view", deals_visible_to, "currency", "opened_at", {"amount": "home"}),
    Subject("order", "Orders", "order.view", visible_orders, "currency", "placed_at"),
    Subject("line", "Lines of orders", "order.view", _lines, "order__currency", "order__placed_at", extras=_AMOUNT),
    Subject("quote", "Quotes", "quote.view", quotes_visible_to, "currency", "created_at"),
    Subject("invoice", "Invoices", "invoice.view", invoices_visible_to, "currency", "issued_on"),
    Subject("case", "Cases", "case.view", visible_cases, extras=_OF_CASE),
    Subject("promise", "Promises", "promise.view", visible_promises),
    Subject("task", "Tasks", "task.view", visible_tasks),
    Subject("interaction", "Contacts", "conversation.view", _interactions, extras=_COST),
    Subject("idea", "Ideas", "idea.view", visible_ideas, currency="worth_currency"),
)
_OURS = {one.record: one for one in SUBJECTS}


def subjects(viewer: Any) -> list[Subject]:
    """What a viewer may make reports of, the kinds of the house's own making last."""
    return [one for one in (*SUBJECTS, *_made()) if may(viewer, one.right)]


def subject(name: str, viewer: Any) -> Subject:
    """The one of that name. Refused: none such, or not for this viewer."""
    found = _OURS.get(name) or next((one for one in _made() if one.record == name), None)
    if found is None or not may(viewer, found.right):
        known = ", ".join(one.record for one in subjects(viewer)) or "nothing that your role sees"
        raise Refused(f"Reports can be made of: {known}.", field="record")
    return found


def _made() -> list[Subject]:
    book.kinds()
    return [
        Subject(one.record, one.words, "own.view", partial(_seen, one.record))
        for one in holders.kinds()
        if one.record not in _OURS and one.record not in {told.record for told in holders.brought()}
    ]


def _seen(name: str, viewer: Any) -> QuerySet[Any]:
    return holders.holder(name).visible_to(viewer)
