"""Fields of the house's own making on cases: what staff tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import journal
from mutuals.inbox import stepped
from mutuals.inbox.models import Case
from mutuals.records import values
from mutuals.staff.models import User


@transaction.atomic
def fill(case: Case, *, by: User, now: datetime, custom: Mapping[str, Any]) -> Case:
    """Write values by key; "" or None empties one, what is not named stays. Twice is once.

    Refused (Misfit): a field that there is not, a value that it cannot take or that another case has where each stands once.
    """
    row = stepped.held(case, by=by)
    made = values.read("case", custom, by=by)
    changed = values.lay("case", row, made)
    if changed:
        row.changed_at = now
        row.save(update_fields=["custom", "changed_at"])
        values.claim("case", row, made)
        journal.note("case.edited", row, by=by, case=row.reference, changes=changed)
    return row
