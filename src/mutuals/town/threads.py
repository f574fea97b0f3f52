"""What one person says over the days: threads on the networks where they are, with our answers, edits and deletions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mutuals.town import talk
from mutuals.town.cast import Presences
from mutuals.town.keys import Keys
from mutuals.town.shapes import Account, Order, Person, Said

EACH = 10.0  # interactions per person over the window, our answers and likes included
_PER_THREAD = 1.92  # interactions that one thread comes to on average; measured, see README
_MOST = 150  # threads of one person
ANSWERED = 0.72
EDITED = 0.05
DELETED = 0.03
PUBLIC = {"mastodon", "bluesky"}


class Talk:
    """The town's conversation so far: what is needed to let people answer each other, bounded."""

    def __init__(self, ours: Presences, keys: Keys, *, now: datetime, days: int) -> None:
        self.ours = ours
        self.keys = keys
        self.now = now
        self.start = now - timedelta(days=days)
        self.square: dict[str, deque[Said]] = {network: deque(maxlen=50) for network in PUBLIC}

    def of(self, rng: Random, person: Person, orders: list[Order]) -> Iterator[Said]:
        """Everything that happens between this person and us, thread by thread, each in its order of time."""
        if not person.accounts:
            return
        wanted = EACH / _PER_THREAD * person.talk
        count = min(int(wanted) + (rng.random() < wanted % 1), _MOST)
        for _ in range(count):
            account = self._account(rng, person)
            at = self._moment(rng, person)
            if person.kind == "bot":
                yield from self._spam(rng, person, account, at)
            elif account.network in PUBLIC and rng.random() < 0.18 and self.square[account.network]:
                yield from self._joins(rng, person, account)
            else:
                yield from self._thread(rng, person, account, at, orders)
        for account in person.accounts:
            if account.network in PUBLIC and rng.random() < 0.25:
                yield self._said(account, self._moment(rng, person), "follow", public=True, intent="follow",
                                 to=self._us(rng, account), mood="good")  # fmt: skip

    def _account(self, rng: Random, person: Person) -> Account:
        return rng.choice(person.accounts)

    def _moment(self, rng: Random, person: Person) -> datetime:
        """A minute in the window; most of it in the waking hours."""
        day = rng.random() * max((self.now - self.start).total_seconds() - 86_400, 1)
        at = self.start + timedelta(seconds=int(day))
        hour = min(int(rng.triangular(6, 24, 19)), 23)
        at = at.replace(
            hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=rng.randrange(1000) * 1000
        )
        return max(min(at, self.now - timedelta(hours=2)), self.start)

    def _later(self, rng: Random, at: datetime, hours: float) -> datetime:
        """Some time after, in the window; answer times are lognormal."""
        after = at + timedelta(hours=hours * rng.lognormvariate(0, 0.9), seconds=1)
        return after if after < self.now else at + (self.now - at) * (0.2 + 0.7 * rng.random())

    def _said(self, account: Account, at: datetime, kind: str, **known: Any) -> Said:
        source = {"email": "mails", "web": "hooks"}.get(account.network, account.network)
        said = Said(source, "", account, at, kind, **known)
        said.key = self.keys.of(said)
        return said

    def _us(self, rng: Random, account: Account) -> Account:
        ours = self.ours
        if account.network == "mastodon":
            return ours.care if rng.random() < 0.6 else ours.brand
        if account.network == "bluesky":
            return ours.sky
        return ours.care_mail if rng.random() < 0.8 else ours.sales_mail

    def _spam(self, rng: Random, person: Person, account: Account, at: datetime) -> Iterator[Said]:
        filled = talk.slots(rng, town=person.town, language="en")
        yield self._said(account, at, "mention" if rng.random() < 0.6 else "post", text=talk.spam(rng, filled),
                         intent="spam", topic="spam", to=self._us(rng, account))  # fmt: skip

    def _thread(
        self, rng: Random, person: Person, account: Account, at: datetime, orders: list[Order]
    ) -> Iterator[Said]:
        public = account.network in PUBLIC
        what = talk.intent(rng, talk.STRANGER_SHARES) if person.kind == "stranger" else talk.intent(rng)
        if what == "chat" and not public:
            what = "question"
        order = rng.choice(orders) if orders else None
        language = person.country.language if rng.random() < 0.85 else "en"
        filled = talk.slots(rng, town=person.town, language=language, order=order.number if order else "",
                            product=_kettle(order))  # fmt: skip
        text, topic, language = talk.opening(rng, language, what, filled)
        us = self._us(rng, account)
        meant: dict[str, Any] = {
            "language": language,
            "intent": what,
            "topic": topic,
            "mood": talk.MOODS.get(what, "neutral"),
        }
        kind = {"email": "mail", "web": "message"}.get(account.network, "mention")
        if public and (what == "chat" or rng.random() < 0.3):
            kind = "post"  # about us, or about nothing, but not to us
        if account.network == "mastodon" and kind == "mention" and rng.random() < 0.08:
            public = False  # a direct message
        to = None if kind == "post" else us
        titled = "" if account.network in PUBLIC else talk.subject(rng, language, what, filled)
        first = self._said(account, at, kind, text=text, to=to, public=public, subject=titled, **meant)
        yield first
        if first.public:
            self.square[account.network].append(first)
        yield from self._changes(rng, first)
        if kind != "post" and account.network != "web" and rng.random() < ANSWERED:
            yield from self._answered(rng, first, us, filled, what)

    def _changes(self, rng: Random, said: Said) -> Iterator[Said]:
        """An edit or a deletion afterwards, where the network has them."""
        luck = rng.random()
        if luck < EDITED and said.source in ("mastodon", "hooks"):
            at = self._later(rng, said.at, 0.3)
            yield replace(
                said,
                verb="update",
                text=f"{said.text} (edited: {rng.choice(('typo', 'solved', 'more below'))})",
                edited=at,
            )
        if luck > 1 - DELETED and said.source in ("mastodon", "bluesky", "hooks"):
            if said in self.square.get(said.author.network, ()):
                self.square[said.author.network].remove(said)
            yield replace(said, verb="delete", edited=self._later(rng, said.at, 5), text="", subject="")

    def _answered(self, rng: Random, first: Said, us: Account, filled: dict[str, str], what: str) -> Iterator[Said]:
        """Our answer, and perhaps their thanks, a like, their anger, and our second answer."""
        kind = "mail" if first.kind == "mail" else "reply"
        name = filled["staff"] if kind == "reply" else ""
        text = talk.answer(rng, first.language, what, filled, name=name)
        shared = {
            "public": first.public,
            "root": first,
            "subject": _re(first.subject),
            "language": first.language,
            "topic": first.topic,
        }
        ours = self._said(
            us, self._later(rng, first.at, 3), kind, text=text, parent=first, intent="answer", to=first.author, **shared
        )
        yield ours
        if kind == "reply" and rng.random() < 0.35:
            yield self._said(first.author, self._later(rng, ours.at, 2), "like", parent=ours, root=first,
                             public=first.public, intent="like", mood="good", to=us)  # fmt: skip
        if rng.random() < 0.45:
            yield from self._goes_on(rng, ours, filled, what, shared)

    def _goes_on(
        self, rng: Random, ours: Said, filled: dict[str, str], what: str, shared: dict[str, Any]
    ) -> Iterator[Said]:
        """They thank, insist or add something; unless it was thanks, we mostly answer again."""
        first, us = shared["root"], ours.author
        then = rng.choices(("thanks", "insist", "detail"), (45, 25 if what == "complaint" else 5, 30))[0]
        text = talk.following(rng, first.language, then, filled)
        meant = shared | {"intent": then, "mood": talk.MOODS.get(then, "neutral")}
        back = self._said(first.author, self._later(rng, ours.at, 8), ours.kind, text=text, parent=ours, to=us, **meant)
        yield back
        yield from self._changes(rng, back)
        if then != "thanks" and rng.random() < 0.8:
            at = self._later(rng, back.at, 4)
            text = talk.answer(rng, first.language, what, filled, name="" if first.kind == "mail" else filled["staff"])
            yield self._said(us, at, ours.kind, text=text, parent=back, intent="answer", to=first.author, **shared)

    def _joins(self, rng: Random, person: Person, account: Account) -> Iterator[Said]:
        """An answer to, or a share of, what somebody else in town said in public."""
        other = rng.choice(self.square[account.network])
        at = self._later(rng, other.at, 6)
        filled = talk.slots(rng, town=person.town, language=other.language)
        text = talk.following(rng, other.language, "peer", filled)
        yield self._said(account, at, "reply", text=text, parent=other, root=other.root or other, to=other.author,
                         language=other.language, intent="peer", topic=other.topic)  # fmt: skip


def _kettle(order: Order | None) -> str:
    """The kettle of an order; people write about kettles, not about gaskets."""
    return next((line.name for line in order.lines if line.sku.startswith("KW-K")), "") if order else ""


def _re(subject: str) -> str:
    return f"Re: {subject}" if subject and not subject.startswith("Re:") else subject
