"""The list of customers: who sees whom, filters, columns, pages, views, and acts on many with a way back."""

from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.identity import merge
from mutuals.people.models import Person
from mutuals.staff.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def named(*names, by, **more):
    return [cast.person(name, by=by, **more) for name in names]


def test_the_list_shows_people_in_a_fixed_number_of_queries(here, django_assert_num_queries):
    named("Bea Brand", "Bo Brand", by=here.ada)
    client = as_(here.ada)

    with django_assert_num_queries(10):
        answer = client.get("/customers/")

    assert answer.text.index("Bea Brand") < answer.text.index("Bo Brand")
    assert "2 people" in answer.text


def test_a_contractor_sees_nobody_who_is_not_theirs(here):
    named("Bea Brand", by=here.ada)

    answer = as_(here.cleo).get("/customers/")

    assert answer.status_code == 200
    assert "Bea Brand" not in answer.text


def test_a_filter_is_added_becomes_a_chip_and_is_taken_away(here):
    named("Bea Brand", by=here.ada, city="Porto")
    named("Bo Brand", by=here.ada, city="Berlin")
    client = as_(here.ada)

    form = client.get("/customers/?add=city")
    added = client.get("/customers/?field=city&op=is&value=Porto")
    shown = client.get(added.headers["Location"])

    assert 'name="op"' in form.text
    assert added.headers["Location"] == "/customers/?f=city%3Ais%3APorto"
    assert "Bea Brand" in shown.text
    assert "Bo Brand" not in shown.text
    assert '<span class="val">Porto</span>' in shown.text
    assert 'href="/customers/" aria-label="Remove the filter Town"' in shown.text


@pytest.mark.parametrize(
    "asked",
    ["field=organisation&op=any&value=kettle", "field=bought&op=none&value=", "field=value&op=between&value=1,20",
     "field=stage&op=is&value=lead", "field=tags&op=has&value=vip", "field=last&op=last&value=30",
     "field=owner&op=empty&value="],
)  # fmt: skip
def test_every_kind_of_filter_goes_there_and_back(here, asked):
    client = as_(here.ada)

    added = client.get(f"/customers/?{asked}")
    shown = client.get(added.headers["Location"])

    assert added.status_code == 302
    assert shown.status_code == 200
    assert 'class="fchip"' in shown.text


@pytest.mark.parametrize(
    "asked", ["f=nothing:is:1", "f=city:over:2", "f={", "after=forged", "field=value&op=over&value=much", "add=secret"]
)
def test_an_address_that_cannot_be_read_is_told_in_words(here, asked):
    answer = as_(here.ada).get(f"/customers/?{asked}")

    assert answer.status_code == 422
    assert "This list cannot be shown." in answer.text


def test_columns_and_sorting_stand_in_the_address(here):
    named("Bea Brand", by=here.ada, city="Porto")

    answer = as_(here.ada).get("/customers/?col=city&sort=created")

    assert "<td>Porto</td>" in answer.text
    assert "Last order</th>" not in answer.text


def test_the_next_page_begins_where_the_last_ended(here):
    named(*[f"Person {number:02}" for number in range(53)], by=here.ada)
    client = as_(here.ada)
    first = client.get("/customers/")
    following = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    second = client.get(following)

    assert "Person 49" in first.text
    assert "Person 50" not in first.text
    assert "Person 52" in second.text
    assert 'rel="prev"' in second.text


def test_an_empty_list_offers_the_first_step(here):
    answer = as_(here.ada).get("/customers/")

    assert "No customers yet" in answer.text
    assert 'href="/imports/"' in answer.text


def test_many_are_tagged_and_the_tag_is_taken_back(here):
    people = named("Bea Brand", "Bo Brand", by=here.ada)
    client = as_(here.ada)

    client.post("/customers/bulk/", {"do": "tag", "tag": "fair", "id": [one.pk for one in people]})
    tagged = Person.objects.filter(tags__contains=["fair"]).count()
    undo = client.get("/customers/").text.split("/customers/undo/")[1].split("/")[0]
    client.post(f"/customers/undo/{undo}/")
    again = client.post(f"/customers/undo/{undo}/", follow=True)

    assert tagged == 2
    assert not Person.objects.filter(tags__contains=["fair"]).exists()
    assert "undone already" in again.text


def test_many_are_given_to_an_owner_and_back(here):
    bea, bo = named("Bea Brand", "Bo Brand", by=here.ada)
    Person.objects.filter(pk=bo.pk).update(owner=here.ben)
    client = as_(here.ada)

    client.post("/customers/bulk/", {"do": "give", "owner": here.ada.pk, "id": [bea.pk, bo.pk]})
    given = set(Person.objects.values_list("owner", flat=True))
    undo = client.get("/customers/").text.split("/customers/undo/")[1].split("/")[0]
    client.post(f"/customers/undo/{undo}/")

    assert given == {here.ada.pk}
    assert list(Person.objects.order_by("pk").values_list("owner", flat=True)) == [None, here.ben.pk]


