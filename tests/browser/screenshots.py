"""Pictures of every main screen for the README: `make screenshots`.

A small town is seeded into a state folder of its own, served, and photographed at 1440x900 and 360x800 in both themes into
docs/screens/<screen>-<width>-<theme>.png. Everything is done by the product's own commands and pages.
"""

from __future__ import annotations

import argparse
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright

from browser.serving import CHROMIUM, FLAGS, served
from mutuals import embedded

HERE = Path(__file__).resolve().parents[2]
SIZES = ((1440, 900), (360, 800))
THEMES = ("light", "dark")
SCREENS = {
    "today": "/",
    "inbox": "/inbox/?tab=all",
    "customers": "/customers/",
    "customer": "/customers/?sort=last",
    "same-person": "/customers/same/",
    "same-person-quality": "/customers/same/quality/",
    "merge": "/customers/{one}/merge/?with={other}",
    "split": "/customers/joins/1/split/",
    "merges": "/customers/joins/",
    "unlinked": "/customers/unlinked/",
    "presence": "/customers/unlinked/",
    "listening": "/listening/",
    "cards": "/listening/cards/",
    "topic-new": "/listening/new/",
    "words": "/listening/words/",
    "playbooks": "/listening/playbooks/",
    "learning": "/listening/learning/",
    "pillar": "/listening/pillars/sales/",
    "drafts": "/listening/drafts/",
    "digest": "/listening/digest/",
    "cases": "/cases/",
    "case": "/cases/1/",
    "case-steps": "/cases/1/?view=steps",
    "promises": "/promises/?whose=all",
    "notices": "/notices/",
    "tasks": "/tasks/",
    "task-new": "/tasks/new/",
    "tasks-calendar": "/tasks/calendar/",
    "rules": "/rules/",
    "rules-report": "/rules/report/",
    "rule-new": "/rules/new/?from=refund",
    "processes": "/processes/",
    "fields": "/settings/fields/",
    "field-new": "/settings/fields/person/new/",
    "types": "/settings/types/",
    "orders": "/sales/orders/",
    "products": "/sales/products/",
    "deals": "/sales/deals/",
    "deal": "/sales/deals/1/",
    "deals-table": "/sales/deals/?view=list",
    "deals-month": "/sales/deals/?view=month",
    "deal-new": "/sales/deals/new/",
    "leads": "/sales/leads/",
    "ideas": "/ideas/",
    "idea": "/ideas/1/",
    "segments": "/segments/",
    "segment": "/segments/1/",
    "segment-new": "/segments/new/?f=orders%3Aatleast%3A2&f=last_order%3Alast%3A90&all=1",
    "campaigns": "/campaigns/",
    "campaign-new": "/campaigns/new/",
    "reports": "/reports/",
    "report": "/reports/1/",
    "report-new": "/reports/new/",
    "purposes": "/settings/purposes/",
    "relations": "/relations/",
    "territories": "/territories/",
    "territory-new": "/territories/new/",
    "ownerless": "/ownerless/",
    "trash": "/trash/",
    "batches": "/batches/",
    "hooks": "/settings/hooks/",
    "hook-new": "/settings/hooks/new/",
    "case-policy": "/settings/cases/",
    "house": "/settings/house/",
    "quote-new": "/sales/quotes/new/",
    "organisations": "/organisations/",
    "organisation": "/organisations/",
    "sources": "/sources/",
    "lineage": "/sources/lineage/",
    "imports": "/imports/",
    "exports": "/exports/",
    "export-new": "/exports/new/?record=person&f=city:is:Porto",
    "parked": "/parked/",
    "staff": "/staff/",
    "search": "/search/?q=kettle",
}
OPENED = {
    "inbox": "#rows .conv:has(.vis.public)",
    "customer": "[data-list] a[href^='/customers/']",
    "same-person": ".queue .rows a",
    "presence": ".unk [data-open]",
    "organisation": "[data-list] [data-open]",
}
"""Screens that are reached by following the first link of a list."""
_DOUBLES = """
SELECT a.person_id, b.person_id FROM identity_edge e
JOIN people_profile a ON a.id = e.a_id JOIN people_profile b ON b.id = e.b_id
WHERE e.until IS NULL AND e.verdict = 'unsure' AND a.network = 'mutuals' AND b.network = 'mutuals'
ORDER BY e.probability DESC, e.id LIMIT 2
"""


