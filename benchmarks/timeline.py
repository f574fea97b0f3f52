"""Claims: the timeline's query <= 1 ms in the database; a thread of 20,000 messages opens in less than 1 s."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.rows import BUSY
from benchmarks.world import Figure, Request, World, ask, cookie, execution_ms, percentile, served, timed, told
from mutuals.conversations.models import Conversation
from mutuals.history import queries
from mutuals.people.models import Profile


def measure(world: World) -> list[Figure]:
    """The query by EXPLAIN ANALYZE without clocks, planning included; the thread as a page."""
    return [*_timeline(world), *_thread(world)]


def _timeline(world: World) -> list[Figure]:
    people = world.full_pages(200)
    with CaptureQueriesContext(connection) as asked:
        queries.lines([1, 2])
    found = asked[0]["sql"]
    profiles = {person: _profiles(person) for person in [*people, *range(1, BUSY + 1)]}
    one = [_execution(found, profiles[person]) for person in people]
    busy = [_execution(found, profiles[person]) for person in range(1, BUSY + 1)]
    whole = timed([lambda p=profiles[person]: queries.lines(p) for person in people])
    return [
        Figure(
            "timeline query with its 50 rows in the database, median",
            percentile(one, 0.5),
            "ms",
            "<= 1",
            f"p95 {percentile(one, 0.95):.2f}",
        ),
        Figure(
            "timeline query, busiest customers, median",
            percentile(busy, 0.5),
            "ms",
            "<= 1",
            f"p95 {percentile(busy, 0.95):.2f}",
        ),
        Figure("the same with its lines in Python, p95", percentile(whole, 0.95), "ms", "", told(whole)),
    ]


def _profiles(person: int) -> list[int]:
    return list(Profile.objects.filter(person__canonical_id=person).values_list("pk", flat=True))


def _execution(found: str, profiles: list[int]) -> float:
    """The statement of `queries.lines` again, for other profiles."""
    start, end = found.index("unnest("), found.index(") AS p")
    sql = f"{found[:start]}unnest(%s::bigint[]{found[end:]}"
    execution_ms(sql, [profiles])
    return execution_ms(sql, [profiles])


def _thread(world: World) -> list[Figure]:
    longest = Conversation.objects.order_by("-message_count")
    conversation = longest.filter(pk__lte=2000).first()
    assert conversation is not None
    act = timed([lambda: queries.thread(conversation)] * 20)
    head = (("Cookie", cookie(world.viewer("lead"))),)
    with served(world, "web") as web:
        page = ask(web.port, [Request(f"/inbox/{conversation.pk}/", head)] * 20)
    assert set(page.statuses) == {200}, page.statuses
    what = f"{conversation.message_count:,} messages"
    return [
        Figure("longest thread opens, slowest of 20", max(page.times), "ms", "<= 1000", f"{what}; {told(page.times)}"),
        Figure("longest thread, its newest 50, p95", percentile(act, 0.95), "ms", "", told(act)),
    ]
