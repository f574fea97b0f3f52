"""An account that changes its handle and its name at once may have been passed on."""

import pytest
from django.test import Client

from cast import NOW, person, staff
from mutuals.connectors.contract import Handle
from mutuals.identity import link, live, queries, renamed, review
from mutuals.identity.edges import MACHINE
from mutuals.identity.models import Edge, Link, LinkState, Renamed, Verdict
from mutuals.people import profiles
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
CLUE = {"clue": "handle", "words": "The same handle", "for": True}


def presence(name="@bea.pours", shown="Bea Brandmeyer"):
    """An account as its network tells it today; its id stays."""
    found = profiles.ensure([Handle("mastodon", "https://tea.example/users/7", name, shown=shown)], now=NOW)
    return Profile.objects.get(pk=next(iter(found.values())).id)


def linked(us, *, by=MACHINE):
    """Bea, with her account."""
    bea, row = person("Bea Brandmeyer", by=us.ada), presence()
    if by == MACHINE:
        link.attach([(row.pk, bea.pk)], state=LinkState.CONFIRMED, because=[CLUE], by=by, now=NOW)
    else:
        link.confirm(row, person=bea, by=us.ada, now=NOW)
    live.drain(now=NOW)
    return bea, row


def asked():
    return Edge.objects.filter(by=queries.RENAMED, until=None)


def test_what_a_machine_linked_stays_and_is_asked_about_with_the_day_and_what_it_was():
    us = staff()
    bea, row = linked(us)

    presence("@kettle.deals", "Best Deals")
    live.drain(now=NOW)

    (line,) = queries.queue(us.ada)
    (told,) = [one for one in line.edge.because if one["clue"] == "renamed"]
    assert told["words"].startswith("Handle and shown name changed on ")
    assert told["detail"] == "before: Bea Brandmeyer, @bea.pours"
    assert Profile.objects.get(pk=row.pk).person == bea
    assert not Renamed.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("@bea.pours", "Best Deals"), ("@kettle.deals", "Bea Brandmeyer"), ("@BEA.pours", "BEA Brandmeyer")],
)
def test_who_changes_one_of_the_two_is_not_asked_about(name, shown):
    us = staff()
    linked(us)

    presence(name, shown)
    live.drain(now=NOW)

    assert not asked().exists()
    assert not Renamed.objects.exists()


def test_looking_again_asks_once_and_only_so_many_at_a_time():
    us = staff()
    linked(us)
    presence("@kettle.deals", "Best Deals")
    renamed.look(now=NOW, most=1)
    (before,) = asked().values_list("pk", flat=True)

    live.drain(now=NOW)
    again = renamed.look(now=NOW, most=1)

    assert again == 0
    assert list(asked().values_list("pk", flat=True)) == [before]


def test_what_staff_linked_is_told_on_the_customer_page_and_not_asked_about():
    us = staff()
    bea, row = linked(us, by="staff")
    presence("@kettle.deals", "Best Deals")
    presence("@kettle.offers", "Best Offers")

    live.drain(now=NOW)
    client = Client()
    client.force_login(us.ada)
    page = client.get(f"/customers/{bea.pk}/").content.decode()

    assert not asked().exists()
    assert "Handle and shown name changed on " in page
    assert sum(one["clue"] == "renamed" for one in Link.objects.get(profile=row, until=None).because) == 1


def test_staff_say_that_it_is_still_theirs_and_it_stays_linked():
    us = staff()
    bea, row = linked(us)
    presence("@kettle.deals", "Best Deals")
    live.drain(now=NOW)

    done = review.answer(asked().get(), Verdict.SAME, by=us.ada, now=NOW)
    live.drain(now=NOW)

    assert Profile.objects.get(pk=row.pk).person == bea
    assert not queries.unsure().exists()
    assert done.person == bea


def test_staff_say_that_it_was_passed_on_and_take_it_back():
    us = staff()
    bea, row = linked(us)
    presence("@kettle.deals", "Best Deals")
    live.drain(now=NOW)

    done = review.answer(asked().get(), Verdict.DIFFERENT, by=us.ada, now=NOW)
    left = Profile.objects.get(pk=row.pk).person
    live.drain(now=NOW)
    kept_away = Profile.objects.get(pk=row.pk).person
    review.undo(done.key, by=us.ada, now=NOW)

    assert (left, kept_away) == (None, None)
    assert Profile.objects.get(pk=row.pk).person == bea
    assert Link.objects.get(profile=row, until=None).by == MACHINE
    assert queries.unsure().get().by == queries.RENAMED


def test_a_pair_of_an_account_that_left_by_another_way_is_no_question_any_more():
    us = staff()
    _, row = linked(us)
    presence("@kettle.deals", "Best Deals")
    live.drain(now=NOW)
    edge = asked().get()

    link.reject(Profile.objects.get(pk=row.pk), by=us.ada, now=NOW)

    assert not queries.unsure().exists()
    with pytest.raises(review.Stale):
        review.answer(edge, Verdict.SAME, by=us.ada, now=NOW)
