import json
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from cryptography.fernet import Fernet
from django.db import connection, transaction

from answering import answering, reply
from mutuals.base.refusals import Refusal
from mutuals.channels import secrets
from mutuals.channels.models import Credential, Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.bluesky import CONNECTOR
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


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_find_the_same_stale_token_spend_the_refresh_token_once():
    row = source()
    Vault(row.pk).save({"access": "a1", "refresh": "r1", "app_password": "pass"})
    both, spent, used = Barrier(2), [], []

    def answer(asked):
        token, name = asked.told["headers"].get("authorization", ""), asked.url.rsplit("/", 1)[1]
        if name == "com.atproto.server.refreshSession":
            spent.append(token)
            while len(spent) < 2 and not waits_for_a_lock():
                pass
            return reply({"accessJwt": "a2", "refreshJwt": "r2", "did": "did:plc:me"})
        if token == "Bearer a1":
            both.wait(120)
            return reply({"error": "ExpiredToken", "message": "old"}, status=400)
        used.append(token)
        return reply({"did": "did:plc:me", "handle": "works.test"})

    def worker():
        context, _ = answering(
            answer, settings={"address": "https://pds.example", "identifier": "works.test"}, secrets={}
        )
        try:
            CONNECTOR.check(replace(context, secrets=Vault(row.pk)))
        finally:
            connection.close()

    workers = [Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(120)

    assert spent == ["Bearer r1"]
    assert set(used) == {"Bearer a2"}
    assert Vault(row.pk).get()["refresh"] == "r2"


@pytest.mark.django_db(transaction=True)
def test_an_error_while_renewing_lets_the_next_one_in():
    vault = Vault(source().pk)

    entered = []

    def other():
        with Vault(vault._source_id).alone():
            entered.append(True)
        connection.close()

    with pytest.raises(ValueError, match="no"), vault.alone():
        raise ValueError("no")
    thread = Thread(target=other)
    thread.start()
    thread.join(120)

    assert entered == [True]
