"""The review by the API and the terminal: what waits, answers, refusals, and why."""

import json
import struct
from datetime import timedelta
from math import inf, nan

import pytest

import cast
from mutuals.api._paging import pack
from mutuals.cli import main
from mutuals.identity import link
from mutuals.identity.models import Edge, LinkState, Sweep
from mutuals.people.models import Person, Profile


def waiting(staff):
    bea, row = cast.person(by=staff.ada), cast.profile()
    return bea, row, cast.doubt(bea, row)


def test_a_pair_is_listed_read_answered_and_taken_back(staff, ada):
    bea, row, edge = waiting(staff)

    listed = ada.get("/identity/pairs")
    read = ada.get(f"/identity/pairs/{edge.pk}")
    done = ada("POST", f"/identity/pairs/{edge.pk}/answer", {"verdict": "same"}).json()
    again = ada("POST", f"/identity/pairs/{edge.pk}/answer", {"verdict": "different"})
    held = Profile.objects.get(pk=row.pk).person
    undone = ada("POST", "/identity/pairs/undo", {"key": done["key"]}).json()

    assert [one["id"] for one in listed["items"]] == [edge.pk]
    assert (read["one"], read["open"], len(read["clues"])) == ("Bea Brand", True, 2)
    assert again.status_code == 409
    assert held == bea
    assert undone["pair_id"] == Edge.objects.get(until=None).pk


def test_the_list_is_walked_and_what_is_not_there_is_404(staff, ada):
    bea, _, edge = waiting(staff)
    other = cast.doubt(bea, cast.profile("@b2"), sure=0.4)

    first = ada.get("/identity/pairs?limit=1")
    rest = ada.get(f"/identity/pairs?limit=1&cursor={first['next']}")

    assert [one["id"] for page in (first, rest) for one in page["items"]] == [edge.pk, other.pk]
    assert rest["next"] is None
    assert ada("GET", "/identity/pairs/999999").status_code == 404


def test_pairs_are_asked_for_by_who_they_are_about(staff, ada, capsys):
    bea, row, edge = waiting(staff)
    cast.doubt(cast.person("Bo Brand", by=staff.ada), cast.profile("@b2"))

    of_bea, of_hers = (ada.get(f"/identity/pairs?about={ref}") for ref in (f"person:{bea.pk}", f"profile:{row.pk}"))
    main(["identity", "review", "list", "--about", f"person:{bea.pk}", "--json"])

    assert [[one["id"] for one in page["items"]] for page in (of_bea, of_hers)] == [[edge.pk], [edge.pk]]
    assert [one["pair"] for one in json.loads(capsys.readouterr().out)] == [edge.pk]
    assert ada("GET", "/identity/pairs?about=person:999999").status_code == 404


def test_who_the_two_are_is_told_as_why_takes_it(staff, ada, capsys):
    bea, row, edge = waiting(staff)
    refs = (f"person:{bea.pk}", f"profile:{row.pk}")

    listed = ada.get("/identity/pairs")["items"][0]
    read = ada.get(f"/identity/pairs/{edge.pk}")
    main(["identity", "review", "list", "--json"])

    assert (listed["one_ref"], listed["other_ref"]) == (read["one_ref"], read["other_ref"]) == refs
    assert (listed["one"], listed["other"]) == (read["one"], read["other"])
    told = json.loads(capsys.readouterr().out)[0]
    assert (told["who"], told["pool"]) == (" ".join(refs), listed["pool"])


def test_why_tells_the_clues_and_only_admins_accept_many(staff, ada):
    bea, row, _ = waiting(staff)

    found = ada.get(f"/identity/why?one=person:{bea.pk}&other=profile:{row.pk}")
    refused = ada("POST", "/identity/pairs/accept", {"threshold": 0.95})
    nobody = ada("GET", "/identity/why?one=person:1&other=else:2")

    assert [(one["verdict"], one["clues"][0]["words"]) for one in found] == [("unsure", "The names are alike")]
    assert refused.status_code == 403
    assert nobody.status_code == 422


def test_the_terminal_lists_answers_explains_and_takes_back(staff, capsys):
    bea, row, edge = waiting(staff)
    other = cast.person("B. Brand", by=staff.ada)

    codes = [main(["identity", "review", "list"]), main(["identity", "why", str(bea.pk), f"profile:{row.pk}"])]
    said = capsys.readouterr().out
    codes.append(main(["identity", "review", "answer", str(edge.pk), "same", "--json"]))
    key = json.loads(capsys.readouterr().out)["key"]
    codes += [main(["identity", "review", "undo", str(key)]), main(["identity", "why", "person:x", "1"])]
    codes += [
        main(["identity", "review", "answer", "99999", "same"]),
        main(["identity", "why", str(bea.pk), str(other.pk)]),
    ]

    assert codes == [0, 0, 0, 0, 1, 3, 0]
    assert "90 %" in said
    assert "+8.5 bits  The names are alike" in said
    assert "Nothing ever connected" in capsys.readouterr().out
    assert Person.objects.get(pk=bea.pk).canonical_id == bea.pk


