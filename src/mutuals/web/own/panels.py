"""On the pages of people and organisations: records of the house's own making that name them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from mutuals.people.models import Person
from mutuals.records import queries
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel


def _named(request: HttpRequest, row: Any, key: str) -> str:
    """Nothing is asked where no field of a type leads to such a record."""
    record = key.partition(":")[0]
    if not queries.references(record):
        return ""
    numbers = [row.pk]
    if isinstance(row, Person):
        numbers = list(Person.objects.filter(canonical_id=row.canonical_id).values_list("pk", flat=True))
    found = queries.naming(caller(request), record, numbers)
    return render_to_string("own/_named.html", {"named": found}) if found else ""


PANELS = (Panel(60, ("person", "organisation"), "side", _named),)
