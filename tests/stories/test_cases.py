"""Cases as those who do service want them: one case over several channels (G2), two views of the same work (C9), an end with
purpose and result (G10), a policy of opening again, whose they are, their family, their parts and their checklist.
"""

from __future__ import annotations

import json
from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

import cast
from mutuals import cli, privacy
from mutuals.base import clock
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import merge
from mutuals.inbox import case_close, case_edit, case_policy, case_story, case_talks, cases, stepped, work
from mutuals.inbox.models import Case, CaseTalk
from mutuals.people import organisations
from mutuals.people.models import Profile
from mutuals.processes import run, usual
from mutuals.processes.models import Item
from mutuals.staff import accounts, calendars, tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def api(user, method: str, way: str, body: object = None, **headers: str):
    secret = tokens.make(user, name="desk", scopes=["read", "write"], now=clock.now())[1]
    answer = getattr(Client(), method)(
        f"/api/v1{way}",
        *([] if body is None else [json.dumps(body)]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", **headers},
    )
    return answer.status_code, json.loads(answer.content), answer


def known(turn, person):
    """It is known who began this conversation."""
    Profile.objects.filter(pk=turn.conversation.opener_id).update(person=person)
    turn.refresh_from_db()
    return turn


def test_what_began_in_public_goes_on_by_mail_as_one_case_and_no_stranger_gets_in_by_its_reference(us) -> None:
    square, post = cast.source(owner=us.olga, team=us.service), cast.source("Letters", owner=us.olga, team=us.service)
    bea = cast.person("Bea Brand", by=us.ada)
    first = known(cast.turn(square, "p1", "My kettle leaks.", who="bea"), bea)
    letter = known(cast.turn(post, "m1", "An old letter.", who="b.brand", at=cast.NOW - timedelta(days=9)), bea)
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=first.conversation, person=bea)

    later = cast.NOW + timedelta(hours=1)
    cast.said(post, cast.event("m2", f"About {case.reference}: here is the receipt.", who="b.brand", at=later))
    cast.said(post, cast.event("m3", f"Tell me of {case.reference}, too.", who="mallory", at=later))
    cast.said(square, cast.event("p2", "It still leaks.", reply_to="p1", at=later + timedelta(hours=1)))
    told = case_story.thread(case, us.ada)
    [hint] = case_talks.suggested(case)
    status, shown, _ = api(us.ada, "get", f"/cases/{case.pk}")
    _, joined, _ = api(us.ada, "post", f"/cases/{case.pk}/talks", {"conversation_id": letter.pk})
    _, parted, _ = api(us.ada, "delete", f"/cases/{case.pk}/talks/{hint.conversation_id}")

    assert [one.text for one in told] == [
        "My kettle leaks.",
        f"About {case.reference}: here is the receipt.",
        "It still leaks.",
    ]
    assert len({one.source_id for one in told}) == 2
    assert hint.conversation.opener is not None
    assert hint.conversation.opener.key == "mallory"
    assert (status, shown["suggested_ids"]) == (200, [hint.conversation_id])
    assert letter.pk in joined["conversation_ids"]
    assert parted["suggested_ids"] == []
    with pytest.raises(Refusal, match="began in this conversation"):
        case_talks.part_talk(case, first.conversation, by=us.ada)
    again, is_new = cases.open_case(by=us.ben, now=cast.NOW, title="Again", conversation=letter.conversation)
    assert (again, is_new) == (case, False)
    assert not CaseTalk.objects.filter(conversation__opener__key="mallory", is_open=True).exists()


