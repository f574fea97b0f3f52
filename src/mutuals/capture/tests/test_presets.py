"""Files whose form is known beforehand: a row a line, with returns, adjustments and movements of stock."""

from decimal import Decimal
from pathlib import Path

import pytest

from mutuals.capture.imports import begin
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.connectors.files.fields import Target, field_of
from mutuals.connectors.files.preset import preset_of, presets
from mutuals.history.models import Interaction
from mutuals.people.models import Person
from mutuals.sales.models import Order, OrderLine

pytestmark = pytest.mark.django_db
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
CUP = "536365,K-1,Cup,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
FILE = f"""{HEAD}{CUP}{CUP}536365,L-1,Lid,1,2010-12-01 08:27:00,3.00,17850,United Kingdom
C536379,K-1,Cup,-1,2010-12-01 09:41:00,2.55,17850,United Kingdom
A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,-11062.06,,United Kingdom
536589,K-1,,-10,2010-12-01 16:50:00,0,,United Kingdom
536590,L-1,Lid,2,2010-12-01 16:55:00,3.00,,United Kingdom
536365,M-1,Mug,1,2010-12-01 08:26:00,0.001,17850,United Kingdom
"""


def lines() -> list[tuple[str, str, Decimal]]:
    rows = OrderLine.objects.order_by("order__number", "position")
    return list(rows.values_list("order__number", "kind", "quantity"))


@pytest.mark.parametrize("size", [1, 3, 500])
def test_equal_rows_are_two_lines_and_rows_that_stand_apart_are_one_order(tmp_path: Path, size: int) -> None:
    path = write(tmp_path, FILE)

    first = whole(path, "orders", size=size)
    before = lines(), set(OrderLine.objects.values_list("pk", flat=True))
    again = whole(path, "orders", size=size)

    assert counted(first) == (8, 0, 0, 0, 0)
    assert counted(again) == (0, 0, 8, 0, 0)
    assert (lines(), set(OrderLine.objects.values_list("pk", flat=True))) == before
    assert before[0] == [
        ("536365", "sale", 6), ("536365", "sale", 6), ("536365", "sale", 1), ("536365", "sale", 1),
        ("536589", "movement", -10), ("536590", "sale", 2), ("A563185", "adjustment", 1), ("C536379", "return", -1),
    ]  # fmt: skip
    order = Order.objects.get(number="536365")
    assert (order.total, order.currency, order.placed_at.isoformat()) == (
        Decimal("33.60"),
        "GBP",
        "2010-12-01T08:26:00+00:00",
    )


def test_nobody_is_made_up_and_a_movement_of_stock_is_no_contact(tmp_path: Path) -> None:
    whole(write(tmp_path, FILE), "orders")

    nobodys = Order.objects.filter(profile=None).order_by("number").values_list("number", "kind")
    assert list(nobodys) == [("536589", "movement"), ("536590", "sale"), ("A563185", "adjustment")]
    assert not Person.objects.exists()
    assert {row.text.split(":")[0] for row in Interaction.objects.all()} == {
        "Order 536365", "Return C536379", "Adjustment A563185", "Order 536590",
    }  # fmt: skip


def test_a_line_that_was_mended_changes_its_order_only(tmp_path: Path) -> None:
    whole(write(tmp_path, FILE), "orders")

    again = whole(write(tmp_path, FILE.replace("Lid,2,", "Lid,3,")), "orders")

    assert counted(again, "new", "updated", "same") == (0, 1, 7)
    assert Order.objects.get(number="536590").total == Decimal(9)


def test_one_bad_row_keeps_its_whole_order_out_wherever_its_rows_stand(tmp_path: Path) -> None:
    done = whole(write(tmp_path, FILE.replace("Lid,1,", "Lid,many,")), "orders", size=2)

    assert counted(done, "new", "errors") == (4, 4)
    assert not Order.objects.filter(number="536365").exists()


def test_another_preset_or_none_can_be_said_and_one_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    of = upload(path, "orders")

    read = begin.read_again(of, by=lead(), target="orders", preset="none")
    with pytest.raises(Unusable, match="not of"):
        other = write(tmp_path, FILE.replace("CustomerID", "Buyer"), "other.csv")
        begin.begin(
            other, by=lead(), target="orders", file_name="o.csv", source_name="S", now=NOW, preset="online_retail"
        )
    with pytest.raises(Unusable, match="no preset"):
        begin.read_again(of, by=lead(), target="orders", preset="nonesuch")

    assert "preset" not in read.options
    assert begin.read_again(of, by=lead(), target="orders").options["preset"] == "online_retail"


def test_a_file_that_was_read_without_its_preset_is_proposed_so_again(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + CUP)
    of = begin.read_again(upload(path, "orders"), by=lead(), target="orders", preset="none")
    mapping = preset_of("online_retail").mapped(of.sniffed["columns"])
    run(check(choose(of, mapping=mapping, zone="UTC", decimal=".", constants={"currency": "EUR"})))

    assert "preset" not in upload(path, "orders", source="Other").options


def test_every_preset_maps_its_columns_to_fields_that_there_are() -> None:
    for one in presets().values():
        assert all(field_of(one.target, name) for name in one.mapping.values())
        assert {rule.kind for rule in one.lines.kinds} <= {"sale", "return", "adjustment", "movement"}
        assert one.target in set(Target)
        assert one.plain | one.says.keys() | one.parts.keys() <= one.mapping.keys()
