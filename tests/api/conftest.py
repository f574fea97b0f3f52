"""A town with somebody of every role, and callers for the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.staff import tokens
from mutuals.staff.models import User
from mutuals.staff.permissions import may

SCOPES = ("read", "write", "ingest")


def token_of(user: User, *scopes: str) -> str:
    """A key with every scope that the user may have, or with the named ones."""
    wanted = scopes or (SCOPES + (("admin",) if may(user, "source.manage") else ()))
    return tokens.make(user, name="test", scopes=wanted, now=clock.now())[1]


@dataclass
class Caller:
    """The API as one program sees it."""

    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Ask; `headers` like If_Match become If-Match."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return Client(raise_request_exception=False).generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=told
        )

    def get(self, path: str) -> Any:
        """The JSON of a good answer."""
        answer = self("GET", path)
        assert answer.status_code == 200, (answer.status_code, answer.content)
        return answer.json()


@pytest.fixture
def staff(db: None) -> cast.Staff:
    """Everybody who works here."""
    return cast.staff()


@pytest.fixture
def ada(staff: cast.Staff) -> Caller:
    """Ada of service, by her token."""
    return Caller(token_of(staff.ada))


@pytest.fixture
def aron(staff: cast.Staff) -> Caller:
    """Aron, the admin."""
    return Caller(token_of(staff.aron))
