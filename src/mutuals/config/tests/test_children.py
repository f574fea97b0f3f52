import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from mutuals.config import supervisor
from mutuals.config.children import MARK, Child, Part, end_leftovers, parts, stop_all

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT_OF_SLEEPER = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid);"
    "sys.stdout.flush(); time.sleep(60)",
]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


def lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that within ten seconds")


def test_a_dead_child_comes_back_after_a_pause_that_grows():
    child = Child(Part("worker", [sys.executable, "-c", "raise SystemExit(3)"]), os.environ)
    now = time.monotonic()

    said = []
    for _ in range(3):
        child.start()
        child.process.wait()
        said.append(child.look_after(now))
        assert child.look_after(now) == ""
        assert child.process is None

    assert said == [
        "worker ended (with code 3); it starts again in 0.5 s",
        "worker ended (with code 3); it starts again in 1 s",
        "worker ended (with code 3); it starts again in 2 s",
    ]
    child.look_after(now + 3)
    assert child.process is not None
    child.stop(5)


def test_a_child_that_lived_long_has_its_pauses_forgotten():
    child = Child(Part("worker", [sys.executable, "-c", "raise SystemExit(3)"]), os.environ)
    child.start()
    child.process.wait()
    child.look_after(time.monotonic())
    child.start()
    child.process.wait()

    said = child.look_after(time.monotonic() + 61)

    assert said.endswith("in 0.5 s")


def test_a_killed_child_takes_its_own_processes_with_it(capfd):
    child = Child(Part("web", PARENT_OF_SLEEPER), os.environ)
    child.start()
    grandchild = first_number(capfd)

    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    child.look_after(time.monotonic())

    wait_until(lambda: not lives(grandchild))


def first_number(capfd) -> int:
    seen = ""
    for _ in range(200):
        seen += capfd.readouterr().out
        if seen.strip():
            return int(seen)
        time.sleep(0.05)
    raise AssertionError("the child said nothing")


ENDS_AFTER = """
import pathlib, signal, sys, time
folder, own, other = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
(folder / f"{own} is up").touch()
while not told:
    time.sleep(0.02)
(folder / f"{own} is told").touch()
while not (folder / f"{other} is told").exists():
    time.sleep(0.02)
"""


def test_all_are_told_to_end_before_anybody_is_waited_for(tmp_path):
    """Each of the two ends only after the other was told."""
    command = [sys.executable, "-c", ENDS_AFTER, str(tmp_path)]
    children = [
        Child(Part(name, [*command, name, to]), os.environ) for name, to in (("web", "worker"), ("worker", "web"))
    ]
    for child in children:
        child.start()
    wait_until(lambda: len(list(tmp_path.glob("* is up"))) == 2)
    processes = [child.process for child in children]

    stop_all(children, 60)

    assert [process.returncode for process in processes] == [0, 0]


def test_a_child_that_does_not_listen_is_ended_when_patience_is_over(capfd):
    child = Child(Part("worker", DEAF), os.environ)
    child.start()
    pid = child.process.pid
    wait_until(lambda: "deaf" in capfd.readouterr().out)

    child.stop(0.2)

    assert not lives(pid)


def test_the_children_of_a_killed_supervisor_go_with_it(tmp_path):
    script = (
        "import os, sys, time; from mutuals.config.children import Child, Part\n"
        "child = Child(Part('worker', [sys.executable, '-c', 'import time; time.sleep(60)']), os.environ)\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    wait_until(lambda: not lives(pid))


def test_what_an_earlier_start_left_behind_is_ended_and_strangers_are_left_alone(tmp_path):
    mine = subprocess.Popen(SLEEPER, env={**os.environ, MARK: str(tmp_path)})
    stranger = subprocess.Popen(SLEEPER, env={**os.environ, MARK: f"{tmp_path}-other"})

    ended = end_leftovers(tmp_path, patience=0.5)

    assert ended == 1
    assert mine.wait(120) == -signal.SIGTERM
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_the_web_gets_its_workers_and_threads_and_stops_last_but_for_the_database():
    chosen = parts(host="127.0.0.1", port=8000, events_port=8001, workers=2, threads=6)

    web = list(chosen[0].command)

    assert [part.name for part in chosen] == ["web", "events", "worker", "scheduler"]
    assert web[web.index("--workers") + 1] == "2"
    assert web[web.index("--blocking-threads") + 1] == "6"


def test_a_taken_port_is_left_for_the_next_one_unless_it_was_asked_for():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        found = supervisor._port("127.0.0.1", port, chosen=False)

        assert found > port
        with pytest.raises(supervisor.embedded.Refused, match="--port"):
            supervisor._port("127.0.0.1", port, chosen=True)


def test_a_second_supervisor_on_one_state_folder_is_refused(tmp_path):
    with supervisor._only_one(tmp_path):
        with pytest.raises(supervisor.embedded.Refused, match="runs already"), supervisor._only_one(tmp_path):
            pass

        assert (tmp_path / "run.lock").exists()


@pytest.mark.parametrize(
    "loaded",
    ["import mutuals.config.wsgi", "import django; django.setup(); from mutuals import cli; cli.build(['worker'])"],
    ids=["web", "worker"],
)
def test_the_batch_engine_is_loaded_neither_for_pages_nor_for_the_worker(loaded):
    code = f"{loaded}; import sys; print([name for name in ('duckdb', 'splink') if name in sys.modules])"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "mutuals.config.settings"}

    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
    assert not told.stderr
