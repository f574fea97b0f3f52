from datetime import UTC, datetime

import pytest

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.channels import health, queries, sources
from mutuals.channels.models import Channel, Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.staff import accounts
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MAILBOX = {
    "address": "care@kettle.example",
    "imap_host": "imap.kettle.example",
    "imap_tls": "ssl",
    "smtp_host": "smtp.kettle.example",
    "smtp_tls": "starttls",
    "user": "care",
    "password": "copper-whistle",
}
GOVERNED = {"legal_basis": "contract", "data_class": "customer mail"}


def member(name: str, role: str = Role.ADMIN) -> User:
    return User.objects.create_user(f"{name.lower()}@kettle.example", name=name, role=role)


def mailbox(by: User, **more) -> Source:
    return sources.add(**({"connector": "email", "name": "Care", "by": by, "answers": MAILBOX} | more))


def test_a_new_source_keeps_its_password_in_the_vault_only():
    root = member("Root")

    source = mailbox(root)

    assert source.state == SourceState.DRAFT
    assert source.owner == root
    assert "password" not in source.settings
    assert Vault(source.pk).get() == {"password": "copper-whistle"}
    assert "copper" not in str(list(journal.of(source).values("data")))


@pytest.mark.parametrize("role", [Role.LEAD, Role.STAFF, Role.CONTRACTOR])
def test_only_admins_manage_sources(role):
    source, ben = mailbox(member("Root")), member("Ben", role)

    for act in (
        lambda: mailbox(ben, name="Other"),
        lambda: sources.change(source, by=ben, name="Other"),
        lambda: sources.activate(source, by=ben, anyway="why not"),
        lambda: sources.pause(source, by=ben),
        lambda: sources.remove(source, by=ben),
        lambda: health.reauthorise(source, {"password": "stolen"}, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert Vault(source.pk).get() == {"password": "copper-whistle"}


def test_who_may_import_may_add_a_file_and_nobody_below():
    lead, ben = member("Lea", Role.LEAD), member("Ben", Role.STAFF)

    source = sources.add(
        connector="files", name="airline.csv", by=lead, state=SourceState.ACTIVE, anyway="an import", **GOVERNED
    )
    with pytest.raises(NotAllowed):
        sources.add(connector="files", name="other.csv", by=ben)

    assert source.state == SourceState.ACTIVE
    assert source.went_live_anyway == ""


def test_a_source_without_governance_goes_live_only_with_a_reason_that_is_kept():
    root = member("Root")
    source = mailbox(root, owner=None)

    with pytest.raises(Refusal) as refused:
        sources.activate(source, by=root)
    live = sources.activate(source, by=root, anyway="The fair starts today.")

    assert set(refused.value.fields) == {"owner", "legal basis", "data class"}
    assert live.state == SourceState.ACTIVE
    assert live.went_live_anyway == "The fair starts today."
    assert journal.of(source).filter(kind="source.activated").get().data["missing"] == [
        "owner",
        "legal basis",
        "data class",
    ]
    assert list(queries.ungoverned()) == [live]


def test_a_missing_purpose_does_not_stop_a_source_but_is_shown():
    root = member("Root")

    live = mailbox(root, state=SourceState.ACTIVE, **GOVERNED)

    assert live.went_live_anyway == ""
    assert list(queries.ungoverned()) == [live]


def test_no_retention_is_a_gap():
    root = member("Root")

    with pytest.raises(Refusal) as refused:
        mailbox(root, state=SourceState.ACTIVE, **GOVERNED, retention_days=0)

    assert set(refused.value.fields) == {"retention"}
    assert not Source.objects.exists()


def test_a_live_source_cannot_lose_what_it_needed():
    root = member("Root")
    live = mailbox(root, state=SourceState.ACTIVE, **GOVERNED)

    with pytest.raises(Refusal, match="legal basis"):
        sources.change(live, by=root, legal_basis="")
    paused = sources.pause(live, by=root)
    sources.change(paused, by=root, legal_basis="")

    live.refresh_from_db()
    assert (live.state, live.legal_basis) == (SourceState.PAUSED, "")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"imap_host": "http://imap"}, "imap_host"),
        ({"imap_host": ""}, "imap_host"),
        ({"smtp_host": "smtp.kettle.example:587"}, "smtp_host"),
        ({"address": "nobody"}, "address"),
        ({"imap_port": "12x"}, "imap_port"),
        ({"imap_tls": "perhaps"}, "imap_tls"),
        ({"password": ""}, "password"),
        ({"user": "a\x00b"}, "user"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_form_tells_what_is_wrong_by_field_and_keeps_nothing(wrong, field):
    root = member("Root")

    with pytest.raises(Refusal) as refused:
        mailbox(root, answers=MAILBOX | wrong)

    assert list(refused.value.fields) == [field]
    assert not Source.objects.exists()


def test_an_unknown_connector_and_a_used_name_are_refused():
    root = member("Root")
    mailbox(root)

    with pytest.raises(Refusal, match="connector"):
        mailbox(root, connector="telepathy")
    with pytest.raises(Refusal, match="already"):
        mailbox(root)

    assert Source.objects.count() == 1
    assert sources.free_name("Care") == "Care (2)"
    assert sources.free_name("Shop") == "Shop"


def test_a_secret_left_empty_stays_and_a_new_one_replaces():
    root = member("Root")
    source = mailbox(root)

    sources.change(source, by=root, answers=MAILBOX | {"password": "", "user": "care2"})
    kept = Vault(source.pk).get()
    sources.change(source, by=root, answers=MAILBOX | {"password": "steel-whistle"})

    source.refresh_from_db()
    assert kept == {"password": "copper-whistle"}
    assert Vault(source.pk).get() == {"password": "steel-whistle"}
    assert journal.of(source).filter(kind="source.changed").first().data["secrets"] == ["password"]


def test_a_source_with_history_is_paused_and_not_removed():
    root = member("Root")
    empty, old = mailbox(root), mailbox(root, name="Old")
    health.note_success(old, now=NOW, items=3)
    old.refresh_from_db()

    sources.remove(empty, by=root)
    with pytest.raises(Refusal, match="Pause it"):
        sources.remove(old, by=root)

    assert list(Source.objects.values_list("name", flat=True)) == ["Old"]


def test_leaving_staff_hand_over_their_sources_and_channels():
    boss, ada, ben = member("Boss", Role.OWNER), member("Ada"), member("Ben")
    source = mailbox(ada, stand_in=ada)
    channel = Channel.objects.create(source=source, network="email", key="care@kettle.example", name="Care", owner=ada)
    accounts.hold("sources and channels", count=sources.held_by, move=sources.hand_over)

    with pytest.raises(accounts.StillNeeded) as refused:
        accounts.deactivate(ada, by=boss, now=NOW)
    accounts.deactivate(ada, by=boss, now=NOW, transfer_to=ben)

    source.refresh_from_db()
    channel.refresh_from_db()
    assert refused.value.holds == {"sources and channels": 3}
    assert [source.owner, source.stand_in, channel.owner] == [ben, ben, ben]


def test_contractors_see_no_sources():
    root, cleo = member("Root"), member("Cleo", Role.CONTRACTOR)
    source = mailbox(root)

    assert list(queries.with_channels(root)) == [source]
    assert list(queries.visible_to(cleo)) == []
