"""How the API lets in, refuses and remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

import cast
from api.conftest import Caller, token_of
from mutuals import privacy
from mutuals.base import clock
from mutuals.base.models import Once
from mutuals.identity import edges, merge
from mutuals.identity.edges import MACHINE, Grounds
from mutuals.identity.models import Verdict
from mutuals.people import persons
from mutuals.people.models import Person, Profile
from mutuals.staff.models import Token

pytestmark = pytest.mark.django_db


def test_without_a_token_or_a_session_the_answer_is_401_as_a_problem(staff: cast.Staff) -> None:
    stranger = Caller("")

    answer = stranger("GET", "/people/1")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


def test_an_ended_token_is_refused(staff: cast.Staff) -> None:
    plain = token_of(staff.ada)
    Token.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    answer = Caller(plain)("GET", "/me")

    assert answer.status_code == 401


def test_a_token_does_no_more_than_its_scopes(staff: cast.Staff) -> None:
    reader = Caller(token_of(staff.ada, "read"))

    read, written = reader("GET", "/me"), reader("POST", "/people", {"name": "Bea Solmar"})

    assert read.status_code == 200
    assert written.status_code == 403
    assert not Person.objects.exists()


def test_a_token_for_settings_reads_and_does_no_everyday_work(staff: cast.Staff) -> None:
    settling = Caller(token_of(staff.aron, "admin"))

    read, written = settling("GET", "/people"), settling("POST", "/people", {"name": "Bea Solmar"})
    handed, more = (settling("POST", "/tokens", {"name": "more", "scopes": [one]}) for one in ("read", "write"))

    assert (read.status_code, written.status_code) == (200, 403)
    assert (handed.status_code, more.status_code) == (201, 403)


def test_a_token_cannot_make_a_stronger_token(staff: cast.Staff) -> None:
    writer = Caller(token_of(staff.aron, "write"))

    answer = writer("POST", "/tokens", {"name": "more", "scopes": ["admin"]})

    assert answer.status_code == 403


def test_a_session_reads_without_and_writes_only_with_a_csrf_token(staff: cast.Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff.ada)

    read = client.get("/api/v1/me")
    bare = client.post("/api/v1/people", {"name": "Bea"}, content_type="application/json")
    client.cookies["csrftoken"] = "a" * 32
    full = client.post(
        "/api/v1/people", {"name": "Bea"}, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )

    assert (read.status_code, bare.status_code, full.status_code) == (200, 403, 201)


def test_a_role_without_the_act_is_refused(staff: cast.Staff) -> None:
    client = Client()
    client.force_login(staff.cleo)

    answer = client.get("/api/v1/journal")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a\0b"}, "body.name"),
        ({"name": "x" * 201}, "body.name"),
        ({"name": "Bea", "unasked": 1}, "body.unasked"),
        ({"name": 7}, "body.name"),
        ({"name": "Bea", "owner_id": 2**63}, "body.owner_id"),
        ({"name": "Bea", "birthday": 12}, "body.birthday"),
    ],
)
def test_bodies_are_read_strictly(ada: Caller, body: dict[str, object], field: str) -> None:
    answer = ada("POST", "/people", body)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"{", b'{"name": "\\ud800"}', b'{"name": NaN}', b"[" * 5000, b"\xff"])
def test_what_is_no_json_is_refused_with_400(ada: Caller, body: bytes) -> None:
    answer = ada("POST", "/people", body)

    assert answer.status_code == 400


def test_a_body_over_the_limit_is_refused_with_413(ada: Caller) -> None:
    answer = ada("POST", "/people", b'{"name": "' + b"x" * 6_000_000 + b'"}')

    assert answer.status_code == 413


def test_a_name_in_the_address_that_nobody_asked_for_is_refused(ada: Caller) -> None:
    answer = ada("GET", "/me?colour=red")

    assert answer.status_code == 422


def test_an_unknown_address_is_a_problem_and_not_a_page(ada: Caller) -> None:
    answer = ada("GET", "/kettles")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_the_same_request_with_the_same_key_is_done_once(ada: Caller) -> None:
    first = ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")

    again = ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert Person.objects.count() == 1


def test_another_request_with_a_used_key_is_refused(ada: Caller) -> None:
    ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")

    answer = ada("POST", "/people", {"name": "Bo"}, Idempotency_Key="k1")

    assert answer.status_code == 422
    assert Person.objects.count() == 1


def test_a_refused_request_may_be_sent_again_with_its_key(ada: Caller) -> None:
    ada("POST", "/people", {"stage": "lead"}, Idempotency_Key="k1")

    answer = ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")

    assert answer.status_code == 201
    assert Once.objects.count() == 1


def test_keys_of_two_callers_do_not_meet(ada: Caller, staff: cast.Staff) -> None:
    ben = Caller(token_of(staff.ben))
    ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")

    answer = ben("POST", "/people", {"name": "Bo"}, Idempotency_Key="k1")

    assert answer.status_code == 201


def test_a_key_is_forgotten_after_a_day(ada: Caller) -> None:
    ada("POST", "/people", {"name": "Bea"}, Idempotency_Key="k1")
    Once.objects.update(at=clock.now() - timedelta(days=1, seconds=1))

    answer = ada("POST", "/people", {"name": "Bo"}, Idempotency_Key="k1")

    assert answer.status_code == 201
    assert Person.objects.count() == 2


def test_an_answer_kept_for_a_repeated_request_does_not_outlive_the_erased_and_is_not_done_again(
    ada: Caller, staff: cast.Staff
) -> None:
    """K9."""
    made = ada("POST", "/people", {"name": "Bea", "email": "bea@harbour.example"}, Idempotency_Key="k1").json()
    ada("POST", f"/people/{made['id']}/notes", {"text": "Lives in Mill Lane."}, Idempotency_Key="k2")
    with_other_numbers()
    ada("POST", "/people", {"name": "Bo Solmar", "email": "bo@harbour.example"}, Idempotency_Key="k3")

    receipt = privacy.erase(Person.objects.get(pk=made["id"]), by=staff.aron, now=clock.now())
    again = ada("POST", "/people", {"name": "Bea", "email": "bea@harbour.example"}, Idempotency_Key="k1")

    assert receipt.counts["capture"]["answers kept for repeated requests"] == 2
    assert again.status_code == 409
    assert "erased" in again.json()["detail"]
    assert [bytes(row.body)[:1] for row in Once.objects.order_by("key")] == [b"", b"", b"{"]
    assert Person.objects.get().name == "Bo Solmar"


@pytest.mark.parametrize("path", ["/tokens", "/users/{ben}/invite"])
def test_an_answer_that_holds_a_secret_is_given_once_and_kept_nowhere(staff: cast.Staff, path: str) -> None:
    """K5."""
    aron = Caller(token_of(staff.aron))
    wanted = {"name": "Loader", "scopes": ["read"]} if path == "/tokens" else {}
    where = path.format(ben=staff.ben.pk)
    before = Token.objects.count()

    first = aron("POST", where, wanted, Idempotency_Key="k1")
    again = aron("POST", where, wanted, Idempotency_Key="k1")
    another = aron("POST", where, {**wanted, "name": "Other"}, Idempotency_Key="k1")

    assert (first.status_code // 100, again.status_code, another.status_code) == (2, 409, 422)
    assert "shown once" in again.json()["detail"]
    assert bytes(Once.objects.get().body) == b""
    assert Token.objects.count() - before == (1 if path == "/tokens" else 0)


def test_an_answer_is_emptied_when_the_request_named_the_erased_by_their_id_alone(
    ada: Caller, staff: cast.Staff
) -> None:
    """K9."""
    bea = ada("POST", "/people", {"name": "Bea Brand"}).json()["id"]
    ada("POST", f"/people/{bea}/notes", {"text": "Lives in Mill Lane."}, Idempotency_Key="k1")
    with_other_numbers()
    bo = ada("POST", "/people", {"name": "Bo Solmar"}).json()["id"]
    ada("POST", f"/people/{bo}/notes", {"text": "Lives in Mill Lane."}, Idempotency_Key="k2")
    Once.objects.update(body=b'{"text": "Lives in Mill Lane."}')

    privacy.erase(Person.objects.get(pk=bea), by=staff.aron, now=clock.now())

    assert [bytes(row.body)[:1] for row in Once.objects.order_by("key")] == [b"", b"{"]


def with_other_numbers() -> None:
    """From here on nothing has a number that anything has by now, of whatever kind."""
    tables = ["people_person", "people_profile", "history_interaction", "base_entry", "identity_edge", "identity_merge"]
    names = "pg_get_serial_sequence(unnest(%s::text[]), 'id')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({names})", [tables])
        highest = max(row[0] for row in cursor.fetchall())
        cursor.execute(f"SELECT setval({names}, %s)", [tables, highest + 1_000])


@pytest.mark.parametrize("verdict", ["different", "same"])
def test_an_answer_about_a_pair_does_not_outlive_one_of_the_two_whose_name_was_changed_since(
    ada: Caller, staff: cast.Staff, verdict: str
) -> None:
    """K9."""
    one, other = (cast.person("Pimpernella Vossbrugh", by=staff.ada) for _ in "12")
    edge = edges.say(
        *(Profile.objects.get(person=who).pk for who in (one, other)),
        Verdict.UNSURE,
        Grounds(),
        by=MACHINE,
        now=cast.NOW,
    )
    said = ada("POST", f"/identity/pairs/{edge.pk}/answer", {"verdict": verdict}, Idempotency_Key="k1")
    for who in Person.objects.filter(canonical_id=F("pk")):
        persons.edit(who, by=staff.ada, changes={"name": "Somebody Else"}, now=clock.now())

    privacy.erase(Person.objects.get(pk=said.json()["person"]["id"]), by=staff.aron, now=clock.now())

    assert "Pimpernella" in said.json()["person"]["name"]
    assert bytes(Once.objects.get().body) == b""


def test_what_an_act_wrote_down_empties_its_answer_though_neither_of_the_two_names_anybody(
    ada: Caller, staff: cast.Staff
) -> None:
    """K9."""
    bea = cast.person("Bea Brand", by=staff.ada)
    with_other_numbers()
    bo = cast.person("Bo Brand", by=staff.ada)
    key = merge.merge(bea, bo, by=staff.ada, now=cast.NOW).key
    ada("POST", "/joins/undo", {"key": key}, Idempotency_Key="k1")
    Once.objects.update(body=b'{"words": "Taken back"}')

    privacy.erase(Person.objects.get(pk=bo.pk), by=staff.aron, now=clock.now())

    assert bytes(Once.objects.get().body) == b""


def test_health_tells_a_stranger_nothing_but_that_we_live(staff: cast.Staff) -> None:
    answer = Caller("")("GET", "/health")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
