"""A house whose parts can be killed: a database of its own, a web, a worker, and steps that run as processes.

The worker and the steps are forks of one process that has loaded everything and opened nothing, because loading takes
longer than living here. `python mortal.py` is that process: it reads one JSON line after the other and answers each.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from mutuals import embedded

SOURCES = os.pathsep.join([str(Path(embedded.__file__).parents[2]), str(Path(__file__).parent)])


class Mortal:
    """One state folder. `kill(part)` is SIGKILL; `tend()` brings back what died, as a supervisor would."""

    def __init__(self, folder: Path, *, steps: str, allow: str) -> None:
        self.state = folder / "state"
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")
        } | {
            "MUTUALS_STATE": str(self.state),
            "MUTUALS_NET_ALLOW": allow,
            "MUTUALS_LOG": "ERROR",
            "DJANGO_SETTINGS_MODULE": "mutuals.config.settings",
            "PYTHONPATH": SOURCES,
        }
        self.said = (folder / "said.txt").open("ab")
        self.port = 19000 + os.getpid() % 1000
        self.web: subprocess.Popen[bytes] | None = None
        self.worker = 0
        self.killed: list[str] = []
        self.address = embedded.ensure_up(self.state, environ={})
        self._mother = subprocess.Popen(
            [sys.executable, __file__, steps], env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.said, text=True,
        )  # fmt: skip

    def step(self, name: str, *args: Any) -> Any:
        """What a step of the module returned; None where it failed, which a kill may be the reason of."""
        return self._ask({"step": name, "args": args})

    def must(self, name: str, *args: Any) -> Any:
        """A step that has no reason to fail."""
        told = self.step(name, *args)
        assert told is not None, self.log()
        return told

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The answer of the database, waiting for it while it comes back."""
        for _ in range(600):
            try:
                with psycopg.connect(self.address.dsn(), autocommit=True) as connection:
                    return connection.execute(sql, values).fetchall()
            except psycopg.OperationalError:
                self.tend()
                time.sleep(0.1)
        raise AssertionError(f"the database does not come back: {self.log()}")

    def kill(self, part: str) -> bool:
        """End one part by SIGKILL; False where it does not live just now."""
        pid = self._pid_of(part)
        if pid:
            self._kill(part, pid)
            self.killed.append(part)
        return bool(pid)

    def tend(self) -> None:
        """Bring back what died. The jobs of a dead worker are queued again, as half a minute later they would be."""
        if not embedded.is_alive(self.state, environ={}):
            self.address = embedded.ensure_up(self.state, environ={})
        is_gone = not (self.worker and self._ask({"lives": self.worker}))
        if is_gone and self.step("revive") is not None:  # None: the database is not back yet
            self.worker = self._ask({"start": ["worker"]})
        if self.web is None or self.web.poll() is not None:
            command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
            command += ["--workers", "1", "--blocking-threads", "4", "--log-level", "error"]
            self.web = subprocess.Popen(
                [sys.executable, *command, "mutuals.config.wsgi:application"], env=self.environ,
                stdout=self.said, stderr=self.said, start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip

    def close(self) -> None:
        """End all of it."""
        for part in ("web", "worker"):
            if pid := self._pid_of(part):
                self._kill(part, pid)
        if self._mother.stdin:
            self._mother.stdin.close()
        self._mother.wait(30)
        embedded.stop(self.state, environ={})
        self.said.close()

    def log(self) -> str:
        """What the parts said last."""
        return Path(self.said.name).read_text(errors="replace")[-4000:]

    def _pid_of(self, part: str) -> int:
        if part == "web":
            return self.web.pid if self.web and self.web.poll() is None else 0
        if part == "worker":
            return self.worker if self.worker and self._ask({"lives": self.worker}) else 0
        return embedded.status(self.state, environ={}).pid or 0

    def _kill(self, part: str, pid: int) -> None:
        if part == "web" and self.web:
            os.killpg(pid, signal.SIGKILL)
            self.web.wait()
        elif part == "worker":
            os.kill(pid, signal.SIGKILL)
            self._ask({"lives": pid})
            self.worker = 0
        else:
            os.kill(pid, signal.SIGKILL)

    def _ask(self, what: dict[str, Any]) -> Any:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(what, default=str) + "\n")
        self._mother.stdin.flush()
        line = self._mother.stdout.readline()
        assert line, self.log()
        return json.loads(line)


def _die_with_parent() -> None:
    """Nothing outlives a test that is ended in the middle."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG of linux/prctl.h


def mother(module: Any) -> None:
    """Read, fork, answer; until nobody writes any more. Answers go out by a descriptor that no child holds."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            told: Any = _forked(lambda asked=asked: _cli.main(asked["start"]))
        elif "lives" in asked:
            told = _lives(asked["lives"])
        else:
            told = _step(getattr(module, asked["step"]), asked["args"])
        answers.write(json.dumps(told, default=str) + "\n")
        answers.flush()


def _forked(act: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _die_with_parent()
        sys.stdin.close()
        act()
        code = 0
    except BaseException:  # the child must not go on as its mother, whatever happens in it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _lives(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def _step(act: Any, args: list[Any]) -> Any:
    with tempfile.TemporaryFile("w+") as kept:
        pid = _forked(lambda: (kept.write(json.dumps(act(*args), default=str)), kept.flush()))
        _, code = os.waitpid(pid, 0)
        kept.seek(0)
        return json.loads(kept.read()) if code == 0 else None


if __name__ == "__main__":
    from importlib import import_module

    import django

    django.setup()
    _cli = import_module("mutuals.cli")
    import_module("mutuals.cli.processes")
    mother(import_module(sys.argv[1]))
