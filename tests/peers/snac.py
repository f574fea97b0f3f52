"""Two `snac2` servers that federate with each other: real ActivityPub, and Mastodon's API for their users.

They listen on port 80 of two loopback addresses (127.0.0.2 and up; a pair that is free), because snac2 2.75 notifies of
a mention only where the address has no port. That needs root, or a system that lets everybody have port 80.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from peers.harness import Workplace, can_bind, missing, program, until

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
OURS = ("kettleworks",)
THEIRS = ("bea", "bo")


@dataclass(frozen=True)
class Account:
    """A user of one server; `actor` is the global id that every other server knows them by."""

    name: str
    password: str
    actor: str
    handle: str


@dataclass
class Server:
    """One running snac2."""

    host: str
    accounts: dict[str, Account]
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    @property
    def allow(self) -> str:
        """The host:port of this server, as the guarded net's allow-list wants it."""
        return f"{self.host}:80"

    def sign_in(self, opened: str, user: str) -> dict[str, str]:
        """Do what a person does at the address that OAuth opens: sign in and agree. The query of the way back."""
        form = _call("GET", opened).text
        hidden = dict(re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', form))
        action = re.search(r'action="([^"]+)"', form)
        assert action, form
        account = self.accounts[user]
        answer = _call("POST", action[1], data={**hidden, "login": account.name, "passwd": account.password})
        if "location" in answer.headers:
            return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return {"code": answer.text.strip()}

    def token(self, user: str) -> str:
        """An access token of that user, by the same OAuth that the product uses."""
        if user not in self._tokens:
            scope = "read write follow"
            app = _call(
                "POST",
                f"{self.address}/api/v1/apps",
                data={"client_name": "a stranger's app", "redirect_uris": OUT_OF_BAND, "scopes": scope},
            ).json()
            asked = httpx.URL(
                f"{self.address}/oauth/authorize",
                params={
                    "client_id": app["client_id"],
                    "redirect_uri": OUT_OF_BAND,
                    "response_type": "code",
                    "scope": scope,
                },
            )
            code = self.sign_in(str(asked), user)["code"]
            answer = _call(
                "POST",
                f"{self.address}/oauth/token",
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "client_id": app["client_id"],
                    "client_secret": app["client_secret"],
                    "redirect_uri": OUT_OF_BAND,
                    "scope": scope,
                },
            )
            self._tokens[user] = answer.json()["access_token"]
        return self._tokens[user]

    def ask(self, user: str, method: str, path: str, **request: Any) -> Any:
        """One call of Mastodon's API as that user; the JSON. Raises httpx.HTTPStatusError."""
        answer = _call(
            method, self.address + path, headers={"Authorization": f"Bearer {self.token(user)}"}, **request
        ).raise_for_status()
        return answer.json()

    def post_as(self, user: str, text: str, **more: str) -> dict[str, Any]:
        """A public post, as JSON; `visibility`, `in_reply_to_id` and so on as further form fields."""
        status: dict[str, Any] = self.ask(
            user, "POST", "/api/v1/statuses", data={"status": text, "visibility": "public", **more}
        )
        return status

    def delete_on_page(self, user: str, uri: str) -> None:
        """Take a post back as its author does, on the server's own page: its API does not delete."""
        account = self.accounts[user]
        form = {"id": uri, "actor": account.actor, "group": "", "redir": "top", "action": "Delete"}
        with httpx.Client(trust_env=False, timeout=20, auth=(user, account.password)) as client:
            told = client.post(f"{self.address}/{user}/admin/action", data=form, headers={"Connection": "close"})
        assert told.status_code in (200, 303), told.text

    def answers_to(self, user: str, status: dict[str, Any]) -> list[dict[str, Any]]:
        """What this server shows below a post."""
        answers: list[dict[str, Any]] = self.ask(user, "GET", f"/api/v1/statuses/{status['id']}/context")["descendants"]
        return answers

    def told_of(self, user: str, uri: str) -> dict[str, Any] | None:
        """The copy of a post that this user was notified of; None when they were not, or not yet."""
        told = [note.get("status") or {} for note in self.ask(user, "GET", "/api/v1/notifications")]
        return next((status for status in told if status.get("uri") == uri), None)


@dataclass(frozen=True)
class Pair:
    """`ours` has the company's account, `theirs` the strangers. Federation takes some six seconds each way."""

    ours: Server
    theirs: Server

    @property
    def allow(self) -> str:
        return f"{self.ours.allow},{self.theirs.allow}"

    def follow(self, user: str, whom: str, *, known_by: str) -> None:
        """A user of ours follows one of theirs, known by a post that they were notified of; both servers know."""
        copy = self.ours.told_of(user, known_by)
        assert copy is not None, f"{user} was not notified of {known_by}"
        self.ours.ask(user, "POST", f"/api/v1/accounts/{copy['account']['id']}/follow")
        actor = self.ours.accounts[user].actor

        def known() -> bool:
            told = self.theirs.ask(whom, "GET", "/api/v1/notifications")
            return any(note["type"] == "follow" and note["account"]["uri"] == actor for note in told)

        until(known, what=f"that {user} follows {whom}")


def start(place: Workplace) -> Pair:
    """Make, start and wait for both."""
    snac = program("snac", package="snac2, from bookworm-backports")
    hosts = _free_hosts()
    ours = _server(place, snac, hosts[0], OURS)
    theirs = _server(place, snac, hosts[1], THEIRS)
    return Pair(ours, theirs)


def _free_hosts() -> tuple[str, str]:
    free = [host for host in (f"127.0.0.{number}" for number in range(2, 60)) if can_bind(host, 80)][:2]
    if len(free) < 2:
        missing("Nobody here may listen on port 80 of loopback.", remedy="run it as root.")
    return free[0], free[1]


def _server(place: Workplace, snac: str, host: str, users: tuple[str, ...]) -> Server:
    folder = place.folder / host
    subprocess.run(
        [snac, "init", str(folder)], input=f"{host}\n80\n{host}\n\n\n".encode(), check=True, capture_output=True
    )
    _settings(folder / "server.json", protocol="http")
    accounts = {name: _account(snac, folder, host, name) for name in users}
    place.spawn(f"snac-{host}", snac, "httpd", folder)
    place.ready(f"snac-{host}", lambda: _healthy(host), seconds=20)
    return Server(host, accounts)


def _settings(file: Path, **changed: str) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}, indent=1))


def _account(snac: str, folder: Path, host: str, name: str) -> Account:
    told = subprocess.run(
        [snac, "adduser", str(folder), name], stdin=subprocess.DEVNULL, check=True, capture_output=True, text=True
    )
    password = re.search(r"User password is (\S+)", told.stdout + told.stderr)
    assert password, told
    return Account(name, password[1], f"http://{host}/{name}", f"{name}@{host}")


def _healthy(host: str) -> bool:
    try:
        return _call("GET", f"http://{host}/api/v1/instance").status_code == 200
    except httpx.HTTPError:
        return False


def _call(method: str, url: str, *, headers: dict[str, str] | None = None, **request: Any) -> httpx.Response:
    """One call, its own connection: snac2 resets pooled ones."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        return client.request(method, url, headers={**(headers or {}), "Connection": "close"}, **request)
