"""The doors of the house for stories: pages, the API with a key of one's own, and the terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from mutuals import cli
from mutuals.base import clock
from mutuals.staff import tokens
from mutuals.staff.models import User


def key_of(user: User) -> str:
    """A new key that may do all that they may."""
    scopes = ["read", "write", "ingest"] + (["admin"] if user.role in ("owner", "admin") else [])
    return tokens.make(user, name="story", scopes=scopes, now=clock.now())[1]


def answered(key: str, method: str, way: str, body: object = None) -> tuple[int, Any]:
    """What the API answers to a key: a status and its JSON."""
    data = b"" if body is None else json.dumps(body, default=str).encode()
    headers = {"Authorization": f"Bearer {key}"}
    answer = Client().generic(method.upper(), f"/api/v1{way}", data, content_type="application/json", headers=headers)
    return answer.status_code, json.loads(answer.content) if answer.content else None


@dataclass
class Doors:
    """Each answer is a pair: a status and the JSON of the API, an exit code and the JSON of the terminal."""

    capsys: pytest.CaptureFixture[str]
    keys: dict[int, str] = field(default_factory=dict)

    def api(self, by: User, method: str, way: str, body: object = None) -> tuple[int, Any]:
        """Ask the API as somebody whose key may do all that they may."""
        if by.pk not in self.keys:
            self.keys[by.pk] = key_of(by)
        return answered(self.keys[by.pk], method, way, body)

    def cli(self, by: User, *words: object) -> tuple[int, Any]:
        """Type a command as somebody."""
        self.capsys.readouterr()
        code = cli.main([*map(str, words), "--as", by.email, "--json"])
        told = self.capsys.readouterr()
        text = told.out.strip() or told.err.strip()
        return code, json.loads(text) if text else None


@dataclass
class Member:
    """One of staff before the doors: what `user` is told through each; `capsys` catches what the terminal says."""

    user: User
    capsys: pytest.CaptureFixture[str] | None = None
    browser: Client = field(default_factory=Client)
    key: str = ""

    def __post_init__(self) -> None:
        self.browser.force_login(self.user)
        self.key = key_of(self.user)

    def page(self, way: str, **query: str) -> str:
        """The text of a page."""
        answer = self.browser.get(way, query)
        assert answer.status_code == 200, (way, answer.status_code)
        return answer.text

    def post(self, way: str, **told: Any) -> str:
        """Send a form that is taken; where it leads."""
        answer = self.browser.post(way, told)
        assert answer.status_code == 302, (way, answer.status_code, answer.text.partition("<main")[2][:2_000])
        return answer["Location"]

    def ask(self, method: str, way: str, body: object = None) -> Any:
        """What the API answers, which must be well."""
        status, told = self.asked(method, way, body)
        assert status < 300, (way, told)
        return told

    def asked(self, method: str, way: str, body: object = None) -> tuple[int, Any]:
        """The API's status and answer."""
        return answered(self.key, method, way, body)

    def run(self, *words: object) -> Any:
        """What the terminal says to a command that must succeed."""
        assert self.capsys is not None
        code = cli.main([*map(str, words), "--json", "--as", self.user.email])
        told = self.capsys.readouterr()
        assert code == 0, (words, told.err)
        return json.loads(told.out) if told.out.strip()[:1] in ("{", "[") else told.out


def screen(by: User) -> Client:
    """Somebody who is signed in, without a browser."""
    client = Client()
    client.force_login(by)
    return client
