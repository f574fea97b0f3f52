"""Promises: made, found in what was sent, told of ahead and when late, kept, and the customer told."""

from datetime import timedelta

import pytest

import cast
from cast import NOW, minutes
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.capture.tests.tiny import installed
from mutuals.conversations.arrived import Joined
from mutuals.conversations.models import Conversation
from mutuals.history.models import Interaction
from mutuals.inbox import answer, case_close, cases, place, promises, promises_found, promises_listed
from mutuals.inbox.models import Promise, Turn
from mutuals.inbox.promises_listed import Asked
from mutuals.rules import keep, watch
from mutuals.staff import accounts
from mutuals.staff.permissions import NotAllowed

DAY = timedelta(days=1)


@pytest.fixture
def us(db):
    return cast.staff()


def kinds(about):
    return list(
        Entry.objects.filter(about=about, kind__startswith="promise.").order_by("pk").values_list("kind", flat=True)
    )


def test_a_promise_is_made_once_told_of_ahead_and_when_late_moved_and_kept(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    made, is_new = promises.make(by=us.ada, now=NOW, words="We refund you", due_at=NOW + 4 * DAY, turn=turn)
    again, is_newer = promises.make(by=us.ben, now=NOW, words="We refund  you", due_at=NOW + 4 * DAY, turn=turn)

    assert (is_new, is_newer, again, made.owner) == (True, False, made, us.ada)
    assert [promises_found.alert(NOW + days) for days in (2 * DAY, 3 * DAY, 3 * DAY)] == [0, 1, 0]
    assert [promises_found.alert(NOW + days) for days in (4 * DAY, 5 * DAY)] == [1, 0]
    late = list(promises_listed.rows_of(us.ben, Asked("late"), NOW + 5 * DAY))
    told = Entry.objects.filter(kind="staff.told", about=f"staff:{us.ada.pk}").order_by("pk")
    assert late == [made]
    assert [one.data["text"] for one in told] == [
        "A promise of yours is due Tue 24 Nov, 10:00",
        "A promise of yours was due Tue 24 Nov, 10:00",
    ]

    promises.move(made, by=us.ada, now=NOW + 5 * DAY, due_at=NOW + 7 * DAY, reason="The bank was closed")
    kept = promises.keep(made, by=us.ada, now=NOW + 6 * DAY)

    assert not promises_listed.rows_of(us.ben, Asked("late"), NOW + 8 * DAY)
    assert (kept.promise.state, kept.is_drafted) == ("kept", True)
    assert Turn.objects.get(pk=turn.pk).draft == kept.text
    assert "“We refund you.”" in kept.text
    assert kinds(f"conversation:{turn.pk}") == ["promise.made", "promise.late", "promise.moved", "promise.kept"]


def test_what_says_nothing_or_is_over_is_refused_and_so_is_ending_what_ended(us):
    turn = cast.turn(cast.source(owner=us.olga))
    person = cast.person(by=us.ada)
    for more in ({"words": " "}, {"due_at": NOW}, {"turn": None}, {"words": "x" * 301}):
        with pytest.raises(Refusal):
            promises.make(**{"by": us.ada, "now": NOW, "words": "We call", "turn": turn} | more)
    made, _ = promises.make(by=us.ada, now=NOW, words="We call", person=person)

    with pytest.raises(Refusal, match="Reason"):
        promises.withdraw(made, by=us.ada, now=NOW)
    promises.give_up(made, by=us.ada, now=NOW, reason="No line to them")
    with pytest.raises(Refusal, match="broken"):
        promises.keep(made, by=us.ada, now=NOW)
    with pytest.raises(Refusal, match="Only what was kept"):
        promises.tell(made, by=us.ada, now=NOW)
    assert promises.reopen(made, by=us.ada, now=NOW).state == "open"
    assert kinds(f"person:{person.pk}") == ["promise.made", "promise.broken", "promise.reopened"]


def test_a_case_with_open_promises_does_not_end_and_says_which(us):
    turn = cast.turn(cast.source(owner=us.olga))
    before, _ = promises.make(by=us.ada, now=NOW, words="We send a lid", turn=turn)
    case, _ = cases.open_case(by=us.ada, now=NOW, title="Leak", conversation=turn.conversation)
    made, _ = promises.make(by=us.ada, now=NOW, words="We refund you", due_at=NOW + DAY, turn=turn)

    assert made.case == case
    with pytest.raises(Refusal, match=r"“We refund you” .due Sat 21 Nov, 10:00.; “We send a lid”"):
        case_close.close(case, by=us.ada, now=NOW, purpose="fix", outcome="solved")
    promises.keep(made, by=us.ada, now=NOW)
    promises.withdraw(before, by=us.ada, now=NOW, reason="They found theirs")
    assert case_close.close(case, by=us.ada, now=NOW, purpose="fix", outcome="solved").state == "solved"
    with pytest.raises(Refusal, match="has ended"):
        promises.reopen(made, by=us.ada, now=NOW)


def test_what_was_sent_is_searched_and_nothing_is_open_by_itself(us):
    with installed():
        square = cast.answerable(us)
        turn = cast.turn(square)
        turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
        said = answer.reply(turn, by=us.ada, text="Sorry! We will send a new lid by Tuesday. Do you like it?", now=NOW)
        made, _ = promises.make(
            by=us.ada, now=NOW, words="We will send a new lid by Tuesday.", turn=turn, said_in=f"interaction:{said.pk}"
        )

        assert promises_found.find_in(said.pk, now=NOW + minutes(1)) == []  # it was made with the sending
        promises.withdraw(made, by=us.ada, now=NOW, reason="Another way")
        other = answer.reply(turn, by=us.ada, text="I'll call you back tomorrow.", now=NOW + minutes(2))
        (found,) = promises_found.find_in(other.pk, now=NOW + minutes(3))
        assert promises_found.find_in(other.pk, now=NOW + minutes(3)) == []
        assert (found.state, found.owner, found.alert_at) == ("suggested", us.ada, None)
        assert found.due_at.isoformat() == "2026-11-21T17:00:00+00:00"
        assert promises_found.alert(NOW + 9 * DAY) == 0
        assert promises.confirm(found, by=us.ada, now=NOW + minutes(4)).state == "open"

        answer.take_back(Interaction.objects.get(pk=other.pk), by=us.ada, now=NOW + minutes(2))
        found.refresh_from_db()
        assert (found.state, promises_found.find_in(other.pk, now=NOW + minutes(5))) == ("withdrawn", [])


def test_the_customer_is_told_when_an_answer_has_left_after_it_was_kept(us):
    with installed():
        turn = cast.turn(cast.answerable(us))
        turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
        made, _ = promises.make(by=us.ada, now=NOW, words="We refund you", turn=turn)
        early = answer.reply(turn, by=us.ada, text="Soon.", now=NOW)
        Interaction.objects.filter(pk=early.pk).update(status="sent")
        promises.keep(made, by=us.ada, now=NOW + minutes(5))
        assert promises_found.told(NOW + minutes(6)) == 0
        said = answer.reply(turn, by=us.ada, text="It is done.", now=NOW + minutes(7))
        assert promises_found.told(NOW + minutes(8)) == 0  # it waits for its undo
        Interaction.objects.filter(pk=said.pk).update(status="sent")

        assert [promises_found.told(NOW + minutes(n)) for n in (9, 10)] == [1, 0]
        made.refresh_from_db()
        assert made.told_at == said.occurred_at


def test_a_rule_hears_that_a_promise_is_late(us):
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    promises.make(by=us.ada, now=NOW, words="We call", due_at=NOW + minutes(9), turn=turn)
    told = {"when": "promise", "then": [{"tell": {"to": us.lea.email, "text": "Help them"}}]}
    rule = keep.write(told, by=us.lea, now=NOW, name="Late promises")
    keep.switch(rule, is_on=True, by=us.lea, now=NOW)

    Promise.objects.update(alert_at=NOW + minutes(9))
    promises_found.alert(NOW + minutes(10))
    late = Entry.objects.get(kind="promise.late")
    watch.judge_all([(late.pk, late.kind, late.about, late.at, late.data)], now=NOW + minutes(10))

    assert Entry.objects.get(kind="staff.told", about=f"staff:{us.lea.pk}").data["text"] == "Help them"


def test_a_contractor_works_on_promises_of_their_own_conversations_alone(us):
    mine = cast.turn(cast.source(owner=us.olga, team=us.elsewhere))
    other = cast.turn(cast.source("Market", owner=us.olga), "p9")
    own, _ = promises.make(by=us.cleo, now=NOW, words="I call you", turn=mine)
    foreign, _ = promises.make(by=us.ada, now=NOW, words="We call you", turn=other)

    assert list(promises.visible_to(us.cleo)) == [own]
    for act in (
        lambda: promises.make(by=us.cleo, now=NOW, words="I call", person=cast.person(by=us.ada)),
        lambda: promises.make(by=us.cleo, now=NOW, words="I call", turn=other),
        lambda: promises.keep(foreign, by=us.cleo, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nothing_is_lost_when_conversations_join_and_nothing_is_ownerless_when_staff_leave(us):
    square = cast.source(owner=us.olga)
    stays, gone = cast.turn(square), cast.turn(square, "p2")
    made, _ = promises.make(by=us.ada, now=NOW, words="We refund you", turn=gone)
    place.interactions([], [Joined(gone.pk, stays.pk)])
    Conversation.objects.filter(pk=gone.pk).delete()

    assert accounts.holdings(us.ada)["open promises"] == 1
    accounts.deactivate(us.ada, by=us.olga, transfer_to=us.ben, now=NOW)

    made = Promise.objects.get(pk=made.pk)
    assert (made.conversation_id, made.owner) == (stays.pk, us.ben)
