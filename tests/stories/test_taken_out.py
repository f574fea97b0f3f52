"""A list goes from the terminal into a file: written while one waits, refused to those who may not take it out."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals import cli
from mutuals.people import organisations


@pytest.mark.django_db
def test_the_terminal_writes_the_same_file(tmp_path, capsys):
    us = cast.staff()
    for name, city in (("Cup & Sons", "Porto"), ("Lid Ltd", "Porto"), ("Pot Inc", "Lisbon")):
        organisations.add(by=us.ada, name=name, city=city, now=cast.NOW)
    out = tmp_path / "porto.csv"
    asked = ["export", "list", "organisation", "--where", "city:is:Porto", "--columns", "city", "--out", str(out)]

    code = cli.main([*asked, "--as", us.lea.email, "--json"])
    said = capsys.readouterr()
    told = json.loads(said.out) if said.out else said.err
    refused = cli.main([*asked, "--as", us.ada.email, "--json"])
    capsys.readouterr()
    cli.main(["export", "show", "--as", us.lea.email, "--json"])

    assert (code, told["rows"], refused) == (0, 2, 4)
    assert out.read_text().splitlines()[0] == "Id,Name,Town"
    assert [row["state"] for row in json.loads(capsys.readouterr().out)] == ["ready"]
