from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mutuals.base.refusals import Refusal
from mutuals.staff import queries, tokens
from mutuals.staff.models import Role, Token, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def member(name: str, role: str = Role.STAFF) -> User:
    return User.objects.create_user(f"{name.lower()}@kettle.example", name=name, role=role)


def test_a_key_is_shown_once_and_found_again():
    ada = member("Ada")

    token, plain = tokens.make(ada, name="Shop", scopes=["write", "read"], now=NOW)
    found = tokens.user_of(plain, now=NOW)

    assert found == (ada, token)
    assert found[1].scopes == ["read", "write"]
    assert plain not in str(Token.objects.values().get())


def test_a_key_is_found_by_one_query_and_stamped_once_a_minute():
    ada = member("Ada")
    _, plain = tokens.make(ada, name="Shop", scopes=["read"], now=NOW)

    with CaptureQueriesContext(
        connection,
    ) as first:
        tokens.user_of(plain, now=NOW)
    with CaptureQueriesContext(connection) as second:
        tokens.user_of(plain, now=NOW + timedelta(seconds=59))
    with CaptureQueriesContext(connection) as third:
        tokens.user_of(plain, now=NOW + timedelta(seconds=60))

    assert [len(first), len(second), len(third)] == [2, 1, 2]
    assert Token.objects.get().used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("plain", ["", "mut_", "mut_wrong", "Bearer x", "mut_" + "x" * 500, "mut_\x00", "mut_\ud800"])
def test_an_unknown_key_is_nobody(plain):
    member("Ada")

    assert tokens.user_of(plain, now=NOW) is None


def test_a_key_ends_by_time_by_revocation_and_with_its_user():
    ada = member("Ada")
    _, short = tokens.make(ada, name="Short", scopes=["read"], now=NOW, expires_at=NOW + timedelta(hours=1))
    long, plain = tokens.make(ada, name="Long", scopes=["read"], now=NOW)
    _, third = tokens.make(ada, name="Third", scopes=["read"], now=NOW)

    tokens.revoke(long, by=ada, now=NOW)
    at_the_end = tokens.user_of(short, now=NOW + timedelta(hours=1))
    revoked = tokens.user_of(plain, now=NOW)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    without_access = tokens.user_of(third, now=NOW)

    assert [at_the_end, revoked, without_access] == [None, None, None]


def test_contractors_get_no_key_and_staff_none_that_changes_settings():
    cleo, ada = member("Cleo", Role.CONTRACTOR), member("Ada")

    with pytest.raises(NotAllowed):
        tokens.make(cleo, name="Mine", scopes=["read"], now=NOW)
    with pytest.raises(NotAllowed):
        tokens.make(ada, name="Mine", scopes=["admin"], now=NOW)

    assert not Token.objects.exists()


def test_an_admin_cannot_become_an_owner_by_a_key():
    boss, ada = member("Boss", Role.OWNER), member("Ada", Role.ADMIN)

    with pytest.raises(NotAllowed, match="owner"):
        tokens.make(boss, name="Back door", scopes=["admin"], now=NOW, by=ada)

    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"expires_at": NOW}, {"name": "a\x00"}]
)
def test_a_wrong_wish_is_refused(wrong):
    ada = member("Ada")

    with pytest.raises(Refusal):
        tokens.make(ada, **({"name": "Shop", "scopes": ["read"], "now": NOW} | wrong))

    assert not Token.objects.exists()


def test_others_neither_see_nor_revoke_my_key_but_admins_do():
    ada, ben, root = member("Ada"), member("Ben"), member("Root", Role.ADMIN)
    token, _ = tokens.make(ada, name="Shop", scopes=["read"], now=NOW)

    with pytest.raises(NotAllowed):
        tokens.revoke(token, by=ben, now=NOW)
    tokens.revoke(token, by=root, now=NOW)

    assert list(queries.tokens_visible_to(ada)) == [token]
    assert list(queries.tokens_visible_to(ben)) == []
    assert list(queries.tokens_visible_to(root)) == [token]
    assert Token.objects.get().revoked_at == NOW
