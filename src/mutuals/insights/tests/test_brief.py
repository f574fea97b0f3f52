"""The brief: what stands in a sentence stands in a row, and what no row says is said to be not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import cast
from mutuals.identity import bought
from mutuals.inbox import promises
from mutuals.insights import brief, briefed
from mutuals.insights.brief import Bought, Contact, Facts, Owed, Place, Step, Value, Who
from mutuals.people import organisations
from mutuals.sales.orders import LineIn, OrderIn

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOTHING = Facts(Who(7, ""), Value(), (), (), (), (), (), NOW)


def words(facts):
    return [one.words for one in brief.of(facts)]


def test_of_nobody_known_nothing_is_invented():
    told = brief.of(NOTHING)

    assert [one.topic for one in told] == list(brief.TOPICS)
    assert [one.words for one in told] == [
        "Their name is not known.",
        "What they are worth is not known: there is no order.",
        "What they own is not known: no order names an article.",
        "No contact with them is known.",
        "No promise to them is open.",
        "No next step is known: nobody waits, and nothing is planned.",
    ]


def test_what_may_not_be_seen_is_not_said_to_be_nothing():
    hidden = Facts(Who(7, "Bea Brand"), None, None, None, None, None, (), NOW)

    assert [one.words for one in brief.of(hidden)][1:5] == [
        "What they bought is not yours to see.",
        "What they own is not yours to see.",
        "What was said is not yours to see.",
        "What was promised is not yours to see.",
    ]


def test_rows_become_sentences_that_name_them():
    full = Facts(
        Who(
            7, "Bea Brand", "Porto", stage="customer", owner="Ada", since=date(2025, 3, 1),
            places=(Place(2, "Café Um", "owner"),),
        ),
        Value(4, Decimal("220.5"), "EUR", date(2026, 11, 2)),
        (Bought(12, "2026-4", date(2026, 11, 2), Decimal("2.000"), "Kettle"),
         Bought(12, "2026-4", date(2026, 11, 2), Decimal(1), "Burr 40")),
        (Contact(date(2026, 11, 19), "in", "mail", "email", text="It   leaks " + "again " * 40, conversation_id=3),
         Contact(date(2026, 11, 18), "out", "reply", "mastodon", "Ada", "Descale it.", "Solved", 3)),
        (Owed(5, "send a new base", NOW - timedelta(days=2)), Owed(6, "call back", NOW + timedelta(days=1))),
        (Step("conversation:3", "conversation", NOW),),
        (Step("task:9", "Call Bea"),),
        NOW,
    )  # fmt: skip

    who, value, owns, contacts, promised, following = brief.of(full)

    assert who.words == "Bea Brand, owner at Café Um, in Porto, customer, looked after by Ada, known since 1 Mar 2025."
    assert value.words == "They ordered 4 times, worth 220.50 EUR, the last on 2 Nov 2026."
    assert owns.words == "They last bought 2 × Kettle on 2 Nov 2026 and 1 × Burr 40 on 2 Nov 2026."
    assert [one.key for one in owns.sources] == ["order:12"]
    assert contacts.words.startswith("On 19 Nov 2026 they wrote by mail “It leaks again again")
    assert contacts.words.endswith("…”; On 18 Nov 2026 Ada answered (mastodon) “Descale it.”, outcome: solved.")
    assert promised.words == "We promised “send a new base” 2 days late; “call back” due 21 Nov 2026."
    assert (promised.is_late, [one.key for one in promised.sources]) == (True, ["promise:5", "promise:6"])
    assert following.words == "Keep the promise “send a new base”, or tell them: it is 2 days late."
    assert following.sources[0].key == "promise:5"


def test_the_next_step_is_the_first_that_waits():
    waits = (Step("conversation:3", "conversation", NOW),)
    steps = (Step("task:9", "Call Bea", NOW - timedelta(hours=2)), Step("deal:4", "Two kettles"))
    soon = (Owed(6, "call back", NOW + timedelta(days=1)),)

    def told(**more):
        return words(Facts(**{name: getattr(NOTHING, name) for name in Facts.__slots__} | more))[-1]

    assert told(waits=waits, steps=steps, promises=soon) == "Answer them: they wait since 20 Nov 2026."
    assert told(steps=steps, promises=soon) == "Do the task “Call Bea”, late since today."
    assert told(steps=steps[1:], promises=soon) == "Go on with the deal “Two kettles”."
    assert told(promises=soon) == "Keep the promise “call back”, due 21 Nov 2026."


@pytest.mark.django_db
def test_each_viewer_reads_what_they_may_see():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    cast.turn(square)
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    firm = organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW)
    organisations.affiliate(bea, firm, by=us.ada, role="Engineer")
    line = LineIn("Kettle", "K-1", Decimal(1), Decimal("59.90"))
    order = bought.Bought(OrderIn("2026-1", cast.NOW, "EUR", lines=(line,)), person=bea)
    bought.take([order], source=None, by=us.ada, now=cast.NOW)
    bea.refresh_from_db()
    promises.make(words="send a new base", by=us.ada, now=cast.NOW, person=bea, due_at=cast.NOW + timedelta(days=1))

    told = briefed.of_person(us.ada, bea, now=cast.NOW)
    hidden = briefed.of_person(us.cleo, bea, now=cast.NOW)

    assert "Engineer at The Kettle works" in told[0].words
    assert "worth 59.90 EUR" in told[1].words
    assert "1 × Kettle" in told[2].words
    assert "send a new base" in told[4].words
    assert [briefed.address(one) for one in told[2].sources] == [
        f"/sales/orders/{told[2].sources[0].key.split(':')[1]}/"
    ]
    assert not any(word in one.words for one in hidden for word in ("Kettle", "base"))
