"""An organisation out of what somebody typed: a name, or a number."""

from __future__ import annotations

from django import forms

from mutuals.people.models import Organisation
from mutuals.people.names import fold
from mutuals.people.visibility import organisations_visible_to
from mutuals.staff.models import User


def organisation(viewer: User, text: str) -> Organisation:
    """The one that fits. ValidationError: none, or several, which are named with their numbers."""
    rows = organisations_visible_to(viewer)
    said = text.strip()
    if said.isdecimal() and len(said) < 19 and (row := rows.filter(pk=int(said)).first()) is not None:
        return row
    key = fold(said)[:200]
    found = list(rows.filter(name_key=key).order_by("pk")[:6]) or list(
        rows.filter(name_key__contains=key).order_by("pk")[:6]
    )
    if not key or not found:
        raise forms.ValidationError("No organisation is called so.")
    if len(found) > 1:
        several = ", ".join(f"{one} ({one.pk})" for one in found)
        raise forms.ValidationError(f"Several fit: {several}. Say the number.")
    return found[0]
