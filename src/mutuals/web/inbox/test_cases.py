"""Cases on screen: the list with its filters, one of them with all that belongs to it, opening one, an answer laid ready."""

import json

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.inbox import cases, work
from mutuals.inbox.models import Case, Turn
from mutuals.people.models import Profile
from mutuals.rules import keep
from mutuals.rules.models import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_case_is_opened_beside_a_conversation_found_ended_and_told_with_its_history(us):
    square = cast.source(owner=us.olga, team=us.service)
    turn = cast.turn(square, text="My kettle leaks.")
    bea = cast.person("Bea Brand", by=us.ada)
    Profile.objects.filter(pk=turn.conversation.opener_id).update(person=bea)
    ada = as_(us.ada)

    ada.post("/cases/new/", {"conversation": turn.pk, "title": "Leak <b>", "priority": "high", "minutes": "30"})
    case = Case.objects.get()
    listed = ada.get("/cases/").text
    ada.post(f"/cases/{case.pk}/change/", {"state": "solved", "priority": "low"})
    shown = ada.get(f"/cases/{case.pk}/").text
    found = ada.get(f"/search/?q={case.reference}").text

    assert f"{case.reference}</span> Leak &lt;b&gt;" in listed
    assert "Bea Brand" in listed
    assert f"/inbox/{turn.pk}/" in shown
    assert "Ada: solved, low" in shown
    assert f"/cases/{case.pk}/" in found
    assert f"/cases/{case.pk}/" in ada.get(f"/inbox/{turn.pk}/").text
    assert f"/cases/{case.pk}/" in ada.get(f"/customers/{bea.pk}/").text
    assert "No case is open" in ada.get("/cases/").text


def test_the_list_is_narrowed_sorted_by_limit_and_walked_to_its_end(us):
    bea = cast.person("Bea Brand", by=us.ada)
    for n in range(53):
        cases.open_case(by=us.ada, now=cast.NOW, title=f"Case {n:02}", person=bea, minutes=100 - n)
    cases.open_case(by=us.ada, now=cast.NOW, title="Without a limit", person=bea, priority="urgent")
    ada = as_(us.ada)

    first = ada.get("/cases/?sort=limit").text
    following = first.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(f"/cases/?{following}").text

    assert first.index("Case 52") < first.index("Case 51")
    assert "Case 00" in second
    assert "Without a limit" not in first + second
    assert "Case" not in ada.get("/cases/?priority=urgent").text.split("<tbody")[1].split("Without a limit")[0]
    for hostile in ("?state=x", "?after=9999", "?q=" + "9" * 300, "?sort=x&priority=x"):
        assert ada.get(f"/cases/{hostile}").status_code == 200


def test_what_rules_did_stands_on_the_pages_of_what_they_did_it_to(us):
    square = cast.source(owner=us.olga, team=us.service)
    cast.channel(square, speakers=(us.ada,))
    told = {"when": "received", "if": ["words:says:refund"], "then": [{"prepare": {"text": "We pay back."}}]}
    told["then"].append({"open_case": {"title": "Refund"}})
    rule = keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name="Pays back"), is_on=True, by=us.lea, now=cast.NOW)
    turn = cast.turn(square, text="refund please")
    ada = as_(us.ada)

    beside = ada.get(f"/inbox/{turn.pk}/").text
    of_case = ada.get(f"/cases/{Case.objects.get().pk}/").text
    ada.post(f"/inbox/{turn.pk}/draft/")

    for page in (beside, of_case):
        assert f'href="/rules/{rule.pk}/">Version 1 of the rule</a>' in page
        assert "An answer is prepared; nobody has sent it" in page
        assert "refund" in page
    assert Turn.objects.get(pk=turn.pk).draft == ""


