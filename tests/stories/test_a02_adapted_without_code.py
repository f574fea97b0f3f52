"""A2: the core bends without code: fields, pipelines and their stages.

"Admin adds a required field 'Renewal month', a new pipeline and a stage from the browser; it appears in form, list filter,
import, export and API at once." A field from its making to its end: test_custom_fields.py; a kind of records of the house's
own, everywhere within the minute: tests/browser/test_own.py, test_own_types.py.
"""

from pathlib import Path

import pytest

import cast
from doors import Member
from mutuals.processes import text
from mutuals.processes.models import Process
from mutuals.processes.templates import templates
from mutuals.sales.models import Deal

pytestmark = pytest.mark.django_db
STAGE = (
    "- step: trial\n  name: Trial at the bar\n  limit: 10 working days\n  probability: 60\n  next: [decision, lost]\n\n"
)


def with_a_stage() -> str:
    """The shipped pipeline of firms, in which an offer may lead to a trial."""
    shipped = text.write(templates()["sales_business"].body)
    told = shipped.replace("to: decision, label: sent", "to: trial, label: sent")
    return told.replace("- step: decision", STAGE + "- step: decision", 1)


def test_a_required_field_a_pipeline_and_a_stage_are_in_every_door_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    us = cast.staff()
    aron, bea = Member(us.aron, capsys), cast.person("Bea Brand", by=us.ben, email="bea@bar.example")

    aron.post("/settings/fields/deal/new/", label="Renewal month", kind="number", is_required="on")
    aron.post("/processes/new/?from=sales_business", name="Bars", kind="deal", pillar="sales")
    bars = Process.objects.get(name="Bars")
    aron.post(f"/processes/{bars.pk}/edit/", text=with_a_stage(), do="publish")

    form = aron.page("/sales/deals/new/")
    lacking = aron.browser.post("/sales/deals/new/", {"title": "Ice", "person": str(bea.pk), "currency": "EUR"})
    said = {"title": "Kettles", "person": str(bea.pk), "currency": "EUR", "amount": "900", "pipeline": str(bars.pk)}
    aron.post("/sales/deals/new/", **said, **{"custom.renewal_month": "7"})
    refused, why = aron.asked("POST", "/deals", {"title": "Ice", "currency": "EUR", "person_id": bea.pk})
    lids = {"title": "Lids", "currency": "EUR", "person_id": bea.pk, "custom": {"renewal_month": 3}}
    aron.ask("POST", "/deals", lids | {"pipeline_id": bars.pk})
    file = tmp_path / "deals.csv"
    file.write_text(
        "Title,Email,Amount,Pipeline,Stage,Renewal month\nPots,bea@bar.example,50,Bars,Trial at the bar,11\n"
    )
    aron.run("import", file, "--as-target", "deals", "--currency", "EUR")
    asked = "custom.renewal_month:over:5"
    listed = aron.ask("GET", f"/deals?f={asked}")["items"]
    shell = aron.run("list", "deal", "--where", asked)
    screen = aron.page("/sales/deals/", view="list", f=asked, col="custom.renewal_month")
    board = aron.ask("GET", f"/deals/board?pipeline_id={bars.pk}")["columns"]
    out = tmp_path / "out.csv"
    aron.run("export", "list", "deal", "--columns", "*", "--out", out)

    assert all(words in form for words in ("Renewal month", ">Bars<"))
    assert (lacking.status_code, refused, "renewal_month" in str(why)) == (422, 422, True)
    assert {row["title"] for row in listed} == {"Kettles", "Pots"}
    assert shell["count"] == 2
    assert ("Kettles" in screen, "Pots" in screen, "Lids" in screen) == (True, True, False)
    assert "Trial at the bar" in [one["name"] for one in board]
    assert Deal.objects.get(title="Pots").item.step == "trial"
    assert "Renewal month" in out.read_text().splitlines()[0]
