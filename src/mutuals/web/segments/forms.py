"""What the pages of segments ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.outreach.segments import LONGEST_NAME, LONGEST_WORDS
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked
from mutuals.web.sales.forms import ForWhom


class Naming(Asked):
    """What it is called, and who sees it."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    words = forms.CharField(label="What it is for", max_length=LONGEST_WORDS, required=False)
    is_shared = forms.BooleanField(label="Everybody here sees it", required=False, initial=True)


class Picking(Asked):
    """Somebody to be put in."""

    person = forms.CharField(label="Who", max_length=200, help_text="Name, address, or the number here.")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    clean_person = ForWhom.clean_person
