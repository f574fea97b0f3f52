"""How do we know? Every kind of clue stands on the customer's page, with its weight and where it was seen."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import escape

import cast
from cast import NOW, event, person, staff
from mutuals.identity import bought, link, live
from mutuals.identity.edges import Grounds
from mutuals.identity.models import Link, LinkState
from mutuals.identity.tests.test_live import presence, town
from mutuals.people import persons
from mutuals.people.models import Affiliation, Organisation, Profile
from mutuals.sales.orders import OrderIn

pytestmark = pytest.mark.django_db
SITE = "https://beapours.garden/"
NAME = "Bea Spiegelhalter"
PICTURE = {"picture": "a1b2c3d4e5f60718"}


def customer(us, *, name=NAME, has=(), works="", told=None, **more):
    """Somebody we know; `has` are handles of theirs (network, name), `told` what a record says besides."""
    made = person(name, by=us.ada, **more)
    for network, handle in has:
        link.confirm(presence(handle, network=network), person=made, by=us.ada, now=NOW)
    if works:
        firm = Organisation.objects.create(name=works, name_key=works.lower(), domain="")
        Affiliation.objects.create(person=made, organisation=firm)
    tell(persons.own_of(made.pk), told or {})
    return made


def tell(row, told):
    fields = {name: {"value": value, "at": NOW.isoformat(), "by": "interaction:9"} for name, value in told.items()}
    Profile.objects.filter(pk=row.pk).update(fields=row.fields | fields)


def shown_of(us, made, fresh):
    """What the page says of a presence that may be theirs: the words of each clue, as printed, with what stands beside."""
    live.drain(now=NOW)
    held = Link.objects.filter(profile=fresh, until=None).exclude(state=LinkState.REJECTED).get()
    assert held.person_id == made.pk
    client = Client()
    client.force_login(us.ada)
    page = client.get(f"/customers/{made.pk}/").content.decode()
    return held, page


@pytest.mark.parametrize(
    ("theirs", "fresh", "words"),
    [
        ({"has": [("mastodon", "quiet.otter.pours")]}, {"name": "quiet.otter.pours"}, "The same handle, and a rare one"),
        ({"has": [("mastodon", "quiet.otter.pours")]}, {"name": "quiet.otter.pours", "network": "twitter"},
         "Most people keep their handle on these two networks"),
        ({}, {"name": "beaspiegelhalter"}, "The handle spells the family name"),
        ({"name": "William Spiegelhalter"}, {"shown": "Bill Spiegelhalter"}, "The same given name, once in its short form"),
        ({}, {"shown": "B. Spiegelhalter"}, "The given name begins with the same letter"),
        ({"name": "Ivan Shostakovich"}, {"shown": "Иван Шостакович"}, "The same family name"),
        ({"name": "山田 陽子"}, {"shown": "山田 陽子"}, "The same family name"),
        ({}, {"shown": NAME}, "The same family name"),
        ({"email": "quietotter77@mail.garden"}, {"name": "quietotter77"}, "The handle is the name of a mailbox of theirs"),
        ({"told": {"website": SITE}}, {"sites": (SITE,)}, "The same website"),
        ({"has": [("mastodon", "bea.pours@town.garden")]}, {"bio": "Also @bea.pours@town.garden"},
         "One names the other's account or address, which anybody may"),
        ({"email": "z@quibell.net"}, {"bio": "write to z@quibell.net"},
         "One names the other's account or address, which anybody may"),
        ({"works": "Øresund Coffee"}, {"shown": NAME, "organisation": "Øresund Coffee"}, "The same employer"),
        ({"city": "Porto"}, {"shown": NAME, "place": "Porto"}, "The same place"),
        ({"city": "Porto"}, {"shown": NAME, "bio": "Water and kettles in Porto"}, "The biography names the place"),
        ({"told": PICTURE}, {"shown": NAME, "told": PICTURE}, "Pictures that look alike"),
        ({"language": "pt"}, {"shown": NAME, "writes": "pt-PT"}, "The same language"),
        ({"phone": "+351912345678"}, {"shown": NAME, "told": {"signature": {"phones": ["+351912345678"]}}},
         "A signature under a letter names the other's address, number or site"),
        ({"orders": "KW-10042-003"}, {"shown": NAME, "says": "Where is KW-10042-003?"},
         "One names a number that is the other's alone, as of an order"),
        ({"told": {"birthday": "1971-02-03"}}, {"shown": NAME, "told": {"birthday": "1980-02-03"}},
         "Born on another day"),
    ],
)  # fmt: skip
def test_each_kind_of_clue_stands_on_the_page_with_its_weight_and_where_it_was_seen(theirs, fresh, words):
    us, given = staff(), dict(theirs)
    orders = given.pop("orders", "")
    made = customer(us, **given)
    town(us)
    if orders:
        bought.take(
            [bought.Bought(OrderIn(orders, NOW, "EUR", total=Decimal(9)), person=made)],
            source=None,
            by=us.olga,
            now=NOW,
        )
    row = arrives(us, **fresh)

    held, page = shown_of(us, made, row)

    (found,) = [one for one in held.because if one["words"].startswith(words)]
    line = page[page.index(str(escape(found["words"]))) :].partition("</li>")[0]
    assert re.search('href="/seen/(said|presence)/', line)
    assert re.search("(strong|some|weak) (for|against)", line)


@pytest.mark.parametrize(
    ("theirs", "fresh"),
    [
        ({"told": {"website": "https://linktr.ee/"}}, {"sites": ("https://linktr.ee/",)}),
        ({"told": {"website": "https://linktr.ee/bea"}}, {"sites": ("https://linktr.ee/other",)}),
        ({"email": "bea@gmail.com"}, {"sites": ("https://gmail.com/",)}),
        ({"works": "Kettle works", "told": {"website": "https://kettles.garden/"}}, {"sites": ("https://kettles.garden/",)}),
    ],
)  # fmt: skip
def test_what_many_share_is_no_clue(theirs, fresh):
    us = staff()
    customer(us, **theirs)
    Organisation.objects.update_or_create(name="Kettle works", defaults={"domain": "kettles.garden"})
    town(us)
    row = arrives(us, shown=NAME, **fresh)

    live.drain(now=NOW)

    told = {one["clue"] for held in Link.objects.filter(profile=row) for one in held.because if one["for"]}
    assert "family" in told
    assert "site" not in told


def test_a_mailbox_that_several_read_is_nobodys_way():
    us = staff()
    made = customer(us, email="info@kettles.garden")
    Profile.objects.filter(network="email").update(label="shared")
    town(us)
    row = arrives(us, shown=NAME, told={"signature": {"emails": ["info@kettles.garden"]}})

    held, _ = shown_of(us, made, row)

    assert not {"signature", "address"} & {one["clue"] for one in held.because}


def test_a_customer_number_says_of_which_source_it_is():
    us = staff()
    shop = cast.source("Kettle shop", owner=us.olga)
    Profile.objects.create(network=f"crm:{shop.pk}", key="C-7", name="C-7")
    client = Client()
    client.force_login(us.ada)

    page = client.get("/customers/unlinked/").content.decode()

    assert page.count("customer number of Kettle shop") >= 1


def arrives(us, *, name="kettlefan", network="instagram", says="", writes="", told=None, **more):
    """A presence as its network shows it, or as it comes with a message."""
    if says or writes:
        square = cast.source(owner=us.olga, team=us.service)
        told_of = event("m1", says or "Olá!", who=name, language=writes)
        told_of["author"]["shown"] = more.get("shown", "")
        return Profile.objects.get(pk=cast.said(square, told_of)[0].profile_id)
    row = presence(name, network=network, **more)
    tell(row, told or {})
    return row


def test_a_link_that_a_machine_made_is_said_to_be_its_link_and_not_somebodys_word():
    us = staff()
    made = customer(us)
    row = presence("kettlefan")
    link.attach_free([(row.pk, made.pk, Grounds([], probability=0.9995, pool=1000))], by="machine:identity", now=NOW)
    client = Client()
    client.force_login(us.ada)

    page = client.get(f"/customers/{made.pk}/").content.decode()

    assert "Linked by machine" in page
    assert "over 99.9 % among 1,000" in page
    assert "Confirmed by" not in page
    assert "100 %" not in page


def test_somebody_else_on_record_who_may_be_the_same_stands_on_the_page_of_both_for_who_may_answer():
    us = staff()
    bea, other, third = (person(name, by=us.ada) for name in ("Bea Brand", "Beatrix Brand", "Una Verified"))
    edge = cast.doubt(bea, other, sure=0.994)
    cast.doubt(other, third, sure=0.3)

    pages = {}
    for user in (us.ada, us.cleo):
        client = Client()
        client.force_login(user)
        pages[user.pk] = [client.get(f"/customers/{one.pk}/").content.decode() for one in (bea, other)]

    mine, theirs = pages[us.ada.pk]
    way = f'href="/customers/same/{edge.pk}/"'
    assert way in mine
    assert way in theirs
    assert "99.4" in mine
    assert "Beatrix Brand" in mine
    assert "Una Verified" not in mine
    assert "Una Verified" in theirs
    assert not any(way in page for page in pages[us.cleo.pk])
