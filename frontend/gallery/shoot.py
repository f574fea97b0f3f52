"""The frame and its components without a database: drawn, served under the strict policy, photographed, checked by axe.

    .venv/bin/python frontend/gallery/shoot.py --out var/gallery

Ends with 1 when the browser's console or axe has anything to say.
"""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import django
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
WEB = HERE.parents[1] / "src" / "mutuals" / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SIZES = {"1440": (1440, 900), "360": (360, 800)}


def _pages() -> dict[str, str]:
    entry = partial(SimpleNamespace, is_current=False, count=0, keys="", url="#")
    daily = [
        entry(name="Today", icon="today", keys="g t", count=7),
        entry(name="Inbox", icon="inbox", keys="g i", count=8, is_current=True),
        entry(name="Customers", icon="people", keys="g c"),
    ]
    rest = [entry(name="Sources", icon="db"), entry(name="Import", icon="upload"), entry(name="Staff", icon="shield")]
    user = {"pk": 3, "name": "Nadia Orlo", "zone": "Europe/Lisbon", "get_role_display": "Owner"}
    commands = [{"name": "Inbox", "url": "/inbox/", "icon": "inbox", "keys": "g i", "group": "Go to"}]
    frame = {"user": user, "entries": daily + rest, "daily": daily, "settings": rest, "new": rest, "commands": commands}
    context = {
        "company": "Kettleworks",
        "frame": frame
        | {"search_url": "/search/", "quick_url": "/search/quick/", "theme_url": "/theme/", "sign_out_url": "/"},
        "names": ["Bea Solmar", "Bo Solmar", "Olle Grahn", "Roastery Nine", "@steamhead"],
        "moment": datetime(2026, 11, 17, 20, 14, tzinfo=UTC),
        "spent": Decimal("2184.00"),
        "csrf_token": "none",
        "messages": [SimpleNamespace(message="Conversation closed", extra_tags="/undo/", level_tag="success")],
    }
    return {page.stem: render_to_string(page.name, context) for page in sorted((HERE / "pages").glob("*.html"))}


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def _shoot(address: str, names: list[str], out: Path) -> list[str]:
    said: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name in names:
            for theme in ("light", "dark"):
                for label, (width, height) in SIZES.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=False
                    )
                    page = context.new_page()
                    where = f"{name} {label} {theme}"
                    page.on("console", lambda line, where=where, said=said: said.append(f"{where}: {line.text}"))
                    page.on("pageerror", lambda error, where=where, said=said: said.append(f"{where}: {error}"))
                    page.goto(f"{address}/{name}.html")
                    page.wait_for_timeout(200)
                    page.screenshot(path=out / f"{name}-{label}-{theme}.png")
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    if wide > 0:
                        said.append(f"{where}: {wide} px too wide")
                    page.evaluate((HERE.parent / "node_modules/axe-core/axe.min.js").read_text())
                    for found in page.evaluate("axe.run().then(r => r.violations)"):
                        said += [
                            f"{where}: {found['id']} {node['target']} {node['failureSummary']}"
                            for node in found["nodes"]
                        ]
                    context.close()
    return said


def main() -> int:
    """Draw, serve, photograph; print what was said."""
    out = Path(_arguments().out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    settings.configure(
        DEBUG=True,
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="UTC",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "pages", *WEB.glob("*/templates")],
                "OPTIONS": {"libraries": {"look": "mutuals.web.frame.templatetags.look"}},
            }
        ],
    )
    django.setup()
    pages = _pages()
    for name, text in pages.items():
        (out / f"{name}.html").write_text(text)
    if not (out / "static").exists():
        (out / "static").symlink_to(WEB / "static")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = _shoot(f"http://127.0.0.1:{server.server_port}", list(pages), out)
    print("\n".join(said) or f"Nothing to complain about. Pictures in {out}")
    return 1 if said else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="var/gallery")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
