"""Every operation and every address x every role: allowed or refused, as the tables say."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import committed
from access import expected
from access.page import PAGE, page, reach
from api.town import Town, own_batch, own_board, own_token, own_view, town
from mutuals import web
from mutuals.api.api import api
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import ACTS, Scope, scope

ROLES = [role.value for role in Role]
REFUSED = (401, 403)
FORM_TYPE = "application/x-www-form-urlencoded"
METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> dict[str, dict[str, Any]]:
    """Every operation of the OpenAPI document by method and path."""
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in METHODS
    }


def routes() -> list[str]:
    """Every other address of the URL configuration, by its pattern."""

    def walk(patterns: list[URLPattern | URLResolver], start: str) -> list[str]:
        found = []
        for one in patterns:
            here = start + str(one.pattern)
            found += walk(one.url_patterns, here) if isinstance(one, URLResolver) else [here]
        return found

    known = {"api/v1" + re.sub(r"{(\w+)}", r"<\1>", name.split(" ", 1)[1]) for name in operations()}
    there = set(walk(get_resolver().url_patterns, ""))
    return sorted(
        route for route in there if re.sub(r"<\w+:", "<", route) not in known and not route.startswith(expected.FOREIGN)
    )


def test_every_operation_declares_who_may_call_it_and_the_table_agrees() -> None:
    declared = {name: operation["x-act"] for name, operation in operations().items()}

    missing = declared.keys() ^ expected.OPERATIONS.keys()

    assert not missing, f"name these in tests/access/expected/: {sorted(missing)}"
    assert declared == expected.OPERATIONS
    assert set(declared.values()) <= {*ACTS, expected.EVERYBODY, expected.SIGNED_IN}


def test_every_operation_but_the_open_ones_asks_who_calls() -> None:
    open_ones = {name for name, operation in operations().items() if not operation.get("security")}

    wanted = {name for name, act in expected.OPERATIONS.items() if act == expected.EVERYBODY}

    assert open_ones == wanted


def test_every_address_is_in_the_table_with_its_acts() -> None:
    found = set(routes())

    missing = found - expected.ROUTES.keys()

    assert not missing, f"name these in tests/access/expected/: {sorted(missing)}"
    assert expected.ROUTES.keys() <= found
    assert {act for acts in expected.ROUTES.values() for act in acts.values()} <= {
        *ACTS, expected.EVERYBODY, expected.SIGNED_IN, expected.SIGNATURE,
    }  # fmt: skip


def test_the_page_in_the_documentation_is_up_to_date() -> None:
    made = page()

    is_up_to_date = committed.is_same(PAGE, made)

    assert is_up_to_date, "write it anew: MUTUALS_WRITE=1 .venv/bin/pytest tests/access"


@pytest.mark.django_db
def test_each_operation_lets_in_whom_the_table_lets_in_and_nobody_else() -> None:
    here = town()
    users = here.staff.by_role()
    clients = _clients(users)

    wrong = [
        found
        for name, act in expected.OPERATIONS.items()
        for role in [*ROLES, ""]
        if (found := _misfit(name, act, users.get(role), clients[role], here))
    ]

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_each_address_lets_in_whom_the_table_lets_in_and_nobody_else() -> None:
    here = town()
    clients = _clients(here.staff.by_role())

    wrong = []
    for route, acts in expected.ROUTES.items():
        for method, act in acts.items():
            for role in [*ROLES, ""]:
                status, place = _call(
                    method, "/" + _filled(route, here.ids), clients[role], urlencode(expected.FORM), FORM_TYPE
                )
                wanted = reach(role, act)
                is_in = status not in REFUSED and not (status == 302 and "/accounts/login/" in place)
                fits = {Scope.ALL: is_in, Scope.OWN: True, Scope.NONE: not is_in or status == 404}[wanted]
                if not fits or status >= 500:
                    wrong.append(f"{method} {route} ({act}) as {role or 'stranger'}: {status}, wanted {wanted}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_no_address_breaks_when_any_text_that_it_takes_holds_nul() -> None:
    here = town()
    owner = _clients(here.staff.by_role())["owner"]
    nul = urlencode({**expected.FORM, **dict.fromkeys(_texts(), "a\0b")})

    answers = {
        f"{method} {route}": _call(
            method,
            f"/{_filled(route, here.ids)}{'?' * (method == 'GET')}{nul * (method == 'GET')}",
            owner,
            nul,
            FORM_TYPE,
        )[0]
        for route, acts in expected.ROUTES.items()
        for method, act in acts.items()
        if act != expected.SIGNATURE
    }

    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert {status for name, status in answers.items() if name.startswith("POST")} <= {404, 405, 422}


def _texts() -> set[str]:
    """The name of every field that a screen of ours reads from a form."""
    code = "".join(file.read_text() for file in Path(web.__file__).parent.rglob("*.py"))
    return set(re.findall(r'POST(?:\.get(?:list)?)?[\[(]"(\w+)"', code)) | set(
        re.findall(r"^    (\w+) = forms\.", code, re.M)
    )


def _misfit(name: str, act: str, user: User | None, client: Client, here: Town) -> str:
    method, path = name.split(" ", 1)
    ids = {**here.ids, "token_id": 1}
    if "{token_id}" in path and user is not None and scope(user, "token.own") is Scope.ALL:
        ids["token_id"] = own_token(user)
    if "{board_id}" in path and user is not None and scope(user, "listening.view") is Scope.ALL:
        ids["board_id"] = own_board(user, here)
    if "{view_id}" in path and user is not None and scope(user, "list.view") is Scope.ALL:
        ids["view_id"] = own_view(user)
    if "{batch_id}" in path and user is not None and scope(user, "list.edit") is Scope.ALL:
        ids["batch_id"] = own_batch(user, here)
    address = "/api/v1" + re.sub(r"{(\w+)}", lambda match: str(ids[match[1]]), path)
    body = json.dumps(expected.BODIES.get(name, {}))
    status, _ = _call(method, address, client, body, "application/json")
    wanted = reach(user.role if user else "", act)
    fits = {
        Scope.ALL: status not in (*REFUSED, 404) and status < 500,
        Scope.OWN: status in (200, 404, 422),  # a list of one's own, or not there
        Scope.NONE: status in REFUSED,
    }[wanted]
    return "" if fits else f"{name} ({act}) as {user.role if user else 'stranger'}: {status}, wanted {wanted}"


def _clients(users: dict[str, User]) -> dict[str, Client]:
    """A browser for each role, signed in once; a stranger's is at ""."""
    clients = {role: Client(raise_request_exception=False) for role in [*ROLES, ""]}
    for role, user in users.items():
        clients[role].force_login(user)
    return clients


def _call(method: str, address: str, client: Client, body: str, media_type: str) -> tuple[int, str]:
    """The status, and where it sends to. What it did is taken back, here and in the browser."""
    kept = {name: cookie.value for name, cookie in client.cookies.items()}
    with transaction.atomic():
        data = "" if method == "GET" else body
        answer = client.generic(method, address, data, content_type=media_type)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(kept)
    return answer.status_code, answer.headers.get("Location", "")


def _filled(route: str, ids: dict[str, object]) -> str:
    """A pattern with the town's ids in it; what the town does not know is 1."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: str(ids.get(match[1], 1)), route)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(ids.get(match[1], 1)), plain)
    return plain.replace("^", "").replace("$", "").replace("\\Z", "")
