"""Markup that a browser's parser may be given: it takes quadratic time in two things, which no honest page has much of."""

from __future__ import annotations

import re
from collections import Counter

_DEEPEST = 256  # 200,000 nested boxes were seven minutes
_MOST_REFERENCES = 50_000  # a million ampersands were sixteen seconds
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NO_DEPTH = dict.fromkeys([
    "area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr",
    "p", "li", "dt", "dd", "tr", "td", "th", "option",
])  # fmt: skip


def is_too_much(html: str) -> bool:
    """Whether markup is nested deeper than any honest page, or full of references; linear in its length."""
    return html.count("&") > _MOST_REFERENCES or _is_too_deep(html)


def _is_too_deep(html: str) -> bool:
    """Counted by name, so that closing tags of something else hide nothing; tags that close themselves do not nest."""
    open_now: Counter[str] = Counter()
    depth = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _NO_DEPTH:
            continue
        if not match[1]:
            open_now[name] += 1
            depth += 1
        elif open_now[name]:
            open_now[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            return True
    return False
