"""The pages of fields: what is listed, made, changed, moved and retired, by whom; and the forms on which they stand."""

import pytest
from django.test import Client

import cast
from mutuals.base.refusals import Refusal
from mutuals.inbox import cases
from mutuals.people import organisations
from mutuals.people.models import Organisation, Person
from mutuals.records import book, definitions
from mutuals.records.models import CustomField

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def made(here, label, kind="text", record="person", **more):
    return definitions.add(record, by=here.olga, now=cast.NOW, label=label, kind=kind, **more)


def test_a_field_that_the_house_brought_is_not_made_again(here):
    with pytest.raises(Refusal, match="“town” is there already"):
        made(here, "town", "text")


def test_an_admin_makes_a_field_and_it_is_on_the_page_with_what_nobody_fills(here):
    client = as_(here.aron)

    said = {"label": "Grade", "kind": "choice", "options": "Gold\nTin\n", "section": "Club", "is_required": "on"}
    answer = client.post("/settings/fields/person/new/", said, follow=True)

    row = CustomField.objects.get()
    assert (row.key, row.options, row.is_required) == ("grade", [["gold", "Gold"], ["tin", "Tin"]], True)
    assert "nobody fills this" in answer.text
    assert "Drop it" in answer.text


def test_what_cannot_be_a_field_is_told_beside_the_answer(here):
    client = as_(here.aron)

    answer = client.post("/settings/fields/person/new/", {"label": "Total", "kind": "formula", "formula": "price *"})

    assert answer.status_code == 422
    assert "is missing" in answer.text
    assert not CustomField.objects.exists()


def test_an_option_is_renamed_in_its_place_and_keeps_its_value(here):
    row = made(here, "Grade", "choice", options=["Gold", "Tin"])
    cast.person(by=here.ada, custom={"grade": "gold"})

    as_(here.aron).post(f"/settings/fields/{row.pk}/", {"label": "Rank", "options": "Golden\nTin"})

    row.refresh_from_db()
    assert (row.label, row.key, row.options) == ("Rank", "grade", [["gold", "Golden"], ["tin", "Tin"]])


def test_fields_are_moved_retired_and_brought_back(here):
    rows = [made(here, label) for label in ("One", "Two", "Three")]
    client = as_(here.aron)

    client.post(f"/settings/fields/{rows[2].pk}/do/", {"do": "up"})
    order = list(CustomField.objects.order_by("position").values_list("label", flat=True))
    client.post(f"/settings/fields/{rows[0].pk}/do/", {"do": "retire"})
    retired = client.get("/settings/fields/")
    client.post(f"/settings/fields/{rows[0].pk}/do/", {"do": "back"})

    assert order == ["One", "Three", "Two"]
    assert "Use again" in retired.text
    assert not CustomField.objects.exclude(retired_at=None).exists()


def test_staff_see_the_fields_and_only_admins_change_them(here):
    row = made(here, "Grade")

    seen = as_(here.ada).get("/settings/fields/")
    refused = as_(here.lea).post(f"/settings/fields/{row.pk}/do/", {"do": "retire"})
    hidden = as_(here.cleo).get("/settings/fields/")

    assert "Grade" in seen.text
    assert "Retire" not in seen.text
    assert (refused.status_code, hidden.status_code) == (403, 403)


def test_the_customers_page_shows_what_is_filled_and_its_form_asks_for_all(here):
    made(here, "Grade", "choice", options=["Gold", "Tin"], section="Club")
    made(here, "Likes", "many", options=["Tea", "Coffee"])
    made(here, "Since", "day")
    bea = cast.person(by=here.ada, custom={"grade": "gold", "since": "2026-05-01"})
    client = as_(here.ada)

    page, form = client.get(f"/customers/{bea.pk}/"), client.get(f"/customers/{bea.pk}/?tab=edit")
    said = {"custom": "1", "custom.grade": "tin", "custom.likes": ["tea", "coffee"], "custom.since": "2026-05-01"}
    client.post(f"/customers/{bea.pk}/edit/", said)

    bea.refresh_from_db()
    assert "<h2>Club</h2>" in page.text
    assert "<dt>Likes</dt>" not in page.text
    assert 'name="custom.likes"' in form.text
    assert bea.custom == {"grade": "tin", "likes": ["tea", "coffee"], "since": "2026-05-01"}


def test_two_who_edit_different_fields_take_nothing_from_each_other(here):
    made(here, "Grade")
    made(here, "Place")
    bea = cast.person(by=here.ada, custom={"grade": "a", "place": "b"})
    client = as_(here.ada)

    client.post(f"/customers/{bea.pk}/edit/", {"name": "Bea Brandt"})
    bea.refresh_from_db()

    assert bea.custom == {"grade": "a", "place": "b"}


def test_what_a_field_refuses_is_told_and_nothing_is_kept(here):
    made(here, "Seats", "number")
    bea = cast.person(by=here.ada)
    client = as_(here.ada)

    answer = client.post(
        f"/customers/{bea.pk}/edit/", {"custom": "1", "custom.seats": "many", "city": "Porto"}, follow=True
    )

    bea.refresh_from_db()
    assert "takes a number" in answer.text
    assert (bea.custom, bea.city) == ({}, "")


def test_a_new_customer_is_asked_for_what_is_required(here):
    made(here, "Seats", "number", is_required=True)
    client = as_(here.ada)

    refused = client.post("/customers/new/", {"name": "Bo Brand"})
    client.post("/customers/new/", {"name": "Bo Brand", "custom.seats": "4"})

    assert refused.status_code == 422
    assert Person.objects.get().custom == {"seats": 4}


