"""The pages of types and their records: made in the browser, and at once a record like any other."""

from __future__ import annotations

import io

import pytest
from django.test import Client

import cast
from mutuals.records import book, definitions, own, types
from mutuals.records.models import Own, Type

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """What this process remembers of types goes with the test."""
    yield
    book.forget()


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def machines(here):
    """A type with a serial number that stands once, and a customer."""
    row = types.add(by=here.aron, now=cast.NOW, name="Machine", prefix="M", title_label="Model", icon="gear")
    definitions.add("own_machine", by=here.aron, now=cast.NOW, label="Serial", kind="text", is_unique=True)
    definitions.add(
        "own_machine",
        by=here.aron,
        now=cast.NOW,
        label="Customer",
        kind="reference",
        options=["person"],
        section="Whose",
    )
    return row.kind


def test_an_admin_makes_a_type_and_everybody_has_its_list_pages_and_line(here):
    admin, ada = as_(here.aron), as_(here.ada)
    bea = cast.person("Bea Brand", by=here.ada)
    said = {"name": "Machine", "plural": "Machines", "title_label": "Model", "prefix": "m", "icon": "gear"}

    made = admin.post("/settings/types/new/", said)
    admin.post(made["Location"], {"label": "Serial", "kind": "text", "is_unique": "on"})
    admin.post(made["Location"], {"label": "Customer", "kind": "reference", "leads_to": "person", "section": "Whose"})
    empty = ada.get("/own/machine/")
    new = ada.post("/own/machine/new/", {"title": "Kettle 3000", "custom.serial": "A1", "custom.customer": "bea brand"})
    page, listed = ada.get(new["Location"]), ada.get("/own/machine/?col=custom.customer&col=number")
    customer, found = ada.get(f"/customers/{bea.pk}/"), ada.get("/search/?q=kettle")
    quick = ada.get("/search/quick/?q=m-1").json()

    assert "None yet" in empty.text
    assert (
        'href="/own/machine/"' in ada.get("/own/machine/").text.partition('aria-label="Main"')[2].partition("</nav>")[0]
    )
    assert (new.status_code, Own.objects.get().custom) == (302, {"serial": "A1", "customer": f"person:{bea.pk}"})
    assert "<h1>Machine M-1</h1>" in page.text
    assert "<h2>Whose</h2>" in page.text
    assert f'<a class="link" href="/customers/{bea.pk}/">Bea Brand</a>' in page.text
    assert f'href="/customers/{bea.pk}/"' in listed.text
    assert "M-1" in listed.text
    assert "Kettle 3000" in customer.text
    assert "Kettle 3000" in found.text
    assert [row["name"] for group in quick["groups"] for row in group["rows"]] == ["Kettle 3000"]


def test_a_record_is_edited_field_by_field_taken_back_trashed_and_restored(here):
    kind, ada = machines(here), as_(here.ada)
    row = own.add(kind, by=here.ada, now=cast.NOW, title="Kettle", custom={"serial": "A1"})
    where = f"/own/machine/{row.pk}/"

    taken = own.add(kind, by=here.ada, now=cast.NOW, title="Pot", custom={"serial": "B2"})
    refused = ada.post(f"{where}edit/", {"title": "Kettle", "owner": here.ada.pk, "custom.serial": "b2"})
    own.edit(row, by=here.ben, changes={"title": "Ben's kettle"}, now=cast.NOW)
    ada.post(f"{where}edit/", {"title": "Ben's kettle", "owner": here.ben.pk, "custom.serial": "C3"})
    row.refresh_from_db()
    edited = (row.title, row.owner, row.custom)
    shown = ada.get(where)
    ada.post(f"{where}do/", {"do": "back"})
    row.refresh_from_db()
    back = (row.owner, row.custom)
    ada.post(f"{where}do/", {"do": "trash"})
    gone, away = ada.get("/own/machine/"), ada.get(where)
    ada.post(f"{where}do/", {"do": "restore"})

    assert (refused.status_code, "each may stand once" in refused.text) == (422, True)
    assert edited == ("Ben's kettle", here.ben, {"serial": "C3"})
    assert "Serial: A1 → C3" in shown.text
    assert back == (here.ada, {"serial": "A1"})
    assert (f'/{row.pk}/"' in gone.text, f'/{taken.pk}/"' in gone.text) == (False, True)
    assert "in the trash since" in away.text
    assert Own.objects.get(pk=row.pk).trashed_at is None


