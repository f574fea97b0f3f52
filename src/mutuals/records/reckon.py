"""Formulas that were changed, reckoned anew for all records that have values."""

from __future__ import annotations

from django.db import transaction

from mutuals.base import jobs
from mutuals.records import holders, values

JOB = "records.reckon"
BATCH = 500


def reckon(record: str) -> int:
    """Reckon a record's formulas for all its rows, in batches of 500; says how many changed. Safe to run again."""
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            rows = holders.holder(record).rows().exclude(custom={}).filter(pk__gt=after).order_by("pk")
            found = list(rows.select_for_update(no_key=True, of=("self",))[:BATCH])
            if not found:
                return changed
            anew = []
            for row in found:
                custom = values.finished(record, row.custom)
                if custom != row.custom:
                    row.custom = custom
                    anew.append(row)
            if anew:
                type(anew[0])._default_manager.bulk_update(anew, ["custom"])
            changed, after = changed + len(anew), found[-1].pk
        jobs.may_go_on()


def reckon_now(record: str) -> None:
    """The job."""
    reckon(record)
