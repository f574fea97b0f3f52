"""The inbox as a page and in parts: what stands on it, who sees it, what it costs."""

import json

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.capture.models import Outgoing
from mutuals.history.models import Interaction, Revision
from mutuals.inbox import work
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def town(connector="mastodon"):
    """Staff, an answerable source, and one conversation that waits."""
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    turn = cast.turn(square)
    type(square).objects.filter(pk=square.pk).update(connector=connector)
    cast.channel(square, speakers=(us.ada,))
    return us, square, turn


def test_the_list_shows_who_waits_and_how_many_stand_in_each_tab():
    us, _, turn = town()

    page = signed_in(us.ada).get("/inbox/?tab=team").content.decode()

    assert f'href="/inbox/{turn.pk}/?tab=team"' in page
    assert "My kettle leaks." in page
    assert 'Team <span class="n">1</span>' in page


def test_hostile_names_and_words_are_printed_harmless():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    turn = cast.turn(square, text='<script>alert("x")</script> <img src=x onerror=alert(1)>', who="<script>bea")

    pages = [signed_in(us.ada).get(way).content.decode() for way in ("/inbox/?tab=all", f"/inbox/{turn.pk}/", "/")]

    assert all("<script>alert" not in page and "<script>bea" not in page and "<img src=x" not in page for page in pages)
    assert "&lt;script&gt;" in pages[1]


def test_a_contractor_sees_nothing_of_a_foreign_queue():
    us, _, turn = town()
    message = Interaction.objects.get(conversation_id=turn.pk)
    cleo = signed_in(us.cleo)

    codes = {cleo.get(f"/inbox/{turn.pk}/{part}").status_code for part in ("", "newest/", "older/")}
    posts = {
        cleo.post(
            f"/inbox/{turn.pk}/{act}/", {"to": us.cleo.pk, "until": "hour", "mode": "note", "text": "x"}
        ).status_code
        for act in ("assign", "close", "reopen", "wait", "snooze", "write")
    }
    wordings = cleo.get(f"/inbox/messages/{message.pk}/wordings/").status_code

    assert codes == posts == {404} == {wordings}
    assert "My kettle leaks." not in cleo.get("/inbox/?tab=all").content.decode()


def test_opening_marks_it_seen_and_shows_what_is_new():
    us, _, turn = town()

    page = signed_in(us.ada).get(f"/inbox/{turn.pk}/").content.decode()

    turn.refresh_from_db()
    assert "1 new" in page
    assert turn.unread == 0


def test_a_look_at_a_colleagues_turn_leaves_it_unread():
    us, _, turn = town()
    work.assign(turn, by=us.lea, to=us.ada, now=cast.NOW)

    signed_in(us.lea).get(f"/inbox/{turn.pk}/")

    turn.refresh_from_db()
    assert turn.unread == 1


def test_an_answer_is_queued_and_the_undo_brings_its_words_back():
    us, _, turn = town()
    client = signed_in(us.ada)

    sent = client.post(
        f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it first."}, headers={"HX-Request": "true"}
    )
    undo = json.loads(sent.headers["HX-Trigger"])["toast"]["undo"]
    asked_on = {"referer": f"http://testserver/inbox/{turn.pk}/?tab=all"}
    done = client.post(undo, follow=True, headers=asked_on)
    back = done.content.decode()

    assert "Descale it first." in sent.content.decode()
    assert Outgoing.objects.get().state == "cancelled"
    assert "Descale it first.</textarea>" in back
    assert "Taken back" in back
    assert done.redirect_chain[-1][0].startswith(f"/inbox/{turn.pk}/?tab=all&undone=")