def test_a_list_is_taken_out_changed_and_taken_in_again(here):
    kind, lea = machines(here), as_(here.lea)
    bea = cast.person("Bea Brand", by=here.ada)
    own.add(kind, by=here.ada, now=cast.NOW, title="Kettle", custom={"serial": "A1", "customer": bea.pk})

    answer = lea.get("/lists/own_machine/export.csv?col=number&col=custom.serial&col=custom.customer")
    file = b"".join(answer.streaming_content).decode()
    changed = file.replace("Kettle", "Kettle 2") + ",Pot,,B2,Bea Brand\r\n,,,C3,\r\n,Cup,,D4,Nobody Known\r\n"
    looked = lea.post("/own/machine/import/", {"file": _file(changed), "do": "check"})
    before = list(Own.objects.values_list("title", flat=True))
    taken = lea.post("/own/machine/import/", {"file": _file(changed), "do": "take"})
    again = lea.post("/own/machine/import/", {"file": _file(changed), "do": "take", "match": "serial"})

    assert file.splitlines()[0] == "id,Model,Number,Serial,Customer"
    assert file.splitlines()[1].endswith("Kettle,M-1,A1,Bea Brand")
    assert before == ["Kettle"]
    assert ("This would happen" in looked.text, "Taken in" in taken.text) == (True, True)
    assert list(Own.objects.order_by("number").values_list("title", "custom__serial", "custom__customer")) == [
        ("Kettle 2", "A1", f"person:{bea.pk}"),
        ("Pot", "B2", f"person:{bea.pk}"),
    ]
    assert "Row 3: It has no title." in taken.text
    assert "nothing among people is called “Nobody Known”" in taken.text
    assert again.context["brought"].same == 2
    assert as_(here.ada).get("/own/machine/import/").status_code == 403


def test_contractors_see_nothing_of_it_and_only_admins_make_types(here):
    kind = machines(here)
    row = own.add(kind, by=here.ada, now=cast.NOW, title="Kettle")
    cleo, ada = as_(here.cleo), as_(here.ada)

    closed = [cleo.get(path).status_code for path in ("/own/machine/", f"/own/machine/{row.pk}/", f"/own/{row.pk}/")]
    missing = [ada.get(path).status_code for path in ("/own/site/", "/own/machine/999/", "/own/999/")]

    assert closed == [403, 403, 403]
    assert missing == [404, 404, 404]
    assert "/own/machine/" not in cleo.get("/customers/").text
    assert ada.get("/settings/types/").status_code == 403
    assert ada.get(f"/own/{row.pk}/")["Location"] == f"/own/machine/{row.pk}/"


def test_a_type_is_retired_and_used_again(here):
    machines(here)
    admin, where = as_(here.aron), f"/settings/types/{Type.objects.get().pk}/"

    admin.post(f"{where}do/", {"do": "retire"})
    page, listed = admin.get("/settings/types/"), admin.get("/own/machine/")
    refused = admin.post("/own/machine/new/", {"title": "Kettle"})
    admin.post(f"{where}do/", {"do": "back"})
    wrong = admin.post(
        where, {"name": "Machine", "plural": "Machines", "title_label": "Model", "prefix": "1", "icon": "box"}
    )
    admin.post(where, {"name": "Engine", "plural": "Engines", "title_label": "Model", "prefix": "", "icon": "box"})

    assert "Use Machines again" in page.text
    assert "/own/machine/new/" not in listed.text
    assert (refused.status_code, "are retired" in refused.text) == (422, True)
    assert wrong.status_code == 422
    assert [one.plural for one in book.kinds()] == ["Engines"]


def _file(text):
    file = io.BytesIO(text.encode())
    file.name = "machines.csv"
    return file