def main() -> int:
    """Seed, serve, photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=str(HERE / "docs" / "screens"))
    parser.add_argument("--state", default=str(HERE / ".cache" / "screens"))
    parser.add_argument("--only", nargs="*", default=[], help="names of screens")
    asked = parser.parse_args()
    out, state = Path(asked.out), Path(asked.state)
    out.mkdir(parents=True, exist_ok=True)
    state.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "MUTUALS_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mutuals.config.settings"}
    _mutuals(environ, "db", "up")
    try:
        _mutuals(environ, "seed", "--people", "120", "--days", "60", "--yes")
        _mutuals(environ, "identity", "sweep", "--here")
        _open_sources(state)
        alike = _join_two(environ, state)
        with served(environ) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for path in _shoot(browser, address, _sign_in_of(state), out, asked.only, alike):
                print(path.relative_to(HERE) if path.is_relative_to(HERE) else path)
    finally:
        _mutuals(environ, "db", "stop")
    return 0


def _mutuals(environ: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "mutuals", *words], check=True, stdout=subprocess.DEVNULL, env=environ)


def _open_sources(state: Path) -> None:
    """The town's sources are paused, as nobody is behind them; a picture of the inbox should show an answer being written."""
    with psycopg.connect(embedded.address(state).dsn()) as connection:
        connection.execute(
            "UPDATE channels_source SET state = 'active' WHERE connector IN ('mastodon', 'bluesky', 'email')"
        )
        connection.execute("UPDATE staff_user SET set_up_at = coalesce(set_up_at, now())")


def _join_two(environ: dict[str, str], state: Path) -> dict[str, int]:
    """The two likeliest doubles are merged, so that there is something to split; the next two are for a preview."""
    with psycopg.connect(embedded.address(state).dsn()) as connection:
        told = connection.execute("SELECT count(*) FROM identity_merge").fetchone()
        found = connection.execute(_DOUBLES).fetchall()
    if told == (0,) and len(found) > 1:
        _mutuals(environ, "people", "merge", *map(str, found.pop(0)))
    return {"one": found[0][0], "other": found[0][1]} if found else {"one": 1, "other": 2}


def _sign_in_of(state: Path) -> tuple[str, str]:
    """Address and password as `mutuals seed` wrote them down."""
    words = (state / "first-sign-in.txt").read_text().split()
    email = next(word for word in words if "@" in word)
    password = next(word for word in words if re.fullmatch(r"\w{4}(-\w{4}){3}", word))
    return email, password


def _shoot(
    browser: Browser, address: str, who: tuple[str, str], out: Path, only: list[str], alike: dict[str, int]
) -> Iterator[Path]:
    for theme in THEMES:
        for width, height in SIZES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            page.goto(f"{address}/accounts/login/")
            yield _picture(page, out / f"signin-{width}-{theme}.png")
            page.fill("input[name=login]", who[0])
            page.fill("input[name=password]", who[1])
            page.click("form button[type=submit]")
            page.wait_for_url(f"{address}/")
            for name, way in SCREENS.items():
                if only and name not in only:
                    continue
                answer = page.goto(address + way.format(**alike))
                if answer is None or answer.status != 200:
                    continue
                if name in OPENED:
                    first = page.locator(OPENED[name]).first.get_attribute("href")
                    page.goto(address + (first or way))
                yield _picture(page, out / f"{name}-{width}-{theme}.png")
            context.close()


def _picture(page: Page, path: Path) -> Path:
    page.wait_for_timeout(350)
    path.write_bytes(packed(page.screenshot()))
    return path


def packed(png: bytes) -> bytes:
    """The same picture with its data deflated as small as zlib can; nothing is lost (PNG, ISO/IEC 15948, 10)."""
    at, head, data, tail = 8, png[:8], b"", b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, whole = png[at + 4 : at + 8], png[at : at + 12 + length]
        if kind == b"IDAT":
            data += whole[8:-4]
        elif data:
            tail += whole
        else:
            head += whole
        at += 12 + length
    body = b"IDAT" + zlib.compress(zlib.decompress(data), 9)
    return head + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + tail


if __name__ == "__main__":
    sys.exit(main())
