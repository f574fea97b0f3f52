"""The number of an order, said by a presence that is nobody's yet, speaks for whose order it is."""

from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from cast import NOW, event, person, staff
from mutuals import privacy
from mutuals.base import clock
from mutuals.identity import bought, cited, link, live
from mutuals.identity.models import Cited, Edge, Link, LinkState
from mutuals.identity.tests.test_live import town
from mutuals.people.models import Profile
from mutuals.sales.orders import OrderIn

pytestmark = pytest.mark.django_db
NUMBER = "KW-10042-003"
HOUR = timedelta(hours=1)


@pytest.fixture
def square():
    """Staff, a square, Bea who ordered yesterday, and people who have nothing to do with it."""
    us = staff()
    made = cast.source(owner=us.olga, team=us.service)
    bea = person("Bea Brandmeyer", by=us.ada, email="bea@brandmeyer.garden")
    town(us)
    ordered(us, bea, NUMBER)
    live.drain(now=NOW)
    return us, made, bea


def ordered(us, whose, number, *, at=NOW - timedelta(days=1)):
    order = OrderIn(number, at, "EUR", total=Decimal(39))
    return bought.take([bought.Bought(order, person=whose)], source=None, by=us.olga, now=NOW).changed


def says(square, text, *, who="kettlefan", key="m1", at=NOW, shown="Bea B.", **more):
    told = event(key, text, who=who, at=at, **more)
    told["author"]["shown"] = shown
    (row,) = cast.said(square[1], told, now=at)
    live.drain(now=at)
    return row


def answered(square, to, text, *, is_public):
    """What we said half an hour ago."""
    told = {"network": "town", "kind": "reply", "direction": "out", "status": "sent", "is_public": is_public}
    cast.Interaction.objects.create(
        source=square[1], key="out", profile_id=to.profile_id, occurred_at=NOW - HOUR / 2, text=text, **told
    )


def clues(profile):
    """The clues about orders that stand on what is thought of a presence."""
    rows = [
        *Link.objects.filter(profile=profile, until=None),
        *Edge.objects.filter(a=profile),
        *Edge.objects.filter(b=profile),
    ]
    return [one for row in rows for one in row.because if one["clue"] == "cited"]


def test_whoever_names_an_order_of_one_customer_is_asked_about_with_the_message_where_it_was_seen(square):
    row = says(square, "Where is my order #kw 10042-003?")

    held = Link.objects.get(profile=row.profile_id, until=None)
    (clue,) = [one for one in held.because if one["clue"] == "cited"]
    assert (held.person, held.state) == (square[2], LinkState.SUGGESTED)
    assert (clue["seen"], clue["detail"], clue["family"]) == (f"interaction:{row.pk}", "KW10042003", "reference")
    assert clue["weight"] == pytest.approx(11, abs=0.1)


def test_a_full_name_and_an_order_are_not_linked_by_a_machine_as_both_can_be_copied_from_a_parcel(square):
    row = says(square, f"My order {NUMBER}?", shown="Bea Brandmeyer")

    held = Link.objects.get(profile=row.profile_id, until=None)
    assert held.state == LinkState.SUGGESTED
    assert held.probability > 0.9


def test_a_short_number_tells_less(square):
    ordered(square[0], square[2], "K-20311")

    row = says(square, "K20311 has not come", shown="Bea Brandmeyer")

    assert next(one["weight"] for one in clues(row.profile_id)) == pytest.approx(7, abs=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "> where is order KW-10042-003?\nsame here",
        "https://shop.garden/orders/KW-10042-003",
        "KW-10042-00399",
        "10042003",
        "the 20.11.2026 and 1.299,00",
        " ".join(f"KW-10042-{number:03}" for number in range(10_000))[:90_000],
        "9" * 100_000,
    ],
)
def test_what_is_quoted_half_or_a_list_names_no_order(square, text):
    row = says(square, text)

    assert not Cited.objects.exists()
    assert not clues(row.profile_id)


def test_whoever_copies_a_number_from_a_public_post_of_somebody_else_gains_nothing(square):
    first = says(square, f"Order {NUMBER} is late", who="bea", at=NOW - HOUR)

    copy = says(square, f"Order {NUMBER} is mine", key="m2")

    assert clues(first.profile_id)
    assert not clues(copy.profile_id)


def test_whoever_copies_a_number_from_our_public_reply_gains_nothing(square):
    first = says(square, "My parcel is late", who="bea", at=NOW - HOUR)
    answered(square, first, f"Order {NUMBER} left today", is_public=True)

    copy = says(square, f"Order {NUMBER} is mine", key="m3")

    assert not clues(copy.profile_id)
    assert not clues(first.profile_id)


