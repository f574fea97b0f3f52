"""A year of a real shop out of one file, a row a line: orders, returns, adjustments and stock movements that add up to it.

Online Retail (UCI Machine Learning Repository, CC BY 4.0): 541,909 lines of 25,900 invoices. Its traps: 135,080 lines name no
customer, 5,268 lines are exact doubles of others and were bought all the same, one invoice stands in two places, 43 have two
times, 1,454 lines have no description.
"""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from django.db.models import Count, F, Sum

from cast import staff
from mutuals import cli
from mutuals.capture.models import Import
from mutuals.history.models import Interaction
from mutuals.people.models import Person, Profile
from mutuals.sales import pattern, queries
from mutuals.sales.models import Kind, Order, OrderLine

DATA = Path(os.environ.get("MUTUALS_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
RETAIL = DATA / "predict" / "online_retail.parquet"
LINES, PART = 541_909, 6_000
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not RETAIL.is_file(), reason=f"{RETAIL} is not here; MUTUALS_DATA names the folder of data"),
]
_DRAW = f"""
COPY (
    WITH lines AS (SELECT row_number() OVER () AS n, * FROM '{RETAIL}'),
    customers AS (SELECT CustomerID AS c, count(*) AS lines FROM lines WHERE CustomerID IS NOT NULL GROUP BY 1),
    regulars AS (SELECT c FROM customers WHERE lines BETWEEN 150 AND 400 ORDER BY hash(c) LIMIT 14),
    movements AS (SELECT InvoiceNo FROM lines WHERE Quantity < 0 AND InvoiceNo NOT LIKE 'C%'
        ORDER BY hash(InvoiceNo) LIMIT 40),
    invoices AS (
        SELECT InvoiceNo AS i FROM lines WHERE InvoiceNo LIKE 'A%' OR InvoiceNo = '542806'
        UNION SELECT InvoiceNo FROM lines WHERE CustomerID IN (FROM regulars)
        UNION FROM movements
    ),
    few AS (SELECT DISTINCT InvoiceNo AS i FROM lines WHERE InvoiceNo NOT IN (FROM invoices)),
    filled AS (
        SELECT *, InvoiceNo IN (FROM invoices) AS is_first, hash(InvoiceNo) AS h FROM lines
    ),
    drawn AS (SELECT * FROM filled ORDER BY is_first DESC, h, n LIMIT {PART})
    SELECT InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country FROM drawn ORDER BY n
) TO '{{path}}' (FORMAT parquet)
"""
_TRUTH = """
SELECT count(*), count(DISTINCT InvoiceNo), count(*) FILTER (CustomerID IS NULL),
    count(*) - count(DISTINCT (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country)),
    count(*) FILTER (InvoiceNo LIKE 'C%'), count(*) FILTER (InvoiceNo LIKE 'A%'),
    count(*) FILTER (Quantity < 0 AND InvoiceNo NOT LIKE 'C%' AND InvoiceNo NOT LIKE 'A%'),
    sum(UnitPrice::decimal(14, 4) * Quantity), sum(Quantity), count(DISTINCT CustomerID)
FROM '{path}'
"""


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6,000 lines with every kind in them: whole customers, all adjustments, movements, and what else was drawn."""
    path = tmp_path_factory.mktemp("retail") / "retail.parquet"
    duckdb.sql(_DRAW.format(path=path))
    return path


def truth(path: Path) -> tuple:
    """Lines, invoices, without a customer, exact doubles, C, A and other negative lines, amount, pieces, customers."""
    return duckdb.sql(_TRUTH.format(path=path)).fetchall()[0]


def bring(path: Path, capsys, *more: str) -> tuple[int, dict]:
    """By the terminal, as anybody would: nothing is said but where the file is."""
    code = cli.main(["import", str(path), "--source", "Shop", "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def kinds() -> dict[str, int]:
    return dict(OrderLine.objects.values_list("kind").annotate(Count("pk")))


def reconcile(path: Path) -> None:
    """All lines are there, of the right kind, and every total is that of the file."""
    lines, invoices, nobodys, doubles, returns, adjusted, moved, amount, pieces, customers = truth(path)
    told = OrderLine.objects.aggregate(amount=Sum(F("quantity") * F("unit_price")), pieces=Sum("quantity"))
    same = OrderLine.objects.values("order", "product", "name", "quantity", "unit_price").annotate(n=Count("pk"))
    kept_doubles = sum(row["n"] - 1 for row in same.filter(n__gt=1))
    assert (OrderLine.objects.count(), Order.objects.count()) == (lines, invoices)
    assert OrderLine.objects.filter(order__profile=None).count() == nobodys
    assert kinds() == {
        kind: number
        for kind, number in (
            (Kind.SALE, lines - returns - adjusted - moved),
            (Kind.RETURN, returns),
            (Kind.ADJUSTMENT, adjusted),
            (Kind.MOVEMENT, moved),
        )
        if number
    }
    assert (told["amount"], told["pieces"]) == (amount, pieces)
    assert kept_doubles >= doubles > 0
    assert not Person.objects.exists()
    assert Profile.objects.filter(network__startswith="crm:").count() == customers
    assert not Interaction.objects.filter(about__in=[f"order:{pk}" for pk in _moved()]).exists()


def _moved() -> list[int]:
    return list(Order.objects.filter(kind=Kind.MOVEMENT).values_list("pk", flat=True))


def test_a_file_with_a_row_a_line_becomes_orders_and_a_second_import_changes_nothing(part, capsys):
    staff()

    code, first = bring(part, capsys)
    reconcile(part)
    before = set(Order.objects.values_list("pk", "total", "kind")), set(OrderLine.objects.values_list("pk", flat=True))
    again, second = bring(part, capsys)

    assert (code, first["counts"]["new"], first["reconciled"]) == (0, PART, True)
    assert (again, second["counts"]["same"], second["reconciled"]) == (0, PART, True)
    assert before == (
        set(Order.objects.values_list("pk", "total", "kind")),
        set(OrderLine.objects.values_list("pk", flat=True)),
    )
    assert Import.objects.latest("pk").options["preset"] == "online_retail"


def test_only_the_adjustment_has_another_total_than_its_lines_say(part, capsys):
    staff()
    bring(part, capsys)

    apart = Order.objects.alias(lines_total=Sum(F("lines__quantity") * F("lines__unit_price")))
    apart = apart.exclude(
        total__gte=F("lines_total") - Decimal("0.005"), total__lte=F("lines_total") + Decimal("0.005")
    )

    assert not apart.exists()
    assert Order.objects.filter(kind=Kind.ADJUSTMENT).aggregate(Sum("total"))["total__sum"] == Decimal("-11062.06")


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_been(part, capsys, tmp_path):
    from mutuals.capture.imports import begin, running  # noqa: PLC0415

    us = staff()
    of = begin.begin(part, by=us.olga, target="orders", file_name="r.parquet", source_name="Shop", now=_now())
    of = begin.choose(of, by=us.olga, mapping=of.mapping, options=of.options)
    running.check(of, by=us.olga)
    running.check_now(of.pk, size=1000)
    of.refresh_from_db()
    running.run(of, by=us.olga)
    batches = []

    def dies(row: Import) -> None:
        batches.append(row.rows_done)
        if len(batches) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run_now(of.pk, size=1000, before_commit=dies)
    running.run_now(of.pk, size=1000)

    of.refresh_from_db()
    assert (of.state, of.counts) == ("done", of.preview)
    reconcile(part)


def _now():
    from mutuals.base import clock  # noqa: PLC0415

    return clock.now()


def test_ten_customers_have_the_pattern_that_an_independent_query_tells(part, capsys):
    staff()
    bring(part, capsys)

    compare_ten(part)


def compare_ten(path: Path) -> None:
    """Of the ten customers with the most orders the panel says what an independent query of the file says."""
    today = date(2011, 12, 10)
    ten = duckdb.sql(
        f"SELECT CustomerID FROM '{path}' WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' GROUP BY 1 "
        "HAVING count(DISTINCT InvoiceNo) >= 3 ORDER BY count(DISTINCT InvoiceNo) DESC, 1 LIMIT 10"
    ).fetchall()
    for (customer,) in ten:
        profile = Profile.objects.get(network__startswith="crm:", key=str(customer))
        found = pattern.of(queries.bought_by([profile.pk]), today=today)
        assert facts(found) == independent(path, customer, today), customer
    assert len(ten) == 10


def facts(found: pattern.Pattern) -> dict:
    """The panel's figures, to be compared."""
    return {
        "orders": found.orders,
        "interval": found.interval and found.interval.days,
        "late": found.late and found.late.by,
        "basket": {(one.article, one.orders, one.quantity, one.amount) for one in found.basket},
        "gone": {one.article for one in found.gone},
        "usual": found.usual_amount,
    }


