"""What the pages of sales ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict

from mutuals.base.refusals import Refusal
from mutuals.people.models import Organisation, Person
from mutuals.people.queries import find_by_name
from mutuals.people.visibility import organisations_visible_to
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked

LINES = 6
"""Empty lines on a new form; a form with all of them filled gets more when it is opened again."""


def _day(label: str, *, needed: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=needed, widget=forms.DateInput(attrs={"type": "date"}))


class About(Asked):
    """A product."""

    sku = forms.CharField(label="Number", max_length=80)
    name = forms.CharField(label="Name", max_length=200)
    category = forms.CharField(label="Category", max_length=80, required=False)
    unit = forms.CharField(label="Unit", max_length=20, required=False, help_text="Piece, kg, hour.")
    is_active = forms.BooleanField(label="Offered", required=False, initial=True)


class ForWhom(Asked):
    """A person, an organisation, or a person of one."""

    person = forms.CharField(
        label="Person", max_length=200, required=False, help_text="Name, address or number of somebody you know."
    )
    organisation = forms.CharField(label="Organisation", max_length=200, required=False)

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    def clean_person(self) -> Person | None:
        """The one person who fits; empty = nobody."""
        said = str(self.cleaned_data["person"]).strip()
        return _only(said, find_by_name(self.viewer, said, limit=5)) if said else None

    def clean_organisation(self) -> Organisation | None:
        """The one organisation that is called so; empty = none."""
        said = str(self.cleaned_data["organisation"]).strip()
        rows = organisations_visible_to(self.viewer)
        return _only(said, list(rows.filter(name__iexact=said)[:5])) if said else None

    def clean(self) -> dict[str, Any]:
        """Somebody is named."""
        said = super().clean() or {}
        if not self.errors and not said.get("person") and not said.get("organisation"):
            raise forms.ValidationError("Say whom it is for: a person, an organisation, or both.")
        return said


class Listing(Asked):
    """A price list."""

    name = forms.CharField(label="Name", max_length=120)
    currency = forms.CharField(label="Currency", max_length=3, min_length=3, help_text="Three letters, such as EUR.")
    valid_from = _day("From")
    valid_to = _day("To, included")
    organisation = forms.CharField(
        label="For which organisation", max_length=200, required=False, help_text="Empty: for everybody."
    )

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    clean_organisation = ForWhom.clean_organisation


class Priced(Asked):
    """One price of a list; an empty one takes it away."""

    sku = forms.CharField(label="Article number", max_length=80)
    amount = forms.DecimalField(
        label="Price of one", max_digits=14, decimal_places=4, min_value=0, required=False, help_text="Empty: no price."
    )


class Ordering(ForWhom):
    """An order by hand; its lines stand beside."""

    number = forms.CharField(label="Number", max_length=80)
    placed_on = _day("Ordered on", needed=True)
    currency = forms.CharField(label="Currency", max_length=3, min_length=3)
    status = forms.CharField(label="Status", max_length=20, required=False, help_text="Paid, sent, as you say it.")


class Quoting(ForWhom):
    """A quote; its lines stand beside."""

    number = forms.CharField(label="Number", max_length=80)
    currency = forms.CharField(label="Currency", max_length=3, min_length=3)
    discount = forms.DecimalField(
        label="Discount on all, percent", max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )
    valid_until = _day("Valid until")
    words = forms.CharField(label="Words", max_length=2000, required=False)


class Billing(Asked):
    """An invoice of an order."""

    number = forms.CharField(label="Invoice number", max_length=80)
    issued_on = _day("Issued on", needed=True)
    due_on = _day("Due on")
    total = forms.DecimalField(label="Total", max_digits=14, decimal_places=2)


class Paying(Asked):
    """Money for an invoice."""

    amount = forms.DecimalField(label="Amount", max_digits=14, decimal_places=2, help_text="Below zero: a refund.")
    paid_on = _day("On", needed=True)
    reference = forms.CharField(label="Reference", max_length=120, help_text="The same one again is the same payment.")
    method = forms.CharField(label="By", max_length=40, required=False, help_text="Transfer, card, cash.")


@dataclass(frozen=True, slots=True)
class Typed:
    """One line of an order or a quote as it was typed."""

    sku: str = ""
    name: str = ""
    quantity: str = "1"
    price: str = ""
    discount: str = ""
    kind: str = ""

    def number(self, value: str, words: str, place: int) -> Decimal:
        """What a cell says. A comma may be the decimal sign. Refused: what is no number."""
        try:
            return Decimal(value.strip().replace(",", ".") or "0")
        except InvalidOperation as error:
            raise Refusal(f"Line {place}: the {words} “{value[:20]}” is no number.") from error


def lines_of(said: QueryDict | None, known: Sequence[Typed] = ()) -> list[Typed]:
    """The lines of a form, with empty ones at their end to be filled."""
    found = list(known)
    if said is not None:
        names = ("sku", "name", "quantity", "price", "discount", "kind")
        columns = [said.getlist(f"line_{name}") for name in names]
        count = min(max(map(len, columns)), 500)
        found = [Typed(*(column[n][:200] if n < len(column) else "" for column in columns)) for n in range(count)]
        found = filled(found)
    return found + [Typed()] * max(LINES - len(found), 2)


def filled(lines: Sequence[Typed]) -> list[Typed]:
    """Those that name an article."""
    return [one for one in lines if one.sku.strip() or one.name.strip()]


def initial(request_get: Mapping[str, str], number: str, today: date) -> dict[str, Any]:
    """What a new order or quote begins with."""
    return {
        "number": number,
        "placed_on": today,
        "currency": request_get.get("currency", "EUR")[:3],
        "person": request_get.get("person", "")[:20],
        "organisation": request_get.get("organisation", "")[:200],
    }


def _only(said: str, found: Sequence[Any]) -> Any:
    exact = [one for one in found if one.name.casefold() == said.casefold() or str(one.pk) == said]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0]
    if not found:
        raise forms.ValidationError("Nobody whom you know is called so.")
    raise forms.ValidationError("Several fit: " + ", ".join(f"{one} ({one.pk})" for one in found) + ". Say it closer.")
