"""One process of `bulk_flow`: prepares, says "ready", waits for a word, carries, and tells what it took as JSON."""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import asdict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
django.setup()

from benchmarks import bulk_flow, fill  # noqa: E402 - Django first
from benchmarks.rows import SEED  # noqa: E402
from benchmarks.world import World  # noqa: E402
from mutuals.base import jobs  # noqa: E402
from mutuals.channels.models import Source  # noqa: E402


def _wait() -> None:
    jobs.loaded()  # as the worker does
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    name, n, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    scale = os.environ["MUTUALS_BENCH_SCALE"]
    world = World(scale, *fill.SCALES[scale], fill.folder(scale), chance=random.Random(SEED + number))
    print(json.dumps(asdict(bulk_flow.carry(world, name, Source.objects.get(pk=number), n, _wait))))
