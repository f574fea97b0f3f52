import pytest

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.staff import queries, teams
from mutuals.staff.models import Role, Team, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def member(name: str, role: str = Role.STAFF) -> User:
    return User.objects.create_user(f"{name.lower()}@kettle.example", name=name, role=role)


def test_joining_twice_is_joining_once():
    root, ada = member("Root", Role.ADMIN), member("Ada")
    care = teams.add("Care", by=root, pillar="service")
    before = ada.team_ids()

    teams.join(ada, care, by=root)
    teams.join(ada, care, by=root)

    assert (before, ada.team_ids()) == ([], [care.pk])
    assert list(queries.members_of(care)) == [ada]
    assert journal.of(care).filter(kind="team.joined").count() == 1


def test_leaving_a_team_ends_the_membership():
    root, ada = member("Root", Role.ADMIN), member("Ada")
    care = teams.add("Care", by=root)
    teams.join(ada, care, by=root)

    teams.leave(ada, care, by=root)
    teams.leave(ada, care, by=root)

    assert ada.team_ids() == []
    assert journal.of(care).filter(kind="team.left").count() == 1


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_only_admins_manage_teams(role):
    ben, care = member("Ben", role), Team.objects.create(name="Care")

    for act in (
        lambda: teams.add("Sales", by=ben),
        lambda: teams.change(care, by=ben, name="Other"),
        lambda: teams.join(ben, care, by=ben),
        lambda: teams.leave(ben, care, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert list(Team.objects.values_list("name", flat=True)) == ["Care"]


def test_a_used_name_and_an_unknown_pillar_are_refused():
    root = member("Root", Role.ADMIN)
    teams.add("Care", by=root)

    with pytest.raises(Refusal, match="already"):
        teams.add("care", by=root)
    with pytest.raises(Refusal, match="pillar"):
        teams.add("Sales", by=root, pillar="poetry")

    assert Team.objects.count() == 1


def test_contractors_see_only_their_own_teams():
    root, cleo = member("Root", Role.ADMIN), member("Cleo", Role.CONTRACTOR)
    care, _sales = teams.add("Care", by=root), teams.add("Sales", by=root)
    teams.join(cleo, care, by=root)

    assert [team.name for team in queries.teams_visible_to(cleo)] == ["Care"]
    assert [(team.name, team.size) for team in queries.teams_visible_to(root)] == [("Care", 1), ("Sales", 0)]
