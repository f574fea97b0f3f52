from datetime import date, timedelta
from decimal import Decimal

from mutuals.sales.pattern import Position, of

JAN = date(2026, 1, 1)


def bought(number: int, day: int, *articles: str, amount: int = 10) -> list[Position]:
    """One order on a day of the year, with each article for the same amount."""
    at = JAN + timedelta(days=day)
    return [Position(number, at, one, one.title(), Decimal(2), Decimal(amount), "EUR") for one in articles]


def every(days: int, times: int, *articles: str, amount: int = 10) -> list[Position]:
    return [one for n in range(times) for one in bought(n, n * days, *articles, amount=amount)]


def test_two_orders_are_too_little_and_nothing_is_made_of_them() -> None:
    found = of(every(10, 2, "oats"), today=JAN)

    assert found.has_too_little
    assert (found.orders, found.interval, found.late, found.usual_amount, found.basket) == (2, None, None, None, ())
    assert of([], today=JAN).orders == 0


def test_several_orders_of_one_day_are_one_day_of_the_rhythm() -> None:
    twice = [*every(10, 3, "oats"), *bought(9, 20, "milk")]

    assert of(twice, today=JAN).interval is not None
    assert of(twice, today=JAN).interval.gaps == 2  # type: ignore[union-attr]
    assert of([*bought(1, 0, "a"), *bought(2, 0, "a"), *bought(3, 0, "a")], today=JAN).has_too_little


def test_one_long_break_does_not_move_the_usual_interval() -> None:
    found = of([*bought(1, 0, "a"), *bought(2, 10, "a"), *bought(3, 20, "a"), *bought(4, 200, "a")], today=JAN)

    assert found.interval is not None
    assert found.interval.days == 10


def test_late_is_told_once_twice_the_own_rhythm_is_over() -> None:
    rows = every(10, 4, "oats")
    last = JAN + timedelta(days=30)

    just, after = of(rows, today=last + timedelta(days=20)), of(rows, today=last + timedelta(days=21))

    assert just.late is None
    assert after.late is not None
    assert (after.late.by, after.late.expected) == (11, last + timedelta(days=10))


def test_the_basket_holds_what_a_third_of_the_orders_have() -> None:
    rows = [
        *every(7, 6, "oats"),
        *bought(0, 0, "cup"),
        *bought(10, 60, "oats", "milk"),
        *bought(11, 67, "oats", "milk"),
    ]
    rows += bought(12, 74, "milk")
    rows.sort(key=lambda one: one.day)

    found = of(rows, today=JAN)

    assert [(one.article, one.orders, one.quantity, one.amount) for one in found.basket] == [
        ("oats", 8, 2, 10),
        ("milk", 3, 2, 10),
    ]


def test_an_article_is_gone_when_so_long_a_run_without_it_is_no_chance() -> None:
    with_milk = [one for n in range(4) for one in bought(n, n * 7, "oats", "milk")]
    without = [one for n in range(4, 8) for one in bought(n, n * 7, "oats")]

    short, long = of(with_milk + without[:3], today=JAN), of(with_milk + without + bought(9, 80, "oats"), today=JAN)

    assert short.gone == ()  # in 4 of 7 orders, missing 3 times: 8 % by chance
    assert [one.article for one in long.gone] == []  # in 4 of 9, missing 5 times: 5.3 %
    once_more = of(with_milk + without + bought(9, 80, "oats") + bought(10, 90, "oats"), today=JAN)
    assert [one.article for one in once_more.gone] == ["milk"]  # in 4 of 10, missing 6 times: 4.7 %


def test_a_last_order_far_from_the_usual_amount_is_told_and_a_common_one_is_not() -> None:
    before = [
        one for n, amount in enumerate((10, 11, 9, 10, 12, 10)) for one in bought(n, n * 7, "oats", amount=amount)
    ]

    huge, common = (
        of(before + bought(9, 60, "oats", amount=90), today=JAN),
        of(before + bought(9, 60, "oats", amount=12), today=JAN),
    )

    assert huge.unusual is not None
    assert (huge.unusual.order_id, huge.unusual.amount, huge.unusual.usual) == (9, 90, 10)
    assert common.unusual is None
