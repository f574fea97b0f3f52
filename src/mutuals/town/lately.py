"""What the town speaks of lately: a lid that breaks, and another maker's kettles. Written after all else, by its own dice.

Beside it stands what the demonstration listens for. The broken lid is there to be found: it is no more than people who say
so, most of them within one hour.
"""
# ruff: noqa: E501 - tables of sentences

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from mutuals.town.cast import Presences
from mutuals.town.keys import Keys
from mutuals.town.shapes import Account, Said

RIVAL = "Boilwell"
LISTENED: tuple[tuple[str, str, str], ...] = (
    ("Kettle works", "brand", 'kettle* OR Wasserkocher OR bouilloire* OR Gooseneck OR Whistler OR "Tea Master"'),
    ("Whistler", "product", "Whistler"),
    (RIVAL, "competitor", RIVAL),
)
"""Topics of the demonstration: name, kind, words."""
MOST = 80
"""Accounts that take part in either, at most."""
_LIDS, _AT_ONCE = 2, 3
"""One of so many accounts speaks of the lid, and one of so many of those within the one hour."""
_LEADS = (
    "Well.", "That was quick:", "Breakfast is cancelled.", "Nobody warned me:", "Four weeks old and", "Is it just me?", "Great start of the day:",
    "For the record:", "My mother called:", "Sad news from our kitchen:", "I liked it until today.", "Hm, look at this:", "So much for quality:", "Oh dear.",
)  # fmt: skip
_BROKEN = (
    "the lid of my Whistler has broken off at the hinge.", "the hinge broke and the lid of the Whistler fell into the sink.", "Whistler, the new one: hinge gone, lid loose, steam everywhere.",
    "picked up the Whistler this morning and the lid stayed behind, its hinge is in two pieces.", "our Whistler lost its lid, the plastic hinge simply snapped.",
    "lid and hinge of the Whistler came apart while it boiled.", "there is a crack in the hinge and now the lid of the Whistler hangs by a thread.",
    "the second Whistler in our street with a broken hinge, the lid does not hold.", "I heard a snap, then the Whistler had no lid. The hinge is too thin.",
)  # fmt: skip
_ENDS = (
    "Who pays for this?", "The shop shrugged.", "I want a new one.", "Please recall them.", "The children were standing next to it.", "Back to the old pot, then.",
    "Anybody else?", "That is the third this week here.", "Hot water on my feet, thanks.", "Not what I paid for.", "", "Where do I send it?",
)  # fmt: skip
_RIVAL = (
    "Thinking about a {rival} instead of a {product}. Any views?", "The {rival} of my neighbour is quieter than our {product}, and half the price.",
    "Tried a {rival} at the office. The tea tastes of plastic.", "{rival} promised five days and needed three weeks. Never again.",
    "Does anybody know whether {rival} sells spare lids?", "I went back from {rival} to my old {product}, and I am glad.", "New {rival} on the stove. It looks lovely, I admit.",
    "What is better for induction, {rival} or the {product}?", "The {rival} app wants my birthday to boil water. Why?", "{rival} answered within ten minutes. Take note, everybody else.",
)  # fmt: skip
_ASKED = (
    "Shopping again:", "Tea break thought:", "My flat mate says:", "Read in the tram:", "Kettle news, part nine.", "Sunday project.", "Overheard in the kitchen:",
    "After a week of tests:", "Small rant.", "A friend moved house, so:", "Wedding list:", "",
)  # fmt: skip
_SO = (
    "Tell me I am wrong.", "What do you use?", "I will report.", "That is all I know.", "Pictures follow.", "My money, my tea.", "Somebody stop me.", "Good night.",
    "The cat agrees.", "",
)  # fmt: skip


def lately(
    rng: Random, accounts: list[Account], ours: Presences, keys: Keys, *, now: datetime, days: int
) -> Iterator[Said]:
    """Posts of some Mastodon accounts, one or two each, oldest last words first; none where nobody is on that network."""
    said = list[Said]()
    for place, account in enumerate(accounts[:MOST]):
        if place % _LIDS == 0:
            is_at_once = place // _LIDS % _AT_ONCE == 0
            said.append(_lid(rng, account, ours, now=now, days=days, is_at_once=is_at_once))
        else:
            said.append(_rival(rng, account, now=now, days=days))
    for one in sorted(said, key=lambda each: each.at):
        one.key = keys.of(one)
        yield one


def _lid(rng: Random, account: Account, ours: Presences, *, now: datetime, days: int, is_at_once: bool) -> Said:
    whole = now.replace(minute=0, second=0, microsecond=0)
    within = min(timedelta(days=6), timedelta(days=days) / 2)
    at = (
        whole - timedelta(hours=3, seconds=rng.randrange(60, 3_540))
        if is_at_once
        else now - within * (0.05 + 0.9 * rng.random())
    )
    text = " ".join(part for part in (rng.choice(_LEADS), rng.choice(_BROKEN), rng.choice(_ENDS)) if part)
    to = ours.care if rng.random() < 0.25 else None
    return Said(
        "mastodon",
        "",
        account,
        at,
        "mention" if to else "post",
        text=text,
        intent="complaint",
        mood="bad",
        topic="lid",
        to=to,
    )


def _rival(rng: Random, account: Account, *, now: datetime, days: int) -> Said:
    at = now - timedelta(days=days) * (0.02 + 0.95 * rng.random())
    product = rng.choice(("Gooseneck", "Solo", "Classic 1.5", "Whistler"))
    core = rng.choice(_RIVAL).format(rival=RIVAL, product=product)
    text = " ".join(part for part in (rng.choice(_ASKED), core, rng.choice(_SO)) if part)
    return Said("mastodon", "", account, at, "post", text=text, intent="chat", topic="rival")
