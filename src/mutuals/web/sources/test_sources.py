"""Sources: their health, the wizard, the gate to going live, our presences."""

from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.capture import pace
from mutuals.capture.models import RawEvent
from mutuals.channels import health
from mutuals.channels.models import Channel, Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import AuthExpired, Transient
from mutuals.web.sources import words

pytestmark = pytest.mark.django_db
SECRET = "kettle-and-cup-26"
CARE = {
    "purpose": "Hear customers",
    "legal_basis": "Contract",
    "data_class": "Orders",
    "retention_days": 365,
    "raw_days": 30,
}


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def made(client):
    client.post("/sources/new/webhook/", {"name": "Till", "secret": SECRET})
    return Source.objects.get(name="Till")


def test_sources_are_shown_with_health_and_who_answers_for_them(here, django_assert_num_queries):
    square = cast.source(owner=here.olga)
    cast.channel(square)
    client = as_(here.aron)

    with django_assert_num_queries(11):
        answer = client.get("/sources/")

    assert "Town square" in answer.text
    assert "Legitimate interest" in answer.text
    assert "No channel of ours speaks for" in answer.text


def test_a_source_that_was_signed_out_comes_first_and_is_red_with_a_word(here):
    cast.source("A quiet one", owner=here.olga)
    square = cast.source("Zoo", owner=here.olga)
    for _ in range(2):
        health.note_failure(square, AuthExpired("The sign-in no longer holds."), now=cast.NOW)

    answer = as_(here.aron).get("/sources/")

    assert answer.text.index("Zoo") < answer.text.index("A quiet one")
    assert "Signed out" in answer.text
    assert f"/sources/{square.pk}/again/" in answer.text


def test_an_empty_page_says_what_a_source_is(here):
    assert "Nothing is connected yet" in as_(here.ada).get("/sources/").text


def test_the_catalogue_comes_from_the_connectors(here):
    answer = as_(here.aron).get("/sources/new/")

    for label in ("Email", "Mastodon", "Bluesky", "RSS or Atom feed", "Signed webhook"):
        assert label in answer.text
    assert "For accounts on Mastodon and on every server that speaks its API.</span>" in answer.text


@pytest.mark.parametrize("connector", ["email", "mastodon", "bluesky", "feed", "webhook"])
def test_a_card_of_the_catalogue_says_in_one_whole_sentence_what_it_is_for(connector):
    said = words.opening(connector)

    assert said[0].isupper()
    assert said.endswith(".")
    assert len(said) < 90
    assert not set("()`*") & set(said)


@pytest.mark.parametrize("connector", ["email", "mastodon", "bluesky", "feed", "webhook"])
def test_each_connector_asks_its_own_questions(here, connector):
    answer = as_(here.aron).get(f"/sources/new/{connector}/")

    assert answer.status_code == 200
    assert 'type="password"' in answer.text or connector == "feed"


@pytest.mark.parametrize("connector", ["files", "nothing"])
def test_what_cannot_be_connected_is_not_there(here, connector):
    assert as_(here.aron).get(f"/sources/new/{connector}/").status_code == 404


def test_a_new_source_keeps_its_secret_sealed_and_waits_for_the_gate(here):
    client = as_(here.aron)

    answer = client.post("/sources/new/webhook/", {"name": "Till", "secret": SECRET})
    till = Source.objects.get()
    shown = client.get(f"/sources/{till.pk}/")

    assert answer.headers["Location"] == f"/sources/{till.pk}/care/"
    assert till.state == "draft"
    assert Vault(till.pk).get() == {"secret": SECRET}
    assert SECRET not in shown.text
    assert f"/hooks/{till.pk}/" in shown.text


def test_a_form_that_is_not_complete_keeps_what_was_typed(here):
    client = as_(here.aron)

    answer = client.post(
        "/sources/new/email/", {"name": "Care", "address": "not an address", "imap_host": "mail.example"}
    )

    assert answer.status_code == 422
    assert 'value="mail.example"' in answer.text
    assert not Source.objects.exists()


def test_a_used_name_is_said_beside_the_name(here):
    client = as_(here.aron)
    made(client)

    answer = client.post("/sources/new/webhook/", {"name": "Till", "secret": SECRET})

    assert "Used already." in answer.text


def test_going_live_needs_governance_or_a_reason_that_is_shown(here):
    client = as_(here.aron)
    till = made(client)

    asked = client.get(f"/sources/{till.pk}/live/")
    refused = client.post(f"/sources/{till.pk}/live/", {"anyway": ""})
    client.post(f"/sources/{till.pk}/live/", {"anyway": "Fair begins tomorrow"})
    shown = client.get(f"/sources/{till.pk}/")

    till.refresh_from_db()
    assert "no legal basis" in asked.text
    assert refused.status_code == 422
    assert till.state == "active"
    assert "Fair begins tomorrow" in shown.text


def test_with_all_answers_it_goes_live_without_a_reason(here):
    client = as_(here.aron)
    till = made(client)

    client.post(f"/sources/{till.pk}/care/", CARE | {"owner": here.ada.pk})
    answer = client.post(f"/sources/{till.pk}/live/")

    till.refresh_from_db()
    assert answer.status_code == 302
    assert (till.state, till.owner, till.retention_days) == ("active", here.ada, 365)


def test_pause_is_undone_by_the_same_gate(here):
    client = as_(here.aron)
    square = cast.source(owner=here.olga)
    Vault(square.pk).store({"secret": SECRET})

    client.post(f"/sources/{square.pk}/pause/")
    shown = client.get(f"/sources/{square.pk}/")
    client.post(f"/sources/{square.pk}/live/")

    square.refresh_from_db()
    assert f'action="/sources/{square.pk}/live/" data-undo' in shown.text
    assert square.state == "active"


