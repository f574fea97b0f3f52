"""Readings of a stream of posts by several processes, in order and with bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from mutuals.text.closer import shipped
from mutuals.text.model import Model
from mutuals.text.read import Post, Reader, Reading

_AHEAD = 2  # batches for each process that wait to be read or to be taken
_reader: list[Reader] = []


def readings(
    batches: Iterable[Sequence[Post]], *, processes: int = 2, model: Model | None = None, closer: bool = False
) -> Iterator[list[Reading]]:
    """The readings of each batch, in order. With one process it is this one. Leave the iterator closed, not hanging.

    `closer` looks closer at what is unsure; NoEncoder where the extra is not installed.
    """
    if processes <= 1:
        reader = Reader(model, shipped() if closer else None)
        yield from (reader.read(batch) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(model, closer)) as executor:
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


def _begin(model: Model | None, closer: bool) -> None:
    _reader.append(Reader(model, shipped() if closer else None))


def _read(batch: list[Post]) -> list[Reading]:
    return _reader[0].read(batch)
