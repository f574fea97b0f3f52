"""What staff typed here, and into fields of the house's own making, as `capture.typed` asks for it."""

from __future__ import annotations

from mutuals.records import holders

_LABELS = """
SELECT 'customfield:' || id, 'field', NULL::bigint, concat_ws(' ', label, section, help, options::text) FROM records_customfield
"""


def typed() -> str:
    """One statement over the labels of fields and the values of every kind of record that holds some."""
    tables = ((one.record, one.rows().model._meta.db_table) for one in holders.kinds())
    return _LABELS + "".join(
        f"UNION ALL SELECT '{record}:' || id, 'fields', NULL::bigint, custom::text FROM {table} WHERE custom <> '{{}}'\n"  # noqa: S608
        for record, table in tables
    )
