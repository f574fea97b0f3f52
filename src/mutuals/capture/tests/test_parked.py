import pytest

import cast
from mutuals.base import journal
from mutuals.capture import intake, parked, receive
from mutuals.capture.models import RawEvent, RawState
from mutuals.capture.tests import tiny
from mutuals.channels.models import Source
from mutuals.connectors.contract import Raw
from mutuals.staff.models import Role
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def open_waiting(source: Source) -> None:
    raws = intake.claim(source.pk)
    intake.open(raws)
    intake.done(raws)


def spoilt(count: int = 1) -> tuple[Source, list[RawEvent]]:
    source = cast.source(owner=cast.user("Olga", Role.OWNER))
    raws = [Raw(key=f"bad-{number}", body=b"not json \x00 \xff") for number in range(count)]
    receive.keep(source, raws, cursor=None, now=cast.NOW)
    open_waiting(source)
    tiny.forget_jobs()
    return source, list(RawEvent.objects.filter(state=RawState.PARKED).order_by("pk"))


def test_what_could_not_be_opened_is_listed_with_its_reason_newest_first():
    source, rows = spoilt(3)

    listed = parked.listed(source.owner, limit=2)
    older = parked.listed(source.owner, before=listed[-1].pk)

    assert [row.pk for row in listed] == [rows[2].pk, rows[1].pk]
    assert [row.pk for row in older] == [rows[0].pk]
    assert listed[0].reason
    assert parked.count(source.owner) == 3
    assert parked.listed(source.owner, source_id=source.pk + 1) == []


def test_the_bytes_are_shown_as_harmless_text():
    source, rows = spoilt()

    row, text = parked.shown(rows[0].pk, by=source.owner)

    assert row.key == "bad-0"
    assert text == "not json � �"


def test_a_retry_lets_it_be_opened_again_once():
    source, rows = spoilt()
    numbers = [rows[0].pk]

    first, second = parked.retry(numbers, by=source.owner), parked.retry(numbers, by=source.owner)
    jobs = tiny.waiting_jobs()
    open_waiting(source)

    assert (first, second) == (1, 0)
    assert jobs == [receive.ADVANCE]
    assert RawEvent.objects.get().state == RawState.PARKED


def test_what_is_dropped_loses_its_bytes_and_is_not_taken_in_again():
    source, rows = spoilt()

    dropped = parked.drop([rows[0].pk], by=source.owner)
    again = receive.keep(source, [Raw(key="bad-0", body=b"not json")], cursor=None, now=cast.NOW)

    row = RawEvent.objects.get()
    assert (dropped, again) == (1, 0)
    assert (row.state, bytes(row.body)) == (RawState.DROPPED, b"")
    assert journal.of(row).get().kind == "parked.dropped"


@pytest.mark.parametrize("role", [Role.STAFF, Role.CONTRACTOR])
def test_only_leads_and_above_see_and_handle_parked_events(role):
    _source, rows = spoilt()
    ben, numbers = cast.user("Ben", role), [rows[0].pk]

    for act in (
        lambda: parked.listed(ben),
        lambda: parked.count(ben),
        lambda: parked.shown(numbers[0], by=ben),
        lambda: parked.retry(numbers, by=ben),
        lambda: parked.drop(numbers, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert RawEvent.objects.get().state == RawState.PARKED


def test_each_try_is_counted():
    source, rows = spoilt()

    parked.retry([rows[0].pk], by=source.owner)
    open_waiting(source)

    assert rows[0].attempts == 1
    assert RawEvent.objects.get(pk=rows[0].pk).attempts == 2