def test_a_customers_word_opens_a_case_again_within_the_days_of_the_house_and_a_new_one_that_names_it_after_them(
    us,
) -> None:
    square = cast.source(owner=us.olga, team=us.service)
    turn = cast.turn(square, "p1")
    case_policy.change(by=us.aron, reopen_days=3)
    told = {"title": "Leak", "conversation": turn.conversation, "severity": "severe", "owner": us.ada, "is_usual": True}
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, **told)
    case_close.close(case, by=us.ada, now=cast.NOW, **cast.ENDED, result="Sent a new lid.")

    def speaks(key: str, days: int, who: str = "bea") -> Case:
        at = cast.NOW + timedelta(days=days)
        cast.said(square, cast.event(key, "It leaks again.", reply_to="p1", at=at, who=who), now=at)
        case.refresh_from_db()
        return case

    ended = (case.__class__.objects.get(pk=case.pk).reopen_until, speaks("old", -1).state)
    by_a_stranger = speaks("s1", 1, "mallory").state
    again = speaks("p2", 2)
    was = (again.state, again.reopened, again.outcome, Item.objects.get(case=case).state)
    case_close.close(case, by=us.ada, now=cast.NOW + timedelta(days=2), **cast.ENDED)
    late = speaks("p3", 9)
    speaks("p4", 10)

    assert ended == (cast.NOW + timedelta(days=3), "solved")
    assert by_a_stranger == "solved"
    assert was == ("open", 1, "", "running")
    assert late.state == "solved"
    new = Case.objects.get(follows=case)
    assert (new.state, new.title, new.severity, new.owner, new.opened_by) == (
        "open",
        "Leak",
        "severe",
        us.ada,
        f"case:{case.pk}",
    )
    assert Entry.objects.filter(kind="case.followed", about=f"case:{case.pk}").count() == 1


def test_a_case_is_worked_on_over_the_api_until_it_ends_with_what_came_of_it(us) -> None:
    firm = organisations.add(by=us.ada, name="Bar Nord", now=cast.NOW)
    told = {"title": "Both kettles leak", "organisation_id": firm.pk, "severity": "critical", "kind": "fault"}
    status, made, answer = api(us.ada, "post", "/cases", told)
    here = f"/cases/{made['id']}"

    mark = answer["ETag"]
    _, edited, _ = api(us.ada, "patch", here, {"owner_id": us.ben.pk, "team_id": us.service.pk}, **{"If-Match": mark})
    stale, _, _ = api(us.ada, "patch", here, {"severity": "slight"}, **{"If-Match": mark})
    parts = [{"name": "Kettle", "quantity": "2", "serial": "sn-77"}, {"name": "Lid"}]
    api(us.ada, "put", f"{here}/parts", {"parts": parts})
    _, line, _ = api(us.ada, "post", f"{here}/checks", {"words": "Ask for the receipt"})
    _, ticked, _ = api(us.ada, "patch", f"{here}/checks/{line['id']}", {"done": True})
    _, child, _ = api(us.ada, "post", "/cases", told | {"title": "The first one", "parent_id": made["id"]})
    circle, why, _ = api(us.ada, "patch", here, {"parent_id": child["id"]})
    bare, bare_why, _ = api(us.ada, "patch", here, {"state": "solved"})
    over = {"purpose": "fix", "outcome": "passed_on", "result": "The workshop has them."}
    held, held_why, _ = api(us.ada, "post", f"{here}/close", over)
    _, closed, _ = api(us.ada, "post", f"{here}/close", over | {"children": "close"})
    _, twice, _ = api(us.ada, "post", f"{here}/close", over)
    _, found, _ = api(us.ben, "get", "/cases?serial=SN-77&tab=mine")
    _, open_, _ = api(us.ada, "post", f"{here}/reopen", {})
    wrong, _, _ = api(us.ada, "post", "/cases", told | {"kind": "haunting"})

    assert (status, made["organisation"]["name"], made["kind"], made["severity"]) == (
        201,
        "Bar Nord",
        "Fault",
        "critical",
    )
    assert (edited["owner"]["name"], edited["team"]["name"], stale) == ("Ben", "Service", 412)
    assert (ticked["by"]["name"], ticked["done_at"] is not None) == ("Ada", True)
    assert (circle, "parent" in json.dumps(why)) == (422, True)
    assert (bare, "purpose" in json.dumps(bare_why)) == (422, True)
    assert (held, child["reference"] in json.dumps(held_why)) == (422, True)
    assert (closed["state"], closed["outcome"], closed["result"]) == ("solved", "passed_on", "The workshop has them.")
    assert Case.objects.get(pk=child["id"]).outcome == "passed_on"
    assert twice["changed_at"] == closed["changed_at"]
    assert [one["id"] for one in found["items"]] == [made["id"]]
    assert (open_["state"], open_["reopened"], open_["outcome"], wrong) == ("open", 1, "", 422)
    assert [one["serial"] for one in open_["parts"]] == ["sn-77", ""]