def test_an_older_thought_of_the_same_two_is_one_line_until_all_is_asked_for(staff, capsys):
    bea, row, edge = waiting(staff)
    Edge.objects.filter(pk=edge.pk).update(until=cast.NOW + timedelta(minutes=1), probability=0.4)
    cast.doubt(bea, row, sure=0.9)
    words = ["identity", "why", str(bea.pk), f"profile:{row.pk}"]

    main(words)
    short = capsys.readouterr().out
    main([*words, "--all"])
    full = capsys.readouterr().out

    assert (short.count("The names are alike"), full.count("The names are alike")) == (1, 2)
    assert short.index("90 % among") < short.index("40 % among")
    assert f"until {cast.NOW + timedelta(minutes=1):%Y-%m-%d %H:%M}" in short
    assert ("--all" in short, "--all" in full) == (True, False)


def test_what_a_search_found_is_told_in_whole_numbers_with_the_share_that_is_wrong(staff, ada, capsys):
    Sweep.objects.create(by="machine:identity", began_at=cast.NOW, failed="The disk is full.")
    Sweep.objects.create(
        by="machine:identity",
        began_at=cast.NOW + timedelta(minutes=1),
        counts={"link": 0, "review": 4, "leave": 9, "error": 0.0},
    )
    Sweep.objects.create(
        by="machine:identity",
        began_at=cast.NOW + timedelta(minutes=2),
        counts={"link": 10, "review": 4, "leave": 9, "error": 0.034},
    )

    rows = ada.get("/identity/sweeps")
    main(["identity", "sweeps", "--json"])
    told = json.loads(capsys.readouterr().out)
    code = main(["identity", "sweeps"])
    table = capsys.readouterr().out

    assert [str(row["counts"]) for row in rows] == [
        "{'link': 10, 'review': 4, 'leave': 9}",
        "{'link': 0, 'review': 4, 'leave': 9}",
        "{'link': 0, 'review': 0, 'leave': 0}",
    ]
    assert [row["wrong"] for row in rows] == [0.034, None, None]
    assert [row["wrong"] for row in told] == ["3 %", "", ""]
    assert [row["failed"] for row in told] == ["", "", "The disk is full."]
    assert (code, "error" in table) == (0, False)


def test_before_many_are_accepted_it_is_told_how_many_would_be_wrong_and_after_it_how_it_went(staff, ada, aron):
    bea = cast.person(by=staff.ada)
    cast.doubt(bea, cast.profile(), sure=0.98)

    before = aron.get("/identity/pairs/accept?threshold=0.95")
    done = aron("POST", "/identity/pairs/accept", {"threshold": 0.95})
    quality = aron.get("/identity/quality")

    assert (before["pairs"], before["answers"]) == (1, 0)
    assert 0 < before["wrong"] < before["at_worst"] <= 1
    assert done.json()["words"] == "1 pair accepted"
    assert [(band["low"], band["answers"], band["same"]) for band in quality["bands"]] == [(0.95, 1, 1)]
    assert aron("GET", "/identity/pairs/accept?threshold=0.5").status_code == 422
    assert ada("GET", "/identity/quality").status_code == 403


def test_why_names_both_ends_as_they_may_be_asked_about(staff, ada):
    bea, bo = cast.person(by=staff.ada), cast.person("Bo Brand", by=staff.ada)
    row = cast.profile()
    cast.doubt(bea, bo)
    cast.doubt(bea, row)

    two = ada.get(f"/identity/why?one=person:{bea.pk}&other=person:{bo.pk}")[0]["what"]
    one = ada.get(f"/identity/why?one=person:{bea.pk}&other=profile:{row.pk}")[0]["what"]

    assert {two} & {f"person {bea.pk} Bea Brand and person {bo.pk} Bo Brand"}
    assert f"presence {row.pk} @bea.pours" in one


@pytest.mark.parametrize(
    "place",
    [
        "NaN_1",
        "1e309_1",
        "0.5_" + "9" * 40,
        "",
        "ab",
        struct.pack(">dq", nan, 1).hex(),
        struct.pack(">dq", inf, 1).hex(),
    ],
)
def test_what_is_no_place_in_the_queue_is_refused_and_does_not_begin_it_anew(staff, ada, place):
    waiting(staff)

    answer = ada("GET", f"/identity/pairs?cursor={pack((place,))}")

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["cursor"]


def test_the_terminal_says_in_words_how_a_presence_is_known(staff, capsys):
    bea, row, _ = waiting(staff)
    link.attach(
        [(row.pk, bea.pk)],
        state=LinkState.PROVEN,
        because=[cast.clue("Both name each other", None)],
        by="x",
        now=cast.NOW,
    )

    main(["people", "show", str(bea.pk)])

    assert "Both name each other" in capsys.readouterr().out
