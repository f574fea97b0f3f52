"""What no template of any screen may hold, as the policy of the pages forbids it or the sprite lacks it."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(WEB.glob("*/templates/**/*.html"))
ICONS = set(re.findall(r'<symbol id="i-([\w-]+)"', (WEB / "frame/templates/frame/_icons.html").read_text()))
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=(?!=)|javascript:|hx-on|<script(?![^>]*\bsrc=)", re.IGNORECASE)


def named(path: Path) -> str:
    return str(path.relative_to(WEB))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_no_inline_style_or_script(path):
    found = INLINE.findall(path.read_text())

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_draws_only_icons_that_exist(path):
    text = path.read_text()

    used = set(re.findall(r'href="#i-([\w-]+)"', text)) | set(re.findall(r'{% icon "([\w-]+)"', text))

    assert used <= ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_post_form_proves_that_it_is_ours(path):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL | re.IGNORECASE)

    assert [form[:80] for form in forms if "csrf_token" not in form] == []
