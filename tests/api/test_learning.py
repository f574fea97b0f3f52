"""What the reader learns from corrections (I14), by the API and the terminal, from the first label to going back."""

import json

import cast
from mutuals.cli import main
from mutuals.listening.learning import correct, lessons, rereading
from mutuals.listening.models import Lesson, Reading
from tests.api.conftest import Caller, token_of

TOLD = [
    one
    for n in range(17)
    for one in (
        (f"the war zone bundle number {n} drops on friday with {n + 3} new maps", "positive"),
        (f"order {n} went to the depot again, the {n + 2}th time, says the tracker", "negative"),
        (f"the shop in street {n} opens at {n + 1} on monday, says the sign", "neutral"),
    )
]
NEW = ["the war zone bundle drops today with new maps", "order 77 went to the depot again, says the tracker"]


def said(square, texts, at):
    """Interactions of these texts, arrived now."""
    return cast.said(square, *(cast.event(f"{at}{n}", text, who=f"{at}{n}") for n, text in enumerate(texts)))


def test_fifty_corrections_by_the_api_change_later_readings_and_can_be_taken_back(staff, ada):
    lea = Caller(token_of(staff.lea))
    square = cast.source(owner=staff.olga)
    rows = said(square, [text for text, _ in TOLD], "a")
    before = [Reading.objects.get(pk=row.pk).mood for row in said(square, NEW, "b")]

    asked = ada.get("/reader/questions?limit=3")
    ada("POST", f"/reader/questions/{asked[0]['interaction_id']}", {"mood": None})
    for row, (_, mood) in zip(rows, TOLD, strict=True):
        ada("POST", f"/interactions/{row.pk}/reading", {"label": "mood", "values": [mood]})
    waiting = ada.get("/reader")
    refused = ada("POST", "/reader/learn").status_code
    lea("POST", "/reader/learn")
    lessons.learn_now()  # what the worker does
    after = [ada.get(f"/interactions/{row.pk}/reading") for row in said(square, NEW, "c")]
    lea("POST", "/reader/reread")
    rereading.run()
    phrase = lea("POST", "/phrases", {"words": "says the tracker*", "label": "urgency", "value": "now"}).json()
    shown = lea("POST", "/phrases/preview", {"words": "new maps", "label": "mood", "value": "neutral"}).json()
    [meant] = [ada.get(f"/interactions/{row.pk}/reading") for row in said(square, NEW[1:], "d")]
    away = lea("DELETE", f"/phrases/{phrase['id']}").status_code
    reader, versions = ada.get("/reader"), ada.get("/reader/versions")
    was = lea("POST", f"/reader/versions/{versions[1]['id']}/use").json()
    back = [Reading.objects.get(pk=row.pk).mood for row in said(square, NEW, "e")]

    assert (waiting["labels"], waiting["first"], waiting["skipped"], waiting["unlearned"]) == (51, 50, 1, 51)
    assert refused == 403
    assert before != ["positive", "negative"]
    assert [one["mood"] for one in after] == ["positive", "negative"]
    assert {one["version"] for one in after} == {versions[0]["name"]}
    own = versions[0]["heads"]["mood"]["own"]
    assert own["after"] > own["before"] + 0.1
    assert (reader["unlearned"], reader["reread"]["percent"], reader["reread"]["read"]) == (0, 100, 53)
    assert shown["changed"] >= 1
    assert (meant["urgency"], meant["meant"]) == ("now", ["“says the tracker*” means now"])
    assert meant["read"]["urgency"][0]["because"] == ["says the tracker*"]
    assert (away, ada.get("/phrases")) == (200, [])
    assert (was["number"], back) == (1, before)
    assert (ada.get("/reader")["held"], Lesson.objects.get(is_used=True).number) == (True, 0)


def test_the_terminal_learns_asks_and_goes_back_too(staff, capsys):
    rows = said(cast.source(owner=staff.olga), [text for text, _ in TOLD[:24]], "a")
    for row, (_, mood) in zip(rows, TOLD, strict=False):
        correct.correct(row.pk, "mood", [mood], by=staff.ada, now=cast.NOW)
    said(cast.source("Other square", owner=staff.olga), NEW, "b")
    capsys.readouterr()

    codes = [
        main(["reader", "learn", "--json"]),
        main(["reader", "use", "0", "--json"]),
        main(["reader", "status", "--json"]),
        main(["reader", "versions", "--json"]),
        main(["reader", "reread", "--here", "--json"]),
        main(["reader", "ask", "--many", "2", "--json"]),
        main(["reader", "answer", str(rows[0].pk), "neutral", "--json"]),
        main(["phrases", "try", "war zone", "mood", "neutral", "--json"]),
        main(["phrases", "add", "war zone", "mood", "neutral", "--json"]),
        main(["phrases", "list", "--json"]),
        main(["phrases", "add", "war zone", "mood", "praise", "--json"]),
        main(["phrases", "away", "999999", "--json"]),
        main(["reader", "use", "99", "--json"]),
    ]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert codes == [0] * 10 + [1, 3, 3]
    assert told[0]["state"] == "used"
    assert told[1] == {"used": 0, "before": 1}
    assert told[2]["learns_by_itself"] == "no, somebody went back"
    assert [one["state"] for one in told[3]] == ["kept", "used"]
    assert told[5]
