"""A6: companies and individual consumers are customers on the same data.

"Turn on consumer mode: people can own deals and orders without an organisation; turn it off: both layouts keep working on the
same data." Deals and quotes on both sides of the change: test_a01.py, test_buying.py; the switch on the page of products:
tests/browser/test_crm_one.py.
"""

import pytest

import cast
from doors import Member
from mutuals.base import clock

pytestmark = pytest.mark.django_db


def order(number: str, who: int, **more: object) -> dict[str, object]:
    """An order of one kettle, as a program tells it."""
    lines = [{"sku": "K-1", "name": "Kettle", "unit_price": "40"}]
    told = {"number": number, "placed_at": clock.now().isoformat(), "currency": "EUR", "person_id": who, "lines": lines}
    return told | more


def test_a_house_that_changes_its_mind_keeps_consumers_and_firms(capsys: pytest.CaptureFixture[str]) -> None:
    us = cast.staff()
    aron, ben = Member(us.aron, capsys), Member(us.ben, capsys)
    bea, bo = cast.person("Bea Brand", by=us.ben), cast.person("Bo Solmar", by=us.ben)
    firm = ben.ask("POST", "/organisations", {"name": "Bar Nord"})["id"]

    consumer = aron.ask("PATCH", "/house", {"sells_to_people": True})
    own = ben.ask("POST", "/deals", {"title": "For my kitchen", "currency": "EUR", "person_id": bea.pk, "amount": "40"})
    ben.run("orders", "add", "P-1", "--person", bea.pk, "--currency", "EUR", "--line", "K-1=40x1")
    business = aron.run("house", "set", "--sell-to", "organisations")
    refused, why = ben.asked("POST", "/deals", {"title": "Mine too", "currency": "EUR", "person_id": bo.pk})
    told = {"title": "For the bar", "currency": "EUR", "person_id": bo.pk, "organisation_id": firm, "amount": "90"}
    theirs = ben.ask("POST", "/deals", told)
    won = ben.ask("POST", f"/deals/{own['id']}/win")
    pages = [
        ben.page(f"/customers/{bea.pk}/"),
        ben.page(f"/organisations/{firm}/"),
        ben.page("/sales/deals/?view=list&state="),
    ]
    orders = ben.page(f"/customers/{bea.pk}/", tab="orders")
    not_theirs, _ = ben.asked("PATCH", "/house", {"sells_to_people": True})
    again = aron.ask("PATCH", "/house", {"sells_to_people": True, "first_weekday": 6})

    assert (consumer["sells_to_people"], business["sells_to_people"], again["sells_to_people"]) == (True, False, True)
    assert (own["organisation"], won["outcome"], theirs["organisation"]["id"]) == (None, "won", firm)
    assert (refused, "organisations only" in str(why), not_theirs) == (422, True, 403)
    assert "For my kitchen" in pages[0]
    assert "P-1" in orders
    assert "For the bar" in pages[2]
