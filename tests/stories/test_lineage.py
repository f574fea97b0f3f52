"""J6: from source to report, the same counts and the same alerts by screen, API and terminal."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.capture import receive
from mutuals.channels.models import Health
from mutuals.connectors.contract import Raw
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_screen_api_and_terminal_say_how_far_everything_came_and_what_stands_still(capsys, django_assert_num_queries):
    us, now = cast.staff(), clock.now()
    square, out = cast.source(owner=us.olga), cast.source("Out", owner=us.olga)
    cast.said(square, cast.event("p1"), cast.event("p2", "Lovely."), cast.event("p3", "", kind="like"), now=now)
    receive.keep(square, [Raw(key="bad", body=b"{")], cursor=None, now=now)
    cast.said(square, now=now)
    out.health, out.last_success_at = Health.NEEDS_AUTH, now - timedelta(hours=3)
    out.save()
    client, token = as_(us.lea), tokens.make(us.lea, name="Watch", scopes=["read"], now=now)[1]

    with django_assert_num_queries(18):
        page = client.get("/sources/lineage/")
    week = client.get("/sources/lineage/?days=7")
    told = client.get("/api/v1/lineage", headers={"authorization": f"Bearer {token}"}).json()
    code = cli.main(["lineage", "--as", us.lea.email, "--json"])
    said = json.loads(capsys.readouterr().out)
    cli.main(["lineage", "--as", us.lea.email])
    lines = capsys.readouterr().out

    assert page.status_code == week.status_code == 200
    assert "Out refuses our sign-in" in page.text
    assert f'href="/parked/?source={square.pk}">1</a>' in page.text
    assert f'href="/inbox/?tab=all&amp;source={square.pk}">3</a>' in page.text
    assert [told["stages"][name] for name in ("source", "stored", "read", "ruled", "reported")] == [4, 3, 2, 2, 0]
    assert [(one["source_id"], one["stage"]) for one in told["still"]] == [(out.pk, "source")]
    assert [line["aside"] for line in told["sources"]] == [0, 1]
    assert (code, said["stored"], said["sources"][1]["arrived"]) == (1, 3, 3)
    assert said["stands_still"][0].startswith("Source: Out refuses our sign-in")
    assert re.search(r"^seconds in the mean: \d+(\.\d)?$", lines, re.MULTILINE)
    assert "last message" in lines
    assert re.search(r"\d{2}:\d{2}:\d{2}\.\d|\+00:00", lines) is None


def test_who_has_no_source_yet_reads_what_the_page_is_for():
    us = cast.staff()

    page = as_(us.ada).get("/sources/lineage/")

    assert "Nothing is connected yet" in page.text
    assert as_(us.cleo).get("/sources/lineage/").status_code == 403
