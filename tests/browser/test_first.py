"""The first minutes: an empty installation gets its owner; a passkey is enrolled and signs in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, BrowserContext, expect

import cast
from browser.conftest import Town, Walker, sign_in
from browser.serving import served
from mutuals import embedded

pytestmark = pytest.mark.browser


def walking(context: BrowserContext, address: str) -> Walker:
    """A page that nobody signed in on."""
    made = Walker(context.new_page(), address)
    made.page.set_default_timeout(30_000)
    made.page.on("console", lambda line: made.said.append(line.text) if line.type in ("error", "warning") else None)
    made.page.on("pageerror", lambda error: made.said.append(str(error)))
    return made


@pytest.fixture
def fresh(child_environ: dict[str, str], empty_database: embedded.Address, tmp_path: Path) -> Iterator[str]:
    """Where an installation answers in which nobody has an account yet."""
    own = {
        "DATABASE_URL": empty_database.url(),
        "MUTUALS_STATE": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mutuals.config.settings",
    }
    with served({**child_environ, **own}) as pages:
        yield pages


@pytest.fixture
def newcomer(fresh: str, browser: Browser) -> Iterator[Walker]:
    """Somebody in Lisbon before the empty installation."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Lisbon")
    yield walking(context, fresh)
    context.close()


def test_an_empty_installation_asks_for_its_owner_and_leads_to_today(
    newcomer: Walker, empty_database: embedded.Address
) -> None:
    page, fresh = newcomer.page, newcomer.address

    newcomer.go("/")
    page.wait_for_url(f"{fresh}/setup/")
    page.get_by_label("Your name").fill("Nadia Orlo")
    page.get_by_label("Your organisation").fill("Harbour Kettles")
    page.get_by_label("Email").fill("nadia@kettleworks.example")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#id_password_error")).to_be_visible()
    page.get_by_label("Password").fill("kettle-and-cup-26")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(f"{fresh}/")

    expect(page.locator("h1")).to_contain_text(", Nadia")
    expect(page.get_by_text("Harbour Kettles").first).to_be_visible()
    assert [line for line in newcomer.said if "422" not in line] == []
    with psycopg.connect(empty_database.dsn()) as rows:
        assert rows.execute("SELECT name, role, zone FROM staff_user").fetchall() == [
            ("Nadia Orlo", "owner", "Europe/Lisbon")
        ]


@pytest.fixture
def as_before(town: Town) -> Iterator[None]:
    """Whoever signs in after this test is asked for a password alone, as before."""
    yield
    Authenticator.objects.filter(user=town.staff.ben).delete()


def test_a_passkey_is_enrolled_and_then_signs_in_without_a_password(walker: Walker, as_before: None) -> None:
    walker.address = walker.address.replace("127.0.0.1", "localhost")
    page = walker.page
    _with_a_finger(page.context, walker)
    sign_in(walker, "ben@kettleworks.example", cast.PASSWORD)

    walker.go("/accounts/2fa/webauthn/add/")
    _confirm(walker)
    page.get_by_label("What shall it be called?").fill("Ben's laptop")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("main")).to_contain_text("10 of 10 are left")
    walker.go("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Ben's laptop")
    page.context.clear_cookies()
    walker.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{walker.address}/")

    expect(page.locator("nav").first).to_contain_text("Ben")
    assert walker.said == []


def _with_a_finger(context: BrowserContext, walker: Walker) -> None:
    """An authenticator of the platform that finds its user present and verified."""
    keys = context.new_cdp_session(walker.page)
    keys.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": about})


def _confirm(walker: Walker) -> None:
    """Where the page wants to know whether it is still them."""
    if "reauthenticate" in walker.page.url:
        walker.page.get_by_label("Password").fill(cast.PASSWORD)
        walker.page.get_by_role("button", name="Confirm").click()
