from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.staff import accounts, queries
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
GOOD = "three green kettles"


def member(name: str, role: str = Role.STAFF) -> User:
    return User.objects.create_user(f"{name.lower()}@kettle.example", name=name, role=role)


def test_the_first_account_is_an_owner_and_there_is_only_one_first():
    user = accounts.first(email="Ada@Kettle.example", name="Ada", password=GOOD)

    with pytest.raises(Refusal, match="set up already"):
        accounts.first(email="eve@kettle.example", name="Eve", password=GOOD)

    assert user.role == Role.OWNER
    assert user.email == "ada@kettle.example"
    assert User.objects.count() == 1


def test_the_first_account_is_refused_with_a_weak_password_and_nothing_is_kept():
    with pytest.raises(Refusal) as refused:
        accounts.first(email="ada@kettle.example", name="Ada", password="short")

    assert "password" in refused.value.fields
    assert not User.objects.exists()


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_only_admins_and_owners_add_users(role):
    ben = member("Ben", role)

    with pytest.raises(NotAllowed):
        accounts.add(email="new@kettle.example", name="New", role=Role.STAFF, by=ben)

    assert User.objects.count() == 1


def test_an_admin_adds_staff_and_cannot_make_an_owner():
    ada = member("Ada", Role.ADMIN)

    cleo = accounts.add(email="Cleo@else.example", name="Cleo", role="contractor", by=ada, zone="Europe/Lisbon")
    with pytest.raises(NotAllowed, match="owner"):
        accounts.add(email="boss@kettle.example", name="Boss", role="owner", by=ada)
    with pytest.raises(NotAllowed, match="owner"):
        accounts.change(ada, by=ada, role="owner")

    assert cleo.role == Role.CONTRACTOR
    assert not cleo.has_usable_password()
    assert journal.of(cleo).get().kind == "user.added"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "ADA@kettle.example"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "Be\x00a"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"role": "king"}, "role"),
        ({"zone": "Mars/North"}, "zone"),
    ],
)
def test_a_wrong_answer_is_told_by_field(wrong, field):
    ada = member("Ada", Role.OWNER)
    answers = {"email": "bo@kettle.example", "name": "Bo", "role": "staff", "zone": "UTC"} | wrong

    with pytest.raises(Refusal) as refused:
        accounts.add(**answers, by=ada)

    assert field in refused.value.fields


def test_everybody_changes_their_own_name_and_theme_but_not_their_role():
    cleo = member("Cleo", Role.CONTRACTOR)

    changed = accounts.change(cleo, by=cleo, name="Cleo P.", theme="dark", zone="Asia/Tokyo")
    with pytest.raises(NotAllowed):
        accounts.change(cleo, by=cleo, role="admin")
    with pytest.raises(NotAllowed):
        accounts.change(cleo, by=cleo, email="other@else.example")

    assert (changed.name, changed.theme, changed.zone) == ("Cleo P.", "dark", "Asia/Tokyo")


def test_an_admin_cannot_touch_an_owner():
    boss, ada = member("Boss", Role.OWNER), member("Ada", Role.ADMIN)

    for act in (
        lambda: accounts.change(boss, by=ada, name="Former"),
        lambda: accounts.deactivate(boss, by=ada, now=NOW),
        lambda: accounts.invite(boss, by=ada, now=NOW),
        lambda: accounts.set_password(boss, GOOD, by=ada),
    ):
        with pytest.raises(NotAllowed):
            act()

    boss.refresh_from_db()
    assert boss.is_active
    assert boss.name == "Boss"


def test_the_last_owner_stays_an_owner():
    boss, ada = member("Boss", Role.OWNER), member("Ada", Role.ADMIN)

    with pytest.raises(Refusal, match="last owner"):
        accounts.change(boss, by=boss, role="admin")
    accounts.change(ada, by=boss, role="owner")
    accounts.change(boss, by=boss, role="admin")

    assert [user.name for user in queries.owners()] == ["Ada"]


def test_nobody_ends_their_own_access():
    boss = member("Boss", Role.OWNER)
    member("Second", Role.OWNER)

    with pytest.raises(Refusal, match="their own access"):
        accounts.deactivate(boss, by=boss, now=NOW)

    boss.refresh_from_db()
    assert boss.is_active


def test_who_owns_things_leaves_only_after_handing_them_over():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada"), member("Ben")
    kettles = {"owner": ada.pk}
    accounts.hold(
        "kettles",
        count=lambda user: int(kettles["owner"] == user.pk),
        move=lambda user, to: kettles.update(owner=to.pk) or 1 if kettles["owner"] == user.pk else 0,
    )

    with pytest.raises(accounts.StillNeeded) as refused:
        accounts.deactivate(ada, by=boss, now=NOW)
    gone = accounts.deactivate(ada, by=boss, now=NOW, transfer_to=ben)

    assert refused.value.holds == {"kettles": 1}
    assert not gone.is_active
    assert kettles == {"owner": ben.pk}
    assert journal.of(ada).filter(kind="user.deactivated").get().data["to"] == ben.pk
    accounts.hold("kettles", count=lambda _user: 0, move=lambda _user, _to: 0)


def test_a_person_who_left_cannot_take_over():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada"), member("Ben")
    accounts.deactivate(ben, by=boss, now=NOW)

    with pytest.raises(Refusal, match="cannot take this over"):
        accounts.deactivate(ada, by=boss, now=NOW, transfer_to=ben)

    ada.refresh_from_db()
    assert ada.is_active


