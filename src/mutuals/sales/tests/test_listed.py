"""Deals written from their list: one field, many rows, a card on the board; what somebody else did meanwhile; taken back."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base import clock, lists, undo
from mutuals.base.filters import Refused
from mutuals.base.lists import Asked, Meanwhile
from mutuals.base.models import Batch, Change
from mutuals.base.refusals import Refusal
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal
from mutuals.staff import bulk, saved
from mutuals.staff.models import Team
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def opened(us, many=1, **more):
    bea = cast.person(by=us.ben)
    return [
        deals.open_deal(
            DealIn(f"Kettles {n}", "EUR", bea, amount=Decimal(100 * n), **more), by=us.ben, now=clock.now()
        )[0]
        for n in range(1, many + 1)
    ]


def asked(viewer, **kept):
    return Asked(viewer, ZoneInfo("UTC"), clock.now(), kept=kept)


def test_many_are_written_at_once_and_undone_but_for_what_somebody_changed_since(us):
    of = lists.listing("deal")
    rows = opened(us, 3)
    ended = deals.lose(rows[2], by=us.ben, now=clock.now(), because="Too dear")
    batch = bulk.write(
        of, [one.pk for one in rows], {"owner": str(us.ada.pk), "probability": 40}, by=us.ben, now=clock.now()
    )
    deals.edit(rows[0], by=us.ada, changes={"probability": 75}, now=clock.now())

    with pytest.raises(Refusal, match="not yours"):
        bulk.take_back(batch, by=us.ada, now=clock.now())
    done = bulk.take_back(batch, by=us.ben, now=clock.now())
    twice = bulk.take_back(batch, by=us.ben, now=clock.now())
    now = {row.pk: (row.owner, row.probability) for row in Deal.objects.all()}

    assert (batch.state, batch.total, batch.done, batch.refused) == ("done", 3, 3, 0)
    assert batch.words == f"3 deals, owner: {us.ada.name}; probability: 40"
    assert done.state == twice.state == "undone"
    assert now == {rows[0].pk: (us.ben, 75), rows[1].pk: (us.ben, None), ended.pk: (us.ben, None)}
    assert [(one.about, one.kept) for one in undo.kept(done)] == [(f"deal:{rows[0].pk}", {"probability": 75})]


def test_rows_that_are_refused_stay_as_they_are_and_say_why(us):
    of = lists.listing("deal")
    good, other = opened(us, 2)
    deals.put_lines(other, [deals.quotes.Offer("", "Kettle", Decimal(1), Decimal(5))], by=us.ben, now=clock.now())

    batch = bulk.write(of, [good.pk, other.pk, 10**9], {"amount": "250.00"}, by=us.ben, now=clock.now())
    trashed = bulk.write(of, [good.pk], {"trash": "yes"}, by=us.ben, now=clock.now())
    in_trash = [row.pk for row in lists.walk(of, asked(us.ben, state="trash")).rows]
    bulk.take_back(trashed, by=us.ben, now=clock.now())

    assert (batch.done, batch.refused) == (3, 2)
    told = {one.about: one.said for one in undo.refused(batch)}
    assert "lines" in told[f"deal:{other.pk}"]
    assert "not there" in told[f"deal:{10**9}"]
    good.refresh_from_db()
    assert (good.amount, in_trash, good.trashed_at) == (Decimal(250), [good.pk], None)
    with pytest.raises(NotAllowed):
        bulk.write(of, [good.pk], {"amount": "1"}, by=us.cleo, now=clock.now())
    with pytest.raises(Refused, match="not written"):
        bulk.write(of, [good.pk], {"came_by": "me"}, by=us.ben, now=clock.now())
    with pytest.raises(Refusal, match="At most 10,000"):
        bulk.write(of, range(1, 10_002), {"amount": "1"}, by=us.ben, now=clock.now())


def test_more_than_a_hundred_are_left_to_a_worker_that_may_be_killed_between_two_stretches(us):
    of = lists.listing("deal")
    rows = opened(us, 103)
    found = bulk.matching(of, asked(us.ben, state="open"))

    class Killed(Exception):
        pass

    def killed() -> None:
        raise Killed

    batch = bulk.write(of, found, {"owner": str(us.ada.pk)}, by=us.ben, now=clock.now())
    before = Deal.objects.filter(owner=us.ada).count()
    with pytest.raises(Killed):
        undo.work(batch, of, by=us.ben, now=clock.now(), between=killed)
    half = Batch.objects.get()
    bulk.write_job(batch.pk)
    bulk.write_job(batch.pk)
    whole = Batch.objects.get()
    bulk.take_back(whole, by=us.ben, now=clock.now())
    bulk.take_back_job(batch.pk)

    assert found == [row.pk for row in rows]
    assert (batch.state, before) == ("running", 0)
    assert (half.done, half.state, whole.done, whole.state) == (100, "running", 103, "done")
    assert Change.objects.filter(kept={}).count() == 103
    assert Deal.objects.filter(owner=us.ben).count() == 103


def test_a_card_that_somebody_else_moved_is_told_and_a_move_is_taken_back(us):
    of = lists.listing("deal")
    (row,) = opened(us)
    first = undo.one(
        of, row.pk, {"step": "needs"}, was={"step": "qualify"}, by=us.ada, now=clock.now(), words="On", kind="move"
    )
    same = undo.one(
        of, row.pk, {"step": "needs"}, was={"step": "qualify"}, by=us.ben, now=clock.now(), words="On", kind="move"
    )
    with pytest.raises(Meanwhile) as told:
        undo.one(
            of,
            row.pk,
            {"step": "lost"},
            was={"step": "qualify"},
            by=us.ben,
            now=clock.now(),
            words="Lost",
            because="No",
        )
    at_needs = lists.stand(of, asked(us.ben))
    bulk.take_back(first, by=us.ada, now=clock.now())
    at_first = lists.stand(of, asked(us.ben))
    more, after = lists.more(of, asked(us.ben), "qualify", after="", limit=1)

    assert same is None
    assert f"{us.ada.name} moved it to Understand the need at " in str(told.value)
    assert [(one.key, one.count, [card.title for card in one.cards]) for one in at_needs.lanes[:2]] == [
        ("qualify", 0, []), ("needs", 1, ["Kettles 1"]),
    ]  # fmt: skip
    assert [(one.count, one.totals[0].amount if one.totals else 0) for one in at_first.lanes[:2]] == [(1, 100), (0, 0)]
    assert ([one.pk for one in more], after) == ([row.pk], "")
    assert at_first.goals["lost"].asks


def test_a_day_of_the_calendar_counts_what_it_does_not_show(us):
    of = lists.listing("deal")
    opened(us, 6, expected_on=cast.NOW.date())

    month = lists.month(of, asked(us.ben, state="open"), cast.NOW.date().replace(day=1))
    day = next(day for week in month.weeks for day in week if day.on == cast.NOW.date())

    assert (month.count, day.count, len(day.rows)) == (6, 6, 4)
    assert all(len(week) == 7 and week[0].on.weekday() == 0 for week in month.weeks)


def test_a_view_is_shared_with_a_team_alone(us):
    team = us.ada.teams.first() or Team.objects.create(name="Kettles")
    us.ada.teams.add(team)
    saved.keep("Large ones", record="deal", query="f=amount%3Aover%3A100", by=us.ada, team=team)
    outside = cast.user("Nora")

    assert [one.name for one in saved.visible_to(us.ada, "deal")] == ["Large ones"]
    assert not saved.visible_to(outside, "deal").exists()
    with pytest.raises(Refusal, match="teams of one's own"):
        saved.keep("Theirs", record="deal", query="", by=outside, team=team)
