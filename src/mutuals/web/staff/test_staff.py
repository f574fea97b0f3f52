"""Staff: who sees, makes, changes and ends accounts; teams; roles; one's own page."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.staff import tokens
from mutuals.staff.models import Role, Team, Token, User
from mutuals.staff.permissions import ACTS
from mutuals.web.staff.matrix import matrix

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    cache.clear()  # counts of tries of earlier tests
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_everybody_who_works_here_is_listed_with_teams(here, django_assert_num_queries):
    client = as_(here.ada)

    with django_assert_num_queries(6):
        answer = client.get("/staff/")

    assert "lea@kettleworks.example" in answer.text
    assert "Service" in answer.text


def test_a_contractor_sees_no_list_of_staff(here):
    client = as_(here.cleo)

    answer = client.get("/staff/")

    assert answer.status_code == 403
    assert "Ask an admin" in answer.text


def test_a_stranger_signs_in_first():
    client = Client()

    answer = client.get("/staff/")

    assert answer.headers["Location"] == "/accounts/login/?next=/staff/"


def test_a_new_colleague_gets_an_account_and_an_address_for_a_password(here):
    client = as_(here.aron)
    said = {
        "name": "Dora",
        "email": "dora@kettleworks.example",
        "role": "staff",
        "zone": "Europe/Lisbon",
        "teams": [here.sales.pk],
    }

    made = client.post("/staff/new/", said)
    dora = User.objects.get(name="Dora")
    invited = client.post(f"/staff/{dora.pk}/invite/")

    assert made.headers["Location"] == f"/staff/{dora.pk}/"
    assert list(dora.teams.all()) == [here.sales]
    assert "/welcome/" in invited.text


def test_a_used_address_is_said_beside_its_field(here):
    client = as_(here.aron)

    answer = client.post("/staff/new/", {"name": "Ada Two", "email": here.ada.email, "role": "staff", "zone": "UTC"})

    assert answer.status_code == 422
    assert "This address is used already." in answer.text
    assert 'value="Ada Two"' in answer.text


def test_role_and_teams_of_a_colleague_are_changed(here):
    client = as_(here.aron)

    client.post(
        f"/staff/{here.ben.pk}/",
        {"name": "Ben", "email": here.ben.email, "role": "lead", "zone": "UTC", "teams": [here.service.pk]},
    )

    here.ben.refresh_from_db()
    assert here.ben.role == Role.LEAD
    assert list(here.ben.teams.all()) == [here.service]


def test_staff_cannot_change_others(here):
    client = as_(here.ada)

    answer = client.post(
        f"/staff/{here.ben.pk}/", {"name": "Benny", "email": here.ben.email, "role": "staff", "zone": "UTC"}
    )

    assert answer.status_code == 403
    assert User.objects.get(pk=here.ben.pk).name == "Ben"


def test_who_owns_something_leaves_only_with_a_new_owner(here):
    cast.source(owner=here.ben)
    client = as_(here.aron)

    refused = client.post(f"/staff/{here.ben.pk}/leave/", {"transfer_to": ""})
    done = client.post(f"/staff/{here.ben.pk}/leave/", {"transfer_to": here.ada.pk})

    here.ben.refresh_from_db()
    assert refused.status_code == 422
    assert "still owns" in refused.text
    assert done.status_code == 302
    assert not here.ben.is_active


def test_access_is_given_back_by_undo(here):
    client = as_(here.aron)
    client.post(f"/staff/{here.ben.pk}/leave/", {"transfer_to": ""})

    shown = client.get(f"/staff/{here.ben.pk}/")
    client.post(f"/staff/{here.ben.pk}/back/")

    assert f'action="/staff/{here.ben.pk}/back/" data-undo' in shown.text
    assert User.objects.get(pk=here.ben.pk).is_active


def test_teams_are_made_and_named(here):
    client = as_(here.aron)

    client.post("/staff/teams/", {"name": "Workshop", "pillar": "service"})
    twice = client.post("/staff/teams/", {"name": "workshop", "pillar": ""})
    team = Team.objects.get(name="Workshop")
    client.post(f"/staff/teams/{team.pk}/", {"name": "Repairs", "pillar": "service"})

    assert twice.status_code == 422
    assert Team.objects.get(pk=team.pk).name == "Repairs"


def test_the_role_page_prints_every_act_and_reach(here):
    client = as_(here.ada)

    answer = client.get("/staff/roles/")

    assert sum(len(group.lines) for group in matrix()) == len(ACTS)
    assert answer.text.count("<tr>") > len(ACTS)


def test_ones_own_name_zone_and_theme_are_changed(here):
    client = as_(here.cleo)

    client.post("/me/", {"name": "Cleo Marsh", "zone": "Europe/Lisbon", "theme": "dark"})
    client.post("/theme/", {"theme": "light"})

    here.cleo.refresh_from_db()
    assert (here.cleo.name, here.cleo.zone, here.cleo.theme) == ("Cleo Marsh", "Europe/Lisbon", "light")


def test_a_new_password_needs_the_old_one_and_keeps_this_session(here):
    client = as_(here.ada)

    wrong = client.post("/me/password/", {"old": "no", "password": "another-cup-26"})
    right = client.post("/me/password/", {"old": cast.PASSWORD, "password": "another-cup-26"})

    assert wrong.status_code == 422
    assert right.status_code == 302
    assert client.get("/me/").status_code == 200
    assert User.objects.get(pk=here.ada.pk).check_password("another-cup-26")


def test_a_key_is_shown_once_and_ended(here):
    client = as_(here.ada)

    made = client.post("/me/tokens/", {"name": "Till", "scopes": ["read"], "expires_at": ""})
    later = client.get("/me/")
    key = Token.objects.get()
    client.post(f"/me/tokens/{key.pk}/end/")

    assert tokens.PREFIX in made.text
    assert tokens.PREFIX not in later.text
    assert Token.objects.get().revoked_at is not None


def test_nobody_ends_the_key_of_somebody_else(here):
    key, _ = tokens.make(here.ada, name="Till", scopes=["read"], now=cast.NOW)
    client = as_(here.ben)

    answer = client.post(f"/me/tokens/{key.pk}/end/")

    assert answer.status_code == 404
    assert Token.objects.get().revoked_at is None


def test_a_cookie_and_a_key_from_before_access_ended_stay_dead_when_it_is_given_back(here):
    bens, boss = as_(here.ben), as_(here.olga)
    _, plain = tokens.make(here.ben, name="Till", scopes=["read"], now=clock.now())
    by_key = {"Authorization": f"Bearer {plain}"}
    before = (bens.get("/me/").status_code, Client().get("/api/v1/me", headers=by_key).status_code)

    boss.post(f"/staff/{here.ben.pk}/leave/", {"transfer_to": ""})
    boss.post(f"/staff/{here.ben.pk}/back/")

    assert before == (200, 200)
    assert bens.get("/me/").status_code == 302
    assert bens.get("/api/v1/me").status_code == 401
    assert Client().get("/api/v1/me", headers=by_key).status_code == 401


def test_an_admin_gets_no_address_for_an_owners_password_and_ends_no_owners_access(here):
    client = as_(here.aron)
    said = {"name": "Olga", "email": "aron@else.example", "role": "staff", "zone": "UTC"}

    answers = [
        client.post(f"/staff/{here.olga.pk}/invite/"),
        client.post(f"/staff/{here.olga.pk}/leave/", {"transfer_to": here.aron.pk}),
        client.post(f"/staff/{here.olga.pk}/", said),
        client.post(f"/staff/{here.aron.pk}/", {**said, "name": "Aron", "role": "owner"}),
        client.post("/staff/new/", {**said, "role": "owner"}),
        client.post(f"/api/v1/users/{here.olga.pk}/invite", headers={"Content-Type": "application/json"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert not any("/welcome/" in answer.text for answer in answers)
    assert User.objects.get(role=Role.OWNER) == here.olga


def test_a_lead_gives_no_role(here):
    client = as_(here.lea)

    answer = client.post(
        f"/staff/{here.lea.pk}/", {"name": "Lea", "email": here.lea.email, "role": "admin", "zone": "UTC"}
    )

    assert answer.status_code == 403
    assert User.objects.get(pk=here.lea.pk).role == Role.LEAD


def test_guesses_of_the_old_password_at_an_open_screen_are_slowed_down(here):
    client = as_(here.ada)
    for _ in range(5):
        client.post("/me/password/", {"old": "no", "password": "another-cup-26"})

    answer = client.post("/me/password/", {"old": cast.PASSWORD, "password": "another-cup-26"}, follow=True)

    assert "Wait a minute" in answer.text
    assert User.objects.get(pk=here.ada.pk).check_password(cast.PASSWORD)


def test_what_stands_first_follows_ones_part_of_the_business_and_nothing_is_hidden(here):
    client = Client()
    client.force_login(here.ada)
    usual = _order(client)

    client.post("/pillar/", {"pillar": "innovation"})
    innovation = _order(client)
    client.post("/pillar/", {"pillar": "sales"})
    sales = _order(client)
    client.post("/pillar/", {"pillar": "nothing such"})

    assert innovation.index("Listening") < innovation.index("Inbox")
    assert innovation.index("Ideas") < innovation.index("Tasks")
    assert sales.index("Deals") < sales.index("Inbox")
    assert sales[0] == "Today"
    assert sorted(innovation) == sorted(sales) == sorted(usual) == sorted(_order(client))
    assert _order(client) == usual


def _order(client):
    """The names of the rail's lines, from above."""
    page = client.get("/").content.decode()
    return re.findall(r'data-key-label="([^"]+)"', page[page.index('aria-label="Main"') : page.index("</nav>")])
