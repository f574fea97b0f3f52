"""Statements that come again: prepared once for a connection, and several of them sent on one way to the server and back.

A wait for the server costs the client 40 to 100 us of CPU, a statement that goes along with others 9. psycopg's own
pipelines (32 us a statement) save the server's half of it only.
"""

from __future__ import annotations

import re
import select
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

AT_ONCE = 1  # psycopg's `prepare_threshold` of a connection whose statements come again
MOST = 200  # statements of one connection
Statement = tuple[str, Sequence[Any]]
"""SQL with psycopg's placeholders, and a value for each."""
_PLACE = re.compile("%([sbt%])")
_FORMATS = {"s": PyFormat.AUTO, "t": PyFormat.TEXT, "b": PyFormat.BINARY}
_Kind = tuple[str, tuple[int, ...] | None]
_Kept = tuple[_Kind, bytes]
_KEPT: WeakKeyDictionary[Connection[Any], dict[_Kind, bytes]] = WeakKeyDictionary()


def fits(held: Connection[Any]) -> bool:
    """Whether statements go this way now: those of such a connection, in a transaction that has begun or begins with them."""
    if held.prepare_threshold != AT_ONCE:
        return False
    status = held.pgconn.transaction_status
    return status == TransactionStatus.INTRANS or (status == TransactionStatus.IDLE and _begins(held))


def _begins(held: Connection[Any]) -> bool:
    is_plain = held.isolation_level is None and held.read_only is None and held.deferrable is None
    return is_plain and not held.autocommit


def run(held: Connection[Any], statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]] | None:
    """The rows of each, [] where it returns none; None where this connection holds too many already.

    Each sees what those before it did. psycopg's errors: that of the first that fails; none behind it is run.
    """
    if len(_KEPT.setdefault(held, {})) + len(statements) > MOST:
        return None
    is_new = held.pgconn.transaction_status == TransactionStatus.IDLE
    held.pgconn.enter_pipeline_mode()
    try:
        asked = _send(held, statements, is_new=is_new)
        answers = [_answer(held) for _ in range(len(asked) + 1)]  # the last one says that all were read
    finally:
        if held.pgconn.status == ConnStatus.OK:
            held.pgconn.exit_pipeline_mode()
    found = list[list[tuple[Any, ...]]]()
    for (kept, adapting), result in zip(asked, answers, strict=False):
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise error_from_result(result)
        if kept is not None:
            _KEPT[held].update([kept])
        if adapting is not None:
            found.append(_rows(adapting, result))
    return found


def _send(held: Connection[Any], statements: Sequence[Statement], *, is_new: bool) -> list[tuple[_Kept | None, Any]]:
    """All of them, and for each thing that the server answers: what is prepared after it, how its rows are read."""
    pgconn, names, fresh = held.pgconn, _KEPT[held], dict[_Kind, bytes]()
    asked = list[tuple[_Kept | None, Any]]()
    if is_new:
        pgconn.send_query_params(b"BEGIN", None)
        asked.append((None, None))
    for sql, values in statements:
        query, formats = _read(sql)
        adapting = Transformer(held)
        told: Any = adapting.dump_sequence(values, formats)
        kind = (sql, adapting.types)
        name = names.get(kind) or fresh.get(kind)
        if name is None:
            name = fresh[kind] = b"again_%d" % (len(names) + len(fresh))
            pgconn.send_prepare(name, query, adapting.types)
            asked.append(((kind, name), None))
        pgconn.send_query_prepared(name, told, adapting.formats)
        asked.append((None, adapting))
    pgconn.pipeline_sync()
    return asked


def _answer(held: Connection[Any]) -> PGresult:
    result = _next(held.pgconn)
    if result is None:
        raise OperationalError("the connection to the database was lost")
    if result.status != ExecStatus.PIPELINE_SYNC:
        while _next(held.pgconn) is not None:
            pass
    return result


def _next(pgconn: PGconn) -> PGresult | None:
    """The next result. It is asked for when it is there: the library would wait for it with the interpreter's lock, and a
    thread that holds what the server waits for would never go on."""
    if pgconn.is_busy():
        poll = select.poll()
        while pgconn.is_busy():
            poll.register(pgconn.socket, select.POLLIN | (select.POLLOUT if pgconn.flush() else 0))
            poll.poll()
            pgconn.consume_input()
    return pgconn.get_result()


def _rows(adapting: Any, result: PGresult) -> list[tuple[Any, ...]]:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    adapting.set_pgresult(result)
    rows: list[tuple[Any, ...]] = adapting.load_rows(0, result.ntuples, tuple)
    return rows


@lru_cache(maxsize=MOST)
def _read(sql: str) -> tuple[bytes, list[PyFormat]]:
    """psycopg's placeholders as PostgreSQL's, and the format of each."""
    formats = [_FORMATS[kind] for kind in _PLACE.findall(sql) if kind != "%"]
    numbers = count(1)
    return _PLACE.sub(lambda found: "%" if found[1] == "%" else f"${next(numbers)}", sql).encode(), formats
