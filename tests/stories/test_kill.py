"""Whatever is killed, nothing is lost, and nothing is stored or sent twice.

The database keeps its promise only with fsync, so it is one of its own here. MUTUALS_KILL_ROWS=100000 is the long form.
"""

import json
import os
import random
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mortal import Mortal
from small_mastodon import serving

pytestmark = pytest.mark.processes

ROWS = int(os.environ.get("MUTUALS_KILL_ROWS", "4000"))
STATUSES, ANSWERS = 800, 20
VICTIMS = ["worker"] * 3 + ["database"] * 2 + ["web"] * 2
DRAW_EVERY = 8  # seconds, or the source's own limit of calls is used up
LONGEST = 240 + ROWS // 100  # seconds; a machine that needs longer has stopped


@pytest.fixture
def square():
    with serving(random.Random(26)) as square:
        for number in range(ANSWERS):
            square.say(f"guest{number}", f"Question {number} about my kettle")
        yield square


@pytest.fixture
def house(square):
    folder = Path(tempfile.mkdtemp(prefix="muk"))
    folder.chmod(0o711)
    house = Mortal(folder, steps="mortal_steps", allow=f"127.0.0.1:{square.port}")
    yield house
    house.close()
    shutil.rmtree(folder)


def written(folder: Path) -> Path:
    path = folder / "forum.jsonl"
    with path.open("w") as file:
        for number in range(ROWS):
            row = {"id": f"f{number}", "text": f"Forum post {number}", "said_at": "2026-11-02T10:00:00Z"}
            row |= {"author_id": f"u{number % 97}", "author_name": f"User {number % 97}"}
            if number % 5 == 4:
                row["reply_to"] = f"f{number - 1}"
            file.write(json.dumps(row) + "\n")
    return path


class Client(threading.Thread):
    """A program that answers over the API and tries again with the same key until it hears that it is done."""

    def __init__(self, port: int, token: str, conversations: list[int]) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.left = port, token, list(conversations)
        self.told: set[int] = set()  # what it heard instead of 201
        self.pause = threading.Event()

    def run(self) -> None:
        while self.left:
            if self._said(self.left[0]):
                self.left.pop(0)
            self.pause.wait(0.1)

    def _said(self, conversation: int) -> bool:
        url = f"http://127.0.0.1:{self.port}/api/v1/conversations/{conversation}/replies"
        body = json.dumps({"text": f"Answer to conversation {conversation}."}).encode()
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        headers["idempotency-key"] = f"answer-{conversation}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
                return answer.status == 201
        except urllib.error.HTTPError as error:
            self.told.add(error.code)
        except OSError:  # nobody answers
            self.told.add(0)
        return False


class Story:
    """One import, one backfill and many answers at once, until all of it is done."""

    def __init__(self, house: Mortal, square, source: int, import_id: int) -> None:
        self.house, self.square, self.source, self.import_id = house, square, source, import_id

    def share_done(self) -> float:
        """How much of all work is done, from 0 to 1."""
        kept, stored, said, sent = self.house.rows(
            "SELECT (SELECT count(*) FROM capture_rawevent WHERE source_id <> %s),"
            " (SELECT count(*) FROM history_interaction WHERE source_id <> %s),"
            " (SELECT count(*) FROM history_interaction WHERE source_id = %s AND direction = 'in'),"
            " (SELECT count(*) FROM capture_outgoing WHERE state = 'sent')",
            *[self.source] * 3,
        )[0]
        return (kept / ROWS + stored / ROWS + said / len(self.square.home) + sent / ANSWERS) / 4

    def go(self, points: list[tuple[float, str]]) -> None:
        draw_at = 0.0
        until = time.monotonic() + LONGEST
        while (share := self.share_done()) < 1 or self.state() != "done" or self.waits():
            assert time.monotonic() < until, (share, self.state(), self.house.killed, self.house.log())
            while points and points[0][0] <= share and self.house.kill(points[0][1]):
                points.pop(0)
            self._strike()
            self.house.tend()
            if self.state() == "ready":
                self.house.step("run_import", self.import_id)
            self.house.step("recover")
            self.house.step("decide", [bare(status) for status in self.square.ours])
            if time.monotonic() > draw_at:
                self.house.step("ask_for_news", self.source)
                draw_at = time.monotonic() + DRAW_EVERY
            time.sleep(0.2)

    def _strike(self) -> None:
        """An answer is in the square's hands: its sender ends here and never hears what became of it."""
        if self.square.in_hand.is_set() and self.house.kill("worker"):
            self.square.in_hand.clear()
            self.square.go_on.set()

    def waits(self) -> bool:
        return self.house.rows("SELECT EXISTS (SELECT 1 FROM capture_rawevent WHERE state = 'received')")[0][0]

    def state(self) -> str:
        return self.house.rows("SELECT state FROM capture_import WHERE id = %s", self.import_id)[0][0]


