from datetime import UTC, datetime, timedelta

import pytest

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.channels import health, queries
from mutuals.channels.context import context_for
from mutuals.channels.limits import Limiter, Rate
from mutuals.channels.models import Health, Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import AuthExpired, Forbidden, RateLimited, Transient
from mutuals.staff.models import Role, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def live() -> Source:
    return Source.objects.create(name="Care", connector="email", state=SourceState.ACTIVE)


def test_waits_double_with_each_failure_and_a_success_forgets_them():
    source = live()
    waits, states = [], []

    for _ in range(5):
        row = health.note_failure(source, Transient("busy"), now=NOW, chance=lambda: 0.0)
        waits.append((row.next_try_at - NOW).total_seconds())
        states.append(row.health)
    well = health.note_success(source, now=NOW, items=2)

    assert waits == [7.5, 15.0, 30.0, 60.0, 120.0]
    assert states == [Health.DEGRADED] * 4 + [Health.DOWN]
    assert (well.health, well.failures, well.last_error, well.next_try_at) == (Health.OK, 0, "", None)
    assert well.last_item_at == NOW


def test_one_refused_sign_in_is_tried_again_and_the_second_stops_the_source():
    source = live()

    first = health.note_failure(source, AuthExpired("no"), now=NOW, chance=lambda: 0.5)
    second = health.note_failure(source, AuthExpired("no"), now=NOW, chance=lambda: 0.5)

    assert (first.state, first.health) == (SourceState.ACTIVE, Health.DEGRADED)
    assert (second.state, second.health, second.next_try_at) == (SourceState.NEEDS_AUTH, Health.NEEDS_AUTH, None)
    assert list(queries.troubled()) == [source]


def test_refused_sign_ins_count_only_in_a_row():
    source = live()

    health.note_failure(source, AuthExpired("no"), now=NOW, chance=lambda: 0.5)
    health.note_failure(source, Forbidden("not this"), now=NOW, chance=lambda: 0.5)
    row = health.note_failure(source, AuthExpired("no"), now=NOW, chance=lambda: 0.5)

    assert row.state == SourceState.ACTIVE
    assert row.auth_failures == 1


def test_signing_in_again_in_place_goes_on_where_it_stopped():
    source, root = live(), User.objects.create_user("root@kettle.example", name="Root", role=Role.ADMIN)
    Vault(source.pk).save({"user": "care", "password": "old-whistle"})
    for _ in range(2):
        health.note_failure(source, AuthExpired("no"), now=NOW, chance=lambda: 0.5)

    with pytest.raises(Refusal):
        health.reauthorise(source, {}, by=root)
    row = health.reauthorise(source, {"password": "new-whistle"}, by=root)

    assert (row.state, row.health, row.auth_failures) == (SourceState.ACTIVE, Health.UNKNOWN, 0)
    assert Vault(source.pk).get() == {"user": "care", "password": "new-whistle"}
    assert journal.of(source).filter(kind="source.reauthorised").get().data == {"secrets": ["password"]}


def test_a_limit_is_no_failure_and_never_silences_for_more_than_a_day():
    source = live()

    row = health.note_failure(source, RateLimited("slow", retry_at=NOW + timedelta(days=9)), now=NOW)

    assert (row.health, row.failures) == (Health.RATE_LIMITED, 0)
    assert row.next_try_at == NOW + timedelta(days=1)


def test_errors_are_shown_without_secrets_and_journaled_only_on_a_turn():
    source = live()
    Vault(source.pk).save({"token": "copper-whistle"})

    for _ in range(3):
        row = health.note_failure(
            source, Transient("GET /?token=copper-whistle\x00 failed"), now=NOW, chance=lambda: 0.5
        )

    assert row.last_error == "GET /?token=••• failed"
    assert journal.of(source).filter(kind="source.health").count() == 1


def test_the_bucket_is_shared_and_keeps_some_calls_for_replies():
    source = live()
    one, two = (Limiter(source.pk, now=lambda: NOW, rate=Rate(3, 1.0, 1)) for _ in range(2))

    one.take("read")
    two.take("read")
    with pytest.raises(RateLimited) as limited:
        one.take("read")
    two.take("read", urgent=True)

    assert limited.value.retry_at == NOW + timedelta(seconds=1)
    with pytest.raises(RateLimited):
        one.take("read", urgent=True)


def test_the_servers_word_goes_before_our_count_and_groups_are_apart():
    source = live()
    limiter = Limiter(source.pk, now=lambda: NOW)

    limiter.told("read", remaining=0, reset_at=NOW + timedelta(seconds=90))

    with pytest.raises(RateLimited) as limited:
        limiter.take("read", urgent=True)
    limiter.take("write")
    assert limited.value.retry_at == NOW + timedelta(seconds=90)


def test_a_connector_gets_its_settings_its_vault_and_a_guarded_net():
    source = live()
    source.settings = {"user": "care"}

    context = context_for(source, now=lambda: NOW)
    context.secrets.save({"password": "copper-whistle"})

    assert context.settings == {"user": "care"}
    assert context.now() == NOW
    assert Vault(source.pk).get() == {"password": "copper-whistle"}


def test_the_lag_is_the_time_since_the_last_good_look():
    source = live()
    before = health.lag(source, now=NOW)

    row = health.note_success(source, now=NOW)

    assert before is None
    assert health.lag(row, now=NOW + timedelta(minutes=3)) == timedelta(minutes=3)
