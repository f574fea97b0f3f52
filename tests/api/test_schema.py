"""The whole OpenAPI document against the running API: whatever is sent, no 5xx and no undeclared answer.

`positive_data_acceptance` is left out: an act refuses with 422 for reasons that a schema cannot say (a name that is
taken, a conversation that cannot be answered); `ignored_auth` too, because tests/access asks every operation without
a token. Everything else that schemathesis checks is on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from pytest_django import DjangoDbBlocker
from schemathesis.core.jsonschema.patterns import update_quantifier
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.jsonschema import strategy
from schemathesis.specs.openapi import converter
from schemathesis.specs.openapi.coverage import _operation

import committed
from api.conftest import token_of
from api.town import Town, town
from mutuals.api._types import MOST_ID, In, Out
from mutuals.api.api import api
from mutuals.base import clock
from mutuals.staff.models import Token

PREFIX = "/api/v1/"
COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
EXAMPLES = 5
ALL_OF = 12
EACH = 4
"""Of what the schema allows and of what it refuses, the first `ALL_OF` cases of an operation are sent and of the others each
fourth: they are mostly the same act, or the same refusal, once more. MUTUALS_SCHEMA=whole sends everything."""
WHOLE = os.environ.get("MUTUALS_SCHEMA") == "whole"
LONGEST_COUNTED = 300  # characters


def document() -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))


CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {"positive_data_acceptance": {"enabled": False}, "ignored_auth": {"enabled": False}},
        "generation": {"deterministic": True, "database": "none"},
    }
)
NAMES = [
    f"{method.upper()} {path}"
    for path, methods in json.loads(COMMITTED.read_text())["paths"].items()
    for method in methods
]
"""Of the committed document, because to make one takes seconds; that it is what the code says is a test of its own."""
HOW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
MODES = [HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
"""The cases of an operation are made when its test runs, not while tests are collected: that alone takes a minute."""
_ids: dict[str, object] = {}


@cache
def operations() -> dict[str, Any]:
    """Every operation by its method and path, once for each process."""
    schema = schemathesis.openapi.from_dict(json.loads(COMMITTED.read_text()), config=CONFIG)
    schema.app = get_wsgi_application()
    schema.hook(map_path_parameters)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def counted(pattern: str, least: int | None, most: int | None) -> str:
    """Leave the length of a long text out of its pattern; it stays a length, and is asked as such.

    Schemathesis writes "at most 100,000 characters" into the pattern as a count. Each of its hundreds of validators
    then unrolls that into as many states, for a second each time.
    """
    return pattern if (most or 0) > LONGEST_COUNTED else update_quantifier(pattern, least, most)


def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Two of three ids that fit the schema, always the same, become ids that exist, so that acts are reached."""
    for name, value in (path_parameters or {}).items():
        if name in _ids and isinstance(value, int) and 0 < value <= MOST_ID and value % 3:
            path_parameters[name] = _ids[name]
    return path_parameters


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """One town for the whole module; what a request does to it is taken back."""
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: a finished request must not close our transaction
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        for module in (converter, strategy, _operation):
            patch.setattr(module, "update_quantifier", counted)
        here = town()
        _ids.update(here.ids)
        yield here
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def owner(settled: Town) -> str:
    """The token of one who may do everything, so that every act is reached. Its use is noted already, once for all."""
    token = token_of(settled.staff.olga)
    Token.objects.update(used_at=clock.now() + timedelta(days=1))
    return token


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_declared(name: str, owner: str) -> None:
    headers = {"Authorization": f"Bearer {owner}"}

    allowed, refused = count(), count()

    def check(case: schemathesis.Case) -> None:
        number = next(allowed if _is_allowed(case) else refused)
        if number >= ALL_OF and number % EACH and not WHOLE:
            return
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, headers=headers)

    operation = operations()[name]
    how = HypothesisTestConfig(project=operation.schema.config, modes=MODES, settings=HOW)

    tried = create_test(operation=operation, test_func=check, config=how)

    tried()


def _is_allowed(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def test_no_two_shapes_share_a_name() -> None:
    """One name is one component of the document: of two, one would be described as the other."""
    told = [one.__name__ for one in _shapes(In) + _shapes(Out) if one.__module__.startswith("mutuals.api.")]

    twice = sorted({name for name in told if told.count(name) > 1 and "[" not in name})

    assert twice == []


def _shapes(kind: type) -> list[type]:
    return [one for child in kind.__subclasses__() for one in (child, *_shapes(child))]


def test_the_committed_document_is_what_the_code_says() -> None:
    made = json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    is_up_to_date = committed.is_same(COMMITTED, made)

    assert is_up_to_date, "the API changed; write it anew: MUTUALS_WRITE=1 .venv/bin/pytest tests/api"


def test_the_document_is_openapi_3_1_and_every_refusal_is_a_problem() -> None:
    told = document()

    refusals = [
        list(answer.get("content", {}))
        for methods in told["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
    ]

    assert told["openapi"].startswith("3.1")
    assert all(content == ["application/problem+json"] for content in refusals)
