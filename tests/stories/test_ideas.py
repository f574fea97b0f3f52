"""I10: what customers wish for, from their words to a shipped change of which they hear in their own conversation."""

import re

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.communities.models import Asker, Idea
from mutuals.history.models import Interaction
from mutuals.identity import link
from mutuals.processes import run

pytestmark = pytest.mark.django_db


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_two_wishes_become_one_idea_that_is_made_and_both_who_asked_are_answered():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    turns = [cast.turn(square, "p1", "Red lids, please", who="bea"), cast.turn(square, "p2", "A red lid?", who="bo")]
    for turn, name in zip(turns, ("Bea Brand", "Bo Brand"), strict=True):
        link.confirm(turn.conversation.opener, person=cast.person(name, by=us.ada), by=us.ada, now=cast.NOW)
    ada = as_(us.ada)

    # read in a message, then found again for the second one
    first, second = (Interaction.objects.get(conversation=turn.pk) for turn in turns)
    ada.post("/ideas/new/", {"message": first.pk, "title": "Red lids, please"})
    idea = Idea.objects.get()
    offered = ada.get(f"/ideas/new/?conversation={turns[1].pk}").text
    ada.post("/ideas/new/", {"message": second.pk, "idea": idea.pk})
    ada.post(f"/ideas/{idea.pk}/vote/", {"vote-person": "Bo Brand"})
    ada.post(f"/ideas/{idea.pk}/start/")
    for to in ("look", "try", "build", "tell", "done"):
        run.move(Idea.objects.get().item, to=to, by=us.ada, now=cast.NOW)
    done = ada.get(f"/ideas/{idea.pk}/").text
    ways = re.findall(r'href="(/inbox/\d+/)[^"]*">Answer<', done)
    answers = [ada.get(way).status_code for way in ways]
    ada.post(f"/ideas/{idea.pk}/told/", {"asker": list(Asker.objects.values_list("pk", flat=True))})
    told = ada.get(f"/ideas/{idea.pk}/").text

    assert "It is this one" in offered
    assert (Idea.objects.get().state, Idea.objects.get().askers, Idea.objects.get().votes) == ("done", 2, 1)
    assert "2 to be told" in done
    assert sorted(ways) == sorted(f"/inbox/{turn.pk}/" for turn in turns)
    assert answers == [200, 200]
    assert "to be told" not in told
    assert "Ada: told 2 of those who asked" in told


def test_the_same_from_the_terminal(capsys):
    us = cast.staff()
    (message,) = cast.said(cast.source(owner=us.olga), cast.event("p1", "Red lids, please"))
    bea = cast.person(by=us.ada)

    def said(*argv):
        code = cli.main(["ideas", *map(str, argv), "--json"])
        return code, capsys.readouterr().out

    made = said("ask", message.pk)
    idea = Idea.objects.get()
    other = said("add", "Lids in red", "--text", "All of them")
    two = Idea.objects.exclude(pk=idea.pk).get()
    codes = [
        said(*argv)[0]
        for argv in (
            ("vote", idea.pk, bea.pk),
            ("unvote", idea.pk, bea.pk),
            ("vote", idea.pk, bea.pk),
            ("merge", two.pk, idea.pk),
            ("part", two.pk),
            ("trash", two.pk),
            ("restore", two.pk),
            ("start", two.pk),
            ("state", idea.pk, "planned"),
        )
    ]
    refused = said("state", idea.pk, "declined")[0]
    missing = [
        said("show", 99)[0],
        said("ask", 99)[0],
        said("vote", idea.pk, 99)[0],
        said("add", "x", "--product", "9")[0],
    ]
    shown = said("show", idea.pk)[1]
    listed = said("list", "--sort", "value", "--find", "red")[1]

    assert made[0] == other[0] == 0
    assert '"new": true' in made[1]
    assert set(codes) == {0}
    assert (refused, set(missing)) == (1, {3})
    assert "Red lids, please" in shown
    assert "idea.state" in shown
    assert "Lids in red" in listed
    assert Idea.objects.get(pk=idea.pk).votes == 1