def test_an_invitation_sets_one_password_once():
    boss, ada = member("Boss", Role.OWNER), member("Ada")
    token = accounts.invite(ada, by=boss, now=NOW).split("/")[2]

    accounts.welcome(token, password=GOOD, now=NOW + timedelta(days=2))
    with pytest.raises(Refusal, match="used already"):
        accounts.welcome(token, password="four blue kettles", now=NOW + timedelta(days=2))

    assert authenticate(username="ada@kettle.example", password=GOOD) == ada


@pytest.mark.parametrize(
    "spoil", [lambda token: token[:-1], lambda token: "x" + token, lambda _token: "", lambda _token: "a:b"]
)
def test_a_forged_invitation_is_refused(spoil):
    boss, ada = member("Boss", Role.OWNER), member("Ada")
    token = accounts.invite(ada, by=boss, now=NOW).split("/")[2]

    with pytest.raises(Refusal, match="not valid"):
        accounts.welcome(spoil(token), password=GOOD, now=NOW)


def test_an_invitation_ends_after_three_days_and_with_the_access():
    boss, ada = member("Boss", Role.OWNER), member("Ada")
    token = accounts.invite(ada, by=boss, now=NOW).split("/")[2]

    with pytest.raises(Refusal, match="too old"):
        accounts.welcome(token, password=GOOD, now=NOW + timedelta(days=3, seconds=1))
    accounts.deactivate(ada, by=boss, now=NOW)
    with pytest.raises(Refusal, match="not valid"):
        accounts.welcome(token, password=GOOD, now=NOW)


def test_reactivated_users_can_be_seen_again_and_contractors_see_only_themselves():
    boss, ada, cleo = member("Boss", Role.OWNER), member("Ada"), member("Cleo", Role.CONTRACTOR)
    accounts.deactivate(ada, by=boss, now=NOW)

    back = accounts.reactivate(ada, by=boss)

    assert back.is_active
    assert [user.name for user in queries.visible_to(ada)] == ["Ada", "Boss", "Cleo"]
    assert list(queries.visible_to(cleo)) == [cleo]
    assert not queries.visible_to(None)


def test_sessions_and_invitations_of_before_stay_dead_after_access_was_given_back():
    boss, ada = member("Boss", Role.OWNER), member("Ada")
    mark = ada.get_session_auth_hash()
    token = accounts.invite(ada, by=boss, now=NOW).split("/")[2]

    accounts.deactivate(ada, by=boss, now=NOW)
    back = accounts.reactivate(ada, by=boss)

    assert back.get_session_auth_hash() != mark
    with pytest.raises(Refusal, match="used already"):
        accounts.invited(token, now=NOW)


def test_an_invitation_made_by_an_admin_opens_no_account_that_became_an_owners():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada", Role.ADMIN), member("Ben")
    token = accounts.invite(ben, by=ada, now=NOW).split("/")[2]
    accounts.change(ben, by=boss, role="owner")

    with pytest.raises(Refusal, match="used already"):
        accounts.welcome(token, password=GOOD, now=NOW)

    assert not User.objects.get(pk=ben.pk).has_usable_password()


def test_an_account_that_became_an_owners_meanwhile_is_not_touched_by_an_admin():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada", Role.ADMIN), member("Ben")
    accounts.deactivate(ben, by=boss, now=NOW)
    read = User.objects.get(pk=ben.pk)
    User.objects.filter(pk=ben.pk).update(role=Role.OWNER)

    for act in (
        lambda: accounts.invite(read, by=ada, now=NOW),
        lambda: accounts.set_password(read, GOOD, by=ada),
        lambda: accounts.reactivate(read, by=ada),
    ):
        with pytest.raises(NotAllowed, match="owner"):
            act()

    assert not User.objects.get(pk=ben.pk).is_active


def test_who_was_demoted_meanwhile_makes_nobody_an_owner():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada", Role.OWNER), member("Ben")
    read = User.objects.get(pk=ada.pk)
    accounts.change(ada, by=boss, role="staff")

    for act in (
        lambda: accounts.change(ben, by=read, role="owner"),
        lambda: accounts.add(email="new@kettle.example", name="New", role="owner", by=read),
        lambda: accounts.deactivate(ben, by=read, now=NOW),
        lambda: accounts.set_password(ben, GOOD, by=read),
        lambda: accounts.invite(ben, by=read, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert [user.name for user in queries.owners()] == ["Boss"]


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_who_does_not_manage_users_gives_no_role_and_no_access(role):
    lea, ben = member("Lea", role), member("Ben")

    for act in (
        lambda: accounts.change(ben, by=lea, role="lead"),
        lambda: accounts.change(lea, by=lea, role="admin"),
        lambda: accounts.deactivate(ben, by=lea, now=NOW),
        lambda: accounts.reactivate(ben, by=lea),
        lambda: accounts.invite(ben, by=lea, now=NOW),
        lambda: accounts.set_password(ben, GOOD, by=lea),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert {user.role for user in User.objects.all()} == {role, Role.STAFF}


def test_lost_factors_are_dropped_with_the_sessions_and_never_an_owners_by_an_admin():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada", Role.ADMIN), member("Ben")
    for user in (boss, ben):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    mark = ben.get_session_auth_hash()

    dropped = accounts.drop_factors(ben, by=ada)
    with pytest.raises(NotAllowed, match="owner"):
        accounts.drop_factors(boss, by=ada)

    assert dropped == 1
    assert User.objects.get(pk=ben.pk).get_session_auth_hash() != mark
    assert Authenticator.objects.get().user == boss
