"""What cannot be if two were one: tables of cases."""

import pytest

from mutuals.identity.model.card import Card, row_of
from mutuals.identity.model.conflicts import CROWD, conflicts_of
from mutuals.identity.model.score import Scorer
from mutuals.identity.model.social import READINGS, day_one


def row(given="bea", family="brand", **more):
    return row_of(Card("k", given=(given,), family=(family,), **more), READINGS)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (row(birth_dates=("1971-06-02",)), row(birth_dates=("1999-01-30",)), "born on 1971-06-02 and on 1999-01-30"),
        (row(), row("bo"), "two given names of one family, Bea and Bo"),
        (row(emails=("b.brand@firm.example",)), row(emails=("bea@firm.example",)), "two mailboxes of one house"),
        (
            row(emails=("bea@gmail.com",)),
            row("mei", "okonkwo", emails=("mei@gmail.com",)),
            "two addresses with two names",
        ),
        (row(sole=("linkedin bea",)), row(sole=("linkedin beabrand",)), "two accounts of linkedin"),
        (
            row(holders=(("bea.example", "did:plc:1"),)),
            row(holders=(("bea.example", "did:plc:2"),)),
            "the account bea.example has changed hands",
        ),
        (
            row(
                holders=(
                    ("bea@tea.example", "https://tea.example/@bea"),
                    ("bea@tea.example", "https://tea.example/users/1"),
                )
            ),
            row(holders=(("bea@tea.example", "https://tea.example/users/2"),)),
            "the account bea@tea.example has changed hands",
        ),
        (row(), row(firms=("Brand Ltd",)), "an organisation, Brand Ltd, and a person"),
        (row(presences=CROWD), row(), "30 presences or more"),
    ],
)
def test_what_cannot_be_is_told_whichever_side_comes_first(one, other, words):
    found = [conflicts_of(one, other), conflicts_of(other, one)]

    assert [len(told) for told in found] == [1, 1]
    assert words in found[0][0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(), row()),
        (row("william"), row("bill")),
        (row("katharina"), row("katharine")),
        (row("b"), row("bo")),
        (row(), row("mei", "okonkwo")),
        (row(emails=("bea@gmail.com",)), row(emails=("bea.b@gmail.com",))),
        (row(sole=("linkedin bea",)), row(sole=("facebook beabrand",))),
        (
            row(holders=(("bea@tea.example", "https://tea.example/users/bea"),)),
            row(holders=(("bea@tea.example", "https://tea.example/@bea"),)),
        ),
        (row(presences=CROWD - 1), row()),
        (row_of(Card("k"), READINGS), row_of(Card("k"), READINGS)),
    ],
)
def test_what_may_be_is_no_conflict(one, other):
    assert conflicts_of(one, other) == ()


@pytest.mark.parametrize("more", [{"given": ("bo", "b")}, {"handles": (("mastodon", "bbrand"),)}])
def test_two_given_names_that_differ_are_not_one_for_an_initial_elsewhere(more):
    bo = row_of(Card("k", **{"given": ("bo",), "family": ("brand",)} | more), READINGS)

    given = next(part for part in Scorer(day_one()).score(row(), bo).evidence if part.comparison == "given")

    assert given.level == "another one of the family"
    assert given.bits < -5
