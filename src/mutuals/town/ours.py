"""What the Kettle works posted themselves, with the likes of the first days: drafts are compared by what these taught.

Questions are liked more than news of the shop, and evenings more than mornings: there is something to be learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from mutuals.town.cast import Presences
from mutuals.town.keys import Keys
from mutuals.town.shapes import Account, Said

POSTS = 36
_ASKED = (
    "Milk first or tea first?", "Which kettle stands in your kitchen?", "What do you drink at four o'clock?",
    "Loose leaves or bags, and why?", "Who taught you to make tea?", "How many cups until you speak?",
)  # fmt: skip
_NEWS = (
    "The shop is closed on Monday for stock-taking.", "New spare lids have arrived, order by Friday.",
    "Our newsletter is out.", "Free delivery this week from 60 EUR on.", "We look for a second mechanic.",
    "The Classic 1.5 now comes in grey.",
)  # fmt: skip


def own(
    rng: Random, accounts: list[Account], ours: Presences, keys: Keys, *, now: datetime, days: int
) -> Iterator[Said]:
    """Public posts of the brand over the stretch, all older than eight days, each with its likes; none where nobody likes."""
    if days < 20 or not accounts:
        return
    for place in range(POSTS):
        is_asked, is_late = place % 2 == 0, place % 3 == 0
        back = 9 + (days - 10) * (place + 0.5) / POSTS
        at = (now - timedelta(days=back)).replace(hour=19 if is_late else 9, minute=rng.randrange(60))
        words = (_ASKED if is_asked else _NEWS)[place // 2 % 6]
        post = Said("mastodon", "", ours.brand, at, "post", text=f"{words} ({place + 1})", intent="chat", topic="ours")
        post.key = keys.of(post)
        yield post
        many = min(len(accounts), 1 + 6 * is_asked + 3 * is_late + rng.randrange(4))
        for account in rng.sample(accounts, many):
            when = at + timedelta(hours=1 + 100 * rng.random())
            like = Said("mastodon", "", account, when, "like", parent=post, topic="ours")
            like.key = keys.of(like)
            yield like
