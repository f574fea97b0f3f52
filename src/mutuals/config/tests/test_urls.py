"""Addresses are found in the folders of the screens, and none of them depends on which folder comes first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.urls import Resolver404, URLPattern, URLResolver, path
from django.urls.resolvers import RegexPattern

from mutuals.config.urls import SCREENS, urlpatterns


def routes(patterns: Sequence[URLPattern | URLResolver], start: str = "") -> Iterator[str]:
    for one in patterns:
        here = start + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, here)
        else:
            yield here


def resolver(patterns: Sequence[URLPattern | URLResolver]) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), list(patterns))


def led_to(of: URLResolver, address: str) -> str:
    try:
        return of.resolve(address).route
    except Resolver404:
        return ""


def test_an_address_leads_to_the_same_screen_whichever_folder_comes_first() -> None:
    one_way, other_way = resolver(SCREENS), resolver(SCREENS[::-1])
    addresses = [
        "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: "7" if found[1] == "int" else "new", route)
        for route in routes(SCREENS)
    ]

    apart = [one for one in addresses if led_to(one_way, one) != led_to(other_way, one)]

    assert len(addresses) > 200
    assert apart == []


def test_every_folder_with_addresses_is_among_them() -> None:
    there = list(routes(urlpatterns))

    assert {"inbox/", "customers/", "rules/", "imports/"} <= set(there)


def test_two_folders_that_quarrel_over_an_address_are_noticed() -> None:
    """Shows that the first test can fail."""
    mine, yours = path("kettles/<slug:name>/", str), path("kettles/new/", str)

    one_way, other_way = (led_to(resolver(told), "/kettles/new/") for told in ([mine, yours], [yours, mine]))

    assert one_way != other_way
