"""Readings of a stream of posts by several processes, in order and with bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from mutuals.text.closer import shipped
from mutuals.text.endpoint import Address
from mutuals.text.model import Model
from mutuals.text.read import Post, Reader, Reading

_AHEAD = 2  # batches for each process that wait to be read or to be taken
_reader: list[Reader] = []


def readings(
    batches: Iterable[Sequence[Post]],
    *,
    processes: int = 2,
    model: Model | None = None,
    closer: bool = False,
    ask: Address | None = None,
) -> Iterator[list[Reading]]:
    """The readings of each batch, in order. With one process it is this one. Leave the iterator closed, not hanging.

    `closer` looks closer at what is unsure; NoEncoder where the extra is not installed. `ask` has what is still unsure read by
    a language model there.
    """
    if processes <= 1:
        reader = _made(model, ask, closer=closer)
        yield from (reader.read(batch) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(model, ask, closer)
    ) as executor:
        waiting: deque[Future[list[Reading]]] = deque()
        try:
            for batch in batches:
                waiting.append(executor.submit(_read, list(batch)))
                if len(waiting) >= _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _made(model: Model | None, ask: Address | None, *, closer: bool) -> Reader:
    return Reader(model, shipped() if closer else None, ask.opened() if ask else None)


def _begin(model: Model | None, ask: Address | None, closer: bool) -> None:
    _reader.append(_made(model, ask, closer=closer))


def _read(batch: list[Post]) -> list[Reading]:
    return _reader[0].read(batch)
