"""The composer: what it shows is what happens, no word is lost, and nothing leaves twice."""

import re

import pytest
from django.test import Client

import cast
from cast import NOW, minutes
from mutuals.base.models import Entry
from mutuals.capture.models import Outgoing
from mutuals.capture.tests.tiny import installed
from mutuals.history.models import Interaction
from mutuals.inbox import work

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Tab:
    """Ada's browser with one conversation open: what the composer posts, beside the words."""

    def __init__(self, user, number):
        self.client, self.where = Client(), f"/inbox/{number}/"
        self.client.force_login(user)
        self.page = self.client.get(self.where).content.decode()
        self.take(self.page)

    def take(self, page):
        """The hidden fields as a page or fragment brings them."""
        found = re.findall(r'name="(answers|public|key|state)" value="([^"]*)"', page)
        self.fields = getattr(self, "fields", {}) | dict(found)

    def send(self, text, mode="reply", **more):
        said = {"mode": mode, "text": text, **self.fields}
        return self.client.post(f"{self.where}write/", said, **more)

    def look(self):
        """What a live event makes the page fetch."""
        (way,) = re.findall(r'hx-get="([^"]*/newest/[^"]*)"', self.page)
        return self.client.get(way.replace("&amp;", "&"), headers=HTMX).content.decode()


@pytest.fixture
def us():
    with installed():
        yield cast.staff()


@pytest.fixture
def square(us):
    return cast.answerable(us)


def more(square, key="p2", **told):
    return cast.said(square, cast.event(key, at=NOW + minutes(5), reply_to="p1", **told), now=NOW + minutes(5))[0]


def test_the_composer_is_public_where_the_newest_message_is_and_private_where_it_is_not(us, square):
    turn = cast.turn(square, public=True)
    public = Tab(us.ada, turn.pk).page
    more(square, public=False)
    private = Tab(us.ada, turn.pk).page

    assert "Reply publicly as @kettleworks_care</span>" in public
    assert "Reply privately as @kettleworks_care</span>" in private
    assert 'class="warn" data-warn hidden>' in private


def test_a_stale_tab_sends_nothing_to_a_stranger_and_shows_who_wrote(us, square):
    turn = cast.turn(square, public=False)
    tab = Tab(us.ada, turn.pk)
    more(square, text="Me too!", public=True, who="bo")

    refused = tab.send("Your order 1234.", headers=HTMX)
    told = refused.content.decode()
    tab.take(told)
    sent = tab.send("Hello both.", headers=HTMX)

    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#composer-said")
    assert "Somebody else wrote since you opened this" in told
    assert "This would now be seen by everybody." in told
    assert "Me too!" in told
    assert "New message from @bo — your answer now goes to them, in public." in told
    assert sent.status_code == 200
    assert [row.text for row in Interaction.objects.filter(direction="out")] == ["Hello both."]


def test_without_script_a_refused_answer_stands_in_the_box_again(us, square):
    turn = cast.turn(square, public=False)
    tab = Tab(us.ada, turn.pk)
    more(square, public=True, who="bo")

    refused = tab.send("Your order 1234.")
    page = refused.content.decode()
    tab.take(page)
    tab.send("Hello both.")

    assert refused.status_code == 422
    assert "Your order 1234.</textarea>" in page
    assert "Somebody else wrote since you opened this" in page
    assert Interaction.objects.get(direction="out").is_public


def test_a_live_arrival_moves_the_composer_and_says_so_once(us, square):
    turn = cast.turn(square, public=False)
    tab = Tab(us.ada, turn.pk)
    before = tab.look()
    more(square, public=True, who="bo")

    told = tab.look()
    tab.page = told
    tab.take(told)
    work.note(turn, by=us.lea, text="A note is no arrival.", now=NOW + minutes(6))
    after = tab.look()
    sent = tab.send("Hello both.", headers=HTMX)

    assert "now goes to them" not in before + after
    assert "New message from @bo — your answer now goes to them, in public." in told
    assert f'name="public" value="true" data-aim="conversation:{turn.pk}"' in told
    assert sent.status_code == 200


