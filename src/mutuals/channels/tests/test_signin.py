from datetime import UTC, datetime

import pytest

from mutuals.base.refusals import Refusal
from mutuals.channels import signin
from mutuals.channels.models import Channel, Health, Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors import all_connectors
from mutuals.connectors.contract import AuthExpired, Connector, Context, Handle
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
US = Handle("hands", "42", "@care")


def begin(context: Context, return_to: str) -> str:
    context.secrets.save({"app": "whistle-app"})
    return f"https://hands.example/allow?back={return_to}"


def finish(context: Context, answer: dict[str, str]) -> Handle:
    if answer.get("code") != "good":
        raise AuthExpired("The code whistle-app is not valid.")
    context.secrets.save({**context.secrets.get(), "token": answer["code"]})
    return US


def check(context: Context) -> Handle:
    if "token" not in context.secrets.get():
        raise AuthExpired("Nobody is signed in.")
    return US


@pytest.fixture
def source(db):
    hands = Connector("hands", "Hands", lambda _raw: (), begin=begin, finish=finish, check=check)
    all_connectors()["hands"] = hands
    yield Source.objects.create(name="Hands", connector="hands", state=SourceState.NEEDS_AUTH, auth_failures=2)
    del all_connectors()["hands"]


@pytest.fixture
def root(db) -> User:
    return User.objects.create_user("root@kettle.example", name="Root", role=Role.ADMIN)


def test_a_sign_in_goes_out_comes_back_and_makes_our_channel(source, root):
    address = signin.begin(source, return_to="https://crm.example/back", by=root, now=lambda: NOW)
    channel = signin.finish(source, {"code": "good"}, by=root, now=lambda: NOW)
    again = signin.check(source, by=root, now=lambda: NOW)

    source.refresh_from_db()
    assert address == "https://hands.example/allow?back=https://crm.example/back"
    assert Vault(source.pk).get() == {"app": "whistle-app", "token": "good"}
    assert (channel, again) == (Channel.objects.get(), channel)
    assert (source.state, source.health, source.auth_failures) == (SourceState.ACTIVE, Health.OK, 0)


def test_a_refused_sign_in_is_told_without_secrets_and_keeps_what_was_there(source, root):
    signin.begin(source, return_to="https://crm.example/back", by=root, now=lambda: NOW)

    with pytest.raises(Refusal, match="The code ••• is not valid"):
        signin.finish(source, {"code": "bad"}, by=root, now=lambda: NOW)
    with pytest.raises(Refusal, match="Nobody is signed in"):
        signin.check(source, by=root, now=lambda: NOW)

    source.refresh_from_db()
    assert Vault(source.pk).get() == {"app": "whistle-app"}
    assert source.state == SourceState.NEEDS_AUTH
    assert not Channel.objects.exists()


def test_a_network_without_a_page_of_its_own_is_signed_in_by_its_form(root):
    mailbox = Source.objects.create(name="Mail", connector="email")

    with pytest.raises(Refusal, match="by its form"):
        signin.begin(mailbox, return_to="https://crm.example/back", by=root)
    with pytest.raises(Refusal, match="by its form"):
        signin.finish(mailbox, {}, by=root)

    assert not Channel.objects.exists()


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_only_admins_sign_a_source_in(source, role):
    ben = User.objects.create_user("ben@kettle.example", name="Ben", role=role)

    for act in (
        lambda: signin.begin(source, return_to="https://crm.example/back", by=ben),
        lambda: signin.finish(source, {"code": "good"}, by=ben),
        lambda: signin.check(source, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert Vault(source.pk).get() == {}
