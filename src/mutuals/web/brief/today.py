"""Customers at risk, on Today: whom one looks after oneself, late by their own rhythm, with a task made in place."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.utils import timezone

from mutuals.sales import at_risk
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.today.sections import MOST, Body, Section, body


def risks(request: HttpRequest) -> Body | None:
    """Nothing where nobody is late."""
    viewer = caller(request)
    if not (may(viewer, "order.view") and may(viewer, "task.add")):
        return None
    rows = at_risk.of_user(viewer, today=timezone.localdate(), limit=MOST)
    if not rows:
        return None
    lines = [(row, uuid.uuid4()) for row in rows]
    return body(request, "brief/_risks.html", {"lines": lines}, note="late by their own rhythm")


SECTIONS = (Section(25, "At risk", risks),)