def test_a_contractor_sees_their_own_cases_and_none_that_is_not_theirs(us):
    turn = cast.turn(cast.source(owner=us.olga))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)
    cleo = as_(us.cleo)

    assert "Leak" not in cleo.get("/cases/?state=all").text
    assert cleo.get(f"/cases/{case.pk}/").status_code == 404
    assert cleo.post("/cases/new/", {"conversation": turn.pk, "title": "Mine"}).status_code == 403
    assert cleo.post(f"/cases/{case.pk}/change/", {"state": "solved"}).status_code == 403
    assert as_(us.ada).get("/cases/99/").status_code == 404


def test_a_case_is_opened_by_the_usual_steps_and_moved_on_its_own_page(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    ada = as_(us.ada)

    beside = ada.get(f"/inbox/{turn.pk}/").text
    ada.post("/cases/new/", {"conversation": turn.pk, "title": "Leak", "steps": "usual"})
    case = Case.objects.get()
    page = ada.get(f"/cases/{case.pk}/").text
    form = {"do": "move work", "seen": "1", "at": "record"}
    sent = ada.post(f"/processes/items/{case.item.pk}/", form)
    after = ada.get(f"/cases/{case.pk}/").text
    listed = ada.get("/cases/").text

    assert "The usual steps</option>" in beside
    assert "Go on from New" in page
    assert sent["Location"] == f"/cases/{case.pk}/"
    assert "Go on from In work" in after
    assert "New → In work" in after
    assert "Open, In work" in listed


def test_a_case_without_steps_gets_them_on_its_page_and_ends_with_them(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)
    ada = as_(us.ada)

    before = ada.get(f"/cases/{case.pk}/").text
    gone = ada.post(f"/cases/{case.pk}/start/", {"steps": "99"}, follow=True).text
    ada.post(f"/cases/{case.pk}/start/", {"steps": "usual"})
    ada.post(f"/cases/{case.pk}/change/", {"state": "solved", "priority": "normal"})
    after = ada.get(f"/cases/{case.pk}/").text

    assert "It goes by none yet" in before
    assert "not in use any more" in gone
    case.refresh_from_db()
    assert (case.state, case.item.state) == ("solved", "done")
    assert "Go on from" not in after
    assert as_(us.cleo).post(f"/cases/{case.pk}/start/", {"steps": "usual"}).status_code == 403


def test_a_contractor_reads_a_case_of_theirs_without_its_steps(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.elsewhere))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation, is_usual=True)

    page = as_(us.cleo).get(f"/cases/{case.pk}/")

    assert page.status_code == 200
    assert "Service case" not in page.text


def test_a_note_of_a_rule_stands_in_the_thread_as_the_rules_own(us, capsys):
    square = cast.source(owner=us.olga, team=us.elsewhere)
    then = [{"note": {"text": "Ask for the receipt"}}, {"open_case": {"title": "Refund"}}]
    told = {"when": "received", "if": ["words:says:refund"], "then": then}
    keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name="Receipts"), is_on=True, by=us.lea, now=cast.NOW)
    turn = cast.turn(square, text="refund please")
    work.note(turn, by=us.lea, text="By hand", now=cast.NOW)

    by_ada, by_lea, by_cleo = (as_(one).get(f"/inbox/{turn.pk}/").text for one in (us.ada, us.lea, us.cleo))
    cli.main(["inbox", "show", str(turn.pk), "--as", us.ada.email, "--json"])
    said = {one["text"]: one["who"] for one in json.loads(capsys.readouterr().out)["messages"]}

    for page, who in ((by_ada, "Lea"), (by_lea, "you")):
        assert "The rule “Receipts”, of Lea<" in page
        assert f"The rule “Receipts”, of {who}, opened case C-" in page
    assert "A rule, of Lea" in by_cleo
    assert "Receipts" not in by_cleo
    assert (said["Ask for the receipt"], said["By hand"]) == ("the rule “Receipts”, of Lea", "Lea")
    Rule.objects.all().delete()
    assert "A rule, of Lea" in as_(us.ada).get(f"/inbox/{turn.pk}/").text
