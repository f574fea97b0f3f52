"""The import wizard: from the file to the report, with the questions on the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals import flow
from mutuals.capture.imports import running
from mutuals.capture.models import Import
from mutuals.inbox.models import Turn
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db
PEOPLE = "Kundenname;E-Mail;Ort\nBea Solmar;bea@town.example;Köln\nBo Solmar;bo.at.town;Bonn\n"
POSTS = "tweet_id,text,tweet_created\n1,My kettle leaks,2015-02-24 11:35:52\n2,It sings,2015-02-24 11:36:00\n"


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def upload(client, text=PEOPLE, name="leads.csv", encoding="utf-8", headers=None, **more):
    file = SimpleUploadedFile(name, text.encode(encoding), content_type="text/csv")
    return client.post("/imports/", {"file": file, **more}, headers=headers)


def test_a_file_goes_all_the_way_to_its_report(here):
    client = as_(here.lea)

    up = upload(client)
    of = Import.objects.get()
    mapping = client.get(f"/imports/{of.pk}/")
    said = {f"col-{number}": name for number, name in enumerate(["name", "email", "city"])}
    client.post(f"/imports/{of.pk}/mapping/", {**said, "match": ["email"]})
    busy = client.get(f"/imports/{of.pk}/")
    running.check_now(of.pk)
    preview = client.get(f"/imports/{of.pk}/")
    client.post(f"/imports/{of.pk}/run/")
    running.run_now(of.pk)
    report = client.get(f"/imports/{of.pk}/")
    listed = client.get("/imports/")

    assert up.headers["Location"] == f"/imports/{of.pk}/"
    assert (of.target, of.source.name) == ("people", "leads")
    assert "semicolon between fields" in mapping.text
    assert "Bea Solmar" in mapping.text
    assert "Being checked" in busy.text
    assert "Import 1 rows" in preview.text
    assert "bo.at.town" in preview.text
    assert "What happened" in report.text
    assert "done, 1 row left out" in listed.text
    assert Person.objects.get().city == "Köln"


def test_progress_is_a_fragment_and_the_page_comes_again_at_the_end(here):
    client = as_(here.lea)
    upload(client)
    of = Import.objects.get()
    Import.objects.update(state="running", rows_done=500, rows_total=1000, started_at=cast.NOW)

    fragment = client.get(f"/imports/{of.pk}/progress/", headers={"HX-Request": "true"})
    Import.objects.update(state="done", counts={"new": 1})
    end = client.get(f"/imports/{of.pk}/progress/", headers={"HX-Request": "true"})

    assert "500 of 1,000 rows" in fragment.text
    assert "<html" not in fragment.text
    assert end.headers["HX-Refresh"] == "true"


def test_times_without_a_zone_are_asked_for_and_answered(here):
    client = as_(here.lea)
    upload(client, POSTS, encoding="utf-8")
    of = Import.objects.get()
    said = {"col-0": "id", "col-1": "text", "col-2": "said_at"}

    asked = client.post(f"/imports/{of.pk}/mapping/", said)
    half = client.post(f"/imports/{of.pk}/mapping/", {**said, "zone": "America/New_York"})
    whole = {**said, "zone": "America/New_York", "const-public": "yes"}
    answered = client.post(f"/imports/{of.pk}/mapping/", whole)

    of.refresh_from_db()
    assert asked.status_code == 422
    assert "where did that clock hang?" in asked.text
    assert half.status_code == 422
    assert "were they public, or private?" in half.text
    assert '<option value="yes">public: everybody could read them</option>' in half.text
    assert answered.status_code == 302
    assert of.options["constants"] == {"public": "yes"}
    assert of.options["zone"] == "America/New_York"
    assert of.state == "checking"


def test_the_country_of_numbers_is_asked_for_only_where_numbers_name_none(here):
    client = as_(here.lea)
    upload(client, "Name,Telefon\nBea Solmar,0221 1234567\nBo Solmar,+49 221 7654321\n")
    of = Import.objects.get()
    said = {"col-0": "name", "col-1": "phone", "match": "phone"}

    asked = client.get(f"/imports/{of.pk}/")
    wrong = client.post(f"/imports/{of.pk}/mapping/", {**said, "region": "XX"})
    client.post(f"/imports/{of.pk}/mapping/", said)
    running.check_now(of.pk)
    without = client.get(f"/imports/{of.pk}/")
    client.post(f"/imports/{of.pk}/mapping/", {**said, "region": "de"})
    running.check_now(of.pk)
    with_it = client.get(f"/imports/{of.pk}/")
    upload(client, "Name,Telefon\nBo Solmar,+49 221 7654321\n")
    not_asked = client.get(f"/imports/{Import.objects.latest('pk').pk}/")

    assert "Such as 0221 1234567." in asked.text
    assert "A country is two letters" in wrong.text
    assert "In 1 row a phone number names no country" in without.text
    assert "names no country" not in with_it.text
    assert 'name="region" value="DE"' in with_it.text
    assert 'name="region"' not in not_asked.text


def test_posts_can_be_history_only_and_the_page_says_so(here):
    client = as_(here.lea)
    upload(client, POSTS)
    of = Import.objects.get()
    asked = client.get(f"/imports/{of.pk}/")
    said = {"col-0": "id", "col-1": "text", "col-2": "said_at", "zone": "UTC", "const-public": "yes"}

    client.post(f"/imports/{of.pk}/mapping/", {**said, "history_only": "yes"})
    running.check_now(of.pk)
    preview = client.get(f"/imports/{of.pk}/")
    client.post(f"/imports/{of.pk}/run/")
    running.run_now(of.pk)
    flow.run(of.source_id)
    report = client.get(f"/imports/{of.pk}/")
    listed = client.get(f"/inbox/?tab=all&state=history&source={of.source_id}")
    turn = Turn.objects.first()
    opened = client.get(f"/inbox/{turn.pk}/")
    client.post(f"/inbox/{turn.pk}/reopen/")

    assert 'value="no" checked>Work' in asked.text
    assert "Import 2 rows as history" in preview.text
    assert "history only" in report.text
    assert f"/inbox/?tab=all&amp;state=history&amp;source={of.source_id}" in report.text
    assert listed.text.count("Kept as history") >= 2
    assert "Take it up" in opened.text
    assert sorted(Turn.objects.values_list("state", flat=True)) == ["history", "open"]


def test_two_columns_cannot_become_the_same_and_what_was_chosen_stays(here):
    client = as_(here.lea)
    upload(client)
    of = Import.objects.get()

    answer = client.post(f"/imports/{of.pk}/mapping/", {"col-0": "name", "col-1": "name", "col-2": "city"})

    assert answer.status_code == 422
    assert "only one can" in answer.text
    assert '<option value="city" selected>' in answer.text


def test_what_was_detected_is_corrected(here):
    client = as_(here.lea)
    upload(client, "Name,Stadt\nBea,K\xf6ln\n", encoding="latin-1", target="people")
    of = Import.objects.get()

    wrong = client.post(f"/imports/{of.pk}/file/", {"target": "fish"})
    client.post(f"/imports/{of.pk}/file/", {"target": "organisations", "encoding": "cp1252", "delimiter": ";"})

    of.refresh_from_db()
    assert wrong.status_code == 422
    assert of.target == "organisations"
    assert of.sniffed["columns"] == ["Name,Stadt"]


def test_a_file_that_cannot_be_read_is_told_as_words_and_to_the_island_as_json(here):
    client = as_(here.lea)

    page = upload(client, "%PDF-1.7 something", name="scan.pdf")
    island = upload(client, "%PDF-1.7 something", name="scan.pdf", headers={"X-Requested-With": "XMLHttpRequest"})

    assert page.status_code == 422
    assert "This is a PDF." in page.text
    assert "This is a PDF." in island.json()["error"]
    assert not Import.objects.exists()


def test_rows_that_were_not_taken_leave_as_a_safe_file(here):
    client = as_(here.lea)
    upload(client, 'Name;E-Mail\n"=1+1";not-an-address\n', encoding="utf-8")
    of = Import.objects.get()
    client.post(f"/imports/{of.pk}/mapping/", {"col-0": "name", "col-1": "email"})
    running.check_now(of.pk)

    answer = client.get(f"/imports/{of.pk}/rows.csv?kind=errors")

    text = b"".join(answer.streaming_content).decode()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "'=1+1" in text


def test_a_run_without_a_preview_is_refused_in_words(here):
    client = as_(here.lea)
    upload(client)
    of = Import.objects.get()

    answer = client.post(f"/imports/{of.pk}/run/")

    assert answer.status_code == 422
    assert "cannot do that now" in answer.text


def test_the_pages_cost_a_fixed_number_of_queries(here, django_assert_num_queries):
    client = as_(here.lea)
    upload(client)
    of = Import.objects.get()

    with django_assert_num_queries(6):
        client.get("/imports/")
    with django_assert_num_queries(8):
        client.get(f"/imports/{of.pk}/")


def test_staff_do_not_import(here):
    assert as_(here.ada).get("/imports/").status_code == 403


def test_a_file_of_a_known_form_says_so_and_can_be_read_as_none_of_these(here):
    client = as_(here.lea)
    rows = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\nC5,K-1,-1,2010-12-01 08:26:00,2.55,17\n"

    upload(client, rows, "retail.csv", target="orders")
    of = Import.objects.get()
    page = client.get(f"/imports/{of.pk}/").text
    said = {f"col-{n}": name for n, name in enumerate(of.mapping.get(column, "") for column in of.sniffed["columns"])}
    client.post(f"/imports/{of.pk}/mapping/", {**said, "zone": "Europe/London", "const-currency": "GBP"})
    of.refresh_from_db()
    kept = of.options["preset"]
    running.check_now(of.pk)
    client.post(f"/imports/{of.pk}/file/", {"target": "orders", "preset": "none"})
    of.refresh_from_db()

    assert "Read as: Invoice lines of a shop" in page
    assert 'value="online_retail" selected' in page
    assert kept == "online_retail"
    assert "preset" not in of.options