def test_whoever_repeats_what_we_told_them_in_private_gains_nothing(square):
    first = says(square, "My parcel is late", at=NOW - HOUR, public=False, kind="message")
    answered(square, first, f"Do you mean {NUMBER}?", is_public=False)

    again = says(square, f"Yes, {NUMBER}", key="m2", public=False, kind="message")

    assert not clues(again.profile_id)


def test_a_letter_that_is_dated_back_gains_nothing_either(square):
    says(square, f"Order {NUMBER} is late", who="bea", at=NOW - HOUR)

    told = event("m2", f"Order {NUMBER} is mine", who="kettlefan", at=NOW - 5 * HOUR, public=False, kind="mail")
    (copy,) = cast.said(square[1], told, now=NOW)
    live.drain(now=NOW)

    assert not clues(copy.profile_id)


def test_a_number_that_two_presences_name_counts_for_neither(square):
    first = says(square, f"Order {NUMBER}?", who="one", public=False, kind="message")
    second = says(square, f"Order {NUMBER}?", who="two", key="m2", public=False, kind="message", at=NOW + HOUR)

    assert not clues_now(first.profile_id)
    assert not clues_now(second.profile_id)


def clues_now(profile):
    return [
        one for row in Link.objects.filter(profile=profile, until=None) for one in row.because if one["clue"] == "cited"
    ]


def test_whoever_names_numbers_of_many_customers_is_not_believed(square):
    others = [person(f"Otto Other{number}", by=square[0].ada) for number in range(cited.MOST_HOLDERS)]
    for number, other in enumerate(others):
        ordered(square[0], other, f"KW-2004{number}-001")

    for number in range(cited.MOST_HOLDERS):
        says(square, f"KW-2004{number}-001", key=f"n{number}")
    row = says(square, f"and {NUMBER}", key="m9")

    assert not clues_now(row.profile_id)
    assert not Cited.objects.filter(counts=True).exists()


def test_a_number_that_two_customers_have_says_nothing(square):
    other = person("Otto Other", by=square[0].ada)
    elsewhere = cast.source("Second shop", owner=square[0].olga)
    order = OrderIn(NUMBER, NOW - HOUR, "EUR", total=Decimal(1))
    bought.take([bought.Bought(order, person=other)], source=elsewhere, by=square[0].olga, now=NOW)

    row = says(square, f"Where is {NUMBER}?")

    assert not clues(row.profile_id)


def test_what_was_named_long_before_it_was_ordered_was_met_by_chance(square):
    row = says(square, f"Where is {NUMBER}?", at=NOW - timedelta(days=9))

    assert not clues(row.profile_id)


def test_an_order_that_comes_after_the_message_is_found_in_it(square):
    row = says(square, "Where is kw-30042-001?")
    assert not clues(row.profile_id)

    (order,) = ordered(square[0], square[2], "KW-30042-001")
    cited.look_for([order.pk])
    live.drain(now=NOW)

    assert [one["seen"] for one in clues(row.profile_id)][:1] == [f"interaction:{row.pk}"]


def test_an_order_that_is_somebody_elses_now_was_not_theirs(square):
    row = says(square, f"Where is {NUMBER}?")
    other = person("Otto Other", by=square[0].ada)

    ordered(square[0], other, NUMBER)
    live.drain(now=NOW)

    assert not Cited.objects.exists()
    assert not clues_now(row.profile_id)


def test_a_customer_number_counts_as_an_order_does(square):
    number = Profile.objects.create(network=f"crm:{square[1].pk}", key="C-778812", name="C-778812")
    link.confirm(number, person=square[2], by=square[0].ada, now=NOW)

    row = says(square, "I am customer c-778812")

    assert [one["detail"] for one in clues(row.profile_id)][:1] == ["C778812"]


def test_an_edit_and_a_deletion_take_the_clue_back(square):
    row = says(square, f"Where is {NUMBER}?")

    cast.said(square[1], event("m1", "Never mind", who="kettlefan", type="update", at=NOW + HOUR), now=NOW + HOUR)
    live.drain(now=NOW)

    assert not Cited.objects.exists()
    assert not clues_now(row.profile_id)


def test_who_names_a_number_of_their_own_needs_no_clue(square):
    hers = Profile.objects.create(network="town", key="bea", name="@bea", person=square[2])
    link_of = Link.objects.create(profile=hers, person=square[2], state=LinkState.CONFIRMED, by="staff:1")

    says(square, f"Where is {NUMBER}?", who="bea")

    assert not Cited.objects.exists()
    assert Link.objects.get(pk=link_of.pk).until is None


def test_whoever_is_erased_leaves_no_mention(square):
    says(square, f"Where is {NUMBER}?")

    privacy.erase(square[2], by=square[0].olga, now=clock.now())

    assert not Cited.objects.exists()
