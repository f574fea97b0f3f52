"""One writing for one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.identity.proofs.addresses import domain, host, may_call, page, spellings


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://www.Bea.example/about/#me", "bea.example/about"),
        ("http://bea.example:80", "bea.example"),
        ("bea.example/", "bea.example"),
        ("https://bea.example:8443/x?a=1", "bea.example:8443/x?a=1"),
        ("https://bücher.example/Bea", "xn--bcher-kva.example/Bea"),
        ("https://town.example/@bea", "town.example/@bea"),
    ],
)
def test_one_page_has_one_writing(address, same):
    found = page(address)

    assert found == same
    assert page(found) == same


@pytest.mark.parametrize(
    "address",
    ["", "bea", "ftp://bea.example", "https://a:b@bea.example", "https://[::1", "https://bea.example:x", "javascript:1",
     "https://be a.example", "https://" + "a" * 600, "https://a..example", "https://.example"],
)  # fmt: skip
def test_what_is_no_web_address_is_no_page(address):
    found = page(address)

    assert found == ""


def test_every_spelling_of_a_page_is_that_page():
    ways = spellings("bea.example/about")

    assert {page(way) for way in ways} == {"bea.example/about"}
    assert len(set(ways)) == 8


@given(st.text(max_size=80))
def test_no_text_from_outside_breaks_an_address(text):
    found = page(f"https://{text}")

    assert found == "" or page(found) == found
    assert domain(text) == "" or host(page(domain(text))) in (domain(text), domain(text).removeprefix("www."))


@pytest.mark.parametrize(
    ("handle", "is_domain"),
    [("bea.example", True), ("@Bea.Example", True), ("handle.invalid", False), ("bea", False), ("bea@town.example", False),
     ("1.2.3.4", False), ("-a.example", False)],
)  # fmt: skip
def test_a_handle_is_a_domain_or_it_is_not(handle, is_domain):
    found = domain(handle)

    assert bool(found) is is_domain


@pytest.mark.parametrize(
    "address", ["https://bea.example", "http://x.test/", "https://www.example.org", "http://box.local"]
)
def test_names_that_are_nobodys_are_not_called(address):
    worth = may_call(address)

    assert not worth
    assert may_call("https://bea.garden/about")