def test_an_organisation_shows_and_takes_its_fields(here):
    made(here, "Founded", "day", "organisation")
    firm = organisations.add(by=here.ada, name="The Kettle works", now=cast.NOW)
    client = as_(here.ada)

    wrong = client.post(f"/organisations/{firm.pk}/edit/", {"name": firm.name, "custom.founded": "long ago"})
    client.post(f"/organisations/{firm.pk}/edit/", {"name": firm.name, "custom.founded": "1999-05-01"})
    page = client.get(f"/organisations/{firm.pk}/")

    assert (wrong.status_code, "takes a day" in wrong.text) == (422, True)
    assert Organisation.objects.get().custom == {"founded": "1999-05-01"}
    assert "<dt>Founded</dt><dd>1999-05-01</dd>" in page.text


def test_the_list_has_fields_as_columns_conditions_and_order_and_in_the_file(here):
    made(here, "Seats", "number")
    for name, seats in (("Ann", 3), ("Bea", 12)):
        cast.person(name, by=here.ada, custom={"seats": seats})
    client = as_(here.lea)

    shown = client.get("/customers/?col=custom.seats&sort=custom.seats").text
    asked = client.get("/customers/?add=custom.seats").text
    found = client.get("/customers/?f=custom.seats:over:5").text
    file = b"".join(client.get("/customers/export.csv?f=custom.seats:over:5").streaming_content).decode()
    hidden = as_(here.cleo).get("/customers/?sort=custom.seats")

    assert shown.index(">Bea<") < shown.index(">Ann<")
    assert "<td>12</td>" in shown
    assert 'name="field" value="custom.seats"' in asked
    assert "Ann" not in found
    assert file.splitlines()[0].endswith("Known since,Seats")
    assert file.splitlines()[1].endswith(",12")
    assert hidden.status_code == 422


def test_who_looks_at_the_list_asks_once_which_fields_there_are(here, django_assert_num_queries):
    made(here, "Seats", "number")
    cast.person(by=here.ada, custom={"seats": 3})
    client = as_(here.ada)
    client.get("/customers/?col=custom.seats")

    with django_assert_num_queries(10):
        client.get("/customers/?col=custom.seats")


def test_the_list_of_organisations_is_asked_by_a_field(here):
    made(here, "Founded", "day", "organisation")
    for name, day in (("Old mill", "1899-05-01"), ("New mill", "2020-05-01")):
        organisations.add(by=here.ada, name=name, now=cast.NOW, custom={"founded": day})
    client = as_(here.ada)

    page = client.get("/organisations/?f=custom.founded:before:1950-01-01")

    assert page.status_code == 200
    assert ("Old mill" in page.text, "New mill" in page.text) == (True, False)


def test_what_nobody_fills_is_pointed_out_and_what_forms_leave_out_stays_known(here):
    made(here, "Founded", "day", "organisation", section="History")
    made(here, "Motto", "text", "organisation")
    firm = organisations.add(by=here.ada, name="Old mill", now=cast.NOW, city="Porto", custom={"motto": "On"})
    admin, ada, where = as_(here.aron), as_(here.ada), "/settings/fields/organisation/layout/"

    noted = admin.get("/settings/fields/").text
    admin.post(where, {"asked": ["phone", "tags"]})
    layout, form = admin.get(where).text, ada.get(f"/organisations/{firm.pk}/edit/").text
    ada.post(f"/organisations/{firm.pk}/edit/", {"name": "Older mill", "phone": "", "custom.motto": "On"})
    admin.post(f"/settings/fields/{CustomField.objects.get(key='motto').pk}/do/", {"do": "up", "from": "layout"})

    firm.refresh_from_db()
    assert "Nobody fills “Founded” of organisations." in noted
    assert ('name="city"' in form, 'name="domain"' in form, 'name="phone"' in form) == (False, False, True)
    assert (firm.name, firm.city) == ("Older mill", "Porto")
    assert layout.index("History") < layout.index("Motto")
    assert [one.key for one in book.shapes("organisation")] == ["motto", "founded"]
    assert ada.get(where).status_code == 403


def test_a_case_shows_and_takes_its_fields_on_its_page_and_by_programs(here):
    made(here, "Machine number", "text", "case", section="Machine")
    made(here, "Hours run", "number", "case")
    case, _ = cases.open_case(by=here.ada, now=cast.NOW, title="It leaks", person=cast.person("Bea", by=here.ada))
    client, where = as_(here.ada), f"/cases/{case.pk}/"

    form = client.get(f"{where}fields/").text
    wrong = client.post(f"{where}fields/", {"custom.hours_run": "many"})
    client.post(f"{where}fields/", {"custom.machine_number": "M-7", "custom.hours_run": "120"})
    page = client.get(where).text
    told = client.get(f"/api/v1/cases/{case.pk}/fields").json()
    hidden = as_(here.cleo).get(f"{where}fields/")

    case.refresh_from_db()
    assert 'name="custom.machine_number"' in form
    assert (wrong.status_code, "takes a number" in wrong.text) == (422, True)
    assert case.custom == {"machine_number": "M-7", "hours_run": 120}
    assert "<dt>Machine number</dt><dd>M-7</dd>" in page
    assert told == {"custom": {"machine_number": "M-7", "hours_run": 120}}
    assert hidden.status_code == 403
