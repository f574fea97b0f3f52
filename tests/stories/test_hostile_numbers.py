"""Numbers in addresses and forms that look like digits and are none: no screen breaks over them."""

from __future__ import annotations

import pytest
from django.test import Client

import cast

pytestmark = pytest.mark.django_db
ODD = "²"  # a digit to those who only look


@pytest.mark.parametrize(
    "path", ["/inbox/rows/?n={0}&open={0}", "/inbox/{turn}/newest/?count={0}&new={0}", "/inbox/{turn}/?undone={0}"]
)
def test_an_address_with_a_digit_that_is_no_number_is_a_page(path: str) -> None:
    us = cast.staff()
    turn = cast.turn(cast.source(owner=us.aron))
    client = Client()
    client.force_login(us.aron)

    answer = client.get(path.format(ODD, turn=turn.conversation_id))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/customers/{person}/place/", {"organisation": ODD}),
        ("/customers/bulk/", {"id": ODD, "do": "tag", "tag": "kettle"}),
        ("/customers/bulk/", {"id": "{person}", "do": "give", "owner": ODD}),
        ("/profiles/{profile}/link/", {"person": ODD}),
        ("/parked/retry/", {"id": ODD}),
        ("/inbox/many/", {"id": ODD, "do": "close"}),
    ],
)
def test_a_form_with_a_digit_that_is_no_number_chooses_nothing(path: str, form: dict[str, str]) -> None:
    us = cast.staff()
    known = {"person": cast.person(by=us.aron).pk, "profile": cast.profile().pk}
    client = Client()
    client.force_login(us.aron)

    answer = client.post(path.format(**known), {name: value.format(**known) for name, value in form.items()})

    assert answer.status_code in (200, 302, 404, 422)
