"""The median of one run of customer pages, as JSON: asked for by `customer_page` at two sizes in turns."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
django.setup()

from benchmarks import fill  # noqa: E402 - Django first
from benchmarks.world import Request, World, ask, cookie, percentile, served  # noqa: E402

if __name__ == "__main__":
    scale = os.environ["MUTUALS_BENCH_SCALE"]
    world = World(scale, *fill.SCALES[scale], fill.folder(scale))
    head = (("Cookie", cookie(world.viewer())),)
    with served(world, "web") as web:
        pages = [Request(f"/customers/{person}/", head) for person in world.full_pages(130)]
        ask(web.port, pages[:30])
        print(percentile(ask(web.port, pages[30:]).times, 0.5))
