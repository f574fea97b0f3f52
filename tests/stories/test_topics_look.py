"""What the worker looks for by the clock is looked for at once from the terminal, of one topic or of all."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.listening.topic import topics

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_topic_is_looked_at_by_its_name_and_says_of_how_much(capsys):
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", "My kettle leaks."))
    for name, words in (("Leaks", "leak*"), ("Cups", "cup*")):
        topics.make(topics.Wanted(name, words), by=us.lea, now=cast.NOW)

    codes, told = [], []
    for names in (["Leaks"], []):
        codes.append(cli.main(["topics", "look", *names, "--json"]))
        told.append([row["name"] for row in json.loads(capsys.readouterr().out)])
    codes.append(cli.main(["topics", "look", "Nothing"]))

    assert codes[:2] == [0, 0]
    assert codes[2] != 0
    assert told == [["Leaks"], ["Cups", "Leaks"]]
