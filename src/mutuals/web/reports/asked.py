"""What an address or a form asks as a report, and the kept one of a number."""

from __future__ import annotations

from django.http import Http404, QueryDict

from mutuals.base.filters import read
from mutuals.insights import reports
from mutuals.insights.models import Report
from mutuals.insights.pivot_asked import Asked, made
from mutuals.staff.models import User

NAMES = ("record", "where", "row", "column", "measure", "zone", "money", "chart")


def asked_of(query: QueryDict, record: str) -> Asked:
    """The report that it says. Raises `Refused` where it says none."""
    where = query.get("where", "")
    return made(
        record, read(where) if where else None, [one for one in query.getlist("row") if one], query.get("column", ""),
        [one for one in query.getlist("measure") if one], zone=query.get("zone", ""), money=query.get("money") or "home",
        chart=query.get("chart") or "bars",
    )  # fmt: skip


def found(number: int, viewer: User) -> Report:
    """The kept report that one may see, or 404."""
    row = reports.visible_to(viewer).filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row
