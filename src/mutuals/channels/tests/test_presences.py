import pytest

from mutuals.base.refusals import Refusal
from mutuals.channels import presences, queries
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Handle
from mutuals.staff.models import Role, Team, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def member(name: str, role: str = Role.STAFF) -> User:
    return User.objects.create_user(f"{name.lower()}@kettle.example", name=name, role=role)


def account(root: User, name: str = "@care", **about) -> Channel:
    source, _ = Source.objects.get_or_create(name="Fediverse", connector="mastodon")
    return presences.add(source, by=root, network="mastodon", key=f"id-{name}", name=name, **about)


def test_named_speakers_teams_and_admins_speak_and_nobody_else():
    root, ada, ben, cleo = member("Root", Role.ADMIN), member("Ada"), member("Ben"), member("Cleo", Role.CONTRACTOR)
    care = Team.objects.create(name="Care")
    care.members.add(ben)

    channel = account(root, speakers=[ada], speaker_teams=[care])

    assert [presences.may_speak(user, channel) for user in (root, ada, ben, cleo, None)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(NotAllowed, match="@care"):
        presences.require_speak(cleo, channel)


def test_nobody_speaks_through_a_channel_that_is_off_or_after_leaving():
    root, ada = member("Root", Role.ADMIN), member("Ada")
    channel = account(root, speakers=[ada])

    off = presences.change(channel, by=root, is_live=False)
    while_off = presences.may_speak(ada, off)
    on = presences.change(channel, by=root, is_live=True)
    ada.is_active = False

    assert not while_off
    assert not presences.may_speak(ada, on)


def test_the_reply_menu_shows_only_what_one_may_use_and_starts_with_the_own_pillar():
    root, ada = member("Root", Role.ADMIN), member("Ada")
    care = Team.objects.create(name="Care", pillar="service")
    care.members.add(ada)
    news = account(root, "@a_news", pillar="marketing", speakers=[ada])
    help_desk = account(root, "@help", pillar="service", speaker_teams=[care])
    account(root, "@brand")

    menu = list(presences.speakable(ada, news.source))

    assert menu == [news, help_desk]
    assert presences.preselected(ada, news.source) == help_desk
    assert presences.preselected(ada, news.source, pillar="marketing") == news
    assert presences.preselected(member("Ben"), news.source) is None


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_only_admins_manage_channels(role):
    root, ben = member("Root", Role.ADMIN), member("Ben", role)
    channel = account(root)

    with pytest.raises(NotAllowed):
        account(ben, "@other")
    with pytest.raises(NotAllowed):
        presences.change(channel, by=ben, speakers=[ben])

    assert not presences.may_speak(ben, channel)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pillar": "poetry"},
        {"response_minutes": 0},
        {"response_minutes": "soon"},
        {"hours": {"mon": [["09:00", "17:00"]]}},
        {"hours": {"zone": "UTC", "mon": [["17:00", "09:00"]]}},
        {"hours": {"zone": "UTC", "mon": [["09:00", "12:00"], ["11:00", "17:00"]]}},
        {"hours": {"zone": "UTC", "mon": [["9", "17"]]}},
        {"hours": {"zone": "UTC", "mon": 5}},
        {"hours": {"zone": "UTC", "moon": []}},
        {"hours": "always"},
        {"name": ""},
        {"purpose": "x" * 301},
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_kept(wrong):
    root = member("Root", Role.ADMIN)
    source = Source.objects.create(name="Fediverse", connector="mastodon")

    with pytest.raises(Refusal):
        presences.add(source, by=root, network="mastodon", key="1", **({"name": "@care"} | wrong))

    assert not Channel.objects.exists()


def test_hours_are_kept_as_given():
    root = member("Root", Role.ADMIN)
    hours = {"zone": "Europe/Lisbon", "mon": [["09:00", "12:30"], ["13:30", "17:00"]], "sun": []}

    channel = account(root, hours=hours, response_minutes=60)

    channel.refresh_from_db()
    assert channel.hours == hours


def test_the_same_account_is_here_once_and_follows_its_new_name():
    root = member("Root", Role.ADMIN)
    source = Source.objects.create(name="Fediverse", connector="mastodon", owner=root)

    first = presences.found(source, Handle("mastodon", "42", "@care"), by=root)
    again = presences.found(source, Handle("mastodon", "42", "@help"), by=root)
    with pytest.raises(Refusal, match="already"):
        presences.add(source, by=root, network="mastodon", key="42", name="@third")

    assert first.pk == again.pk
    assert Channel.objects.get().name == "@help"


def test_a_presence_typed_by_hand_and_one_that_a_test_showed_are_one():
    root = member("Root", Role.ADMIN)
    source = Source.objects.create(name="Mailbox", connector="email")
    typed = presences.add(source, by=root, network="email", key="Care@Kettle.example", name="Care")

    shown = presences.found(source, Handle("email", "care@kettle.example", "Care"), by=root)
    with pytest.raises(Refusal, match="already"):
        presences.add(source, by=root, network="email", key="CARE@kettle.example", name="Another")

    assert shown.pk == typed.pk
    assert Channel.objects.get().key == "care@kettle.example"


def test_pillars_without_a_channel_are_named():
    root = member("Root", Role.ADMIN)
    account(root, pillar="service")

    assert [str(pillar) for pillar in queries.pillars_without_channel()] == ["sales", "marketing", "innovation"]