def test_without_script_an_answer_is_a_form_and_a_page():
    us, _, turn = town()

    page = signed_in(us.ada).post(f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it."}, follow=True)

    assert page.redirect_chain[-1][0] == f"/inbox/{turn.pk}/"
    assert "Everyone can see this." in page.content.decode()
    assert "Undo" in page.content.decode()


def test_send_and_close_asks_for_both_and_then_closes():
    us, _, turn = town()
    client, words = signed_in(us.ada), {"mode": "reply", "text": "Done."}

    refused = client.post(f"/inbox/{turn.pk}/write/", {**words, "outcome": "solved"}, headers={"HX-Request": "true"})
    client.post(f"/inbox/{turn.pk}/write/", {**words, "purpose": "fix", "outcome": "solved"})

    turn.refresh_from_db()
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#composer-said")
    assert "Say what they wanted" in refused.content.decode()
    assert (turn.state, turn.purpose, turn.outcome) == ("closed", "fix", "solved")


def test_a_source_that_cannot_be_answered_says_so_and_still_takes_notes():
    us, _, turn = town(connector="files")
    client = signed_in(us.ada)

    page = client.get(f"/inbox/{turn.pk}/").content.decode()
    client.post(f"/inbox/{turn.pk}/write/", {"mode": "note", "text": "Ask the depot."})

    assert "This source cannot be answered" in page
    assert 'value="reply"' not in page
    assert Interaction.objects.get(direction="note").text == "Ask the depot."


def test_demonstration_data_lets_the_composer_be_tried_and_says_that_nothing_leaves():
    us, source, turn = town()
    type(source).objects.update(state="paused", settings={"demonstration": True})

    page = signed_in(us.olga).get(f"/inbox/{turn.pk}/").content.decode()
    answer = signed_in(us.ada).post(
        f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it."}, headers={"HX-Request": "true"}
    )

    assert "Nobody is behind it: try the composer, nothing is sent." in page
    assert 'value="reply" checked' in page
    assert 'href="/sources/new/"' in page
    assert answer.status_code == 422
    assert "answers do not leave this machine" in answer.content.decode()
    assert 'class="notice told"' in answer.content.decode()
    assert not Interaction.objects.filter(direction="out").exists()


def test_closing_has_an_undo_that_opens_it_again():
    us, _, turn = town()
    client = signed_in(us.ada)

    page = client.post(
        f"/inbox/{turn.pk}/close/", {"purpose": "help", "outcome": "answered"}, follow=True
    ).content.decode()
    client.post(f"/inbox/{turn.pk}/reopen/")

    assert f'action="/inbox/{turn.pk}/reopen/"' in page
    assert Turn.objects.get(pk=turn.pk).state == "open"


def test_a_failed_answer_shows_its_reason_and_is_tried_again():
    us, _, turn = town()
    client = signed_in(us.ada)
    client.post(f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it."})
    row = Interaction.objects.get(direction="out")
    Outgoing.objects.update(state="failed", error="Token expired")
    Interaction.objects.filter(pk=row.pk).update(status="failed", error="Token expired")

    page = client.get(f"/inbox/{turn.pk}/").content.decode()
    client.post(f"/inbox/messages/{row.pk}/again/")

    assert "Not sent: Token expired" in page
    assert Outgoing.objects.get().state == "queued"


def test_an_answer_that_came_back_is_written_anew_and_not_tried_again():
    us, _, turn = town()
    client = signed_in(us.ada)
    client.post(f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it."})
    row = Interaction.objects.get(direction="out")
    Outgoing.objects.update(state="sent")
    Interaction.objects.filter(pk=row.pk).update(status="failed", error="It came back from bea@harbour.example: no box")

    page = client.get(f"/inbox/{turn.pk}/").content.decode()
    anew = client.get(f"/inbox/{turn.pk}/?undone={row.pk}").content.decode()
    tried = client.post(f"/inbox/messages/{row.pk}/again/", follow=True).content.decode()

    assert f'href="/inbox/{turn.pk}/?undone={row.pk}#words">Write a new answer</a>' in page
    assert f'action="/inbox/messages/{row.pk}/again/"' not in page
    assert "Descale it.</textarea>" in anew
    assert "write a new answer" in tried
    assert Outgoing.objects.get().state == "sent"


def test_an_answer_in_doubt_is_settled_by_a_person():
    us, _, turn = town()
    client = signed_in(us.ada)
    client.post(f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "Descale it."})
    row = Interaction.objects.get(direction="out")
    Outgoing.objects.update(state="unknown")
    Interaction.objects.filter(pk=row.pk).update(status="unknown")

    page = client.get(f"/inbox/{turn.pk}/").content.decode()
    client.post(f"/inbox/messages/{row.pk}/settle/", {"there": "yes"})

    assert "It is not there" in page
    assert Outgoing.objects.get().state == "sent"


def test_many_are_closed_at_once_or_none():
    us, square, turn = town()
    type(square).objects.update(connector="webhook")
    other = cast.turn(square, key="p9", who="bo")
    client = signed_in(us.ada)

    client.post("/inbox/many/", {"id": [turn.pk, other.pk], "do": "close", "outcome": "solved"})
    states = set(Turn.objects.values_list("state", flat=True))
    client.post("/inbox/many/", {"id": [turn.pk, other.pk], "do": "close", "outcome": "solved", "purpose": "help"})

    assert states == {"open"}
    assert set(Turn.objects.values_list("state", flat=True)) == {"closed"}


def test_a_long_thread_opens_with_its_newest_messages_and_walks_back():
    us, square, turn = town()
    first = Interaction.objects.get(conversation_id=turn.pk)
    Interaction.objects.bulk_create(
        Interaction(
            source=square, key=f"k{n}", profile=first.profile, conversation_id=turn.pk, network="town", kind="reply",
            direction="in", status="received", is_public=True, occurred_at=cast.NOW + cast.minutes(n), text=f"word {n}.",
        )
        for n in range(1, 121)
    )  # fmt: skip
    client = signed_in(us.ada)

    newest = client.get(f"/inbox/{turn.pk}/").context["window"]
    older = client.get(f"/inbox/{turn.pk}/older/?before={newest.older.replace('+', '%2B')}").context["window"]

    assert next(item.text for item in newest.items if item.id) == "word 71."
    assert [item.text for item in older.items if item.id][::49] == ["word 21.", "word 70."]


def test_earlier_wordings_and_deletions_are_told():
    us, _, turn = town()
    row = Interaction.objects.get(conversation_id=turn.pk)
    Revision.objects.create(interaction_id=row.pk, text="My kettle weeps.", until=clock.now())
    Interaction.objects.filter(pk=row.pk).update(edited_at=clock.now())
    client = signed_in(us.ada)

    edited = client.get(f"/inbox/{turn.pk}/").content.decode()
    before = client.get(f"/inbox/messages/{row.pk}/wordings/").content.decode()
    Interaction.objects.filter(pk=row.pk).update(deleted_at=clock.now(), text="", status="deleted")

    assert f"/inbox/messages/{row.pk}/wordings/" in edited
    assert "My kettle weeps." in before
    assert "Deleted by its author" in client.get(f"/inbox/{turn.pk}/").content.decode()


def test_a_page_of_the_inbox_costs_the_same_however_long_the_list_is(django_assert_max_num_queries):
    us, square, _ = town(connector="webhook")
    client = signed_in(us.ada)
    cast.said(square, *[cast.event(f"q{n}", who=f"w{n}") for n in range(40)])
    turn = Turn.objects.latest("pk")

    with django_assert_max_num_queries(11):
        client.get("/inbox/?tab=all")
    with django_assert_max_num_queries(8):
        client.get("/inbox/rows/?tab=all")
    with django_assert_max_num_queries(26):
        client.get(f"/inbox/{turn.pk}/?tab=all")


def test_an_address_that_makes_no_sense_is_read_as_not_asked():
    us, _, _ = town()

    answer = signed_in(us.ada).get("/inbox/?tab=zz&state=%01&source=9999999999999999999999&after=_&pillar=x&seen_by=q")

    assert answer.status_code == 200


def test_tabs_count_under_every_filter_and_chips_name_what_they_filter():
    us, _, turn = town()
    other = cast.source(owner=us.olga, team=us.service, name="Other square")
    cast.turn(other, key="p2", who="cem")
    work.assign(turn, by=us.ada, to=us.ada, now=clock.now())

    of_source = signed_in(us.ada).get(f"/inbox/?tab=all&source={other.pk}").content.decode()
    of_owner = signed_in(us.ada).get(f"/inbox/?tab=all&assignee={us.ada.pk}").content.decode()

    assert 'All <span class="n">1</span>' in of_source
    assert "Other square</span><a" in of_source
    assert 'All <span class="n">1</span>' in of_owner
    assert f"{us.ada.name}</span><a" in of_owner
