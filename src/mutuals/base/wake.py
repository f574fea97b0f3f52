"""Tell open screens that something changed: only "changed, id" travels, so permission stays where the page is fetched."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "mutuals_changed"


def changed(what: str, ids: list[int]) -> None:
    """Announce, when the transaction commits, that rows changed. At most 200 ids travel; beyond that "all" does.

    PostgreSQL delivers NOTIFY at commit, drops doubles within one transaction, and limits a payload to 8000 bytes.
    """
    payload = json.dumps({"what": what, "ids": sorted(set(ids))[:200] if len(ids) <= 200 else []})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
