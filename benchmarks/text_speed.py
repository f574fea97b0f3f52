"""Readings end to end: what they cost in CPU, and what a process that reads holds."""

from __future__ import annotations

import resource
import time

from benchmarks.figure import Figure
from benchmarks.text_sets import rows, texts_of
from mutuals.text.alike import groups, print_of
from mutuals.text.private import mask
from mutuals.text.read import Post, Reader

_CORES = 2


def measure() -> list[Figure]:
    """Posts of the airline set, each once: print, mask, language and all heads with their words and phrases."""
    texts = texts_of(rows("airline"))
    reader = Reader()
    reader.read([Post("warm")])
    start = time.process_time()
    reader.read([Post(mask(text)[0]) for text in texts])
    groups([print_of(text) for text in texts])
    spent = time.process_time() - start
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = 1e6 * spent / len(texts)
    note = f"{each:.0f} µs of CPU a post, one process"
    return [
        Figure("airline, end to end on 2 cores, by CPU", _CORES * len(texts) / spent, "/s", ">= 2500", note),
        Figure("the process that measures, at most", held, "MB", "<= 400"),
    ]
