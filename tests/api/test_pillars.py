"""Drafts and pillars from the terminal: the same acts as on the screens."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.listening.models import Rising
from mutuals.listening.topic import topics


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


@pytest.mark.django_db
def test_what_holds_words_that_rise_is_a_stream_for_programs_too(capsys):
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rows = cast.said(
        square, *(cast.event(f"r{n}", f"The lid and the hinge of number {n} broke.") for n in range(3)), now=clock.now()
    )
    topic = topics.make(topics.Wanted("Lids", "lid"), by=us.lea, now=clock.now())
    Rising.objects.create(
        topic=topic, words=["lid", "hinge"], authors=3, customers=0, mentions=3, before=0, growth=None, z=3.0,
        said=[row.pk for row in rows], place=0, at=clock.now(),
    )  # fmt: skip
    who = ["--as", us.lea.email, "--json"]

    cli.main(["pillars", "judge", "ahead", str(rows[0].pk), "wrong", *who])
    cli.main(["pillars", "stream", "ahead", *who])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert {line["id"] for line in told[-1]} == {rows[1].pk, rows[2].pk}
    assert all(line["sure"] == 1.0 for line in told[-1])