def test_the_database_refuses_an_end_without_outcome_and_a_second_open_case_of_one_conversation(us) -> None:
    square = cast.source(owner=us.olga)
    one, two = cast.turn(square, "p1", who="bea"), cast.turn(square, "p2", who="bo")
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=one.conversation)
    other, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Steam", conversation=two.conversation)

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="solved")
    with pytest.raises(Refusal, match="is open in this conversation"):
        case_talks.join_talk(case, two.conversation, by=us.ada, now=cast.NOW)
    case_close.close(other, by=us.ada, now=cast.NOW, **cast.ENDED)
    case_talks.join_talk(case, two.conversation, by=us.ada, now=cast.NOW)
    with pytest.raises(Refusal, match="Another case is open"):
        case_close.reopen(other, by=us.ada, now=cast.NOW)


def test_a_case_by_steps_is_asked_for_purpose_and_outcome_at_its_end_changes_its_process_and_shows_what_was_done_where(
    us,
) -> None:
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation, is_usual=True)
    hour = timedelta(hours=1)

    run.move(Item.objects.get(), to="work", by=us.ada, now=cast.NOW + hour)
    work.note(turn, by=us.ada, text="Asked the workshop", now=cast.NOW + hour * 2)
    run.move(Item.objects.get(), to="agree", by=us.ada, now=cast.NOW + hour * 3)
    with pytest.raises(Refusal, match="asks for: purpose, outcome") as refused:
        run.move(Item.objects.get(), to="closed", by=us.ada, now=cast.NOW + hour * 4)
    said = {"purpose": "fix", "outcome": "solved", "result": "A new lid."}
    run.move(Item.objects.get(), to="closed", by=us.ada, now=cast.NOW + hour * 4, values=said)
    case.refresh_from_db()
    stays = case_story.stays(case, us.ada, case_story.thread(case, us.ada), cases.history_of(case, us.ada))

    assert set(refused.value.fields) == {"purpose", "outcome"}
    assert (case.state, case.result, case.ended_by) == ("solved", "A new lid.", us.ada)
    assert [one.step for one in stays] == ["New", "In work", "Customer agrees", "Closed"]
    assert [[one.text for one in stay.said] for stay in stays[:2]] == [["My kettle leaks."], ["Asked the workshop"]]
    assert (stays[1].seconds, stays[1].by) == (2 * 3600, "Ada")
    case_close.reopen(case, by=us.ada, now=cast.NOW + hour * 5)
    other = usual.of("case", by=us.lea, now=cast.NOW, pillar="service")
    assert stepped.change_process(case, other, by=us.ada, now=cast.NOW) == case  # it goes by it already


def test_limits_of_cases_run_by_the_calendar_of_the_house(us) -> None:
    bea = cast.person(by=us.ada)
    calendars.put("Desk", "UTC", {day: [(time(9), time(11))] for day in range(5)}, by=us.aron)
    case_policy.change(by=us.aron, calendar="Desk")

    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", person=bea, minutes=90)  # Friday, ten o'clock

    assert case.due_at == cast.NOW + timedelta(days=3) - timedelta(
        minutes=30
    )  # an hour on Friday, half of one on Monday


