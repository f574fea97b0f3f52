"""Pages of one record: a segment, a campaign, an export, relations, files, and an import that is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.base.filters import from_json
from mutuals.capture.imports import begin, running, undo
from mutuals.capture.models import Import
from mutuals.insights import exports
from mutuals.outreach import campaigns, segments
from mutuals.outreach.campaigns import CampaignIn
from mutuals.people import organisations, purposes
from mutuals.records import relations

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
WIDE = """[...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > innerWidth
  && one.checkVisibility() && !one.closest(".tw")).map(one => one.outerHTML.slice(0, 120))"""


def of_audiences(town: Town) -> list[str]:
    """A segment asked in words, and a campaign to it."""
    by, now = town.staff.olga, clock.now()
    asked = segments.add(by=by, now=now, name="In Porto", condition=from_json("city:is:Porto"))
    why, _ = purposes.add("spring", purposes.PurposeIn("News in spring"), by=by)
    row = campaigns.add(CampaignIn("Lids in spring", why, asked), by=by, now=now)
    return [
        reverse("segment", args=[asked.pk]),
        *(reverse(name, args=[row.pk]) for name in ("campaign", "campaign_audience")),
    ]


def of_records(town: Town) -> list[str]:
    """Bea supplies a house: the page of her relations, one of them, her page with its files; a list as a file."""
    by, now = town.staff.olga, clock.now()
    house = organisations.add(by=by, name="Harbour mill", now=now)
    kind = relations.add_kind("pours for", "is poured for by", by=by, now=now).key
    row = relations.add(f"person:{town.bea.pk}", kind, f"organisation:{house.pk}", by=by, now=now)
    made = exports.make("deal", by=by, now=now)
    return [
        reverse("relation_edit", args=[row.pk]),
        reverse("relations_of", args=[f"person:{town.bea.pk}"]),
        reverse("organisation", args=[house.pk]),
        reverse("export", args=[made.pk]),
        reverse("costs"),
    ]


def of_an_import(town: Town, folder: Path) -> str:
    """One that was taken back."""
    by, file = town.staff.olga, folder / "back.csv"
    file.write_text("Name,E-mail\nUna Mill,una@mill.example\n")
    made = begin.begin(file, by=by, target="people", file_name=file.name, now=clock.now(), source_name=file.stem)
    made = begin.choose(made, by=by, mapping=made.mapping, options={"match": ["email"]})
    running.check_now(running.check(made, by=by).pk)
    running.run(Import.objects.get(pk=made.pk), by=by)
    running.run_now(made.pk)
    undo.begin(made, by=by, now=clock.now())
    undo.undo_now(made.pk)
    return reverse("import_undo", args=[made.pk])


def test_pages_of_one_record_are_clean_for_axe_in_two_looks(walker: Walker, town: Town, tmp_path: Path) -> None:
    page, script, wrong = walker.page, AXE.read_text(), []
    sign_in(walker, town.staff.olga.email, cast.PASSWORD)

    for way in (*of_audiences(town), *of_records(town), of_an_import(town, tmp_path)):
        walker.go(way)
        if "/reauthenticate/?next" in page.url:
            page.fill("input[name=password]", cast.PASSWORD)
            page.click("main button[type=submit], form button[type=submit]")
            page.wait_for_url(walker.address + way)
        page.evaluate(script)
        for theme, width, height in LOOKS:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": height})
            wrong += [f"{way} {theme} {width}: {one}" for one in page.evaluate(ASK)]
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append(f"{way} {width}: wider than the window: {page.evaluate(WIDE)}")

    assert not wrong, "\n".join(wrong)
    assert walker.said == []