def test_what_was_deleted_since_is_told_and_the_message_before_is_answered(us, square):
    turn = cast.turn(square, public=True)
    more(square, public=False)
    tab = Tab(us.ada, turn.pk)
    cast.said(square, {"type": "delete", "id": "p2", "at": (NOW + minutes(6)).isoformat()})

    told = tab.look()

    assert (
        "What you saw was deleted; the newest message is from @bea — your answer now goes to them, in public." in told
    )


def test_a_doubled_submit_sends_once_and_the_next_words_are_another_answer(us, square):
    tab = Tab(us.ada, cast.turn(square).pk)

    twice = [tab.send("Descale it.", headers=HTMX) for _ in range(2)]
    outgoing = Outgoing.objects.count()
    tab.take(twice[1].content.decode())
    tab.send("And rinse it.", headers=HTMX)

    assert [answer.status_code for answer in twice] == [200, 200]
    assert outgoing == 1
    assert Outgoing.objects.count() == 2


def test_a_doubled_note_is_kept_once_and_other_words_or_another_writer_are_another_note(us, square):
    turn = cast.turn(square)
    tab, leas = Tab(us.ada, turn.pk), Tab(us.lea, turn.pk)
    leas.fields = tab.fields

    for _ in range(4):
        tab.send("Ask Bo.", mode="note", headers=HTMX)
    once = Interaction.objects.filter(direction="note").count()
    tab.send("Ask Bo tomorrow.", mode="note", headers=HTMX)
    leas.send("Ask Bo.", mode="note", headers=HTMX)

    assert once == 1
    assert Interaction.objects.filter(direction="note").count() == 3
    assert Entry.objects.filter(kind="conversation.noted").count() == 3


def test_a_key_that_was_used_for_other_words_is_refused_and_renewed(us, square):
    tab = Tab(us.ada, cast.turn(square).pk)
    tab.send("Descale it.", headers=HTMX)

    refused = tab.send("And rinse it.", headers=HTMX)
    tab.take(refused.content.decode())
    sent = tab.send("And rinse it.", headers=HTMX)

    assert (refused.status_code, sent.status_code) == (422, 200)
    assert Outgoing.objects.count() == 2


@pytest.mark.parametrize("field", ["answers", "public", "key"])
def test_damaged_fields_of_the_composer_send_nothing_or_count_as_not_shown(us, square, field):
    tab = Tab(us.ada, cast.turn(square).pk)
    tab.fields[field] = "\x01zz"

    answer = tab.send("Descale it.", headers=HTMX)

    assert answer.status_code == (200 if field == "public" else 422)
    assert Outgoing.objects.count() == (1 if field == "public" else 0)


def test_after_an_answer_the_head_of_the_thread_names_the_new_owner_and_what_ends_it_now(us, square):
    turn = cast.turn(square)
    tab = Tab(us.ada, turn.pk)

    sent = tab.send("Descale it.", headers=HTMX).content.decode()
    looked = tab.look()

    assert re.search(r'id="turn-owner".*?>Nobody<', tab.page, re.S)
    for page in (sent, looked):
        assert re.search(r'hx-swap-oob="innerHTML:#turn-owner".*?>You<', page, re.S)
        assert re.search(r'id="turn-ends" class="hrow" hx-swap-oob="true">.*?Close', page, re.S)
        assert re.search(r'hx-swap-oob="innerHTML:#turn-again".*?Reopen', page, re.S)


def test_what_ends_a_conversation_is_left_alone_while_its_state_is_as_shown(us, square):
    turn = cast.turn(square)

    looked = Tab(us.ada, turn.pk).look()

    assert 'id="turn-state"' in looked
    assert 'id="turn-ends"' not in looked