def test_whoever_leaves_hands_their_cases_over_and_a_contractor_sees_no_more_than_before(us) -> None:
    square = cast.source(owner=us.olga, team=us.elsewhere)
    turn, other = cast.turn(square, "p1"), cast.turn(cast.source("Other", owner=us.olga), "p2", who="bo")
    bea = cast.person(by=us.ada)
    mine, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Hers", person=bea, owner=us.ada)
    theirs, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Cleo's", conversation=other.conversation)
    case_talks.join_talk(theirs, turn.conversation, by=us.ada, now=cast.NOW)

    assert [one.pk for one in cases.listed(us.ada, tab="mine")] == [mine.pk]
    assert [one.pk for one in cases.listed(us.ada, tab="unassigned")] == [theirs.pk]
    assert cases.listed(us.cleo) == []
    with pytest.raises(Refusal):
        case_edit.give(mine, by=us.ada, now=cast.NOW, to=us.cleo)
    with pytest.raises(accounts.StillNeeded, match="1 open cases"):
        accounts.deactivate(us.ada, by=us.olga, now=cast.NOW)
    accounts.deactivate(us.ada, by=us.olga, now=cast.NOW, transfer_to=us.ben)
    assert Case.objects.get(pk=mine.pk).owner == us.ben


def test_a_case_stays_with_its_person_through_a_merge_and_goes_with_them_when_they_are_erased(us) -> None:
    bea, twin = cast.person("Bea Brand", by=us.ada), cast.person("B. Brand", by=us.ada)
    firm = organisations.add(by=us.ada, name="Bar Nord", now=cast.NOW)
    hers, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Kettle of Bea", person=twin)
    of_firm, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Lids", person=twin, organisation=firm)
    case_close.close(hers, by=us.ada, now=cast.NOW, **cast.ENDED, result="Zebra words")

    merge.merge(bea, twin, by=us.ada, now=cast.NOW)
    _, found, _ = api(us.ada, "get", f"/cases?person_id={bea.pk}")
    package, _ = privacy.export(bea, by=us.aron, now=cast.NOW)
    privacy.erase(bea, by=us.olga, now=cast.NOW)

    assert {one["id"] for one in found["items"]} == {hers.pk, of_firm.pk}
    assert Case.objects.get().organisation == firm
    assert Case.objects.get().person is None
    assert cast.everywhere("Zebra words") == []
    assert package is not None


def test_the_same_from_the_terminal(us, capsys) -> None:
    bea = cast.person(by=us.ada)
    turn = cast.turn(cast.source(owner=us.olga))

    def said(*words: object):
        code = cli.main([*map(str, words), "--as", us.ada.email, "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out or told.err)

    _, made = said("cases", "open", 0, "Leak", "--person", bea.pk, "--severity", "severe", "--kind", "Fault")
    ref = made["reference"]
    _, under = said("cases", "open", turn.pk, "Lid", "--under", ref)
    said("cases", "give", ref, "--to", us.ben.email)
    said("cases", "parts", ref, "--part", "2x Kettle #SN-9")
    _, line = said("cases", "check", ref, "Call the workshop")
    said("cases", "check", ref, line["id"])
    refused, why = said("cases", "close", ref, "--purpose", "fix", "--outcome", "solved")
    _, closed = said("cases", "close", ref, "--purpose", "fix", "--outcome", "solved", "--children", "leave")
    _, open_ = said("cases", "reopen", ref, "--because", "They called")
    _, found = said("cases", "list", "--serial", "sn-9")
    _, shown = said("cases", "show", ref)
    _, policy = said("cases", "policy")

    assert (refused, under["reference"] in json.dumps(why)) == (1, True)
    assert (closed["state"], open_["state"]) == ("solved", "open")
    assert [one["reference"] for one in found] == [ref]
    assert (shown["owner"], shown["under"], shown["checks"][0]["done"]) == ("Ben", [under["reference"]], True)
    assert shown["parts"] == [{"name": "Kettle", "quantity": "2.000", "serial": "SN-9"}]
    assert (policy["days"], "Fault" in policy["kinds"]) == (14, True)
