"""Every list is walked page by page, without a gap and to its end."""

from __future__ import annotations

import base64
import json

import pytest

import cast
from api.conftest import Caller
from mutuals.capture.models import RawEvent, RawState

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sources", "/channels", "/teams", "/connectors", "/users"])
def test_every_short_list_walks_by_a_cursor_to_its_end(aron: Caller, staff: cast.Staff, path: str) -> None:
    for name in ("Square", "Market", "Harbour"):
        cast.channel(cast.source(name, owner=staff.aron), name)
    whole = aron.get(f"{path}?limit=200")

    walked, cursor = [], ""
    while cursor is not None:
        page = aron.get(f"{path}?limit=2&cursor={cursor}")
        walked.append(page["items"])
        cursor = page["next"]

    assert [one for items in walked for one in items] == whole["items"]
    assert whole["next"] is None
    assert len(walked) > 1


def test_parked_events_go_on_behind_the_two_hundredth(aron: Caller, staff: cast.Staff) -> None:
    square = cast.source(owner=staff.aron)
    RawEvent.objects.bulk_create(
        RawEvent(source=square, key=str(n), body=b"", state=RawState.PARKED) for n in range(403)
    )

    first = aron.get("/parked?limit=200")
    second = aron.get(f"/parked?limit=200&cursor={first['next']}")
    last = aron.get(f"/parked?limit=200&cursor={second['next']}")

    assert [len(page["items"]) for page in (first, second, last)] == [200, 200, 3]
    assert len({one["id"] for page in (first, second, last) for one in page["items"]}) == 403
    assert last["next"] is None


def test_a_wrong_cursor_is_called_a_cursor(ada: Caller) -> None:
    answer = ada("GET", "/people?cursor=nothing")

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["cursor"]


PLACES = (
    "0002-01-01T00:00:00-23:59",
    "2026-05-01T00:00:00+16:00",
    "9998-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
)


@pytest.mark.parametrize("moment", PLACES)
@pytest.mark.parametrize(
    "path", ["/conversations?", "/search?q=kettle&", "/conversations/{}/messages?", "/people/{}/timeline?"]
)
def test_a_cursor_of_a_moment_at_the_edge_of_all_calendars_is_read_or_refused(
    aron: Caller, staff: cast.Staff, path: str, moment: str
) -> None:
    turn = cast.turn(cast.source(owner=staff.aron))
    number = turn.pk if "messages" in path else cast.person(by=staff.aron).pk
    cursor = base64.urlsafe_b64encode(json.dumps([{"t": moment}, 1]).encode()).rstrip(b"=").decode()

    answer = aron("GET", f"{path.format(number)}cursor={cursor}")

    assert answer.status_code == (422 if moment.startswith("0001") else 200)


def test_a_method_that_is_not_there_is_a_problem_that_names_those_that_are(ada: Caller) -> None:
    answer = ada("DELETE", "/people")

    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert set(answer["Allow"].split(", ")) >= {"GET", "POST"}
    assert answer.json()["title"] == "Method Not Allowed"
