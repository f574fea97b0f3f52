"""Signing in by password, code and recovery code; invitations; what is not open."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.staff import accounts
from mutuals.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts_of_earlier_tests():
    cache.clear()


def sign_in(client, user, password=cast.PASSWORD, **more):
    return client.post("/accounts/login/", {"login": user.email, "password": password, **more})


def test_a_password_signs_in_and_leads_where_one_wanted_to_go():
    olga = cast.user("Olga", "owner")
    client = Client()

    answer = sign_in(client, olga, next="/me/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
    assert client.get("/me/").status_code == 200


def test_a_wrong_password_is_told_and_the_address_stays():
    olga = cast.user("Olga", "owner")

    answer = sign_in(Client(), olga, "wrong-and-long-26")

    assert answer.status_code == 200
    assert olga.email in answer.text
    assert "not correct" in answer.text


def test_who_has_no_access_any_more_does_not_get_in():
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    accounts.deactivate(ben, by=olga, now=cast.NOW)
    client = Client()

    sign_in(client, ben)

    assert client.get("/me/").status_code == 302


def test_many_wrong_tries_are_slowed_down_and_the_page_says_what_to_do():
    olga = cast.user("Olga", "owner")
    client = Client()
    for _ in range(5):
        sign_in(client, olga, "wrong-and-long-26")

    answer = sign_in(client, olga)

    assert "Wait five minutes" in answer.text
    assert "ask an admin" in answer.text
    assert client.get("/me/").status_code == 302


def test_wrong_tries_from_one_address_are_slowed_down_whichever_account_they_are_about():
    olga = cast.user("Olga", "owner")
    for number in range(10):
        sign_in(Client(REMOTE_ADDR="192.0.2.7"), User(email=f"guess{number}@kettleworks.example"), "wrong-and-long-26")

    there, elsewhere = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    told = sign_in(there, olga)
    sign_in(elsewhere, olga)

    assert "too often" in told.text
    assert elsewhere.get("/me/").status_code == 200


def hourly(limits):
    """The limits of an hour alone, as if each try came minutes after the one before."""
    return {
        name: ",".join(one for one in told.split(",") if "/h/" in one) or "1000000/h/ip"
        for name, told in limits.items()
    }


@pytest.mark.parametrize(("where", "most"), [("one address", 60), ("one account", 20), ("a known browser", 20)])
def test_patient_tries_are_counted_by_the_hour_too(settings, where, most):
    olga = cast.user("Olga", "owner")
    settings.ACCOUNT_RATE_LIMITS = hourly(settings.ACCOUNT_RATE_LIMITS)
    client = Client(REMOTE_ADDR="192.0.2.7")
    if where == "a known browser":
        sign_in(client, olga)
        client.post("/accounts/logout/")
    names = [f"guess{one}@kettleworks.example" if where == "one address" else olga.email for one in range(most)]
    told = [sign_in(client, User(email=name), "wrong-and-long-26").text for name in names]

    answer = sign_in(client, olga)

    assert not any("too often" in one for one in told)
    assert "too often" in answer.text
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(("wrong", "answered"), [(19, 200), (20, 302)])
def test_codes_of_a_second_factor_are_counted_by_the_hour_too(settings, wrong, answered):
    olga = cast.user("Olga", "owner")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    settings.ACCOUNT_RATE_LIMITS = hourly(settings.ACCOUNT_RATE_LIMITS)
    client = Client()
    sign_in(client, olga)

    for _ in range(wrong):
        client.post("/accounts/2fa/authenticate/", {"code": "no code"})

    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert client.get("/me/").status_code == answered


def test_wrong_tries_of_others_keep_nobody_out_of_a_browser_in_which_they_were_before(settings):
    olga = cast.user("Olga", "owner")
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "account_failed": "12/h/key"}
    known = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(known, olga)
    known.post("/accounts/logout/")
    for number in range(14):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), olga, "wrong-and-long-26")
    for _ in range(6):
        sign_in(Client(REMOTE_ADDR="192.0.2.7"), olga, "wrong-and-long-26")

    unknown = Client(REMOTE_ADDR="203.0.113.1")
    told = sign_in(unknown, olga)
    sign_in(known, olga)

    assert "too often" in told.text
    assert known.get("/me/").status_code == 200


def test_an_invitation_opens_the_sign_in_to_who_was_kept_out_of_it():
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(ben, secret)
    client = Client()
    for _ in range(6):
        sign_in(client, ben, "wrong-and-long-26")

    address = accounts.invite(ben, by=olga, now=clock.now())
    client.post(address, {"password": "another-cup-26", "again": "another-cup-26"})
    asked = sign_in(client, ben, "another-cup-26")

    assert asked.headers["Location"].startswith("/accounts/2fa/authenticate/")


@pytest.mark.parametrize("whose", ["another's", "forged", "none"])
def test_a_browser_that_is_not_known_for_this_account_has_no_count_of_its_own(whose):
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    client = Client()
    if whose == "another's":
        sign_in(client, ben)
        client.post("/accounts/logout/")
    elif whose == "forged":
        client.cookies["mutuals_known"] = "WyJ4IiwieSJd:1:AAAA"
    for _ in range(5):
        sign_in(Client(), olga, "wrong-and-long-26")

    answer = sign_in(client, olga)

    assert "too often" in answer.text


def test_a_known_browser_is_slowed_down_too():
    olga = cast.user("Olga", "owner")
    client = Client()
    sign_in(client, olga)
    client.post("/accounts/logout/")
    for _ in range(5):
        sign_in(client, olga, "wrong-and-long-26")

    answer = sign_in(client, olga)

    assert "too often" in answer.text


def test_guesses_of_a_code_are_slowed_down():
    olga = cast.user("Olga", "owner")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    client = Client()
    sign_in(client, olga)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert "too often" in answer.text
    assert client.get("/me/").status_code == 302


def test_the_app_is_asked_for_after_the_password_and_its_code_lets_in():
    olga = cast.user("Olga", "owner")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    client = Client()

    first = sign_in(client, olga)
    between = client.get("/me/")
    page = client.get("/accounts/2fa/authenticate/")
    last = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert first.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert between.status_code == 302
    assert "One more proof" in page.text
    assert last.status_code == 302
    assert client.get("/me/").status_code == 200


def test_a_recovery_code_lets_in_once():
    olga = cast.user("Olga", "owner")
    totp.TOTP.activate(olga, totp.generate_totp_secret())
    code = RecoveryCodes.activate(olga).get_unused_codes()[0]
    one, two = Client(), Client()
    sign_in(one, olga)
    one.post("/accounts/2fa/authenticate/", {"code": code})
    sign_in(two, olga)

    two.post("/accounts/2fa/authenticate/", {"code": code})

    assert one.get("/me/").status_code == 200
    assert two.get("/me/").status_code == 302


def test_the_secret_of_the_app_is_not_readable_in_the_database():
    olga = cast.user("Olga", "owner")
    secret = totp.generate_totp_secret()

    totp.TOTP.activate(olga, secret)

    assert secret not in str(Authenticator.objects.get().data)


@pytest.mark.parametrize("address", ["", "totp/activate/", "webauthn/", "webauthn/add/"])
def test_the_pages_of_the_second_factor_open_after_a_fresh_proof(address):
    olga = cast.user("Olga", "owner")
    client = Client()
    sign_in(client, olga)
    asked = client.get("/accounts/reauthenticate/")
    prove(client)

    answer = client.get(f"/accounts/2fa/{address}")

    assert "Is it still you?" in asked.text
    assert answer.status_code == 200


def test_an_app_is_set_up_gives_recovery_codes_and_is_switched_off():
    olga = cast.user("Olga", "owner")
    client = Client()
    sign_in(client, olga)
    prove(client)
    shown = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'class="code">([A-Z2-7]+)<', shown.text)[1]

    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    codes = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    held = Authenticator.objects.filter(user=olga).count()
    client.get("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")

    assert "Incorrect code" in wrong.text
    assert "10 of 10 are left" in codes.text
    assert held == 2
    assert not Authenticator.objects.filter(user=olga).exists()


def test_nobody_signs_up_by_themselves():
    answer = Client().post(
        "/accounts/signup/", {"email": "x@y.example", "password1": cast.PASSWORD, "password2": cast.PASSWORD}
    )

    assert "Nobody signs up" in answer.text
    assert not User.objects.exists()


def test_an_invitation_sets_a_password_once_and_signs_in():
    olga, ben = cast.user("Olga", "owner"), User.objects.create_user("ben@kettleworks.example", name="Ben")
    address = accounts.invite(ben, by=olga, now=clock.now())
    client = Client()

    shown = client.get(address)
    wrong = client.post(address, {"password": cast.PASSWORD, "again": "other-and-long-26"})
    right = client.post(address, {"password": cast.PASSWORD, "again": cast.PASSWORD})
    again = Client().get(address)

    assert "Welcome, Ben" in shown.text
    assert wrong.status_code == 422
    assert right.status_code == 302
    assert client.get("/me/").status_code == 200
    assert again.status_code == 410


def test_a_forged_invitation_is_refused_in_words():
    answer = Client().get("/welcome/nothing:at-all/")

    assert answer.status_code == 410
    assert "not valid" in answer.text


def test_an_invitation_does_not_lead_past_the_second_factor():
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(ben, secret)
    address = accounts.invite(ben, by=olga, now=clock.now())
    client = Client()

    answer = client.post(address, {"password": "another-cup-26", "again": "another-cup-26"}, follow=True)
    between = client.get("/me/")
    asked = sign_in(client, ben, "another-cup-26")
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert "Your password is set. Sign in with it" in answer.text
    assert between.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/me/").status_code == 200


def test_an_invitation_opened_where_somebody_else_is_signed_in_leaves_nobody_signed_in():
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    totp.TOTP.activate(ben, totp.generate_totp_secret())
    address = accounts.invite(ben, by=olga, now=clock.now())
    client = Client()
    sign_in(client, olga)

    client.post(address, {"password": "another-cup-26", "again": "another-cup-26"})

    assert client.get("/me/").status_code == 302


def test_a_new_password_signs_out_other_browsers_also_when_an_admin_set_it():
    olga, ben = cast.user("Olga", "owner"), cast.user("Ben")
    here, elsewhere = Client(), Client()
    sign_in(here, ben)
    sign_in(elsewhere, ben)

    here.post("/me/password/", {"old": cast.PASSWORD, "password": "another-cup-26"})
    kept = [client.get("/me/").status_code for client in (here, elsewhere)]
    accounts.set_password(ben, "a-third-cup-26", by=olga)

    assert kept == [200, 302]
    assert here.get("/me/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_each_change_of_second_factors_signs_out_other_browsers_and_keeps_this_one():
    olga = cast.user("Olga", "owner")
    client = Client()
    sign_in(client, olga)
    prove(client)
    stayed = []

    def during(act):
        elsewhere = Client()
        elsewhere.force_login(User.objects.get(pk=olga.pk))
        act()
        stayed.append((client.get("/me/").status_code, elsewhere.get("/me/").status_code))

    shown = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'class="code">([A-Z2-7]+)<', shown.text)[1]
    during(lambda: client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}))
    during(lambda: client.post("/accounts/2fa/recovery-codes/generate/"))
    during(lambda: client.post("/accounts/2fa/totp/deactivate/"))

    assert stayed == [(200, 302)] * 3
    assert not Authenticator.objects.filter(user=olga).exists()


def prove(client):
    return client.post("/accounts/reauthenticate/", {"password": cast.PASSWORD, "next": "/accounts/2fa/"})


def code_of(secret):
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
