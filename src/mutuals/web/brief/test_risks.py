"""Who is late by their own rhythm stands on the Today of whoever looks after them, and a task is made there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.identity import bought
from mutuals.inbox.models import Task
from mutuals.people import persons
from mutuals.people.models import Person
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.django_db


def test_who_is_late_by_their_own_rhythm_is_called_from_today():
    us, now = cast.staff(), clock.now()
    line = LineIn("Kettle", "K-1", Decimal(1), Decimal("59.90"))
    for name, ago in (("Bea Late", (100, 90, 80, 70)), ("Bo Usual", (35, 25, 15, 5)), ("Cy New", (200, 190))):
        who = cast.person(name, by=us.ada)
        orders = [OrderIn(f"{name}-{days}", now - timedelta(days=days), "EUR", lines=(line,)) for days in ago]
        bought.take([bought.Bought(one, person=who) for one in orders], source=None, by=us.ada, now=now)
        persons.edit(Person.objects.get(pk=who.pk), by=us.ada, changes={"owner": us.ben.pk}, now=now)
    ben, ada = Client(), Client()
    ben.force_login(us.ben)
    ada.force_login(us.ada)

    page = ben.get("/").content.decode()
    risks = page[page.index(">At risk<") :]
    risks = risks[: risks.index("</section>")]
    ben.post(
        "/tasks/quick/",
        {"line": "Ask how they are, tomorrow", "person": Person.objects.get(name="Bea Late").pk, "back": "/"},
    )

    assert "60 days over their usual 10" in risks
    assert "Bo Usual" not in risks
    assert "Cy New" not in risks
    assert ">At risk<" not in ada.get("/").content.decode()
    assert Task.objects.get().person.name == "Bea Late"
