"""Reports are kept, shared and taken over, stand on dashboards, and are written to colleagues by the clock."""

from datetime import UTC, datetime, timedelta

import pytest

import cast
from mutuals.base.filters import Refused, Test
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Case, Turn
from mutuals.insights import pivot, reports, schedules
from mutuals.insights.models import Report, Schedule
from mutuals.insights.pivot_asked import made
from mutuals.insights.pivot_words import plain_rows
from mutuals.rules.models import Delivery
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def kept(us, name="Cases", by=None, **more):
    return reports.keep(name, made("case", None, ["state"]), by=by or us.ada, **more)


def _open(letter):
    """How many cases a letter says are open."""
    return next(line.split()[-1] for line in letter.splitlines() if line.startswith("Open "))


def test_a_report_is_ones_own_until_it_is_shared_and_goes_on_when_its_owner_leaves(us):
    own = kept(us)
    with pytest.raises(Refusal, match="already"):
        kept(us)
    with pytest.raises(Refused):
        reports.keep("Bad", made("case", None, ["nothing"]), by=us.ada)
    assert [list(reports.visible_to(one)) for one in (us.ada, us.ben, us.cleo)] == [[own], [], []]

    reports.change(own, by=us.ada, changes={"shared": True, "name": "All cases"})
    reports.change(own, by=us.ada, changes={"shared": True})
    with pytest.raises(Refusal):
        reports.change(own, by=us.ben, changes={"name": "Mine"})
    board = reports.put_dashboard("Service", [(own.pk, "whole")], by=us.ben, pillar="service")
    same = reports.put_dashboard("Service", [(own.pk, "whole")], by=us.ben, pillar="service", row=board)
    with pytest.raises(Refusal):
        reports.put_dashboard("Nothing", [(own.pk + 99, "half")], by=us.ben)
    with pytest.raises(NotAllowed):
        kept(us, by=us.cleo)

    assert [list(reports.visible_to(one)) for one in (us.ben, us.cleo)] == [[Report.objects.get()], []]
    assert reports.parts_of(same, us.ben) == [(own, "whole")]
    assert Entry.objects.filter(kind="report.changed").count() == 1
    kept(us, "All cases", by=us.ben)
    assert reports.held_by(us.ada) == 1
    assert reports.hand_over(us.ada, us.ben) == 1
    assert sorted(Report.objects.filter(owner=us.ben).values_list("name", flat=True)) == [
        "All cases",
        f"All cases ({own.pk})",
    ]
    own.refresh_from_db()
    reports.remove(own, by=us.ben)
    reports.remove(own, by=us.ben)
    assert reports.parts_of(board, us.ben) == []
    assert Entry.objects.filter(kind="report.removed").count() == 1


def test_the_house_brings_reports_once_and_what_was_thrown_away_stays_away(us):
    reports.ready(us.cleo)
    assert not Report.objects.exists()
    reports.ready(us.lea)
    reports.ready(us.ada)
    assert Report.objects.count() == len(reports.READY)
    for row in Report.objects.all():
        told = pivot.run(reports.asked_of(row), viewer=us.ada, now=cast.NOW)
        assert next(plain_rows(told))[0]

    reports.remove(Report.objects.get(ready="age"), by=us.lea)
    reports.ready(us.lea)

    assert not Report.objects.filter(ready="age").exists()


def test_a_letter_leaves_once_a_day_of_its_zone_with_what_its_reader_may_see(us):
    source = cast.source(owner=us.olga)
    mine, other = cast.turn(source, "p1"), cast.turn(source, "p2", who="bo")
    third = cast.turn(source, "p3", who="cy")
    Turn.objects.filter(pk=mine.pk).update(assignee=us.cleo)
    for number, turn in enumerate((mine, other, third)):
        Case.objects.create(
            title="Leaks", reference=f"C-{number}", conversation_id=turn.conversation_id, opened_at=cast.NOW
        )
    cast.source("Post", owner=us.olga, connector="email")
    team = us.cleo.teams.first()
    us.lea.teams.add(team)
    report = reports.keep("Cases", made("case", Test("state", "is", "open"), ["state"]), by=us.lea, team=team)
    with pytest.raises(Refusal, match="share it"):
        schedules.add(report, to=[us.ben], hour=8, by=us.lea)
    row, is_new = schedules.add(report, to=[us.lea, us.cleo], hour=8, by=us.lea, weekday=6, zone="Europe/Berlin")
    again, is_again = schedules.add(report, to=[us.cleo, us.lea], hour=8, by=us.lea, weekday=6, zone="Europe/Berlin")
    assert (again, is_new, is_again) == (row, True, False)

    sunday = datetime(2026, 10, 25, 6, 30, tzinfo=UTC)  # clocks went back that night: 7:30 in Berlin
    assert schedules.write(sunday) == 0
    assert schedules.write(sunday + timedelta(hours=1)) == 2
    Schedule.objects.update(last_on=None)  # killed before it could be noted
    assert schedules.write(sunday + timedelta(hours=2)) == 0
    assert schedules.write(sunday + timedelta(days=1)) == 0

    texts = {one.to: one.text for one in Delivery.objects.all()}
    assert _open(texts[us.cleo.email]) == "1"
    assert _open(texts[us.lea.email]) == "3"
    assert "state is Open" in texts[us.lea.email]
    assert f"/reports/{report.pk}/" in texts[us.lea.email]
    assert schedules.leave(schedules.mark_of(row, us.cleo)) is True
    assert schedules.leave("nonsense") is False
    assert Schedule.objects.get().to == [us.lea.pk]
    assert schedules.write(sunday + timedelta(days=7, hours=2)) == 1
