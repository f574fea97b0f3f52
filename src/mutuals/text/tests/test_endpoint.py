"""A language model on a server of this machine that speaks OpenAI's protocol: asked, believed, and not obeyed."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from mutuals.text.endpoint import Address, Endpoint, Unfit
from mutuals.text.labels import INTENTS, MOODS
from mutuals.text.model import span
from mutuals.text.read import Post, Reader

CHURN = {"sentiment": "negative", "emotion": "anger", "intents": ["churn"], "urgency": "today"}


def labels(posts):
    """What a well-behaved model says: everybody leaves."""
    return json.dumps({"posts": [{"n": post["n"], **CHURN} for post in posts]})


def chat(content):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


@contextmanager
def served(answer):
    """An `Address` of a server on loopback; `answer(body, number of the request)` gives status and bytes. Requests are kept."""
    held = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            held.append((self.path, self.headers.get("authorization"), body))
            status, told = answer(body, len(held))
            self.send_response(status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    where = f"127.0.0.1:{server.server_port}"
    try:
        yield Address(f"http://{where}/v1", "small-one", "s3cret", where), held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def posts_of(body):
    return json.loads(body["messages"][1]["content"])["posts"]


def test_what_is_unsure_is_asked_masked_and_the_answer_counts():
    with served(lambda body, _: (200, chat("```json\n" + labels(posts_of(body)) + "\n```"))) as (address, held):
        endpoint = address.opened()
        texts = [f"hm {one} @kim.example1 wrote a@b.example https://x.example/{one}, fine then?" for one in range(45)]

        found = Reader(endpoint=endpoint, doubt=0.0).read([Post(text) for text in texts])

    assert [len(posts_of(body)) for _, _, body in held] == [20, 20, 5]
    assert {(path, key) for path, key, _ in held} == {("/v1/chat/completions", "Bearer s3cret")}
    assert held[0][2]["model"] == "small-one"
    assert posts_of(held[0][2])[3] == {"n": 3, "text": "hm 3 @user wrote [mail] fine then?"}
    assert all([one.mood.name, [each.name for each in one.intents]] == ["negative", ["churn"]] for one in found)
    assert all(one.model_version.endswith("+small-one") for one in found)
    assert (endpoint.asked, endpoint.answered) == (45, 45)
    assert "s3cret" not in repr(address)


HOSTILE = {
    "no JSON": b"\x00\xff" * 9,
    "another shape": b"[1, 2]",
    "nothing said": chat(None),
    "words": chat("I would rather not."),
    "deep": chat('{"posts": ' + "[" * 90_000 + "]" * 90_000 + "}"),
    "large": chat("{" + "a" * 300_000 + "}"),
    "no list": chat('{"posts": {"n": 0}}'),
    "labels nobody knows": chat(
        json.dumps({"posts": [{"n": 0, **CHURN, "sentiment": "<b>"}, {"n": 1, **CHURN, "intents": [[]]}]})
    ),
    "numbers of others": chat(json.dumps({"posts": [{"n": True, **CHURN}, {"n": 7, **CHURN}, {"n": -1, **CHURN}]})),
    "one post twice": chat(json.dumps({"posts": [{"n": 0, **CHURN}, {"n": 0, **CHURN, "urgency": "now"}]})),
}


@pytest.mark.parametrize("told", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_that_is_none_leaves_the_reading_as_it_was(told):
    posts = [Post("fine then, monday maybe"), Post("is it open?")]
    alone = Reader().read(posts)
    with served(lambda *_: (200, told)) as (address, _):
        found = Reader(endpoint=address.opened(), doubt=0.0).read(posts)

    assert found == alone


def test_one_good_row_among_bad_ones_counts_for_its_post_only():
    rows = [{"n": 1, **CHURN}, {"n": 0, **CHURN, "emotion": 3}, "x", None]
    with served(lambda *_: (200, chat(json.dumps({"posts": rows})))) as (address, _):
        found = address.opened().logits(["one", "two", "three"])

    assert [one is not None for one in found] == [False, True, False]
    assert found[1][span("mood")].argmax() == MOODS.index("negative")
    assert np.flatnonzero(found[1][span("intents")] > 0).tolist() == [INTENTS.index("churn")]


def test_a_server_that_fails_rests_and_one_that_refuses_us_is_left_alone():
    now = [0.0]
    with served(lambda *_: (500, b"")) as (address, failing):
        endpoint = Endpoint(address, address.opened()._http, tick=lambda: now[0])
        for _ in range(5):
            endpoint.logits(["x"])
        asked = len(failing)
        now[0] = 61.0
        endpoint.logits(["x"])
    with served(lambda *_: (401, b"")) as (address, refusing):
        closed = address.opened()
        for _ in range(3):
            closed.logits(["x"])
    gone = address.opened()

    assert (asked, len(failing), len(refusing)) == (3, 4, 1)
    assert "500" in endpoint.problem
    assert gone.logits(["x"]) == [None]
    assert gone.problem


def test_a_server_that_knows_no_schemas_is_asked_without_and_no_more_than_allowed():
    def answer(body, _):
        return (400, b"{}") if "response_format" in body else (200, chat(labels(posts_of(body))))

    with served(answer) as (address, held):
        endpoint = Endpoint(address, address.opened()._http, most=25)
        found = [endpoint.logits(["x"] * 20), endpoint.logits(["y"] * 6), endpoint.logits(["z"] * 5)]

    assert [all(one is not None for one in each) for each in found] == [True, False, True]
    assert ["response_format" in body for _, _, body in held] == [True, False, False]


@pytest.mark.parametrize(
    ("url", "model", "allow", "told"),
    [
        ("ftp://x.example/v1", "m", "", "begins with https"),
        ("http://x.example/v1", "m", "", "https:// only"),
        ("http://127.0.0.1:9/v1", "m", "127.0.0.1:8", "https:// only"),
        ("https://x.example/v1", "", "", "which model"),
        ("https://x.example/v1", "m", "nonsense", "nonsense"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url, model, allow, told):
    with pytest.raises(Unfit, match=told):
        Address(url, model, "", allow)
