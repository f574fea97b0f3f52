"""A customer's page: what stands on it, who may see and change it, what it costs."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

import cast
from mutuals.base import journal
from mutuals.history.models import Interaction
from mutuals.identity import bought, link, remark
from mutuals.identity.models import Link
from mutuals.inbox.models import Turn
from mutuals.people import organisations
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def known_bea():
    """Staff, a source, and Bea with a presence that spoke."""
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    cast.turn(square)
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    profile = Profile.objects.get(network="town")
    link.confirm(profile, person=bea, by=us.ada, now=cast.NOW)
    return us, square, Person.objects.get(pk=bea.pk), profile


def page_of(user, way):
    return signed_in(user).get(way).content.decode()


def test_the_page_shows_who_they_are_and_what_they_said():
    us, _, bea, _ = known_bea()
    firm = organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW)
    organisations.affiliate(bea, firm, by=us.ada, role="Engineer", is_main=True)

    page = page_of(us.ada, f"/customers/{bea.pk}/")

    assert "Engineer, The Kettle works" in page
    assert "My kettle leaks." in page
    assert "Ada said so" in page
    assert "bea@kettles.example" in page


def test_a_merged_away_person_leads_to_whom_they_became():
    us, _, bea, _ = known_bea()
    gone = cast.person("Bea B.", by=us.ada)
    Person.objects.filter(pk=gone.pk).update(canonical=bea)

    answer = signed_in(us.ada).get(f"/customers/{gone.pk}/?tab=orders")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/customers/{bea.pk}/?tab=orders")


def test_a_contractor_of_another_team_finds_nobody():
    us, _, bea, profile = known_bea()
    cleo = signed_in(us.cleo)

    codes = {cleo.get(f"/customers/{bea.pk}/{part}").status_code for part in ("", "older/", "message/", "?tab=orders")}

    assert codes == {404}
    assert cleo.get(f"/profiles/{profile.pk}/").status_code == 403
    assert cleo.post(f"/customers/{bea.pk}/edit/", {"name": "X"}).status_code == 403


def test_a_contractor_sees_addresses_masked_and_only_their_own_conversations():
    us, _, bea, _ = known_bea()
    Turn.objects.update(assignee=us.cleo)
    remark.add(bea, by=us.ada, text="Secret among us", now=cast.NOW)

    page = page_of(us.cleo, f"/customers/{bea.pk}/")

    assert "My kettle leaks." in page
    assert "bea@kettles.example" not in page
    assert "Secret among us" not in page
    assert "You see what stands in your own conversations." in page


def test_a_contractor_sees_their_own_words_first_though_much_newer_ones_are_others_work():
    us, square, bea, profile = known_bea()
    Turn.objects.update(assignee=us.cleo)
    Interaction.objects.bulk_create(
        Interaction(
            source=square, key=f"l{n}", profile=profile, network="town", kind="post", direction="in", status="received",
            is_public=True, occurred_at=cast.NOW + cast.minutes(n), text=f"word {n}.",
        )
        for n in range(60)
    )  # fmt: skip

    page = page_of(us.cleo, f"/customers/{bea.pk}/")

    assert "My kettle leaks." in page
    assert "word " not in page


def test_hostile_names_are_printed_harmless():
    us, _, bea, _ = known_bea()
    Person.objects.filter(pk=bea.pk).update(name='<script>alert("x")</script>', tags=['"><img src=x>'])

    pages = [page_of(us.ada, f"/customers/{bea.pk}/{tab}") for tab in ("", "?tab=edit", "?tab=conversations")]

    assert all("<script>alert" not in page and "<img src=x" not in page for page in pages)


def test_fields_are_edited_in_place_and_a_bad_value_says_why():
    us, _, bea, _ = known_bea()
    client = signed_in(us.ada)

    client.post(f"/customers/{bea.pk}/edit/", {"city": "Porto", "tags": "loud, home barista"})
    refused = client.post(f"/customers/{bea.pk}/edit/", {"email": "nonsense"}, follow=True).content.decode()

    bea.refresh_from_db()
    assert (bea.city, bea.tags, bea.email) == ("Porto", ["loud", "home barista"], "bea@kettles.example")
    assert "is not an address" in refused


def test_notes_and_calls_are_kept_on_the_timeline():
    us, _, bea, _ = known_bea()
    client = signed_in(us.ada)

    page = client.post(f"/customers/{bea.pk}/remark/", {"kind": "call", "text": "Wants grey."}, follow=True)

    assert "Wants grey." in page.content.decode()
    assert "kept a call" in page.content.decode()


def test_a_doubled_note_is_kept_once_and_a_call_or_other_words_are_another():
    us, _, bea, _ = known_bea()
    client = signed_in(us.ada)
    (key,) = re.findall(
        r'id="remark".*?name="key" value="([^"]+)"', client.get(f"/customers/{bea.pk}/").content.decode()
    )
    words = {"kind": "note", "text": "Wants grey.", "key": key}

    for change in [{}, {}, {"kind": "call"}, {"text": "Wants red."}, {"key": "none"}]:
        client.post(f"/customers/{bea.pk}/remark/", {**words, **change})

    assert sorted(Interaction.objects.filter(direction="note").values_list("kind", "text")) == [
        ("call", "Wants grey."),
        ("note", "Wants grey."),
        ("note", "Wants grey."),
        ("note", "Wants red."),
    ]


def test_the_message_button_opens_the_newest_conversation():
    us, _, bea, _ = known_bea()

    answer = signed_in(us.ada).get(f"/customers/{bea.pk}/message/")

    assert answer.headers["Location"] == f"/inbox/{Turn.objects.get().pk}/"


def test_the_timeline_is_filtered_by_its_address():
    us, _, bea, _ = known_bea()
    remark.add(bea, by=us.ada, text="Among us only", now=cast.NOW)

    notes = page_of(us.ada, f"/customers/{bea.pk}/?type=note")
    public = page_of(us.ada, f"/customers/{bea.pk}/?seen_by=all")

    assert "Among us only" in notes
    assert "My kettle leaks." not in notes
    assert "Among us only" not in public


def test_a_run_of_likes_is_one_line_and_older_ones_are_a_page_further():
    us, square, bea, profile = known_bea()
    rows = [
        Interaction(
            source=square, key=f"l{n}", profile=profile, network="town", kind="like" if n > 40 else "post", direction="in",
            status="received", is_public=True, occurred_at=cast.NOW + cast.minutes(n), text=f"word {n}.",
        )
        for n in range(1, 71)
    ]  # fmt: skip
    Interaction.objects.bulk_create(rows)

    page = page_of(us.ada, f"/customers/{bea.pk}/")
    further = re.search(r'hx-get="([^"]+)"', page[page.index("btn older") :])[1]
    older = page_of(us.ada, unescape(further))

    assert "30 likes" in page
    assert "word 21." in page
    assert "word 20." not in page
    assert "word 20." in older
    assert "<html" not in older


def test_a_presence_is_rejected_and_linked_again():
    us, _, bea, profile = known_bea()
    client = signed_in(us.ada)

    client.post(f"/profiles/{profile.pk}/reject/")
    away = Profile.objects.get(pk=profile.pk).person_id
    page = client.get(f"/customers/{bea.pk}/").content.decode()
    client.post(f"/profiles/{profile.pk}/link/", {"person": bea.pk})

    assert away is None
    assert "Same person after all" in page
    assert Profile.objects.get(pk=profile.pk).person_id == bea.pk


def test_somebody_unknown_has_a_page_and_becomes_a_person():
    us = cast.staff()
    cast.turn(cast.source(owner=us.olga), who="<script>bo")
    profile = Profile.objects.get(network="town")
    client = signed_in(us.ada)

    page = client.get(f"/profiles/{profile.pk}/?q=nobody").content.decode()
    client.post(f"/profiles/{profile.pk}/make/")

    profile.refresh_from_db()
    assert "<script>bo" not in page
    assert "My kettle leaks." in page
    assert profile.person is not None
    assert Link.objects.get(profile=profile).state == "confirmed"
    assert client.get(f"/profiles/{profile.pk}/").headers["Location"] == f"/customers/{profile.person_id}/"


def test_places_begin_and_end_with_dates():
    us, _, bea, _ = known_bea()
    firm = organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW)
    client = signed_in(us.ada)

    client.post(f"/customers/{bea.pk}/place/", {"organisation": firm.pk, "role": "Engineer", "since": "2024-03-01"})
    place = Affiliation.objects.get()
    client.post(f"/customers/{bea.pk}/place/{place.pk}/leave/")

    assert Affiliation.objects.get().until is not None


def test_only_those_who_may_read_the_journal_have_its_tab():
    us, _, bea, _ = known_bea()

    admin, staff = (
        page_of(us.aron, f"/customers/{bea.pk}/?tab=history"),
        page_of(us.ada, f"/customers/{bea.pk}/?tab=history"),
    )

    assert "linked @" in admin
    assert "linked @" not in staff


def test_the_history_says_in_words_what_machines_did_with_which_presence():
    us, _, bea, profile = known_bea()
    journal.note("profile.contradicted", bea, by="machine:proofs", profile=profile.pk)
    journal.note("person.unsplit", bea, by=us.ada, split=1)

    page = page_of(us.aron, f"/customers/{bea.pk}/?tab=history")

    assert f"<b>A proof</b> found that {profile.name} may be somebody else’s" in page
    assert "took a split back" in page
    assert "machine:proofs" not in page


def test_the_page_with_fifty_happenings_asks_at_most_twenty_one_questions(django_assert_max_num_queries):
    us, square, bea, profile = known_bea()
    Interaction.objects.bulk_create(
        Interaction(
            source=square, key=f"l{n}", profile=profile, network="town", kind="post", direction="in", status="received",
            is_public=True, occurred_at=cast.NOW + cast.minutes(n), text=f"word {n}.",
        )
        for n in range(80)
    )  # fmt: skip
    client = signed_in(us.ada)

    with django_assert_max_num_queries(21):
        page = client.get(f"/customers/{bea.pk}/").content.decode()

    assert page.count("Open conversation") + page.count("word ") >= 50


def test_orders_stand_with_their_lines():
    us, _, bea, _ = known_bea()
    line = LineIn("Kettle", "K-1", Decimal(2), Decimal("59.90"))
    order = bought.Bought(OrderIn("2026-1", cast.NOW, "EUR", lines=(line,)), person=bea)
    bought.take([order], source=None, by=us.ada, now=cast.NOW)

    page = page_of(us.ada, f"/customers/{bea.pk}/?tab=orders")

    assert "2026-1" in page
    assert "2 ×" in page
    assert "€119.80" in page
