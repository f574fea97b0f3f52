"""The screens of reports: ready ones, building one in plain steps, and each figure that opens exactly its rows."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

import cast
from mutuals.insights import reports, schedules
from mutuals.insights.models import ContactCost, Dashboard, Report, Schedule
from mutuals.insights.pivot_asked import made
from mutuals.people.models import Organisation
from mutuals.sales.models import Deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_report_is_built_in_plain_steps_and_each_figure_opens_its_rows(us, client):
    firm = Organisation.objects.create(name="Kettle works", name_key="kettle works")
    for number, owner in enumerate((us.ada, us.ada, us.ben)):
        Deal.objects.create(
            title=f"Deal <{number}>", organisation=firm, amount=100, currency="EUR", home=100, owner=owner,
            opened_at=cast.NOW, outcome="won" if number else "", ended_at=cast.NOW if number else None,
        )  # fmt: skip
    cast.turn(cast.source(owner=us.olga))
    client.force_login(us.ada)

    listed = text_of(client, "/reports/")
    assert all(name in listed for _, name, _ in reports.READY)
    for row in Report.objects.all():
        assert "Days of UTC" in text_of(client, f"/reports/{row.pk}/") or "Nothing" in text_of(
            client, f"/reports/{row.pk}/"
        )
    for record in re.findall(r'<option value="(\w[\w-]*)"', text_of(client, "/reports/new/").split("</select>")[0]):
        text_of(client, f"/reports/new/?record={record}")
    for zone in ("", "&zone=Asia/Tokyo"):
        for chart in ("stacked", "lines", "none"):
            asked = f"/reports/new/?record=deal&row=opened:month&column=owner&measure=count&chart={chart}{zone}"
            page = text_of(client, asked)
            table = page.split("<tbody>")[1].split("</tbody>")[0]
            figures = re.findall(r'<a class="link" href="([^"]+)">(\d+)</a>', table)
            assert sorted(int(many) for _, many in figures) == [1, 2]
            assert ('class="chart drawn wide"' in page) is (chart != "none")
            for url, many in figures:
                there = text_of(client, unescape(url))
                assert len(set(re.findall(r"Deal &lt;\d&gt;", there))) == int(many), url
    assert "Nothing to count" in text_of(client, "/reports/new/?record=deal&row=title&where=amount:over:1000")
    assert "There is no field" in unescape(text_of(client, "/reports/new/?record=deal&row=nothing"))

    sent = dict(parse_qs(urlsplit(asked).query).items())
    kept = client.post("/reports/keep/", {**sent, "name": "By owner", "shared": "1"})
    again = client.post("/reports/keep/", {**sent, "name": "By owner"})
    row = Report.objects.get(name="By owner")
    assert (kept["Location"], again["Location"][:17]) == (f"/reports/{row.pk}/", "/reports/new/?rec")
    board = reports.put_dashboard("Ours", [(row.pk, "whole")], by=us.ada, pillar="sales")
    assert "By owner" in text_of(client, f"/reports/boards/{board.pk}/")
    other = reports.put_dashboard("All of it", [(row.pk, "whole")], by=us.ada)
    assert list(reports.dashboards_visible_to(us.ada)) == [other, board]
    us.ada.pillar = "sales"
    assert list(reports.dashboards_visible_to(us.ada)) == [board, other], "what one looks from comes first"
    client.post(f"/reports/{row.pk}/remove/")
    assert not Report.objects.filter(pk=row.pk).exists()
    assert "No reports" in text_of(client, f"/reports/boards/{board.pk}/")


def test_a_letter_is_stopped_by_its_mark_alone_and_others_reports_are_not_there(us, client):
    row = reports.keep("Mine", made("case", None, ["state"]), by=us.ada)
    letter, _ = schedules.add(row, to=[us.ada], hour=8, by=us.ada)
    way = f"/reports/letters/off/{schedules.mark_of(letter, us.ada)}/"

    looked, stopped = client.get(way), client.post(way)
    wrong = client.get("/reports/letters/off/nonsense/")
    client.force_login(us.ben)
    others = client.get(f"/reports/{row.pk}/")
    client.force_login(us.cleo)
    hidden = text_of(client, "/reports/rows/?record=deal")

    assert (looked.status_code, stopped.status_code, wrong.status_code, others.status_code) == (200, 200, 404, 404)
    assert Schedule.objects.get().to == []
    assert "Reports can be made of" in hidden


def test_a_report_is_shown_to_others_changed_written_and_put_on_a_dashboard(us, client):
    row = reports.keep("Mine", made("case", None, ["state"]), by=us.ada)
    client.force_login(us.ada)

    renamed = client.post(f"/reports/{row.pk}/share/", {"name": "Ours", "whom": str(us.service.pk)})
    changed = client.post("/reports/keep/", {"of": row.pk, "record": "case", "row": ["team"], "measure": ["count"]})
    unseen = client.post(f"/reports/{row.pk}/write/", {"to": [us.olga.pk], "hour": "8", "zone": "UTC"})
    written = client.post(f"/reports/{row.pk}/write/", {"to": [us.ada.pk], "weekday": "0", "hour": "8", "zone": "UTC"})
    page = text_of(client, f"/reports/{row.pk}/")
    letter = Schedule.objects.get()
    client.post(f"/reports/letters/{letter.pk}/stop/")
    empty = client.post("/reports/boards/new/", {"name": ""})
    put = client.post("/reports/boards/new/", {"name": "Mornings", "whom": "all", "report0": row.pk, "size0": "whole"})
    board = Dashboard.objects.get()
    client.post(f"/reports/boards/{board.pk}/edit/", {"name": "Evenings", "report1": row.pk, "size1": "half"})
    client.force_login(us.ben)
    others = [client.post(f"/reports/{row.pk}/share/", {"name": "His"}), client.get(f"/reports/boards/{board.pk}/")]
    client.force_login(us.ada)
    shown = text_of(client, f"/reports/boards/{board.pk}/")
    client.post(f"/reports/boards/{board.pk}/remove/")

    row.refresh_from_db()
    assert {answer.status_code for answer in (renamed, changed, written, put)} == {302}
    assert (unseen.status_code, empty.status_code) == (200, 200)
    assert (row.name, row.team, row.shared, row.body["rows"]) == ("Ours", us.service, False, ["team"])
    assert "every Monday from 8:00, UTC" in page
    assert not Schedule.objects.exists()
    assert [answer.status_code for answer in others] == [404, 404]
    assert "Evenings" in shown
    assert "Ours" in shown
    assert not Dashboard.objects.exists()
    assert Report.objects.filter(pk=row.pk).exists()


def test_what_a_contact_costs_is_said_and_taken_back_by_those_who_run_the_house(us, client):
    client.force_login(us.olga)

    client.post("/reports/costs/", {"amount": "150", "since": "2026-05-01", "kind": "call", "network": ""})
    wrong = client.post("/reports/costs/", {"amount": "-1", "since": "2026-05-01"})
    row = ContactCost.objects.get()
    shown = text_of(client, "/reports/costs/")
    client.post(f"/reports/costs/{row.pk}/take/")
    after = text_of(client, "/reports/costs/")
    client.force_login(us.ada)
    refused = client.post("/reports/costs/", {"amount": "2", "since": "2026-05-01"})

    assert "150 EUR" in shown
    assert wrong.status_code == 422
    assert "None yet" in after
    assert (refused.status_code, ContactCost.objects.count()) == (403, 0)
