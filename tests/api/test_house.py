"""How the house counts, over the API: set, told, converted, counted and explained, and whom it is refused."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals.processes import keep, kinds, run, text
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "9:00–13:00, 14:00–18:00")


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


@pytest.fixture
def ask(client):
    """Signed in as somebody; with `scopes` by a key for programs."""

    def asked(user, method, path, body=None, scopes=()):
        headers = {}
        client.logout()
        if scopes:
            _, plain = tokens.make(user, name="t", scopes=list(scopes), by=user, now=cast.NOW)
            headers = {"Authorization": f"Bearer {plain}"}
        else:
            client.force_login(user)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(client, method)(f"/api/v1{path}", headers=headers, **sent)
        return answer.status_code, json.loads(answer.content)

    return asked


def test_the_house_is_set_in_parts(us, ask):
    _, before = ask(us.ada, "get", "/house")
    _, after = ask(us.aron, "patch", "/house", {"currency": "CHF", "first_weekday": 6})
    wrong, why = ask(us.aron, "patch", "/house", {"zone": "Mars"})

    assert before == {"currency": "EUR", "zone": "UTC", "first_weekday": 0, "language": "en", "sells_to_people": True}
    assert after == {**before, "currency": "CHF", "first_weekday": 6}
    assert (wrong, "zone" in json.dumps(why)) == (422, True)


def test_rates_are_told_by_hand_and_by_file_and_convert_amounts(us, ask):
    told = {"currency": "USD", "on_day": "2026-11-02", "rate": "0.90"}
    _, first = ask(us.aron, "put", "/rates", {"rates": [told]})
    _, again = ask(us.aron, "put", "/rates", {"rates": [told]})
    _, file = ask(us.aron, "post", "/rates/csv", {"text": "day;currency;rate\n2026-11-20;USD;0,95", "source": "Bank"})
    _, listed = ask(us.ada, "get", "/rates?currency=USD")
    _, made = ask(us.ada, "get", "/rates/convert?amount=10&currency=USD&on=2026-11-19")
    _, turned = ask(us.ada, "get", "/rates/convert?amount=9.50&currency=EUR&to=USD&on=2026-12-01")
    none, why = ask(us.ada, "get", "/rates/convert?amount=10&currency=USD&on=2026-11-01")
    broken, line = ask(us.aron, "post", "/rates/csv", {"text": "day;currency;rate\nsoon;USD;1"})
    _, gone = ask(us.aron, "delete", f"/rates/{listed['items'][0]['id']}")
    twice, _ = ask(us.aron, "delete", f"/rates/{listed['items'][0]['id']}")

    assert [(one["new"], one["changed"], one["same"]) for one in (first, again, file)] == [
        (1, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
    ]
    assert [(one["on_day"], one["rate"][:4], one["source"]) for one in listed["items"]] == [
        ("2026-11-02", "0.90", "by hand"), ("2026-11-20", "0.95", "Bank"),
    ]  # fmt: skip
    assert (made["amount"], made["currency"], made["rate_of"]) == ("9.00", "EUR", "2026-11-02")
    assert (turned["amount"], turned["rate_of"]) == ("10.00", "2026-11-20")
    assert (none, "No rate of USD to EUR is known on or before 01 Nov 2026" in json.dumps(why)) == (422, True)
    assert (broken, "Line 2" in json.dumps(line)) == (422, True)
    assert (gone, twice) == ({"done": True}, 404)


def test_a_calendar_counts_and_says_how(us, ask):
    body = {"name": "Support", "zone": "Europe/Lisbon", "hours": {**WEEK, "sat": "22:00-06:00"}, "seen": ""}
    _, made = ask(us.aron, "put", "/calendars", body)
    here = f"/calendars/{made['id']}"
    stale, _ = ask(us.aron, "put", "/calendars", body)
    _, changed = ask(
        us.aron, "put", f"{here}/holidays", {"holidays": [{"on_day": "2026-11-23", "words": "Bridge day"}]}
    )
    _, told = ask(us.ada, "get", f"{here}/due?start=2026-11-20T17:00:00Z&minutes=600")
    ical = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Feast\nEND:VEVENT\nEND:VCALENDAR"
    _, brought = ask(us.aron, "post", f"{here}/holidays/ical", {"text": ical})
    _, taken = ask(us.aron, "post", f"{here}/holidays/take", {"days": ["2026-11-23"]})
    _, listed = ask(us.ada, "get", "/calendars")
    _, removed = ask(us.aron, "delete", here)

    assert made["hours"]["sat"] == "22:00–06:00"
    assert stale == 422
    assert (changed["changed"], taken["changed"], brought["days"]) == (1, 1, 1)
    assert told["over"] == "2026-11-24T10:00:00Z"
    assert [(one["day"][-2:], one["words"], one["minutes"]) for one in told["rows"]] == [
        ("20", "", 60), ("21", "", 480), ("22", "closed", 0), ("23", "Bridge day (holiday)", 0), ("24", "", 60),
    ]  # fmt: skip
    assert [one["words"] for one in listed["items"][0]["holidays"]] == ["Feast"]
    assert removed == {"done": True}


@pytest.mark.parametrize("hours", [{"mon": "9-17"}, {"mon": "25:00-26:00"}, {"xyz": "9:00-17:00"}, {}, {"mon": "9:00"}])
def test_hours_that_are_none_are_refused(us, ask, hours):
    refused, _ = ask(us.aron, "put", "/calendars", {"name": "A", "zone": "UTC", "hours": hours})

    assert refused == 422


def test_the_limit_of_what_runs_is_explained(us, ask):
    kinds.about(
        "visit", label="Visit", keys=("person",), read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}
    )
    ask(us.aron, "put", "/calendars", {"name": "Support", "zone": "UTC", "hours": WEEK})
    body = text.read(
        "hours: Support\nsteps:\n- {step: a, limit: 2 working hours, next: b}\n- {step: b, next: c}\n- {step: c, end: done}"
    )
    version = keep.publish(
        keep.draft(body.plain, by=us.lea, now=cast.NOW, name="V", kind="visit"), by=us.lea, now=cast.NOW
    )
    item = run.start(f"person:{cast.person(by=us.ada).pk}", version.process, by=us.ada, now=cast.NOW)

    _, told = ask(us.ada, "get", f"/processes/items/{item.pk}/limit")
    hidden, _ = ask(us.cleo, "get", f"/processes/items/{item.pk}/limit")
    run.move(item, to="b", by=us.ada, now=cast.NOW)
    none, _ = ask(us.ada, "get", f"/processes/items/{item.pk}/limit")
    kinds.forget("visit")

    assert told["over"] == item.due_at.isoformat().replace("+00:00", "Z")
    assert "Monday to Friday 09:00–13:00, 14:00–18:00" in told["words"][1]
    assert (hidden, none) == (403, 404)


def test_contractors_see_nothing_and_only_those_who_run_the_house_set_it(us, ask):
    paths = ["/house", "/rates", "/calendars", "/rates/convert?amount=1&currency=USD&on=2026-11-20"]

    assert [ask(us.cleo, "get", path)[0] for path in paths] == [403] * 4
    assert ask(us.lea, "patch", "/house", {"currency": "CHF"})[0] == 403
    assert ask(us.aron, "patch", "/house", {"currency": "CHF"}, scopes=["read", "write"])[0] == 403
    assert ask(us.aron, "patch", "/house", {"currency": "CHF"}, scopes=["admin"])[0] == 200
