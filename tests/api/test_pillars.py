"""Drafts and pillars from the terminal: the same acts as on the screens."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.base import clock


@pytest.mark.django_db
def test_drafts_are_compared_and_words_are_changed_from_the_terminal(capsys, tmp_path):
    us = cast.staff()
    ours = cast.channel(cast.source(owner=us.olga), "@kettleworks", pillar="marketing")
    [row] = cast.said(ours.source, cast.event("p1", "I am looking for a kettle."), now=clock.now())
    (tmp_path / "a.txt").write_text("Which lid do you like best?")
    who = ["--as", us.lea.email, "--json"]

    codes = [
        cli.main([*words, *who])
        for words in (
            ["drafts", "compare", ours.name, str(tmp_path / "a.txt")],
            ["pillars", "words", "sales", "--language", "en", "--set", "teapot*"],
            ["pillars", "judge", "sales", str(row.pk), "wrong"],
            ["pillars", "stream", "sales", "--view", "wrong"],
        )
    ]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert codes == [0, 0, 0, 0]
    assert told[0]["learned_from"] == "too few posts of yours (0 of 30)"
    assert {"language": "en", "words": "teapot*"} in told[1]
    assert told[3][0]["id"] == row.pk
