"""C6: what we promise to customers is tracked to its end, and the customer is told. By API and by terminal."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals import cli, privacy
from mutuals.base import clock
from mutuals.capture.tests.tiny import installed
from mutuals.history.models import Interaction
from mutuals.identity import split
from mutuals.inbox import answer, promises, promises_found, promises_listed, promises_people
from mutuals.inbox.models import Promise, Turn
from mutuals.people.models import Person, Profile
from mutuals.people.privacy import holder
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


def api(user, method: str, way: str, body: object = None):
    secret = tokens.make(user, name="shop", scopes=["read", "write"], now=clock.now())[1]
    return getattr(Client(), method)(
        f"/api/v1{way}",
        *([] if body is None else [json.dumps(body)]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


@pytest.fixture
def terminal(capsys):
    """Run a command as Ada: its exit code and its JSON."""

    def run(*argv: object) -> tuple[int, object]:
        capsys.readouterr()
        code = cli.main([*map(str, argv), "--json", "--as", "ada@kettleworks.example"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else None

    return run


def test_a_refund_by_friday_is_promised_becomes_late_holds_its_case_and_the_customer_is_told(terminal):
    with installed():
        us, now = cast.staff(), clock.now()
        turn = cast.turn(cast.answerable(us))
        bea = cast.person(by=us.ada)
        Profile.objects.filter(pk=turn.conversation.opener_id).update(person=bea)
        turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
        case = api(us.ada, "post", "/cases", {"title": "Leaks", "conversation_id": turn.pk}).json()
        words = "You will get the refund within 3 days."

        # it is found in what is about to be sent, and in what was sent; nothing is open by itself
        (read,) = api(us.ada, "post", "/promises/read", {"text": f"So sorry! {words} Is that fine?"}).json()["items"]
        said = answer.reply(turn, by=us.ada, text=f"So sorry! {words}", now=now)
        promises_found.find_in(said.pk, now=now)
        _, (suggested,) = terminal("promises", "list", "--state", "suggested")
        assert (read["words"], suggested["words"], suggested["person"]) == (words, words, "Bea Brand")
        assert api(us.ada, "get", "/promises").json()["items"] == []

        # said to be one, it is open, of her who wrote it, in the case
        code, opened = terminal("promises", "confirm", suggested["id"])
        shown = api(us.ben, "get", f"/promises/{suggested['id']}").json()
        assert (code, opened["state"], opened["owner"]) == (0, "open", "Ada")
        assert (shown["case_id"], shown["said_in"], shown["is_late"]) == (case["id"], f"interaction:{said.pk}", False)
        made_again = api(us.ben, "post", "/promises", {"words": words, "message_id": said.pk}).json()
        assert made_again["id"] == suggested["id"]

        # late, it is told to her, and red for everybody
        Promise.objects.update(due_at=now - timedelta(minutes=1), alert_at=now - timedelta(minutes=1))
        assert promises_found.alert(now) == 1
        late = api(us.ben, "get", "/promises?tab=late").json()["items"]
        page = Client()
        page.force_login(us.ben)
        assert [one["is_late"] for one in late] == [True]
        assert "t-late" in page.get(f"/customers/{bea.pk}/").content.decode()

        # the case does not end before it is kept
        closing = {"purpose": "fix", "outcome": "solved"}
        refused = api(us.ada, "post", f"/cases/{case['id']}/close", closing)
        assert (refused.status_code, words in refused.json()["detail"]) == (422, True)
        code, kept = terminal("promises", "keep", suggested["id"])
        assert (code, kept["drafted"], words in kept["text"]) == (0, True, True)
        assert api(us.ada, "post", f"/cases/{case['id']}/close", closing).json()["state"] == "solved"

        # and the customer is told by an answer that left
        turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
        told = answer.reply(turn, by=us.ada, text=turn.draft, now=clock.now())
        Interaction.objects.filter(pk=told.pk).update(status="sent")
        promises_found.told(clock.now())
        assert terminal("promises", "show", suggested["id"])[1]["told"] is not None


def test_each_act_is_there_for_programs_and_for_the_terminal_and_refuses_with_reasons(terminal):
    us = cast.staff()
    bea, due = cast.person(by=us.ada), (clock.now() + timedelta(days=2)).isoformat()
    one = api(us.ada, "post", "/promises", {"words": "We call you", "person_id": bea.pk, "due_at": due}).json()
    other = terminal("promises", "make", "We send a lid", "--person", bea.pk, "--due", due)[1]
    where, later = f"/promises/{one['id']}", (clock.now() + timedelta(days=3)).isoformat()

    moved = api(us.ben, "post", f"{where}/move", {"due_at": later, "reason": "He is away"})
    handed = api(us.ben, "post", f"{where}/hand", {"owner_id": us.ben.pk}).json()
    ended = api(us.ben, "post", f"{where}/end", {"state": "broken"})
    broken = api(us.ben, "post", f"{where}/end", {"state": "broken", "reason": "No line"}).json()
    again = api(us.ben, "post", f"{where}/reopen").json()
    kept = api(us.ben, "post", f"{where}/keep").json()
    told = api(us.ben, "post", f"{where}/tell").json()

    assert (moved.status_code, handed["owner"]["name"], ended.status_code) == (200, "Ben", 422)
    assert (broken["state"], broken["reason"], again["state"]) == ("broken", "No line", "open")
    assert (kept["promise"]["state"], kept["is_drafted"]) == ("kept", False)
    assert told["told_at"] is not None
    assert terminal("promises", "move", other["id"], later, "Later")[0] == 0
    assert terminal("promises", "hand", other["id"], "ben@kettleworks.example")[1]["owner"] == "Ben"
    assert terminal("promises", "told", other["id"])[0] != 0
    assert terminal("promises", "withdraw", other["id"], "They have one")[1]["state"] == "withdrawn"
    assert (
        terminal("promises", "list", "--person", bea.pk, "--state", "any", "--sort", "newest")[1][0]["words"]
        == "We send a lid"
    )
    assert promises_listed.one(us.cleo, one["id"]) is None
    assert api(us.ada, "post", "/promises", {"words": "We call", "about": "deal:999"}).status_code == 422


def test_promises_go_along_when_people_are_split_and_go_when_somebody_is_erased():
    us, now = cast.staff(), clock.now()
    square = cast.source(owner=us.olga)
    turn = cast.turn(square)
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    Profile.objects.filter(pk=turn.conversation.opener_id).update(person=bea)
    turn = Turn.objects.select_related("conversation__opener__person__canonical").get(pk=turn.pk)
    own, _ = promises.make(by=us.ada, now=now, words="We call Bea back", person=bea)
    talked, _ = promises.make(by=us.ada, now=now, words="We send Bea a lid", turn=turn)
    who = holder(bea)
    assert [one["words"] for one in promises_people.export(who)["promises"]] == [own.words, talked.words]

    done = split.some(bea, [turn.conversation.opener_id], by=us.ada, now=now)
    other = Person.objects.get(pk=Promise.objects.get(pk=talked.pk).person_id)
    assert (done is not None, Promise.objects.get(pk=own.pk).person, other != bea) == (True, bea, True)

    privacy.erase(bea, by=us.aron, now=now)
    assert not Promise.objects.filter(pk=own.pk).exists()
    privacy.erase(other, by=us.aron, now=now)
    assert cast.everywhere("We send Bea a lid") == []
