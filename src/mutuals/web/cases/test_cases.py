"""Cases on screen: the list with its filters, one of them with all that belongs to it, opening one, an answer laid ready."""

import json

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.inbox import case_policy, cases, work
from mutuals.inbox.models import Case, Turn
from mutuals.people import organisations
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
    ada.post(f"/cases/{case.pk}/over/", {"do": "close", **cast.ENDED, "result": "A new lid"})
    shown = ada.get(f"/cases/{case.pk}/").text
    found = ada.get(f"/search/?q={case.reference}").text

    assert case.reference in listed
    assert "Leak &lt;b&gt;" in listed
    assert "Bea Brand" in listed
    assert f"/inbox/{turn.pk}/" in shown
    assert "Ada: solved, high: Fix, solved" in shown
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
    following = first.split('rel="next"')[0].rsplit('href="/cases/?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(f"/cases/?{following}").text

    assert first.index("Case 52") < first.index("Case 51")
    assert "Case 00" in second
    assert "Without a limit" not in first
    assert second.index("Case 00") < second.index("Without a limit")
    urgent = ada.get("/cases/?tab=mine&priority=urgent")  # words of before
    assert urgent.headers["Location"] == "/cases/?whose=mine&f=priority:is:urgent"
    assert "Case 0" not in ada.get("/cases/?f=priority:is:urgent").text
    told = {"?state=x": 404, "?after=9999": 404, "?q=" + "9" * 300: 200, "?f=priority:is:x": 422, "?sort=x": 200}
    assert {way: ada.get(f"/cases/{way}").status_code for way in told} == told


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
    assert cleo.post(f"/cases/{case.pk}/over/", {"do": "close", **cast.ENDED}).status_code == 403
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
    after = ada.get(f"/cases/{case.pk}/?view=steps").text
    listed = ada.get("/cases/").text

    assert "The usual steps</option>" in beside
    assert "Go on from New" in page
    assert sent["Location"] == f"/cases/{case.pk}/"
    assert "Go on from In work" in after
    assert "New → In work" in after
    assert "In work" in listed


def test_a_case_without_steps_gets_them_on_its_page_and_ends_with_them(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)
    ada = as_(us.ada)

    before = ada.get(f"/cases/{case.pk}/?view=steps").text
    gone = ada.post(f"/cases/{case.pk}/start/", {"steps": "99"}, follow=True).text
    ada.post(f"/cases/{case.pk}/start/", {"steps": "usual"})
    ada.post(f"/cases/{case.pk}/over/", {"do": "close", **cast.ENDED})
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


def test_a_case_of_an_organisation_is_opened_worked_on_seen_by_step_and_ended_on_screen(us):
    ada = as_(us.ada)
    firm = organisations.add(by=us.ada, name="Bar Nord", now=cast.NOW)
    turn = cast.turn(cast.source(owner=us.olga, team=us.service), text="Our kettle leaks")

    asked = ada.get(f"/cases/new/?organisation={firm.pk}").text
    nobodys = ada.post("/cases/new/", {"chosen": "1", "title": "Whose?"})
    made = ada.post("/cases/new/", {"organisation": firm.pk, "title": "Both leak", "severity": "critical", "kind": "Fault",
                                    "owner": us.ben.pk, "steps": "usual"})  # fmt: skip
    case = Case.objects.get()
    here = f"/cases/{case.pk}/"
    for told in ({"do": "line", "words": "Call them"}, {"do": "put", "name": "Kettle", "serial": "SN-1", "quantity": "2"},
                 {"do": f"join {turn.pk}"}):  # fmt: skip
        ada.post(f"{here}do/", told)
    ada.post(f"{here}do/", {"do": f"tick {case.checks.get().pk}"})
    ada.post("/cases/new/", {"parent": case.pk, "title": "The small one"})
    child = Case.objects.get(parent=case)
    circle = ada.post(f"{here}change/", {"title": "Both leak", "parent": child.reference})
    page, by_step = ada.get(here).text, ada.get(f"{here}?view=steps").text
    refused = ada.post(f"{here}over/", {"do": "close", **cast.ENDED, "result": "Two new lids"})
    ada.post(f"{here}over/", {"do": "close", **cast.ENDED, "result": "Two new lids", "children": "close"})
    after = ada.get(here).text

    assert "Bar Nord" in asked
    assert (nobodys.status_code, "Say whom it is for" in nobodys.text) == (422, True)
    assert made["Location"] == here
    for words in ("Our kettle leaks", "Call them", "SN-1", "Critical", "The small one", "Ben"):
        assert words in page, words
    assert "Our kettle leaks" in by_step
    assert "it is here now" in by_step
    assert (circle.status_code, "stands under" in circle.text) == (422, True)
    assert (refused.status_code, child.reference in refused.text, "Two new lids" in refused.text) == (422, True, True)
    assert "Two new lids" in after
    assert "Fix: solved" in after
    child.refresh_from_db()
    assert (child.state, child.organisation) == ("solved", firm)
    assert "Both leak" in ada.get("/cases/?state=all&serial=sn-1").text
    assert "Both leak" in ada.get(f"/organisations/{firm.pk}/").text
    assert "Both leak" in as_(us.ben).get("/cases/?whose=mine&state=all&f=severity:is:critical").text


def test_the_house_says_how_cases_are_kept(us):
    lea, aron = as_(us.lea), as_(us.aron)

    shown = aron.get("/settings/cases/").text
    wrong = aron.post("/settings/cases/", {"reopen_days": "900", "kinds": "Fault", "calendar": ""})
    aron.post("/settings/cases/", {"reopen_days": "5", "kinds": "Fault\nWish", "calendar": ""})
    row = case_policy.row()

    assert "Complaint" in shown
    assert wrong.status_code == 422
    assert (row.reopen_days, row.kinds) == (5, ["Fault", "Wish"])
    assert lea.post("/settings/cases/", {"reopen_days": "1"}).status_code == 403
