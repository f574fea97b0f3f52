"""Drafts: what our own posts teach, what is said of drafts by that, how they are tied to what was sent, and how they score."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import cast
from mutuals.base import clock
from mutuals.base.filters import Refused
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.draft import drafts, presences
from mutuals.listening.draft.drafts import ALL, CUSTOMERS, OTHERS, OWN, TOGETHER, Wanted
from mutuals.listening.models import Draft, Learned
from mutuals.listening.pillar import fourfold
from mutuals.listening.pillar.pillars import Way
from mutuals.people.models import Profile
from mutuals.staff.permissions import NotAllowed

US = "ours-@kettleworks"
PLAIN = (
    "The workshop is open today.",
    "New boxes arrived.",
    "We polish the copper by hand.",
    "The harbour this morning.",
)


def channel_with(us, many, now, *, begin=0):
    """A presence whose posts that ask a question had three times as many reactions; the first half of them are customers'."""
    square = cast.source(owner=us.olga)
    ours = cast.channel(square, "@kettleworks", pillar="marketing", speakers=(us.ada,))
    rng, events = np.random.default_rng(7), []
    for n in range(begin, begin + many):
        asks = n % 2
        text = f"Which kettle would you take to the sea, number {n}?" if asks else f"{PLAIN[n % 4]} Number {n}."
        at = now - timedelta(days=8 + n, hours=int(rng.integers(0, 10)))
        events.append(cast.event(f"o{n}", text, who=US, at=at))
        for one in range(int(rng.poisson(9 if asks else 3))):
            kind = ("like", "share", "reply")[one % 3]
            late = timedelta(days=9) if one == 2 else timedelta(hours=one + 1)
            events.append(
                cast.event(
                    f"r{n}-{one}",
                    "Nice." if kind == "reply" else "",
                    who=f"w{one}",
                    kind=kind,
                    reply_to=f"o{n}",
                    at=at + late,
                )
            )
    cast.said(square, *events, now=now)
    return ours


