"""Two rows of one account, as a version before d8e1c92 kept them: one by its page, one by its id."""

import pytest

from cast import NOW, minutes, person, staff
from mutuals.base import journal
from mutuals.connectors.contract import Handle
from mutuals.conversations.models import Conversation
from mutuals.history.models import Interaction
from mutuals.identity import link, sweep
from mutuals.identity.models import Edge, Link, LinkState, Proof, Verdict
from mutuals.identity.proofs import doubles
from mutuals.people import profiles
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
PAGE, ID, NAME = "https://brew.example/@bea", "https://brew.example/ap/users/9001", "bea@brew.example"


def kept_before(number="9001"):
    """The row of the page and the row of the id, made as they were then: each by its own key."""
    rows = [
        Profile.objects.get_or_create(network="mastodon", key=key, defaults={"name": NAME, "url": PAGE})[0]
        for key in (PAGE, ID.replace("9001", number))
    ]
    return tuple(rows)


def holders(*rows):
    return [Profile.objects.get(pk=row.pk).person for row in rows]


def test_the_row_that_is_nobodys_becomes_theirs_who_have_the_other_and_keeps_all_that_came_in_by_it():
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    link.confirm(account, person=bea, by=us.ada, now=NOW)
    talk = Conversation.objects.create(opener=page, key="t1")
    said = Interaction.objects.create(
        profile=page, conversation=talk, kind="post", is_public=True, occurred_at=NOW, key="p1"
    )

    sweep.nightly(now=NOW)

    made = Link.objects.get(profile=page, until=None)
    assert holders(page, account) == [bea, bea]
    assert (made.state, made.because[0]["words"]) == (LinkState.PROVEN, "One account, known by its page and by its id")
    assert (Interaction.objects.get(pk=said.pk).profile, Conversation.objects.get(pk=talk.pk).opener) == (page, page)
    assert journal.of(bea).first().kind == "profile.proven"
    bea.refresh_from_db()
    assert bea.interaction_count == 1


def test_it_goes_the_other_way_as_well_and_the_link_that_stood_says_nothing_new():
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    link.confirm(page, person=bea, by=us.ada, now=NOW)

    done = [doubles.join(now=NOW), doubles.join(now=NOW + minutes(1))]

    assert (done, holders(page, account)) == ([[(account.pk, bea.pk)], []], [bea, bea])
    assert Link.objects.get(profile=page, until=None).state == LinkState.CONFIRMED
    assert Proof.objects.filter(kind="one_account").count() == 2


def test_two_persons_are_asked_about_once():
    us = staff()
    rows, people = kept_before(), [person(name, by=us.ada) for name in ("Bea Brand", "B. Brand")]
    for row, who in zip(rows, people, strict=True):
        link.confirm(row, person=who, by=us.ada, now=NOW)

    done = [doubles.join(now=NOW), doubles.join(now=NOW + minutes(1))]

    assert (done, holders(*rows)) == ([[], []], people)
    assert [one.verdict for one in Edge.objects.filter(until=None)] == [Verdict.UNSURE]


def test_two_that_are_nobodys_wait_until_one_is_somebodys():
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    doubles.join(now=NOW)
    before = holders(page, account)

    link.confirm(page, person=bea, by=us.ada, now=NOW)
    doubles.join(now=NOW + minutes(1))

    assert (before, holders(page, account)) == ([None, None], [bea, bea])


def test_what_staff_said_is_not_theirs_stays_so():
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    for row in (page, account):
        link.confirm(row, person=bea, by=us.ada, now=NOW)
    link.reject(Profile.objects.get(pk=page.pk), by=us.ada, now=NOW + minutes(1))

    doubles.join(now=NOW + minutes(2))

    assert holders(page, account) == [None, bea]


@pytest.mark.parametrize(
    "told",
    [
        {"key": "https://evil.example/u/9"},
        {"name": "bo@brew.example"},
        {"network": "pixels"},
        {"url": f"{PAGE}x"},
        {"is_ours": True},
    ],
    ids=["another server", "another name", "another network", "another page", "ours"],
)
def test_nobody_is_joined_with(told):
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    link.confirm(page, person=bea, by=us.ada, now=NOW)
    Profile.objects.filter(pk=account.pk).update(**told)

    doubles.join(now=NOW)

    assert holders(account) == [None]
    assert not Proof.objects.exists()


def test_a_page_that_two_ids_claim_is_left_alone():
    us = staff()
    (page, account), bea = kept_before(), person(by=us.ada)
    _, second = kept_before("9002")
    link.confirm(account, person=bea, by=us.ada, now=NOW)

    doubles.join(now=NOW)

    assert holders(page, second) == [None, None]


def test_batches_lead_to_the_end_and_today_no_new_double_is_made():
    us = staff()
    rows = []
    for n in range(5):
        page = f"https://brew.example/@b{n}"
        made = profiles.ensure([Handle("mastodon", page, f"b{n}@brew.example", url=page)], now=NOW)
        rows.append(made["mastodon", page].id)
        if n % 2:
            Profile.objects.create(
                network="mastodon", key=f"https://brew.example/u/{n}", name=f"b{n}@brew.example", url=page
            )
        link.confirm(Profile.objects.get(pk=rows[-1]), person=person(f"B{n}", by=us.ada), by=us.ada, now=NOW)

    done = doubles.join(now=NOW, size=1)

    assert len(done) == 2
    assert Profile.objects.filter(network="mastodon", person=None).count() == 0
