from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base.fields import FieldKind, Formula, Misfit, Shape, flat, plain, reckoned, stored, words
from mutuals.base.fields.formula import Unreadable

LISBON = ZoneInfo("Europe/Lisbon")
GRADES = (("gold", "Gold"), ("tin", "Tin"))


def shape(kind: FieldKind, **more: Any) -> Shape:
    return Shape("it", "It", kind, **more)


@pytest.mark.parametrize(
    ("kind", "told", "kept", "shown"),
    [
        (FieldKind.TEXT, "  two   words ", "two words", "two words"),
        (FieldKind.LONG, "one\r\ntwo", "one\ntwo", "one\ntwo"),
        (FieldKind.NUMBER, "12.50", 12.5, "12.5"),
        (FieldKind.NUMBER, "1e3", 1000, "1000"),
        (FieldKind.NUMBER, "-0.000001", -0.000001, "-0.000001"),
        (FieldKind.MONEY, "12.10 eur", {"amount": 12.1, "currency": "EUR"}, "12.1 EUR"),
        (FieldKind.DAY, "2026-02-28", "2026-02-28", "2026-02-28"),
        (FieldKind.TIME, "2026-07-01 10:30", "2026-07-01T09:30:00Z", "2026-07-01 10:30"),
        (FieldKind.YES, "yes", True, "yes"),
        (FieldKind.YES, False, False, "no"),
        (FieldKind.CHOICE, "Gold", "gold", "Gold"),
        (FieldKind.MANY, "tin, Gold, gold", ["gold", "tin"], "Gold, Tin"),
        (FieldKind.EMAIL, "Bea@Kettle.example", "bea@kettle.example", "bea@kettle.example"),
        (FieldKind.PHONE, "+351 (912) 345-678", "+351912345678", "+351912345678"),
    ],
)
def test_each_kind_keeps_one_form_and_shows_it_in_words(kind: FieldKind, told: Any, kept: Any, shown: str) -> None:
    of = shape(kind, options=GRADES)

    found = stored(of, told, zone=LISBON)

    assert found == kept
    assert words(of, flat({"it": found}), zone=LISBON) == shown


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (FieldKind.TEXT, "x" * 201),
        (FieldKind.TEXT, "a\0b"),
        (FieldKind.TEXT, 7),
        (FieldKind.NUMBER, "twelve"),
        (FieldKind.NUMBER, "1_000"),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.NUMBER, "1234567890123456"),
        (FieldKind.NUMBER, True),
        (FieldKind.MONEY, "12.50"),
        (FieldKind.MONEY, "12.50 euros"),
        (FieldKind.DAY, "1.5.2026"),
        (FieldKind.DAY, "0001-01-01"),
        (FieldKind.TIME, "soon"),
        (FieldKind.YES, "perhaps"),
        (FieldKind.CHOICE, "silver"),
        (FieldKind.MANY, ["silver"]),
        (FieldKind.EMAIL, "bea at kettle"),
        (FieldKind.PHONE, "0912 345 678"),
        (FieldKind.REFERENCE, "organisation:3"),
        (FieldKind.FORMULA, "3"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(kind: FieldKind, told: Any) -> None:
    options = (("person", "Person"),) if kind is FieldKind.REFERENCE else GRADES

    with pytest.raises(Misfit) as refused:
        stored(shape(kind, options=options), told, zone=LISBON)

    assert list(refused.value.fields) == ["custom.it"]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_comes_back_as_it_was_told(number: Decimal) -> None:
    kept = stored(shape(FieldKind.NUMBER), str(number), zone=LISBON)

    assert Decimal(str(kept)) == number


def test_an_amount_is_two_keys_in_the_record_and_one_value_for_a_program() -> None:
    custom = flat({"it": {"amount": 12.5, "currency": "EUR"}, "other": ""})

    assert custom == {"it": 12.5, "it__currency": "EUR"}
    assert plain(shape(FieldKind.MONEY), custom) == {"amount": 12.5, "currency": "EUR"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("price * pieces", Decimal("30.3")),
        ("price * (pieces - 1) / 2", Decimal("10.1")),
        ("-price + 2", Decimal("-8.1")),
        ("min(price, pieces, 7)", Decimal(3)),
        ("days(begins, ends)", Decimal(31)),
        ("if(pieces > 2, price, 0)", Decimal("10.1")),
        ("if(begins < ends, 1, 2)", Decimal(1)),
        ("10 / 3", Decimal("3.333333")),
        ("price / nothing", None),
        ("price / 0", None),
        ("price + begins", None),
        ("if(loyal, 1, 0)", Decimal(1)),
    ],
)
def test_a_formula_reckons_with_what_stands_in_the_record(text: str, value: Decimal | None) -> None:
    custom = {"price": 10.1, "pieces": 3, "begins": "2026-01-01", "ends": "2026-02-01", "loyal": True}

    assert Formula.read(text).reckon(custom) == value


@pytest.mark.parametrize(
    "text", ["", "price *", "(price", "price)", "today()", "price price", "2 ** 3", "min(1)", "if(1, 2)", "é", "(" * 60]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        Formula.read(text)


@given(st.text(alphabet="ab1 .+-*/(),<>=!_mindaysf", max_size=60))
def test_any_text_is_a_formula_or_refused_and_a_formula_never_breaks(text: str) -> None:
    try:
        read = Formula.read(text)
    except Unreadable:
        return

    found = read.reckon({"a": 1e14, "b": "2026-01-01"})

    assert found is None or found.is_finite()


def test_a_formula_without_its_parts_leaves_no_value_behind() -> None:
    shapes = [Shape("total", "Total", FieldKind.FORMULA, formula="price * 2")]

    assert reckoned({"price": 2}, shapes) == {"price": 2, "total": 4}
    assert reckoned({"total": 4}, shapes) == {}
