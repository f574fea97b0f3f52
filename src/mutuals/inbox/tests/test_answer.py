"""Answering: whom, in public or not, and once."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection

import cast
from cast import NOW, minutes
from mutuals.capture.models import Outgoing
from mutuals.history.models import Interaction
from mutuals.identity import joins, link, merge
from mutuals.inbox import answer, queries
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db


def more(square, key, n, **told):
    """A further message of the thread, `n` minutes later."""
    return cast.said(square, cast.event(key, at=NOW + minutes(n), reply_to="p1", **told), now=NOW + minutes(n))[0]


@pytest.mark.parametrize("first", [True, False], ids=["public, then direct", "direct, then public"])
def test_the_composer_says_who_will_see_the_answer_as_it_then_goes_out(us, square, first):
    turn = cast.turn(square, public=first)
    more(square, "p2", 5, public=not first)

    offered = answer.ways(turn, by=us.ada)
    row = answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(6))

    assert offered.is_public is row.is_public is not first


@pytest.mark.parametrize("first", [True, False], ids=["public, then direct", "direct, then public"])
def test_a_conversation_with_any_public_message_is_public_in_the_list(us, square, first):
    turn = cast.turn(square, public=first)
    more(square, "p2", 5, public=not first)

    turn.refresh_from_db()
    conversation = turn.conversation
    conversation.refresh_from_db()

    assert (turn.is_public, conversation.is_public) == (True, True)


def test_messages_of_one_batch_make_a_conversation_public_whichever_is_first(us, square):
    mixed = [cast.event("p1", public=False), cast.event("p2", public=True, reply_to="p1", at=NOW + minutes(1))]

    cast.said(square, *mixed)

    assert Turn.objects.get().is_public


def test_an_answer_goes_to_who_spoke_and_not_to_who_liked_it(us, square):
    turn = cast.turn(square)
    more(square, "l1", 5, kind="like", who="bo")

    target = queries.last_from_them(turn)

    assert target.key == "p1"


def test_words_for_one_person_do_not_go_in_public_to_another_who_wrote_since(us, square):
    turn = cast.turn(square, public=False)
    shown = answer.ways(turn, by=us.ada)
    more(square, "p2", 5, public=True, who="bo")

    with pytest.raises(answer.NotAsShown) as refused:
        answer.reply(turn, by=us.ada, text="Your order 1234.", answers=shown.target.pk, public=shown.is_public, now=NOW)

    assert "Somebody else wrote since you opened this" in str(refused.value)
    assert "This would now be seen by everybody" in str(refused.value)
    assert not Interaction.objects.filter(direction="out").exists()


def test_what_was_shown_is_told_when_it_was_deleted_or_its_writer_wrote_again(us, square):
    turn = cast.turn(square)
    shown = queries.last_from_them(turn).pk
    more(square, "p2", 5)

    with pytest.raises(answer.NotAsShown, match="They wrote again"):
        answer.reply(turn, by=us.ada, text="Descale it.", answers=shown, now=NOW)
    cast.said(square, {"type": "delete", "id": "p1", "at": (NOW + minutes(6)).isoformat()})
    with pytest.raises(answer.NotAsShown, match="is gone"):
        answer.reply(turn, by=us.ada, text="Descale it.", answers=shown, now=NOW)

    assert not Outgoing.objects.exists()


def test_who_asks_for_a_private_answer_is_refused_a_public_one(us, square):
    turn = cast.turn(square, public=True)

    with pytest.raises(answer.NotAsShown, match="seen by everybody"):
        answer.reply(turn, by=us.ada, text="Your order 1234.", public=False, now=NOW)

    assert not Outgoing.objects.exists()


def test_an_answer_to_what_was_shown_goes_out(us, square):
    turn = cast.turn(square)
    target = queries.last_from_them(turn)

    row = answer.reply(turn, by=us.ada, text="Descale it.", answers=target.pk, public=True, now=NOW)

    assert (row.reply_to, row.is_public) == ("p1", True)


def test_a_doubled_submit_is_one_answer_that_leaves_once(us, square):
    turn, key = cast.turn(square), uuid4()

    first = answer.reply(turn, by=us.ada, text="Descale it. ", key=key, now=NOW)
    second = answer.reply(turn, by=us.ada, text="Descale it.", key=key, now=NOW + minutes(1))

    assert first.pk == second.pk
    assert Outgoing.objects.count() == Interaction.objects.filter(direction="out").count() == 1


def test_the_key_of_an_answer_stands_for_no_other_words_and_for_none_that_were_taken_back(us, square):
    turn, key = cast.turn(square), uuid4()
    row = answer.reply(turn, by=us.ada, text="Descale it.", key=key, now=NOW)

    with pytest.raises(answer.NotAsShown, match="already"):
        answer.reply(turn, by=us.ada, text="Send it in.", key=key, now=NOW)
    answer.take_back(row, by=us.ada, now=NOW)
    with pytest.raises(answer.NotAsShown, match="taken back"):
        answer.reply(turn, by=us.ada, text="Descale it.", key=key, now=NOW)

    assert Outgoing.objects.count() == 1


def test_the_same_key_of_another_conversation_is_another_answer(us, square):
    key = uuid4()
    turns = cast.turn(square), cast.turn(square, "q1", who="bo")

    rows = {answer.reply(turn, by=us.ada, text="Descale it.", key=key, now=NOW).conversation_id for turn in turns}

    assert rows == {turn.pk for turn in turns}


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_the_same_moment_are_one_answer(us, square):
    number, key = cast.turn(square).pk, uuid4()
    both, rows = Barrier(2), []

    def submit():
        turn = Turn.objects.select_related("conversation__source").get(pk=number)
        both.wait(120)
        rows.append(answer.reply(turn, by=us.ada, text="Descale it.", key=key, now=NOW).pk)
        connection.close()

    threads = [Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(rows), len(set(rows))) == (2, 1)
    assert Outgoing.objects.count() == 1


def test_an_answer_to_what_was_kept_as_history_makes_it_work_that_waits_for_them(us, square):
    turn = cast.turn(square)
    Turn.objects.update(state="history")

    answer.reply(turn, by=us.ada, text="A new lid is on its way.", now=NOW)

    assert Turn.objects.get().state == "pending"


def test_an_answer_leaves_by_the_profile_it_came_in_by_although_its_person_was_merged_and_split(us, square):
    turn = cast.turn(square)
    opener = turn.conversation.opener
    bea, double = cast.person(by=us.ada), cast.person("B. Brand", by=us.ada, email="b@brand.example")
    link.confirm(opener, person=double, by=us.ada, now=NOW)
    merged = merge.merge(bea, double, by=us.ada, now=NOW)

    while_one = answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    joins.undo(merged.key, by=us.ada, now=NOW + minutes(2))
    more(square, "p2", 3)
    after = answer.reply(turn, by=us.ada, text="A lid is on its way.", now=NOW + minutes(4))

    aims = [Outgoing.objects.get(interaction_id=row.pk).action for row in (while_one, after)]
    assert [while_one.profile, after.profile] == [opener, opener]
    assert [([one["key"] for one in aim["to"]], aim["target"]) for aim in aims] == [
        ([opener.key], "p1"),
        ([opener.key], "p2"),
    ]


def test_a_source_without_any_presence_of_ours_says_so_and_who_adds_one(us, square):
    turn = cast.turn(square)
    square.channels.all().delete()

    offered = [answer.ways(turn, by=one).refused for one in (us.olga, us.ada)]

    assert (
        offered
        == [f"{square.name} has no presence of ours to answer from. An admin adds one on the page of the source."] * 2
    )
