"""How many records fill each field: counted by night, so that what nobody fills is pointed out at any size."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from mutuals.records import book, holders
from mutuals.records.models import CustomField

COUNT = "records.count_filled"
_COUNT = "SELECT key, count(*) FROM {table}, jsonb_object_keys(custom) AS key WHERE custom <> '{{}}'{own} GROUP BY key"


def count_all(*, now: datetime) -> None:
    """Count every kind of record that has fields, each by one statement, and keep the numbers with the fields."""
    with_fields = set(CustomField.objects.values_list("record", flat=True).distinct())
    for kind in holders.kinds():
        if kind.record in with_fields:
            count(kind.record, now=now)


def count(record: str, *, now: datetime) -> dict[str, int]:
    """How many records have a value in each field, by key; kept with the fields."""
    of = holders.holder(record)
    kind = next((one for one in book.kinds() if one.record == record), None)
    sql = _COUNT.format(table=of.rows().model._meta.db_table, own=" AND type_id = %s" if kind else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, [kind.id] if kind else [])
        found = {str(key): int(many) for key, many in cursor.fetchall()}
    rows = list(CustomField.objects.filter(record=record))
    for row in rows:
        row.filled, row.counted_at = found.get(row.key, 0), now
    CustomField.objects.bulk_update(rows, ["filled", "counted_at"])
    return {row.key: found.get(row.key, 0) for row in rows}
