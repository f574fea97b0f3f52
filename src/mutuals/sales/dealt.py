"""What a deal is told to be: values out of forms, files and programs, as the table holds them. Pure but for rows handed on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from mutuals.base.money import spendable
from mutuals.base.refusals import Refusal, one_line
from mutuals.sales.amounts import CENT
from mutuals.sales.amounts import held as within

FIELDS = ("title", "amount", "currency", "probability", "expected_on", "owner", "team", "person", "organisation")
"""What is written by hand."""


def read(told: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the table holds them. Texts of forms are taken for numbers and days."""
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name not in FIELDS:
            raise Refusal(f"A deal has no field “{str(name)[:40]}”.", fields={str(name): "There is no such field."})
        if name == "title":
            values[name] = one_line(value, what="Title", longest=200)
        elif name == "currency":
            values[name] = spendable(value)
        elif name == "amount":
            values[name] = _amount(value)
        elif name == "probability":
            values[name] = _percent(value)
        elif name == "expected_on":
            values[name] = _day(value)
        else:
            values[name] = value
    return values


def _amount(value: Any) -> Decimal:
    try:
        found = within(Decimal(str(value if value not in (None, "") else 0)), CENT)
    except ArithmeticError as error:
        raise Refusal("The amount is no number.", fields={"amount": "A number, such as 1200.50."}) from error
    if found < 0:
        raise Refusal("A deal comes to nothing at least.", fields={"amount": "Not below zero."})
    return found


def _percent(value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 100:
        words = "A probability is between 0 and 100 percent."
        raise Refusal(words, fields={"probability": words})
    return int(text)


def _day(value: Any) -> date | None:
    if value in (None, "") or isinstance(value, date):
        found: date | None = value or None
    else:
        try:
            found = date.fromisoformat(str(value))
        except ValueError as error:
            raise Refusal("A day is written as 2026-01-31.", fields={"expected_on": "No such day."}) from error
    if found is not None and not 1900 <= found.year <= 2200:
        raise Refusal("A day lies between 1900 and 2200.", fields={"expected_on": "Between 1900 and 2200."})
    return found


def plain(value: Any) -> Any:
    """As the journal keeps it."""
    if isinstance(value, Model):
        return value.pk
    return value if isinstance(value, str | int | None) else str(value)