def bare(status) -> str:
    return status["content"].removeprefix("<p>").removesuffix("</p>").split(" ", 1)[1]


@pytest.mark.parametrize("seed", [int(os.environ.get("MUTUALS_KILL_SEED", "7"))])
def test_nothing_is_lost_or_doubled_whatever_part_is_killed(house, square, seed):
    """G1, J6: worker, web and database are killed in the middle of an import, a backfill and of sending."""
    chance = random.Random(seed)
    victims = chance.sample(VICTIMS, len(VICTIMS))
    points = sorted(zip((chance.uniform(0.02, 0.85) for _ in victims), victims, strict=True))
    square.strikes = dict(zip(chance.sample(range(1, ANSWERS), 3), ["after", "before", "after"], strict=True))
    house.must("migrate")
    told = house.must("prepare", square.address)
    conversations = [row[0] for row in house.rows("SELECT conversation_id FROM inbox_turn ORDER BY 1")]
    import_id = house.must("begin_import", str(written(house.state.parent)))
    for number in range(STATUSES):
        square.say(f"guest{number % 40}", f"Status {number} of the square")

    client = Client(house.port, told["token"], conversations)
    client.start()
    Story(house, square, told["source"], import_id).go(points)

    assert set(house.killed) == set(VICTIMS)
    assert len(house.killed) >= len(VICTIMS) + len(square.strikes) - 2
    assert client.told <= {0, 409, 500, 503}
    assert_import_is_whole(house, import_id)
    assert_history_is_the_square(house, square, told["source"])
    assert_each_answer_stands_there_once(house, square, conversations)


def assert_import_is_whole(house, import_id) -> None:
    ((preview, counts, done, total, source),) = house.rows(
        "SELECT preview, counts, rows_done, rows_total, source_id FROM capture_import WHERE id = %s", import_id
    )
    assert counts == preview
    assert (counts["new"], done, total) == (ROWS, ROWS, ROWS)
    texts = house.rows("SELECT text FROM history_interaction WHERE source_id = %s", source)
    assert sorted(texts) == sorted((f"Forum post {number}",) for number in range(ROWS))
    ((said,),) = house.rows("SELECT sum(message_count) FROM conversations_conversation WHERE source_id = %s", source)
    assert said == ROWS


def assert_history_is_the_square(house, square, source) -> None:
    keys = house.rows("SELECT key FROM history_interaction WHERE source_id = %s", source)
    assert sorted(keys) == sorted((status["uri"],) for status in [*square.home, *square.ours])
    assert house.rows("SELECT key, reason FROM capture_rawevent WHERE state NOT IN ('done', 'ignored')") == []


def assert_each_answer_stands_there_once(house, square, conversations) -> None:
    wanted = sorted(f"Answer to conversation {number}." for number in conversations)
    assert sorted(map(bare, square.ours)) == wanted
    sent = house.rows(
        "SELECT said.key, said.status, outgoing.state FROM history_interaction said"
        " JOIN capture_outgoing outgoing ON outgoing.interaction_id = said.id WHERE direction = 'out'"
    )
    assert sorted(sent) == sorted((status["uri"], "sent", "sent") for status in square.ours)