def independent(path: Path, customer: int, today: date) -> dict:
    """The same from the file itself, by another engine."""
    con = duckdb.connect()
    con.execute(
        f"CREATE TABLE l AS SELECT InvoiceNo AS o, StockCode AS sku, InvoiceDate AS moment, Quantity::decimal(12,3) AS q, "
        f"UnitPrice::decimal(14,4) AS p FROM '{path}' WHERE CustomerID = {customer} AND InvoiceNo NOT LIKE 'C%'"
        " AND InvoiceNo NOT LIKE 'A%' AND Quantity >= 0"
    )
    con.execute("CREATE TABLE o AS SELECT o, min(moment)::date AS day, sum(q * p) AS amount FROM l GROUP BY 1")
    gaps = (
        "SELECT median(gap::double) FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap FROM (SELECT DISTINCT day FROM o))"
        " WHERE gap IS NOT NULL"
    )
    (orders,), (gap,), (last,) = (
        con.execute(sql).fetchall()[0] for sql in ("SELECT count(*) FROM o", gaps, "SELECT max(day) FROM o")
    )
    basket = con.execute(
        "SELECT sku, count(*) AS n, median(q::double), median(a::double)"
        " FROM (SELECT sku, o, sum(q) AS q, sum(q * p) AS a FROM l GROUP BY 1, 2)"
        " GROUP BY 1 HAVING 3 * n >= (SELECT count(*) FROM o)"
    ).fetchall()
    usual = con.execute("SELECT median(amount::double) FROM o").fetchall()[0][0]
    gone = con.execute(
        "WITH ranked AS (SELECT o, row_number() OVER (ORDER BY first DESC, o DESC) AS r FROM"
        " (SELECT o, min(moment) AS first FROM l GROUP BY 1))"
        " SELECT sku FROM (SELECT sku, count(DISTINCT o) / (SELECT count(*) FROM o) AS share, min(r) - 1 AS missing"
        " FROM l JOIN ranked USING (o) GROUP BY 1) WHERE share >= 1 / 3 AND missing > 0 AND (1 - share) ** missing <= 0.05"
    ).fetchall()
    late = (today - last).days - float(gap)
    return {
        "orders": orders,
        "interval": float(gap),
        "late": late if (today - last).days > 2 * float(gap) else None,
        "basket": {(sku, n, _three(q), _two(a)) for sku, n, q, a in basket},
        "gone": {row[0] for row in gone},
        "usual": _two(usual),
    }


def _three(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.001"))


def _two(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


@pytest.mark.processes
@pytest.mark.skipif(os.environ.get("MUTUALS_RETAIL") != "whole", reason="takes a quarter of an hour: make test-retail")
def test_the_whole_file_reconciles_and_comes_again_without_a_change(capsys):
    staff()
    assert truth(RETAIL)[:7] == (LINES, 25_900, 135_080, 5_268, 9_288, 3, 1_336)

    code, first = bring(RETAIL, capsys)
    reconcile(RETAIL)
    compare_ten(RETAIL)
    again, second = bring(RETAIL, capsys)

    assert (code, first["counts"]["new"], first["reconciled"]) == (0, LINES, True)
    assert (again, second["counts"]["same"]) == (0, LINES)
    reconcile(RETAIL)
