"""A4: marketing, sales, service and innovation look from four sides at one house.

"Four workspaces exist; switching pillar changes the default queue, dashboard and actions but opens the same customer page." The
choice is one of each member of staff, made on Today, by API or in the terminal. How one mention is read four ways:
listening/tests/test_pillars.py; what stands on Today: web/today/test_sections.py.
"""

import re

import pytest
from django.urls import reverse

import cast
from doors import Member

pytestmark = pytest.mark.django_db
PILLARS = ("service", "sales", "marketing", "innovation")


def workspace(ben: Member) -> tuple[str, ...]:
    """What stands first: in the rail (after Today), among the headings of Today, and among what can be made."""
    page = ben.page("/")
    rail = re.findall(r'<a class="[^"]*nav[^"]*"[^>]*href="([^"]+)"', page) or re.findall(r'href="(/[a-z/]*)"', page)
    return tuple(rail[:6]), tuple(re.findall(r'<h2 id="h-[^"]+">([^<]+)', page))


def test_each_pillar_has_its_workspace_and_all_open_the_same_customer(capsys: pytest.CaptureFixture[str]) -> None:
    us = cast.staff()
    ben, bea = Member(us.ben, capsys), cast.person("Bea Brand", by=us.ben, email="bea@bar.example")

    seen, pages = {}, set()
    for pillar in PILLARS:
        ben.post(reverse("pillar_choose"), pillar=pillar)
        seen[pillar] = workspace(ben)
        customer = ben.page(f"/customers/{bea.pk}/").partition("<main")[2].partition("</main>")[0]
        pages.add(tuple(re.findall(r"<h[123][^>]*>([^<]+)", customer)))
    by_program = ben.ask("PATCH", "/me", {"pillar": "innovation"}) and ben.ask("GET", "/me")["pillar"]
    ben.run("user", "pillar", "sales")
    us.ben.refresh_from_db()
    wrong, _ = ben.asked("PATCH", "/me", {"pillar": "procurement"})

    assert len(set(seen.values())) == len(PILLARS)
    assert len(pages) == 1
    assert (by_program, us.ben.pillar, wrong) == ("innovation", "sales", 422)
    ben.post(reverse("pillar_choose"), pillar="")
