import json

import pytest
from cryptography.fernet import Fernet
from django.db import transaction

from mutuals.base.refusals import Refusal
from mutuals.channels import secrets
from mutuals.channels.models import Credential, Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import AuthExpired

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def source(name: str = "Care") -> Source:
    return Source.objects.create(name=name, connector="email")


def test_what_is_saved_comes_back_and_is_not_readable_in_the_table():
    vault = Vault(source().pk)

    vault.save({"password": "copper-whistle"})

    assert vault.get() == {"password": "copper-whistle"}
    assert b"copper" not in bytes(Credential.objects.get().sealed)
    assert vault.named() == {"password"}
    assert "copper" not in repr(vault)


def test_a_source_without_secrets_has_none():
    assert Vault(source().pk).get() == {}


def test_a_row_copied_to_another_source_does_not_open():
    one, two = source("One"), source("Two")
    Vault(one.pk).save({"password": "copper-whistle"})

    Credential.objects.create(source=two, sealed=Credential.objects.get().sealed)

    with pytest.raises(AuthExpired, match="another source"):
        Vault(two.pk).get()
    assert Vault(two.pk).named() == frozenset()


def test_rotation_seals_under_the_newest_key_and_the_old_one_can_go(settings):
    first, second = source("One"), source("Two")
    settings.CREDENTIAL_KEYS = [OLD]
    Vault(first.pk).save({"a": "copper-whistle"})
    Vault(second.pk).save({"b": "steel-whistle"})

    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotated = secrets.rotate()
    settings.CREDENTIAL_KEYS = [NEW]

    assert rotated == 2
    assert Vault(first.pk).get() == {"a": "copper-whistle"}
    assert Vault(second.pk).get() == {"b": "steel-whistle"}


def test_a_lost_key_asks_for_a_new_sign_in_and_spoils_no_rotation(settings):
    vault = Vault(source().pk)
    settings.CREDENTIAL_KEYS = [OLD]
    vault.save({"password": "copper-whistle"})

    settings.CREDENTIAL_KEYS = [NEW]

    with pytest.raises(AuthExpired, match="Sign in again"):
        vault.get()
    assert secrets.rotate() == 0
    assert vault.hide("copper-whistle") == "copper-whistle"


def test_known_secrets_are_taken_out_of_messages():
    vault = Vault(source().pk)
    vault.save({"password": "copper-whistle", "pin": "1234"})

    assert vault.hide("login copper-whistle 1234 failed") == "login ••• 1234 failed"


def test_merging_replaces_one_and_keeps_the_others():
    vault = Vault(source().pk)
    vault.save({"id": "app", "token": "old"})

    vault.merge({"token": "new"})

    assert vault.get() == {"id": "app", "token": "new"}


def test_far_too_much_is_refused():
    vault = Vault(source().pk)

    with pytest.raises(Refusal):
        vault.save({"password": "x" * 70_000})

    assert not Credential.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saving_is_refused_where_a_transaction_could_take_it_back():
    vault = Vault(source().pk)

    with pytest.raises(RuntimeError), transaction.atomic():
        vault.save({"token": "new"})

    assert json.dumps(vault.get()) == "{}"
