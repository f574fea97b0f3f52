"""What single clues of the social model are worth on day one."""

import pytest

from mutuals.identity.model import social
from mutuals.identity.model.card import Card, row_of
from mutuals.identity.model.score import Scorer


def weighed(one, other, comparison):
    """Level and bits, or None where nothing is known."""
    found = Scorer(social.day_one()).score(one, other).evidence
    return next(((each.level, each.bits) for each in found if each.comparison == comparison), None)


def row(*emails, **shares):
    return row_of(Card("1", emails=emails), social.READINGS) | {f"tf_{name}": share for name, share in shares.items()}


def test_a_house_of_mail_that_many_use_says_little_and_one_of_few_says_much():
    public = [row(f"{name}@mail.example", domain=0.2) for name in ("bea", "cal")]
    own = [row(f"{name}@beapours.example", domain=0.0005) for name in ("bea", "us")]

    many, few = weighed(*public, "site"), weighed(*own, "site")

    assert many == ("the domain of the address", pytest.approx(1.3, abs=0.1))
    assert few == ("the domain of the address", pytest.approx(7.0))


def test_two_letters_behind_one_number_tell_two_apart():
    one, other = row("bea.brand.84b@tea.example"), row("beabrand84c@tea.example")
    plain = row("bea.brand.84@tea.example")

    apart, near, same = (weighed(one, each, "digits_nearly") for each in (other, plain, one))

    assert apart == ("same, with two letters behind it", -1.0)
    assert near[0] == "same, otherwise followed"
    assert near[1] > 0
    assert same is None
