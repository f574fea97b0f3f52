"""A few statements run again and again: prepared once for a connection, and run by libpq without a cursor's layers.

Those cost the client three times what a small statement costs the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

AT_ONCE = 1  # psycopg's `prepare_threshold` of a connection whose statements come again
MOST = 200  # statements of one connection
_PLACE = re.compile("%([sbt%])")
_FORMATS = {"s": PyFormat.AUTO, "t": PyFormat.TEXT, "b": PyFormat.BINARY}
_KEPT: WeakKeyDictionary[Connection[Any], dict[tuple[str, tuple[int, ...] | None], bytes]] = WeakKeyDictionary()


def fits(held: Connection[Any]) -> bool:
    """Whether statements go this way now: those of such a connection, within a transaction that has begun."""
    return held.prepare_threshold == AT_ONCE and held.pgconn.transaction_status == TransactionStatus.INTRANS


def run(held: Connection[Any], sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
    """The rows, [] where it returns none; None where this connection holds too many already. psycopg's errors."""
    query, formats = _read(sql)
    adapting = Transformer(held)
    told: Any = adapting.dump_sequence(values, formats)
    names = _KEPT.setdefault(held, {})
    name = names.get((sql, adapting.types))
    if name is None:
        if len(names) == MOST:
            return None
        name = b"again_%d" % len(names)
        _checked(held.pgconn.prepare(name, query, adapting.types))
        names[sql, adapting.types] = name
    result = _checked(held.pgconn.exec_prepared(name, told, adapting.formats))
    if result.status != ExecStatus.TUPLES_OK:
        return []
    adapting.set_pgresult(result)
    return adapting.load_rows(0, result.ntuples, tuple)


def _checked(result: Any) -> Any:
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise error_from_result(result)
    return result


@lru_cache(maxsize=MOST)
def _read(sql: str) -> tuple[bytes, list[PyFormat]]:
    """psycopg's placeholders as PostgreSQL's, and the format of each."""
    formats = [_FORMATS[kind] for kind in _PLACE.findall(sql) if kind != "%"]
    numbers = count(1)
    return _PLACE.sub(lambda found: "%" if found[1] == "%" else f"${next(numbers)}", sql).encode(), formats