def test_an_empty_tag_is_refused_in_words(here):
    bea = cast.person(by=here.ada)

    answer = as_(here.ada).post("/customers/bulk/", {"do": "tag", "tag": " ", "id": [bea.pk]}, follow=True)

    assert "A tag is a word." in answer.text


def test_the_ticked_leave_as_a_file_that_no_spreadsheet_runs(here):
    bea, _ = named('=HYPERLINK("x")', "Bo Brand", by=here.ada)

    answer = as_(here.lea).post("/customers/bulk/", {"do": "export", "id": [bea.pk]})
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert lines[0].startswith("Id,Name,Email")
    assert "'=HYPERLINK" in lines[1]
    assert len(lines) == 2


def test_the_whole_list_leaves_as_a_file_for_those_who_may(here):
    named("Bea Brand", "Bo Brand", by=here.ada, city="Porto")

    full = as_(here.lea).get("/customers/export.csv?f=city:is:Porto")
    refused = as_(here.ada).get("/customers/export.csv")

    assert len(b"".join(full.streaming_content).decode().splitlines()) == 3
    assert refused.status_code == 403


def test_a_view_is_kept_shared_removed_and_brought_back(here):
    ada, ben = as_(here.ada), as_(here.ben)

    kept = ada.post("/customers/views/", {"name": "Porto", "query": "f=city%3Ais%3APorto", "shared": "on"})
    seen = ben.get("/customers/")
    not_his = ben.post(f"/customers/views/{SavedView.objects.get().pk}/remove/", follow=True)
    ada.post(f"/customers/views/{SavedView.objects.get().pk}/remove/")
    gone = SavedView.objects.count()
    undo = ada.get("/customers/").text.split("/customers/views/undo/")[1].split("/")[0]
    ada.post(f"/customers/views/undo/{undo}/")

    assert kept.headers["Location"] == "/customers/?f=city%3Ais%3APorto"
    assert "Porto" in seen.text
    assert "Only who made a view" in not_his.text
    assert gone == 0
    assert SavedView.objects.get().name == "Porto"


def test_somebody_new_is_entered_and_a_known_address_leads_to_its_person(here):
    client = as_(here.ada)

    made = client.post("/customers/new/", {"name": "Bea Brand", "email": "bea@town.example"})
    bea = Person.objects.get()
    twice = client.post("/customers/new/", {"name": "Bee", "email": "bea@town.example"})
    empty = client.post("/customers/new/", {})

    assert made.headers["Location"] == f"/customers/{bea.pk}/"
    assert twice.status_code == 422
    assert f'href="/customers/{bea.pk}/"' in twice.text
    assert "Say who this is" in empty.text


def test_a_list_that_takes_too_long_keeps_its_filters_and_says_so(here, settings):
    settings.PATIENCE = 0
    named("Bea Brand", by=here.ada, city="Porto")
    client = as_(here.ada)

    filtered = client.get("/customers/?f=city:is:Porto")
    whole = client.get("/customers/")

    assert filtered.status_code == 422
    assert "This list takes too long. Take a filter away" in filtered.text
    assert 'aria-label="Remove the filter Town"' in filtered.text
    assert "Bea Brand" not in filtered.text
    assert "Bea Brand" in whole.text


def test_an_act_on_somebody_who_was_merged_meanwhile_is_done_to_whom_they_became_and_told(here):
    bea, bo = cast.person("Bea Brand", by=here.ada), cast.person("Bo Solmar", by=here.ada)
    double = cast.person("B. Brand", by=here.ada, now=cast.NOW - timedelta(days=1))
    merge.merge(bea, double, by=here.ada, now=cast.NOW, keep=bea)
    client = as_(here.ada)

    answer = client.post("/customers/bulk/", {"do": "tag", "tag": "fair", "id": [double.pk, bo.pk]}, follow=True)
    both = client.post("/customers/bulk/", {"do": "tag", "tag": "vip", "id": [double.pk, bea.pk]}, follow=True)
    file = as_(here.lea).post("/customers/bulk/", {"do": "export", "id": [double.pk]})

    tagged = set(Person.objects.filter(tags__contains=["fair"]).values_list("pk", flat=True))
    assert tagged == {bea.pk, bo.pk}
    assert "1 person was merged into somebody else meanwhile" in answer.text
    assert "1 tagged “vip”." in both.text
    assert "Bea Brand" in b"".join(file.streaming_content).decode()
