"""Staff are told once what concerns them: a mention, a deal that is theirs now, what they follow; by API and terminal."""

import json

import pytest
from django.test import Client

import cast
from mutuals import cli, privacy
from mutuals.base import journal
from mutuals.inbox import work
from mutuals.sales import deals
from mutuals.staff import accounts, follow, notices_told
from mutuals.staff.models import Follow, Heard, Notice

pytestmark = pytest.mark.django_db(transaction=True)  # the journal is read as it is: what is committed


def as_(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def journal_is_read():
    """Reads on as the job does."""
    return lambda: notices_told.catch_up(cast.NOW)


def test_who_is_mentioned_given_something_or_follows_it_is_told_once_and_never_what_they_may_not_see(
    journal_is_read, capsys
):
    us = cast.staff()
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    bea = cast.person(by=us.olga)
    ada, ben = as_(us.ada), as_(us.ben)
    journal_is_read()

    # Ada follows Bea; Ben names Ada, Lea and a contractor in a note, gives Ada a deal of Bea's, changes Bea three times
    followed = ada.post("/api/v1/follows", {"about": f"person:{bea.pk}"}, content_type="application/json")
    work.note(turn, by=us.ben, text="@ada and @Lea, look; @cleo too. Write to bea@ben.example", now=cast.NOW)
    deal, _ = deals.open_deal(deals.DealIn("Kettles", "EUR", person=bea, owner=us.ada), by=us.ben, now=cast.NOW)
    for city in ("Porto", "Lisbon", "Braga"):
        ben.patch(f"/api/v1/people/{bea.pk}", {"city": city}, content_type="application/json")
    ada.patch(f"/api/v1/people/{bea.pk}", {"country": "PT"}, content_type="application/json")
    made, again = journal_is_read(), journal_is_read()
    told = ada.get("/api/v1/notices").json()["items"]
    lea = as_(us.lea).get("/api/v1/notices").json()["items"]
    cleo = as_(us.cleo).get("/api/v1/notices").json()["items"]

    assert followed.json()["name"] == "Bea Brand"
    assert (made > 0, again) == (True, 0)
    assert {(one["why"], one["record"]["about"], one["count"]) for one in told} == {
        ("mention", f"conversation:{turn.pk}", 1), ("given", f"deal:{deal.pk}", 1), ("followed", f"person:{bea.pk}", 3),
    }  # fmt: skip
    assert next(one["text"] for one in told if one["why"] == "mention").startswith(
        "Ben mentioned you: @ada and @Lea, look"
    )
    assert [one["why"] for one in lea] == ["mention"]
    assert cleo == []
    assert ben.get("/api/v1/notices").json()["items"] == []

    # the same from the terminal; read there is read everywhere
    def said(*argv):
        code = cli.main(["notices", *map(str, argv), "--as", us.ada.email, "--json"])
        out = capsys.readouterr()
        return code, json.loads(out.out or json.dumps(out.err))

    listed = said("list")[1]
    codes = [
        said(*argv)[0]
        for argv in (
            ("read", listed[0]["id"]), ("quiet", "20:00", "07:00"), ("follow", f"deal:{deal.pk}"), ("followed",),
            ("unfollow", f"deal:{deal.pk}"), ("quiet", "--none"),
        )
    ]  # fmt: skip
    refused = [said("follow", "deal:99999")[0], said("read")[0]]
    left = ada.post("/api/v1/notices/read", {"all": True}, content_type="application/json").json()

    assert [one["name"] for one in listed if one["why"] == "followed"] == ["Bea Brand"]
    assert set(codes) == {0}
    assert refused == [1, 1]
    assert left == {"marked": 2, "unread": 0}
    assert [one["read"] for one in said("list", "--all")[1]] == [True] * 3
    assert Follow.objects.filter(user=us.ada).count() == 1


def test_the_screens_tell_the_same_and_work_without_script(journal_is_read):
    us = cast.staff()
    bea = cast.person(by=us.olga)
    ada = as_(us.ada)
    journal_is_read()
    page = ada.get(f"/customers/{bea.pk}/").text
    ada.post("/follows/", {"about": f"person:{bea.pk}", "follow": "toggle"})
    beside = as_(us.ben).post("/here/", {"about": f"person:{bea.pk}", "editing": "1"})
    seen = ada.post("/here/", {"about": f"person:{bea.pk}", "first": "1"}).json()
    hidden = as_(us.cleo).post("/here/", {"about": f"person:{bea.pk}"})
    journal.note("person.edited", bea, by=us.ben, changes={"owner_id": [None, us.ada.pk]})
    journal.note("staff.told", f"staff:{us.ada.pk}", by=us.ben, text="Bea <b>called</b>", thing=f"person:{bea.pk}")
    journal_is_read()
    bell = ada.get("/notices/bell/").text
    shown, menu = ada.get("/notices/").text, ada.get("/notices/menu/").text
    number = Notice.objects.get(user=us.ada, why="given").pk
    opened = ada.get(f"/notices/go/?n={number}")
    others = as_(us.ben).get(f"/notices/go/?n={number}")
    read = ada.post("/notices/read/", {}, follow=True)
    undone = ada.post(f"/notices/read/?undo={number}", follow=True)
    wrong = ada.post("/notices/quiet/", {"since": "20:00"})
    kept = ada.post("/notices/quiet/", {"since": "20:00", "until": "07:00"}, follow=True)

    assert 'aria-label="Follow or leave"' in page
    assert f'data-here="person:{bea.pk}"' in page
    assert (beside.json()["star"], hidden.status_code) == (None, 404)
    assert "Ben is editing" in seen["here"]
    assert 'aria-label="Follow, followed by you"' in seen["star"]
    assert "Notices, 2 unread" in bell
    assert "Ben gave it to you" in shown
    assert "Bea &lt;b&gt;called" in shown
    assert "Bea Brand" in menu
    assert (opened.headers["Location"], others.status_code) == (f"/customers/{bea.pk}/", 404)
    assert "Nothing unread" in read.text
    assert "Ben gave it to you" in undone.text
    assert (wrong.status_code, kept.status_code) == (422, 200)
    assert ada.get("/notices/colleagues/?q=le").json() == {"items": [{"name": "Lea", "handle": "lea"}]}


def test_what_staff_were_told_goes_with_the_person_and_with_the_colleague(journal_is_read):
    us = cast.staff()
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    bea = cast.person(by=us.olga)
    journal_is_read()
    for user in (us.ada, us.lea):
        follow.begin(f"person:{bea.pk}", by=user)
    journal.note("person.edited", bea, by=us.ben, changes={"owner_id": [None, us.ada.pk]})
    journal.note("staff.told", f"staff:{us.ada.pk}", by=us.ben, text="Bea called", thing=f"person:{bea.pk}")
    work.note(turn, by=us.ben, text="@ada Bea Brand again", now=cast.NOW)
    journal_is_read()
    package = privacy.export(bea, by=us.aron, now=cast.NOW)[1].counts
    before = Notice.objects.filter(user=us.ada).count()

    accounts.deactivate(us.lea, by=us.olga, now=cast.NOW, transfer_to=us.ada)
    receipt = privacy.erase(bea, by=us.aron, now=cast.NOW)
    us.ada.refresh_from_db()

    assert before == 3
    assert package["staff"] == {"notices": 1, "files": 0}
    assert not Follow.objects.exists()
    assert [row.about for row in Notice.objects.all()] == [f"conversation:{turn.pk}"]
    assert us.ada.news == 1
    assert {name: receipt.counts["staff"][name] for name in ("notices", "follows")} == {"notices": 2, "follows": 1}
    assert Heard.objects.count() == 1