def test_a_source_that_draws_nothing_says_so(here):
    square = cast.source(owner=here.olga)

    answer = as_(here.lea).post(f"/sources/{square.pk}/sync/", follow=True)

    assert "brings its messages by itself" in answer.text


def test_signing_in_again_keeps_other_secrets_and_goes_on(here):
    client = as_(here.aron)
    till = made(client)
    Source.objects.update(state="needs_auth", health="needs_auth")

    empty = client.post(f"/sources/{till.pk}/again/", {"secret": ""})
    client.post(f"/sources/{till.pk}/again/", {"secret": "a-new-secret-of-26"})

    till.refresh_from_db()
    assert "needs the new password" in empty.text
    assert till.state == "active"
    assert Vault(till.pk).get() == {"secret": "a-new-secret-of-26"}


def test_changed_answers_keep_a_secret_that_was_left_empty(here):
    client = as_(here.aron)
    till = made(client)

    client.post(f"/sources/{till.pk}/answers/", {"secret": "", "secret_before": "an-older-secret-26"})

    assert Vault(till.pk).get() == {"secret": SECRET, "secret_before": "an-older-secret-26"}


def test_a_presence_gets_pillar_hours_and_speakers(here):
    client = as_(here.aron)
    square = cast.source(owner=here.olga)
    said = {"name": "@kettleworks", "key": "ours-1", "pillar": "service", "days": ["mon", "tue"],
            "opens": "09:00", "closes": "17:00", "zone": "Europe/Lisbon",
            "speakers": [here.ada.pk], "speaker_teams": [here.sales.pk], "is_live": "on"}  # fmt: skip

    client.post(f"/sources/{square.pk}/channels/", said)
    one = Channel.objects.get()
    shown = client.get(f"/channels/{one.pk}/")
    client.post(f"/channels/{one.pk}/", {"name": "@kettle", "pillar": "sales", "is_live": "on"})

    one.refresh_from_db()
    assert 'value="09:00' in shown.text
    assert (one.name, one.pillar, one.hours, list(one.speakers.all())) == ("@kettle", "sales", {}, [])


def test_a_source_without_messages_is_removed_and_one_with_stays(here):
    client = as_(here.aron)
    empty, full = made(client), cast.source(owner=here.olga)
    RawEvent.objects.create(source=full, key="k", body=b"", received_at=cast.NOW)

    pages = [client.get(f"/sources/{one.pk}/").text for one in (empty, full)]
    client.post(f"/sources/{empty.pk}/remove/")
    answer = client.post(f"/sources/{full.pk}/remove/", follow=True)

    assert ["Remove: it brought nothing yet" in page for page in pages] == [True, False]
    assert "Pause it instead" in answer.text
    assert list(Source.objects.all()) == [full]


@pytest.mark.parametrize("address", ["new/", "new/webhook/"])
def test_staff_look_but_do_not_connect(here, address):
    client = as_(here.ada)

    assert client.get("/sources/").status_code == 200
    assert client.get(f"/sources/{address}").status_code == 403


def test_a_sign_in_that_nobody_began_is_refused_in_words(here):
    square = cast.source(owner=here.olga)

    answer = as_(here.aron).get(f"/oauth/{square.pk}/?code=x&state=y", follow=True)

    assert "is signed in by its form" in answer.text


def test_a_network_with_its_own_sign_in_offers_it_and_a_test(here):
    square = cast.source(owner=here.olga, connector="mastodon", settings={"address": "https://town.example"})

    answer = as_(here.aron).get(f"/sources/{square.pk}/")

    assert f"/sources/{square.pk}/signin/" in answer.text
    assert f"/sources/{square.pk}/check/" in answer.text
    assert "Nobody yet: answers cannot leave." in answer.text


def test_what_came_today_stands_beside_each_source_and_yesterday_does_not(here):
    square, other = cast.source(owner=here.olga), cast.source("Market", owner=here.olga)
    today, long_ago = clock.now(), clock.now() - timedelta(days=2)
    pace.count([(square.pk, today)] * 118 + [(square.pk, long_ago)] * 7 + [(other.pk, long_ago)])
    RawEvent.objects.create(source=square, key="k", body=b"", state="parked", reason="?", received_at=today)
    RawEvent.objects.create(source=square, key="j", body=b"", state="parked", reason="?", received_at=long_ago)

    listed, one = as_(here.aron).get("/sources/"), as_(here.aron).get(f"/sources/{square.pk}/")

    assert '<b class="med">118</b><div class="s t-care">1 parked</div>' in listed.text
    assert '<b class="med">0</b></td>' in listed.text
    assert "<dd>118 kept" in one.text


def test_a_source_that_fails_says_when_it_is_tried_again(here):
    square = cast.source(owner=here.olga, connector="mastodon")
    health.note_failure(square, Transient("The server is busy."), now=clock.now())

    answer = as_(here.aron).get("/sources/")

    assert "again <time" in answer.text


def test_what_a_connector_says_of_itself_breaks_with_the_window_and_not_with_its_file():
    setup, reads = words.about("email")["Setup"], words.about("webhook")["Reads"]

    assert "An administrator must allow servers" in setup
    assert "\n\nThe sender's address is" in words.about("email")["Reads"]
    assert "- text, subject: plain text, at most" in reads
    assert "|" not in reads
    assert "`" not in reads
