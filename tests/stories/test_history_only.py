"""Old posts and mails come in to be found and read; nobody is given work by them until somebody speaks or takes them up."""

import json
from datetime import datetime

import pytest

import cast
from mutuals import cli, flow
from mutuals.capture import receive
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import, RawEvent
from mutuals.capture.tests.import_steps import check, choose, run, upload, write
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Raw
from mutuals.conversations.models import Conversation
from mutuals.history import search
from mutuals.history.models import Interaction
from mutuals.inbox import queries, work
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db
POSTS = """id,text,said_at,author_id
1,My kettle leaks,2026-03-01T10:00:00Z,9
2,Mine sings,2026-03-01T11:00:00Z,8
"""
ANSWERED = "id,text,said_at,author_id,reply_to\n3,Mine too,2026-03-02T10:00:00Z,7,1\n"


def mail(key: str, text: str, *, day: int = 1, answers: str = "", who: str = "bea@kettle.example") -> str:
    to = f"References: <{answers}@k>\nIn-Reply-To: <{answers}@k>\n" if answers else ""
    head = f"From: {who}\nTo: care@kettleworks.example\nMessage-ID: <{key}@k>\n{to}"
    return f"{head}Date: {day:02} Mar 2026 10:00:00 +0000\nSubject: Lid\n\n{text}\n"


def mailbox(*mails: str) -> str:
    return "".join(f"From x Sun Mar  1 10:00:00 2026\n{one}\n" for one in mails)


def brought(tmp_path, content: str, name: str = "old.csv", *, source: str = "Forum", **options: object) -> Import:
    done = run(check(choose(upload(write(tmp_path, content, name), "posts", source=source), **options)))
    flow.run(done.source_id)
    return done


def delivered(box: Source, key: str, content: str, now: datetime = cast.NOW) -> None:
    receive.keep(box, [Raw(key, content.encode(), "received")], cursor=None, now=now)
    flow.run(box.pk)


def states() -> list[str]:
    return list(Turn.objects.order_by("moved_at", "pk").values_list("state", flat=True))


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def box(us):
    made = Source.objects.create(name="Care", connector="email", state="active", owner=us.olga)
    key = "care@kettleworks.example"
    Channel.objects.create(source=made, network="email", key=key, name=key, owner=us.olga)
    return made


def test_posts_of_history_are_found_and_opened_and_wait_in_no_queue(us, tmp_path):
    """A8, G1."""
    done = brought(tmp_path, POSTS, history_only=True)

    found = search.find("kettle leaks").rows[0]
    waiting = queries.turns(us.lea, queries.Asked()).turns
    kept = queries.turns(us.lea, queries.Asked(state="history")).turns
    one = Turn.objects.get(pk=found.conversation_id)

    assert (done.counts["new"], waiting, len(kept)) == (2, [], 2)
    assert (one.state, one.unread, one.waiting_since, one.closed_at) == ("history", 0, None, None)
    assert Interaction.objects.filter(profile__key="9", conversation=one.pk).exists()
    assert queries.counts(us.lea, queries.Asked())["all"] == (0, True)


@pytest.mark.parametrize("act", ["assign", "reopen"])
def test_history_becomes_work_when_somebody_wants_it_and_is_closed_with_an_outcome(us, tmp_path, act):
    """G1, G10."""
    brought(tmp_path, POSTS, history_only=True)
    one = Turn.objects.select_related("conversation").order_by("pk")[0]

    if act == "assign":
        work.assign(one, by=us.lea, to=us.ada, now=cast.NOW)
    else:
        work.reopen(one, by=us.lea, now=cast.NOW)
    taken = states()
    work.close(one, by=us.lea, purpose="fix", outcome="solved", now=cast.NOW)

    assert sorted(taken) == ["history", "open"]
    assert sorted(states()) == ["closed", "history"]


def test_without_the_choice_posts_are_work_as_ever_and_the_choice_is_not_remembered(us, tmp_path):
    brought(tmp_path, POSTS, history_only=True)

    again = upload(write(tmp_path, POSTS.replace("1,My", "5,My").replace("2,Mine", "6,Mine")), "posts", source="Forum")
    run(check(choose(again)))
    flow.run(again.source_id)

    assert "history_only" not in again.options
    assert sorted(states()) == ["history", "history", "open", "open"]


def test_the_same_file_again_as_work_changes_nothing(us, tmp_path):
    brought(tmp_path, POSTS, history_only=True)

    again = brought(tmp_path, POSTS)

    assert again.counts["same"] == 2
    assert states() == ["history", "history"]


def test_an_edit_in_a_file_of_history_is_kept_as_an_edit_and_opens_nothing(us, tmp_path):
    brought(tmp_path, POSTS, history_only=True)

    edited = brought(tmp_path, POSTS.replace("leaks", "leaked"), history_only=True)
    as_work = brought(tmp_path, POSTS.replace("leaks", "leaked much"))

    assert (edited.counts["updated"], as_work.counts["updated"]) == (1, 1)
    assert Interaction.objects.filter(text="My kettle leaked much").exists()
    assert states() == ["history", "history"]


