"""Signing in by a provider outside, which runs as a process of its own; and those that lie."""

import subprocess
import sys
from io import StringIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.mfa.totp.internal import auth as totp
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.test import Client

import cast
import small_oidc
from mutuals import cli
from mutuals.base import clock
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.channels import secrets
from mutuals.staff import accounts, providers, tokens
from mutuals.staff.models import Known, Provider, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def port():
    with subprocess.Popen([sys.executable, Path(small_oidc.__file__)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture
def allowed(port, settings):
    cache.clear()
    settings.NET_ALLOW = f"127.0.0.1:{port}"
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def olga():
    return cast.user("Olga", "owner")


@pytest.fixture
def company(olga, allowed):
    return added(olga, allowed, domains=["kettleworks.example"])


def added(by, issuer, **more):
    told = {"name": "Company", "client": small_oidc.CLIENT, "secret": small_oidc.SECRET, **more}
    return providers.add(by=by, now=cast.NOW, issuer=issuer, **told)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_told):
        return None


def at_the_provider(address, **more):
    """What a browser gets there: the address that it is sent back to."""
    with pytest.raises(HTTPError) as answer:
        build_opener(_Stay).open(f"{address}&{urlencode(more)}", timeout=20)
    assert answer.value.code == 302
    return answer.value.headers["location"]


def come(company, client, *, onward="/me/", **more):
    """Through the whole of it in one browser."""
    sent = client.get(f"/accounts/provider/{company.pk}/", {"next": onward})
    return client.get(here(at_the_provider(sent.headers["Location"], **more)))


def here(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def is_in(client):
    return client.get("/me/").status_code == 200


def test_a_colleague_signs_in_and_is_known_by_the_providers_own_name_for_them_from_then_on(company, olga):
    ada = cast.user("Ada")
    first, second = Client(), Client()
    button = first.get("/accounts/login/?next=/me/").text

    came = come(company, first, **{"as": "ada"})
    again = come(company, second, twist="userinfo", **{"as": "moved"})

    assert f"/accounts/provider/{company.pk}/?next=%2Fme%2F" in button
    assert [one.headers["Location"] for one in (came, again)] == ["/me/", "/me/"]
    assert is_in(first)
    assert second.get("/me/").context["user"] == ada
    assert Known.objects.get().user == ada
    assert Entry.objects.filter(kind="user.linked", about=f"user:{ada.pk}").count() == 1


def test_who_has_a_second_factor_is_asked_for_it_all_the_same(company):
    ada = cast.user("Ada")
    totp.TOTP.activate(ada, totp.generate_totp_secret())
    client = Client()

    came = come(company, client)

    assert came.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)


TWISTS = {
    "issuer": "another issuer",
    "nonce": "another question",
    "audience": "another program",
    "party": "another program",
    "old": "too old",
    "key": "no signature",
    "none": "no signature",
    "shared": "no signature",
    "mixed": "Another provider answered",
    "no_iss": "Another provider answered",
    "swapped": "somebody else",
    "denied": "You did not agree",
}


def test_a_token_that_is_not_right_in_all_of_it_signs_nobody_in(company):
    cast.user("Ada")
    client = Client()

    answers = {twist: come(company, client, twist=twist) for twist in TWISTS}

    assert {twist: words for twist, words in TWISTS.items() if words not in answers[twist].text} == {}
    assert {answer.status_code for answer in answers.values()} == {403}
    assert not is_in(client)
    assert not Known.objects.exists()


def test_addresses_that_prove_nothing_open_no_account_and_the_page_says_why(company, olga):
    ada, ben = cast.user("Ada"), cast.user("Ben")
    come(company, Client(), **{"as": "ada"})
    told = {}
    for who in ("second", "unsure", "said", "silent", "stranger", "new"):
        told[who] = come(company, Client(), **{"as": who}).text
    accounts.deactivate(ada, by=olga, now=cast.NOW)

    ended = come(company, Client(), **{"as": "ada"})

    assert "belongs to somebody else" in told["second"]
    assert "is verified" in told["unsure"]
    assert "is verified" in told["said"]
    assert "no address" in told["silent"]
    assert "not of the domains" in told["stranger"]
    assert "no account for dora@kettleworks.example" in told["new"]
    assert "no access any more" in ended.text
    assert not ben.known_by.exists()
    assert User.objects.count() == 3


def test_accounts_are_made_for_the_domains_that_an_owner_named_and_never_owners(company, olga):
    with pytest.raises(Refusal, match="never owners"):
        providers.change(company, by=olga, role="owner")
    providers.change(company, by=olga, makes_accounts=True, role="contractor")
    client = Client()

    come(company, client, twist="userinfo", **{"as": "new"})
    stranger = come(company, Client(), **{"as": "stranger"})
    with pytest.raises(Refusal, match="Name the domains"):
        providers.change(company, by=olga, domains=[])

    dora = User.objects.get(email="dora@kettleworks.example")
    assert (dora.name, dora.role, dora.has_usable_password()) == ("Dora New", "contractor", False)
    assert is_in(client)
    assert stranger.status_code == 403


def test_an_answer_counts_once_in_the_browser_that_asked_and_for_the_provider_that_was_asked(company, olga, allowed):
    cast.user("Ada")
    mine, theirs = Client(), Client()
    other = Provider.objects.create(
        name="Other", issuer=company.issuer, client="other", sealed=company.sealed, made_at=cast.NOW
    )
    sent = mine.get(f"/accounts/provider/{company.pk}/").headers["Location"]
    back = here(at_the_provider(sent))

    stolen = theirs.get(back)
    mixed = mine.get(back.replace(f"/{company.pk}/", f"/{other.pk}/"))
    spent = mine.get(back)

    assert [one.status_code for one in (stolen, mixed, spent)] == [403, 403, 403]
    assert not is_in(mine)
    assert not is_in(theirs)


def test_the_way_on_is_never_out_of_the_house_and_another_verifier_opens_nothing(company):
    cast.user("Ada")
    client, guess = Client(), Client()
    sent = guess.get(f"/accounts/provider/{company.pk}/").headers["Location"]
    back = here(at_the_provider(sent.replace("code_challenge=", "code_challenge=x")))

    came = come(company, client, onward="https://evil.example/")
    refused = guess.get(back)

    assert came.headers["Location"] == "/"
    assert "invalid_grant" in refused.text


def test_providers_inside_our_network_or_with_another_name_are_not_believed(olga, allowed, settings):
    with pytest.raises(Refusal, match="https"):
        added(olga, "http://127.0.0.1:9")
    liar = added(olga, f"{allowed}/liar", name="Liar")
    inside = added(olga, f"{allowed}/inside", name="Inside")
    private = added(olga, "https://127.0.0.1:9", name="Private")
    metal = added(olga, f"{allowed}/metal", name="Metal")

    for row, words in ((liar, "calls itself"), (inside, "no safe address"), (private, "private network")):
        with pytest.raises(Refusal, match=words):
            providers.check(row, by=olga, now=cast.NOW)
    found = providers.check(metal, by=olga, now=cast.NOW)
    with pytest.raises(Refusal, match="private network"):
        providers.oidc.finish(
            "c", issuer=metal.issuer, found={**found, "token_endpoint": found["jwks_uri"]}, client="m", secret="s",
            back="b", asks=providers.oidc.asking(), http=providers.net(),
        )  # fmt: skip


def test_an_owner_adds_tries_and_switches_it_off_on_the_screen_and_nobody_else_does(olga, allowed, settings):
    aron, ada = cast.user("Aron", "admin"), cast.user("Ada")
    client, admin = Client(), Client()
    client.force_login(olga)
    admin.force_login(aron)
    typed = {"name": "Company", "issuer": allowed, "client": "mutuals", "secret": small_oidc.SECRET, "role": "staff"}

    bad = client.post("/settings/providers/new/", {**typed, "makes_accounts": "on"})
    client.post("/settings/providers/new/", {**typed, "domains": "kettleworks.example"})
    row = Provider.objects.get()
    tried = client.post(f"/settings/providers/{row.pk}/do/", {"do": "test"}, follow=True)
    come(row, Client())
    shown = client.get(f"/settings/providers/{row.pk}/")
    client.post(f"/settings/providers/{row.pk}/do/", {"do": "off"})
    off = Client().get(f"/accounts/provider/{row.pk}/")
    client.post(f"/settings/providers/{row.pk}/do/", {"do": str(ada.known_by.get().pk)})

    assert "Name the domains" in bad.text
    assert "It answers" in tried.text
    assert ">Ada</a>" in shown.text
    assert f"/accounts/provider/{row.pk}/back/" in shown.text
    assert small_oidc.SECRET not in shown.text + client.get("/journal/").text
    assert off.status_code == 404
    assert not Known.objects.exists()
    assert admin.get("/settings/providers/").status_code == 403
    with pytest.raises(NotAllowed):
        providers.change(row, by=aron, name="Mine")


def test_a_secret_is_sealed_to_its_provider_and_is_sealed_anew_with_the_others(company, olga, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]
    before = bytes(company.sealed)

    done = secrets.rotate()
    company.refresh_from_db()

    assert done == 1
    assert bytes(company.sealed) != before
    assert providers.secret_of(company) == small_oidc.SECRET
    company.pk += 1
    with pytest.raises(Refusal, match="something else"):
        providers.secret_of(company)


def test_programs_and_the_terminal_do_the_same(olga, allowed, monkeypatch, capsys):
    _, plain = tokens.make(olga, name="t", scopes=("admin",), now=clock.now())
    asked = {"headers": {"Authorization": f"Bearer {plain}"}, "content_type": "application/json"}
    told = {"name": "Company", "issuer": allowed, "client": "mutuals", "secret": small_oidc.SECRET}

    made = Client().post("/api/v1/providers", told, **asked).json()
    tried = Client().post(f"/api/v1/providers/{made['id']}/test", {}, **asked).json()
    cast.user("Ada")
    come(Provider.objects.get(), Client())
    monkeypatch.setattr("sys.stdin", StringIO("another secret\n"))
    cli.main(["providers", "change", str(made["id"]), "--secret", "--domains", "example.org"])
    known = Client().get(f"/api/v1/providers/{made['id']}/accounts", **asked).json()["items"][0]
    cli.main(["providers", "forget", str(made["id"]), str(known["id"])])

    assert made["comes_back_to"].endswith(f"/accounts/provider/{made['id']}/back/")
    assert tried["token_endpoint"] == f"{allowed}/token"
    assert known["subject"] == "u-1"
    assert "example.org" in capsys.readouterr().out
    assert providers.secret_of(Provider.objects.get()) == "another secret"
    assert not Known.objects.exists()
