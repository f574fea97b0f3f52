"""What is wrong among many rules, what an earlier wording said, how often one was right."""

from datetime import timedelta

import pytest

import cast
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Case, Turn
from mutuals.people.models import Person, Profile
from mutuals.rules import body, keep, queries, report, trial
from mutuals.rules.models import Firing, Rule
from mutuals.rules.queries import Asked
from mutuals.rules.templates import templates


@pytest.fixture
def us(db):
    return cast.staff()


def written(name, by, *, on=True, now=cast.NOW, then=({"note": {"text": "x"}},), **more):
    told = {"when": "received", "then": list(then)} | more
    rule = keep.write(told, by=by, now=now, name=name)
    return keep.switch(rule, is_on=True, by=by, now=now) if on else rule


def test_a_rule_behind_one_that_takes_all_it_is_for_and_stops_can_never_fire(us):
    words, public = "words:says:refund", "public:is:yes"
    first = written("Refunds", us.lea, **{"if": [words]}, stop=True)
    hidden = written("Public refunds", us.lea, **{"if": [words, public]}, among=["network:is:town"])
    written("Public", us.lea, **{"if": [public]})
    written("Refunds or public", us.lea, **{"if": {"any": [{"field": "public", "op": "is", "value": True}]}})
    written("Otherwise", us.lea, **{"if": [words, public]}, otherwise=[{"note": {"text": "y"}}])
    written("Off", us.lea, on=False, **{"if": [words]})

    found = report.report(us.ada, now=cast.NOW)

    assert [(one.rule, one.by) for one in found.shadows] == [(hidden, first)]


def test_the_report_names_what_is_silent_held_broken_and_more_wrong_than_right(us):
    long_ago = cast.NOW - timedelta(days=100)
    silent = written("Silent", us.lea, now=long_ago, **{"if": ["words:says:x"]})
    noisy = written("Noisy", us.lea, **{"if": ["words:says:y"]})
    held = written("Held", us.lea, **{"if": ["words:says:z"]})
    orphan = written("Orphan", us.aron, **{"if": ["words:says:q"]})
    Rule.objects.filter(pk=held.pk).update(held_at=cast.NOW)
    us.aron.is_active = False
    us.aron.save()
    Firing.objects.bulk_create(
        Firing(rule=noisy, version=1, event=f"e{n}", at=cast.NOW, came_of="noise" if n < 40 else "good")
        for n in range(60)
    )

    found = report.report(us.ada, now=cast.NOW)

    assert (found.silent, found.held, found.noisy) == ([silent], [held], [noisy])
    assert [(rule, "no access" in why) for rule, why in found.broken] == [(orphan, True)]


def test_the_list_is_found_in_by_name_state_event_and_owner_and_walked_page_by_page(us):
    for n in range(queries.SHOWN + 2):
        written(f"Rule {n:03}", us.lea, on=n == 3, **{"if": ["words:says:x"]})
    daily = {"when": "clock", "every": "day", "if": ["stage:is:customer"]}
    written("Daily", us.aron, on=False, then=[{"add_tag": {"tag": "t"}}], **daily)

    first, after, count = queries.page(us.ada, Asked(), now=cast.NOW)
    rest, end, _ = queries.page(us.ada, Asked(), now=cast.NOW, after=after or 0)

    assert (len(first), len(rest), count, end) == (queries.SHOWN, 3, queries.SHOWN + 3, None)
    for asked, name in (
        (Asked(text="rule 007"), "Rule 007"), (Asked(kind="on"), "Rule 003"), (Asked(when="clock"), "Daily"),
        (Asked(owner_id=us.aron.pk), "Daily"),
    ):  # fmt: skip
        assert [rule.name for rule in queries.listed(us.ada, asked, now=cast.NOW)] == [name]
    assert not queries.listed(us.cleo, Asked(), now=cast.NOW)


def test_two_versions_are_compared_word_by_word_however_many_words_there_are(us):
    rule = written("Refunds", us.lea, **{"if": ["words:says:refund"]})
    rule = keep.write(rule.body | {"if": ["words:says:chargeback"]}, by=us.lea, now=cast.NOW, rule=rule, name="Refunds")
    many = [{"note": {"text": f"{n} " + "a b " * 120}} for n in range(10)]
    keep.write(rule.body | {"then": many}, by=us.lea, now=cast.NOW, rule=rule, name="Refunds")

    told = report.compared(rule, 1, 2, viewer=us.lea)
    long = report.compared(rule, 2, 3, viewer=us.lea)

    assert [words for kind, words in told if kind == "gone"] == ["words:says:refund"]
    assert [words for kind, words in told if kind == "new"] == ["words:says:chargeback"]
    assert "".join(words for kind, words in long if kind != "gone").split().count("a") == 1200
    with pytest.raises(Refusal, match="no version 9"):
        report.compared(rule, 1, 9, viewer=us.lea)


