"""The lists of quotes and invoices, for `base.lists`: columns, orders, months; a quote's last day is written in its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from mutuals.base.lists import Column, Editing, Entry, Listing, Narrow, Ref, Sort, Unseen
from mutuals.base.refusals import Refusal
from mutuals.people.lists import exports
from mutuals.sales import queries, quotes, whom
from mutuals.sales.models import Quote, QuoteState
from mutuals.staff import meanwhile
from mutuals.staff.models import User

_WAITING = (QuoteState.DRAFT, QuoteState.SENT)


def _in_state(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in QuoteState.values:
        raise Unseen(f"Quotes are: {', '.join(QuoteState.values)}.")
    if value in (QuoteState.EXPIRED, QuoteState.SENT):
        is_over = Q(valid_until__lt=timezone.localdate())
        return rows.filter(is_over if value == QuoteState.EXPIRED else ~is_over, state=QuoteState.SENT)
    return rows.filter(state=value)


def _of_open(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in ("1", "late"):
        raise Unseen("Invoices are open (1) or late.")
    rows = rows.filter(open__gt=0)
    return rows.filter(due_on__lt=timezone.localdate()) if value == "late" else rows


def _numbered(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(number=value[:80])


def _hold(pk: int, by: User) -> Quote:
    row = queries.quotes_visible_to(by).filter(pk=pk).first()
    if row is None:
        raise Refusal("This quote is not there any more.")
    return quotes.held(row)


def _told(row: Quote, name: str) -> Any:
    value = getattr(row, name)
    return None if value is None else str(value)


def _write(row: Quote, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    del because
    told = changes["valid_until"]
    until = date.fromisoformat(told) if told else None
    if until != row.valid_until:
        quotes.change(row, replace(quotes.terms_of(row), valid_until=until), by=by, now=now)


EDITING = Editing(
    right="quote.edit",
    entries=(Entry("valid_until", "Valid until", "day", empty="open", column="until"),),
    hold=_hold,
    told=_told,
    write=_write,
    last=lambda row, name: meanwhile.last_of(f"quote:{row.pk}", "quote.prolonged"),
)

QUOTES = Listing(
    record="quote",
    words=("quote", "quotes"),
    right="quote.view",
    visible_to=queries.quotes_visible_to,
    title=Column("number", "Number", value=lambda row: Ref(row.number, f"quote:{row.pk}")),
    columns=(
        Column("buyer", "Person", value=whom.buyer),
        Column("for", value=whom.house),
        Column("state", value=lambda row: row.state_on(timezone.localdate()).label, groups=True),
        Column("until"),
        Column("made", usual=False),
        Column("sent", usual=False),
        Column("decided", usual=False),
        Column("discount", usual=False),
        Column("currency", usual=False, groups=True),
        Column("total", sums=True, currency="currency"),
    ),
    sorts=(
        Sort("newest", "Last drafted", "pk", descending=True),
        Sort("until", "Valid until, soonest first", "valid_until", nullable=True),
    ),
    narrows=(
        Narrow("number", "Quote number", _numbered, typed=True),
        Narrow("state", "State", _in_state, choices=tuple((one.value, str(one.label)) for one in QuoteState)),
        *whom.NARROWS,
    ),
    beside=lambda rows: rows.select_related(*whom.BESIDE),
    exports=exports,
    editing=EDITING,
    month="until",
)

INVOICES = Listing(
    record="invoice",
    words=("invoice", "invoices"),
    right="invoice.view",
    visible_to=queries.invoices_visible_to,
    title=Column("number", "Number", value=lambda row: Ref(row.number, f"invoice:{row.pk}")),
    columns=(
        Column("buyer", "Person", value=whom.buyer),
        Column("for", value=whom.house),
        Column("issued"),
        Column("due"),
        Column("late", "State", value=lambda row: _standing(row)),
        Column("currency", usual=False, groups=True),
        Column("total", sums=True, currency="currency"),
        Column("paid", sums=True, currency="currency", usual=False),
        Column("open", sums=True, currency="currency"),
    ),
    sorts=(
        Sort("newest", "Last stored", "pk", descending=True),
        Sort("due", "Due first", "due_on", nullable=True),
    ),
    narrows=(
        Narrow("number", "Invoice number", _numbered, typed=True),
        Narrow("open", "Which", _of_open, choices=(("1", "Open"), ("late", "Late"))),
        *whom.NARROWS,
    ),
    beside=lambda rows: rows.select_related(*whom.BESIDE),
    exports=exports,
    month="due",
)


def _standing(row: Any) -> str:
    if row.open <= 0:
        return "Paid"
    return "Late" if row.due_on is not None and row.due_on < timezone.localdate() else "Open"
