"""What the pages of ideas ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.communities.ideas import LONGEST_TEXT, LONGEST_TITLE, LONGEST_WORDS
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked
from mutuals.web.sales.forms import ForWhom


class About(Asked):
    """An idea."""

    title = forms.CharField(label="What should be better?", max_length=LONGEST_TITLE)
    text = forms.CharField(
        label="More about it", max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    product = forms.CharField(
        label="Product", max_length=80, required=False, help_text="Its number; empty: no single one."
    )

    def clean_product(self) -> Product | None:
        """The product of that number; empty = none."""
        sku = str(self.cleaned_data["product"]).strip()
        if not sku:
            return None
        row = Product.objects.filter(sku=sku).first()
        if row is None:
            raise forms.ValidationError("No product has this number.")
        return row


class Whom(Asked):
    """Somebody outside."""

    person = forms.CharField(label="Who", max_length=200, help_text="Name, address, or the number here.")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    clean_person = ForWhom.clean_person


class Telling(Whom):
    """Somebody who asked elsewhere, on the telephone say."""

    words = forms.CharField(label="What they said", max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2}))