def test_the_gold_template_gives_to_the_seniors_with_half_an_hour_and_tells_the_press_and_the_dry_run_foretold_it(us):
    us.service.name = "Senior service"
    us.service.save()
    told = templates()["gold"]
    square = cast.source(owner=us.olga)
    bea = cast.person("Bea Brand", by=us.ada)
    hello = cast.said(square, cast.event("p0", "hello"))[0]
    Profile.objects.filter(pk=hello.profile_id).update(person=bea)
    Person.objects.filter(pk=bea.pk).update(tags=["gold"])
    events = [
        cast.event("p1", "This kettle is terrible, it leaks and nobody helps. I want to complain!"),
        cast.event("p2", "This kettle is terrible, it leaks and nobody helps. I want to complain!", who="bo"),
        cast.event("p3", "I love this kettle, thank you so much!"),
    ]
    before = cast.said(square, *events)

    dry = trial.dry_run(body.read(told, viewer=us.lea), by=us.lea, now=cast.NOW + cast.minutes(1))
    rule = keep.switch(keep.write(told, by=us.lea, now=cast.NOW), is_on=True, by=us.lea, now=cast.NOW)
    after = cast.said(square, *({**one, "id": f"{one['id']}b"} for one in events))

    fired = list(Firing.objects.filter(rule=rule).values_list("interaction_id", flat=True))
    case = Case.objects.get()
    assert list(dry.ids) == [before[0].pk]
    assert fired == [after[0].pk]
    assert (case.priority, case.due_at - case.opened_at) == ("urgent", timedelta(minutes=30))
    assert Turn.objects.get(pk=case.conversation_id).team == us.service
    assert [step["act"] for step in Firing.objects.get().steps] == ["give_to_team", "open_case", "tell_team"]


def test_a_busy_rule_does_not_hide_that_two_others_quarrel(us):
    one, other, busy = (
        written(name, us.lea, then=[{"give_to_team": {"team": team}}])
        for name, team in (("One", "Service"), ("Other", "Sales"), ("Busy", "Service"))
    )
    quiet, of_person = cast.NOW - timedelta(days=20), cast.NOW - timedelta(days=19)
    for rule in (one, other):
        steps = [{"act": "give_to_team", "with": {"team": rule.name}, "did": "x"}]
        Firing.objects.create(rule=rule, version=1, event="e", at=quiet, interaction_id=7, steps=steps)
        Firing.objects.create(rule=rule, version=1, event="p", at=of_person, person_id=8, steps=steps)
    Firing.objects.bulk_create(
        Firing(rule=busy, version=1, event=f"b{n}", at=cast.NOW) for n in range(queries._LOOKED + 1)
    )

    found = queries.quarrels(us.ada, now=cast.NOW)

    assert [(one.first, one.second, one.events) for one in found] == [(one, other, 2)]


def test_the_list_counts_no_more_of_a_week_than_it_shows_however_often_a_rule_fired(us):
    rule, calm = written("Busy", us.lea), written("Calm", us.lea)
    Firing.objects.bulk_create(
        Firing(
            rule=rule,
            version=1,
            event=f"b{n}",
            at=cast.NOW - timedelta(minutes=n),
            outcome="failed" if n < 2 else "done",
        )
        for n in range(queries.COUNTED + 5)
    )
    Firing.objects.create(rule=calm, version=1, event="old", at=cast.NOW - timedelta(days=8))
    Firing.objects.create(rule=calm, version=1, event="held", at=cast.NOW - timedelta(days=1), outcome="held")

    busy, other = queries.lines([rule, calm], now=cast.NOW + timedelta(minutes=1))

    assert (busy.runs, busy.errors, busy.is_many, busy.last_at) == (queries.COUNTED, 2, True, cast.NOW)
    assert (other.runs, other.is_many, other.last_at) == (0, False, cast.NOW - timedelta(days=1))
