"""What the pages of campaigns ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.outreach import queries
from mutuals.outreach.campaigns import COMPLAINT, CampaignIn
from mutuals.outreach.models import Campaign, ResponseKind, Way
from mutuals.people import purposes
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked, DayInput
from mutuals.web.sales.forms import ForWhom


class Planning(Asked):
    """A campaign."""

    name = forms.CharField(label="Name", max_length=120)
    purpose = forms.ChoiceField(label="Purpose", help_text="Who does not allow it is left out.")
    segment = forms.ChoiceField(label="Segment", required=False, help_text="Whom it is for.")
    way = forms.ChoiceField(label="Reached by", choices=Way.choices)
    code = forms.CharField(
        label="Code", max_length=40, required=False, help_text="Answers that name it are found, such as SPRING-26."
    )
    words = forms.CharField(label="What it is to reach", max_length=1_000, required=False)
    starts_on = forms.DateField(label="First day", required=False, widget=DayInput())
    ends_on = forms.DateField(label="Last day", required=False, widget=DayInput())
    cost = forms.DecimalField(label="Cost", min_value=0, max_digits=14, decimal_places=2, initial=0)
    currency = forms.CharField(label="Currency", max_length=3, required=False, help_text="Empty: that of the house.")
    quiet_days = forms.IntegerField(
        label="Quiet days",
        min_value=0,
        max_value=365,
        initial=7,
        help_text="Whom another campaign spoke to is left out so long.",
    )
    control = forms.IntegerField(
        label="Control group, percent", min_value=0, max_value=50, initial=0, help_text="Left out, for comparison."
    )
    open_case = forms.BooleanField(label="Leave out who has an open case", required=False, initial=True)
    within_days = forms.IntegerField(
        label="An order counts within days",
        min_value=1,
        max_value=400,
        initial=30,
        help_text="After they were spoken to last.",
    )
    products = forms.CharField(
        label="Only orders of",
        max_length=500,
        required=False,
        help_text="Product numbers, parted by commas. Empty: any.",
    )

    def __init__(self, data: Any = None, *, viewer: User, row: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(data, **({"initial": _known(row)} if row else {}) | kwargs)
        self.row = row
        named = [(one.key, one.label) for one in purposes.every()]
        if row is not None and row.purpose.key not in dict(named):
            named.append((row.purpose.key, row.purpose.label))
        self.fields["purpose"].choices = named  # type: ignore[attr-defined]
        self._segments = {str(one.pk): one for one in queries.listed(viewer, limit=500)}
        if row is not None and row.segment is not None:
            self._segments.setdefault(str(row.segment_id), row.segment)
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            ("", "not yet"),
            *((key, one.name) for key, one in self._segments.items()),
        ]

    def clean_products(self) -> list[Product]:
        """The products of these numbers."""
        wanted = [one.strip() for one in str(self.cleaned_data["products"]).split(",") if one.strip()]
        found = {one.sku: one for one in Product.objects.filter(sku__in=wanted)}
        for one in wanted:
            if one not in found:
                raise forms.ValidationError(f"No product has the number {one[:40]}.")
        return [found[one] for one in wanted]

    def told(self) -> CampaignIn:
        """As the acts take it. Further reasons that programs gave stay."""
        told = dict(self.cleaned_data)
        others = [one for one in (self.row.leave_out if self.row else []) if one["key"] != COMPLAINT["key"]]
        told["leave_out"] = [*([COMPLAINT] if told.pop("open_case") else []), *others]
        told["purpose"], told["segment"] = purposes.named(told["purpose"]), self._segments.get(told["segment"])
        return CampaignIn(**told)


class Answering(Asked):
    """Somebody answered elsewhere."""

    person = forms.CharField(label="Who", max_length=200, help_text="Name, address, or the number here.")
    kind = forms.ChoiceField(label="They", choices=ResponseKind.choices)
    words = forms.CharField(label="What they said", max_length=500, required=False)

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    clean_person = ForWhom.clean_person


def _known(row: Campaign) -> dict[str, Any]:
    same = (
        "name", "way", "code", "words", "starts_on", "ends_on", "cost", "currency", "quiet_days", "control", "within_days"
    )  # fmt: skip
    skus = Product.objects.filter(pk__in=row.products).order_by("sku").values_list("sku", flat=True)
    return {name: getattr(row, name) for name in same} | {
        "purpose": row.purpose.key,
        "segment": str(row.segment_id or ""),
        "products": ", ".join(skus),
        "open_case": any(one["key"] == COMPLAINT["key"] for one in row.leave_out),
    }
