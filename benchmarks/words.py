"""Claims: search p95 <= 150 ms for rare and for common words, <= 300 ms for medium ones."""

from __future__ import annotations

from benchmarks.world import Figure, World, percentile, timed, told
from mutuals.history import search

RANKS = {"common": range(40), "medium": range(150, 3000, 70), "rare": range(20_000, 39_000, 470)}
ASKED = {"common": "<= 150", "medium": "<= 300", "rare": "<= 150"}


def measure(world: World) -> list[Figure]:
    """One word each, twice over, so that the second round meets a warm cache; both count."""
    figures = []
    for name, ranks in RANKS.items():
        words = [world.words.by_rank(rank) for rank in ranks]
        hits = [search.count(word).count for word in words]
        times = timed([lambda w=word: search.find(w) for word in words * 2])
        note = f"{min(hits):,} to {max(hits):,}{'+' if max(hits) >= 10_000 else ''} hits; {told(times)}"
        figures.append(Figure(f"search, {name} words, p95", percentile(times, 0.95), "ms", ASKED[name], note))
        counts = timed([lambda w=word: search.count(w) for word in words])
        figures.append(Figure(f"how many hits, {name} words, p95", percentile(counts, 0.95), "ms", "", told(counts)))
    return figures
