"""Markup becomes the text that a person reads, whichever way it is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mutuals.connectors import _text

_PIECES = (
    "<p>", "</p>", "<br>", "<br />", "<span>", '<span class="invisible">', "</span>", "</a>", "<b>", "</b>", "<div>", "</div>",
    '<a href="https://town.example/@bea" class="u-url mention" rel="nofollow">', '<a href="https://town.example/?a=1&amp;b=2">',
    '<a href="javascript:alert(1)">', '<a href="/x">', "@bea", "town.example/@bea", "kettle ", "  ", "\n", "&amp;", "&lt;i&gt;",
    "&nbsp;", "&quot;", "&copy", "<", ">", "é", "\u200b",
)  # fmt: skip
_MARKUP = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@given(_MARKUP)
def test_well_formed_markup_reads_the_same_without_a_browsers_parser(html: str) -> None:
    base = "https://town.example/s/1"

    read = _text.plain(html, base=base)

    if "<" in html or "&" in html:
        assert read == _text._Reader(base, "> ").read(_text._TAME.clean(html))


def test_what_servers_send_every_day_needs_no_browsers_parser() -> None:
    page = '<a href="https://town.example/@bea" class="u-url">@<span>bea</span></a>'
    html = f'<p><span class="h-card">{page}</span> hot?<br>&amp; safe</p>'

    read = _text.plain(html)

    assert _text._is_well_formed(html)
    assert read == "@bea hot?\n& safe"


def test_what_is_not_closed_in_order_or_leads_elsewhere_goes_through_a_browsers_parser() -> None:
    odd = [
        "<p>a<p>b",
        "<p><a href='https://x.example'>a</a></p>",
        '<a href="javascript:x">a</a>',
        "<p><span>a</p></span>",
    ]

    formed = [_text._is_well_formed(html) for html in odd]

    assert formed == [False] * 4
    assert _text.plain(odd[2]) == "a"


def test_markup_that_almost_fits_is_left_at_once() -> None:
    html = "x" * 900_000 + '<a href="https://' + "a" * 90_000

    read = _text.plain(html)

    assert len(read) == 900_000