@pytest.mark.django_db
class TestDrafts:
    def test_drafts_are_compared_for_audiences_and_hours_tied_to_what_was_sent_and_scored(self):
        us, now = cast.staff(), clock.now()
        ours = channel_with(us, 60, now)
        bea = cast.person(by=us.ada, city="Porto")
        Profile.objects.filter(key="w0").update(person=bea)
        type(bea).objects.filter(pk=bea.pk).update(stage="customer")
        asked, told = "Which lid do you like best on the boat?", "The workshop is open on Monday. Number 77."

        made = drafts.compare(ours, Wanted((asked, told), now, audience=("city:is:Porto",)), by=us.ada, now=now)
        one, other = made.drafts.order_by("place")
        by_audience = {each.audience: each.range for each in drafts.told(one)}
        everybody = drafts.told(other)[0].range
        later = now + timedelta(hours=2)
        cast.said(ours.source, cast.event("sent", told, who=US, at=later), now=later)
        drafts.follow(now=later + timedelta(minutes=40))
        tied = Draft.objects.get(pk=other.pk)
        liked = [cast.event(f"l{n}", "", who=f"w{n}", kind="like", reply_to="sent", at=later) for n in range(2)]
        cast.said(ours.source, *liked, now=later)
        before = drafts.track(us.ada)
        scored = drafts.follow(now=later + timedelta(days=7, minutes=1))
        known = drafts.track(us.ada, ours)

        assert made.posts == 60
        assert by_audience[ALL].middle > 1.7 * everybody.middle
        assert by_audience[ALL].low <= by_audience[ALL].middle <= by_audience[ALL].high
        assert list(by_audience) == [ALL, CUSTOMERS, OTHERS, OWN]
        assert by_audience[CUSTOMERS].middle == by_audience[OWN].middle < 1.5
        assert drafts.chance_of(one, other) > 0.8
        assert drafts.chance_of(one, other) == pytest.approx(1 - drafts.chance_of(other, one))
        assert one.why[0][1] > 0
        assert "a question" in dict(one.why)
        assert dict(other.why)["no question"] < 0
        assert [row.why[-1][0] for row in (one, other)] == [TOGETHER, TOGETHER]
        assert one.why[-1][1] > other.why[-1][1]
        assert (tied.interaction_id, tied.by_hand) == (Interaction.objects.get(key="sent").pk, False)
        assert (tied.low, tied.high) != (None, None)
        assert before.inside is None
        assert scored == 1
        assert known.rows[0].counted == 2
        assert known.inside.of == 1
        assert known.ours == pytest.approx(abs(2 - tied.middle))
        assert "As a post of ours on @kettleworks now: about" in self._marketing(us, now)
        assert drafts.reactions(list(Interaction.objects.filter(key="o1")), zone=ZoneInfo("UTC"), now=now)[ALL][
            0
        ] == self._truly("o1")

    def _marketing(self, us, now):
        row = Interaction.objects.filter(direction="in", kind="reply").first()
        return {one.way: one for one in fourfold.of(row, by=us.ada, now=now)}[Way.MARKETING].said

    def _truly(self, key):
        post = Interaction.objects.get(key=key)
        return Interaction.objects.filter(reply_to=key, occurred_at__lt=post.occurred_at + timedelta(days=7)).count()

    def test_a_presence_is_named_by_how_its_name_begins_where_that_says_which_one(self):
        us, now = cast.staff(), clock.now()
        ours = channel_with(us, 31, now)
        other = cast.channel(ours.source, "@kettleworks.example")
        mails = cast.channel(cast.source("Mails", owner=us.olga, connector="email"), "care@kettleworks.example")

        there = presences.offered(us.ada, now=now)

        assert [(row.pk, posts) for row, posts in there] == [(ours.pk, 31), (other.pk, 0)]
        assert presences.in_words(*there[0]) == "@kettleworks (31 posts to learn from)"
        assert presences.in_words(*there[1]) == "@kettleworks.example (0 of 30 posts needed)"
        for text in ("@kettleworks", "@kettle", str(ours.pk)):
            assert presences.named(text, viewer=us.ada, now=now) == ours
        assert presences.named("@kettleworks.", viewer=us.ada, now=now) == other
        for text in ("@pots", "", "care", str(mails.pk)):
            with pytest.raises(LookupError, match="There are: @kettleworks"):
                presences.named(text, viewer=us.ada, now=now)

    def test_too_few_posts_are_said_to_be_too_few_and_a_post_can_be_picked_by_hand(self):
        us, now = cast.staff(), clock.now()
        ours = channel_with(us, 7, now)

        made = drafts.compare(ours, Wanted(("One", "Two"), now), by=us.ada, now=now)
        one, other = made.drafts.order_by("place")
        later = now + timedelta(hours=1)
        cast.said(ours.source, cast.event("sent", "Something else entirely", who=US, at=later), now=later)
        [post] = drafts.candidates(made)
        drafts.tie(one, post.pk, by=us.ada, now=later)

        assert (made.posts, made.curves) == (7, {})
        assert drafts.told(one) == []
        assert drafts.chance_of(one, other) is None
        assert Learned.objects.get().held == {}
        assert Draft.objects.get(pk=one.pk).by_hand
        assert drafts.candidates(made) == []
        with pytest.raises(Refusal, match="Another draft became this"):
            drafts.tie(other, post.pk, by=us.ada, now=later)
        with pytest.raises(Refusal, match="no post that we sent"):
            drafts.tie(other, Interaction.objects.filter(direction="in").first().pk, by=us.ada, now=later)
        drafts.tie(one, None, by=us.ada, now=later)
        assert Draft.objects.get(pk=one.pk).interaction_id is None

    def test_hostile_drafts_are_bounded_or_refused_and_contractors_see_nothing(self):
        us, now = cast.staff(), clock.now()
        ours = channel_with(us, 31, now)
        hostile = (
            "a" * 100_000,
            "🫖" * 50_000,
            "\u202e\u0000evil #x " * 200,
            "?!" * 40_000,
            "https://a.b/ " * 5_000,
            "…",
        )

        made = drafts.compare(ours, Wanted(hostile, now), by=us.ada, now=now)
        ranges = [one.range for row in made.drafts.all() for one in drafts.told(row)]

        assert len(ranges) == 18
        assert all(0 <= one.low <= one.high < 1e7 and np.isfinite(one.middle) for one in ranges)
        for texts in ((), ("",), ("a", "a"), tuple("abcdefg"), ("a" * 100_001,)):
            with pytest.raises(Refusal):
                drafts.compare(ours, Wanted(texts, now), by=us.ada, now=now)
        with pytest.raises(Refused):
            drafts.compare(ours, Wanted(("a",), now, audience=("nonsense",)), by=us.ada, now=now)
        with pytest.raises(NotAllowed):
            drafts.compare(ours, Wanted(("a",), now), by=us.cleo, now=now)
        assert not drafts.visible_to(us.cleo).exists()
        assert drafts.track(us.cleo).rows == ()
