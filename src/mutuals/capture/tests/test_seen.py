"""Up to which row a table was looked through, although others write into it."""

from threading import Thread

import pytest
from django.db import connection

import cast
from mutuals.capture import receive, seen
from mutuals.capture.models import RawEvent
from mutuals.capture.tests.tiny import elsewhere
from mutuals.connectors.contract import Raw
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db(transaction=True)
INSERT = "INSERT INTO capture_rawevent (source_id, key, kind, body) VALUES (%s, 'early', '', '')"


def test_a_row_with_a_lower_number_that_is_not_committed_yet_is_waited_for():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    told: list[int] = []

    def ask() -> None:
        told.append(seen.settled(RawEvent))
        told.extend(RawEvent.objects.order_by("pk").values_list("pk", flat=True))
        connection.close()

    with elsewhere() as other:
        other.execute("BEGIN")
        other.execute(INSERT, [square.pk])
        receive.keep(square, [Raw("late", b"{}")], cursor=None, now=cast.NOW)
        asking = Thread(target=ask)
        asking.start()
        asking.join(0.3)
        is_waiting = asking.is_alive()
        other.execute("COMMIT")
        asking.join(120)

    early, late = RawEvent.objects.order_by("pk").values_list("pk", flat=True)
    assert is_waiting
    assert told == [late, early, late]


def test_who_only_reads_is_not_waited_for():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    receive.keep(square, [Raw("one", b"{}")], cursor=None, now=cast.NOW)

    with elsewhere() as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM capture_rawevent")
        told = seen.settled(RawEvent)
        other.execute("COMMIT")

    assert told == RawEvent.objects.get().pk
