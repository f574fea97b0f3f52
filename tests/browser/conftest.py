"""The product in a real browser: granian serves pages and events from this worker's database, chromium looks at them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import cast
from browser.serving import CHROMIUM, FLAGS, served
from mutuals.channels.models import Source
from mutuals.inbox.models import Turn
from mutuals.people.models import Person

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; the ORM here only prepares
expect.set_options(timeout=30_000)  # a slow machine is no fault of ours
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Town:
    """What the walk meets."""

    staff: cast.Staff
    square: Source
    turn: Turn
    bea: Person
    unknown_id: int


@dataclass
class Walker:
    """A page and everything its console said."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)

    def go(self, way: str) -> None:
        """Open a page and wait for its islands."""
        self.page.goto(self.address + way)
        self.page.wait_for_load_state("load")


@pytest.fixture(scope="session")
def address(django_db_setup: None, child_environ: dict[str, str]) -> Iterator[str]:
    """Where the pages are; the events come from a process of their own, as in `mutuals run`."""
    with served({**child_environ, "DJANGO_SETTINGS_MODULE": "ground_settings"}) as pages:
        yield pages


@pytest.fixture(scope="session")
def town(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Town]:
    """Committed rows that the servers can see: Bea spoke in public, somebody unknown did too."""
    with django_db_blocker.unblock():
        staff = cast.staff()
        square = cast.source(owner=staff.olga, team=staff.service)
        turn = cast.turn(square)
        bea = cast.person(by=staff.ada, email="bea@kettles.example")
        cast.person("Bo Solmar", by=staff.ada)
        other = cast.turn(square, key="p7", who="nobody.yet", text="<script>alert(1)</script> Do you ship to Porto?")
        square.connector = "mastodon"
        square.save(update_fields=["connector"])
        cast.channel(square, speakers=(staff.ada,))
        yield Town(staff, square, turn, bea, other.conversation.opener_id or 0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of one's own with an empty jar."""
    fresh = browser.new_context(viewport={"width": 1440, "height": 900})
    yield fresh
    fresh.close()


@pytest.fixture
def walker(context: BrowserContext, address: str, town: Town) -> Walker:
    """Ada before the sign-in."""
    made = Walker(context.new_page(), address)
    made.page.set_default_timeout(30_000)
    made.page.on("console", lambda line: made.said.append(line.text) if line.type in ("error", "warning") else None)
    made.page.on("pageerror", lambda error: made.said.append(str(error)))
    return made


@pytest.fixture
def ada(walker: Walker) -> Walker:
    """Ada, signed in."""
    sign_in(walker, "ada@kettleworks.example", cast.PASSWORD)
    return walker


def sign_in(walker: Walker, email: str, password: str) -> None:
    """By the form that everybody uses."""
    walker.go("/accounts/login/")
    walker.page.fill("input[name=login]", email)
    walker.page.fill("input[name=password]", password)
    walker.page.click("main button[type=submit], form button[type=submit]")
    walker.page.wait_for_url(walker.address + "/")
