"""First-run set-up: the first owner, and an owner who was not through with it."""

import pytest
from django.conf import settings
from django.test import Client

import cast
from mutuals.staff.models import User
from mutuals.web.frame import company

pytestmark = pytest.mark.django_db
FIRST = {
    "name": "Nadia Orlo",
    "company": "Kettle & Sons",
    "email": "Nadia@kettleworks.example",
    "password": "kettle-and-cup-26",
    "zone": "Europe/Lisbon",
    "start": "file",
}


@pytest.fixture(autouse=True)
def _own_place(settings, tmp_path):
    settings.STATE = tmp_path


def test_an_empty_installation_leads_from_the_sign_in_to_the_set_up():
    client = Client()

    answer = client.get("/accounts/login/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/setup/"


def test_the_first_owner_is_made_signed_in_and_led_to_their_file():
    client = Client()

    answer = client.post("/setup/", FIRST)

    user = User.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/imports/")
    assert (user.role, user.email, user.zone) == ("owner", "nadia@kettleworks.example", "Europe/Lisbon")
    assert user.set_up_at is not None
    assert client.session["_auth_user_id"] == str(user.pk)
    assert company.name() == "Kettle & Sons"


def test_a_weak_password_is_said_beside_its_field_and_the_rest_stays():
    client = Client()

    answer = client.post("/setup/", FIRST | {"password": "1234567890"})

    assert answer.status_code == 422
    assert 'id="id_password_error"' in answer.text
    assert 'value="Nadia Orlo"' in answer.text
    assert "1234567890" not in answer.text
    assert not User.objects.exists()
    assert company.name() == settings.COMPANY


def test_nobody_makes_a_second_first_owner():
    cast.user("Olga", "owner")

    answer = Client().post("/setup/", FIRST)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert User.objects.count() == 1


def test_an_owner_made_by_the_terminal_is_asked_once():
    olga = cast.user("Olga", "owner")
    User.objects.update(set_up_at=None)
    client = Client()
    client.force_login(olga)

    shown = client.get("/setup/")
    answer = client.post("/setup/", {"name": "Olga", "company": "Kettles", "zone": "Europe/Porto", "start": "look"})
    again = client.post("/setup/", {"name": "Olga", "company": "Kettles", "zone": "Europe/Lisbon", "start": "look"})

    olga.refresh_from_db()
    assert "Is this right" in shown.text
    assert answer.status_code == 422  # there is no such zone
    assert (again.status_code, again.headers["Location"]) == (302, "/")
    assert olga.set_up_at is not None
    assert client.get("/setup/").headers["Location"] == "/"


def test_the_page_of_the_set_up_asks_three_things_of_the_database(django_assert_num_queries):
    client = Client()

    with django_assert_num_queries(1):
        answer = client.get("/setup/")

    assert answer.status_code == 200
