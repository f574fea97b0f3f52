"""What the pages of sales ask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from mutuals.base.refusals import Refusal
from mutuals.people.models import Organisation, Person
from mutuals.people.queries import find_by_name
from mutuals.people.visibility import organisations_visible_to, row_of
from mutuals.people.visibility import visible_to as people
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked, DayInput

_MAY_BE_TWO = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_PARTED = {",": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+"), ".": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+")}
_NUMBERED = re.compile(r"(.+) \(([0-9]{1,18})\)")
LINES = 6
"""Empty lines on a new form; a form with all of them filled gets more when it is opened again."""


def _day(label: str, *, needed: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=needed, widget=DayInput())


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
        label="Person",
        max_length=200,
        required=False,
        help_text="Name, address, or the number here, of somebody you know.",
    )
    organisation = forms.CharField(label="Organisation", max_length=200, required=False)

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer
        rows = (("person", people(viewer)), ("organisation", organisations_visible_to(viewer)))
        for name, known in rows if data is None else ():
            number = _id(str(self.initial.get(name) or ""))
            row = known.filter(pk=number).first() if number else None
            if row is not None:
                self.initial[name] = f"{row} ({row.pk})"

    def clean_person(self) -> Person | None:
        """The one person who fits: by their number here, alone or behind their name, else by what they are called; empty =
        nobody.
        """
        said = str(self.cleaned_data["person"]).strip()
        if not said:
            return None
        row = row_of(self.viewer, _id(said))
        by_id = row.canonical if row is not None else _numbered(said, people(self.viewer))
        return by_id or _only(said, find_by_name(self.viewer, said, limit=5))

    def clean_organisation(self) -> Organisation | None:
        """The one organisation that is called so; empty = none."""
        said = str(self.cleaned_data["organisation"]).strip()
        if not said:
            return None
        rows = organisations_visible_to(self.viewer)
        by_id = rows.filter(pk=_id(said)).first() or _numbered(said, rows)
        return by_id or _only(said, list(rows.filter(name__iexact=said).order_by("pk")[:5]))

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


class Requoting(Quoting):
    """A quote that is changed: its number, and whom it is for, are shown and stay."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in ("number", "person", "organisation"):
            self.fields[name].disabled = True

    def clean_person(self) -> None:
        """The quote's own."""

    def clean_organisation(self) -> None:
        """The quote's own."""

    def clean(self) -> dict[str, Any]:
        """Somebody is named already."""
        return self.cleaned_data


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

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed in it; the quantity alone is there before."""
        told = (self.sku, self.name, self.price, self.discount, self.kind)
        return any(one.strip() for one in told) or self.quantity.strip() not in ("", "1")

    def number(self, value: str, words: str, place: int) -> Decimal:
        """What a cell says: 12.5, 12,5, 1,234.50, 1.234,50 or 1 234. Refused: no number, and what may be two, as 1,000."""
        try:
            return _number(value)
        except (InvalidOperation, ValueError) as error:
            said = f"Line {place}: the {words} “{value[:20]}”"
            if _MAY_BE_TWO.fullmatch(value.strip()):
                raise Refusal(f"{said} may be read in two ways: write it without parting the thousands.") from error
            raise Refusal(f"{said} is no number.") from error


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
    """Those in which anything was typed."""
    return [one for one in lines if one.is_filled]


def _number(text: str) -> Decimal:
    bare = re.sub(r"[\s']", "", text)
    if _MAY_BE_TWO.fullmatch(bare):
        raise ValueError(bare)
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(",") < bare.rindex(".") else "."
        whole, _, rest = bare.rpartition("." if thousands == "," else ",")
        if not _PARTED[thousands].fullmatch(whole):
            raise ValueError(bare)
        bare = f"{whole.replace(thousands, '')}.{rest}"
    elif bare.count(",") > 1 or bare.count(".") > 1:
        sign = "," if "," in bare else "."
        if not _PARTED[sign].fullmatch(bare):
            raise ValueError(bare)
        bare = bare.replace(sign, "")
    return Decimal(bare.replace(",", ".") or "0")


def initial(request_get: Mapping[str, str], number: str, today: date) -> dict[str, Any]:
    """What a new order or quote begins with."""
    return {
        "number": number,
        "placed_on": today,
        "currency": request_get.get("currency", "EUR")[:3],
        "person": request_get.get("person", "")[:20],
        "organisation": request_get.get("organisation", "")[:200],
    }


def _id(said: str) -> int:
    """The number of a row that was typed; 0 for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else 0


def _numbered(said: str, rows: QuerySet[Any]) -> Any:
    """The row of “Bea Brand (7)”, where 7 is called just so."""
    found = _NUMBERED.fullmatch(said)
    row = rows.filter(pk=int(found[2])).first() if found else None
    return row if found and row is not None and str(row).casefold() == found[1].casefold() else None


def _only(said: str, found: Sequence[Any]) -> Any:
    exact = [one for one in found if one.name.casefold() == said.casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0]
    if not found:
        raise forms.ValidationError("Nobody whom you know is called so.")
    raise forms.ValidationError("Several fit: " + ", ".join(f"{one} ({one.pk})" for one in found) + ". Say it closer.")