def test_a_live_answer_in_a_thread_of_history_opens_work_with_that_answer_alone_unread(us, box, tmp_path):
    """A8."""
    brought(tmp_path, mailbox(mail("a", "It leaks."), mail("b", "Still.", day=2, answers="a")), "old.mbox",
            source="Care", history_only=True)  # fmt: skip
    before = states()

    delivered(box, "live", mail("c", "And now?", day=3, answers="b"))

    one = Turn.objects.get()
    assert before == ["history"]
    assert (one.state, one.unread, one.waiting_since.day) == ("open", 1, 3)
    assert Conversation.objects.get().message_count == 3


def test_a_late_answer_that_is_older_than_the_history_opens_work_all_the_same(us, box, tmp_path):
    brought(tmp_path, mailbox(mail("a", "It leaks.", day=9)), "old.mbox", source="Care", history_only=True)

    delivered(box, "live", mail("c", "And now?", day=3, answers="a"))

    assert states() == ["open"]


def test_history_that_joins_what_waits_leaves_it_waiting_as_it_was(us, box, tmp_path):
    delivered(box, "live", mail("b", "Still.", day=5, answers="a"))
    before = Turn.objects.values().get()

    brought(tmp_path, mailbox(mail("a", "It leaks.", day=4)), "old.mbox", source="Care", history_only=True)

    assert Turn.objects.values().get() == before
    assert Conversation.objects.get().message_count == 2


def test_history_that_was_closed_before_stays_closed(us, box, tmp_path):
    delivered(box, "live", mail("b", "Still.", day=5, answers="a"))
    work.close(Turn.objects.get(), by=us.lea, purpose="fix", outcome="solved", now=cast.NOW)

    brought(tmp_path, mailbox(mail("c", "Ah.", day=6, answers="b")), "old.mbox", source="Care", history_only=True)

    assert states() == ["closed"]


def test_two_threads_that_turn_out_to_be_one_keep_the_work_of_the_other(us, box, tmp_path):
    brought(tmp_path, mailbox(mail("a", "It leaks.")), "old.mbox", source="Care", history_only=True)
    delivered(box, "live", mail("b", "Mine.", day=2))
    work.close(Turn.objects.get(state="open"), by=us.lea, purpose="fix", outcome="solved", now=cast.NOW)
    bridge = mail("c", "Both.", day=3, answers="a").replace("References: <a@k>", "References: <a@k> <b@k>")

    brought(tmp_path, mailbox(bridge), "more.mbox", source="Care", history_only=True)

    one = Turn.objects.get()
    assert (one.state, one.purpose, one.outcome) == ("closed", "fix", "solved")


def test_the_terminal_takes_history_in_lists_it_and_takes_it_up(us, tmp_path, capsys):
    path = str(write(tmp_path, POSTS, "old.csv"))

    code = cli.main(["import", path, "--history-only", "--public", "--json"])
    told = json.loads(capsys.readouterr().out)
    cli.main(["inbox", "list", "--json"])
    waiting = json.loads(capsys.readouterr().out)
    cli.main(["inbox", "list", "--state", "history", "--json"])
    kept = json.loads(capsys.readouterr().out)
    cli.main(["inbox", "reopen", str(kept[0]["id"]), "--json"])
    taken = json.loads(capsys.readouterr().out)

    assert (code, told["in_the_history"], waiting, len(kept), taken["state"]) == (0, 2, [], 2, "open")


def test_a_raw_of_history_that_is_tried_again_is_history_still(us, tmp_path):
    of = run(check(choose(upload(write(tmp_path, POSTS), "posts", source="Forum"), history_only=True)))
    RawEvent.objects.update(state="parked")

    RawEvent.objects.update(state="received")
    flow.run(of.source_id)

    assert states() == ["history", "history"]


def test_only_what_opens_work_can_be_history_only(us, tmp_path):
    of = upload(write(tmp_path, "name,email\nBea,bea@kettle.example\n"), "people")
    posts = upload(write(tmp_path, POSTS), "posts", source="Forum")

    with pytest.raises(begin.Unusable) as people:
        choose(of, history_only=True)
    with pytest.raises(begin.Unusable) as words:
        choose(posts, history_only="perhaps")

    assert (people.value.field, words.value.field) == ("history_only", "history_only")


def test_a_run_that_is_taken_up_again_stays_history(us, tmp_path):
    of = check(choose(upload(write(tmp_path, POSTS), "posts", source="Forum"), history_only=True))
    running.run(of, by=us.lea)

    with pytest.raises(KeyboardInterrupt):
        running.run_now(of.pk, size=1, before_commit=_dies_at_second)
    running.run_now(of.pk, size=1)
    flow.run(of.source_id)

    assert states() == ["history", "history"]


def _dies_at_second(of: Import) -> None:
    if of.rows_done == 2:
        raise KeyboardInterrupt
