"""Whose name a handle spells, over the whole list."""

from collections.abc import Sequence

from mutuals.identity.model.spelled import Claim, Spelled
from mutuals.identity.reading import handles, names

_GIVEN = "anna ben clara david emma felix greta hans ida jonas karla leo mia noah olga paul".split()  # noqa: SIM905
_FAMILY = "ackermann brandt cordes dietrich ebert fuchs graf hartmann jansen keller lorenz maurer neumann otto".split()  # noqa: SIM905
LIST = [f"{given.title()} {family.title()}" for given in _GIVEN for family in _FAMILY]


def _claims(people: Sequence[str], *written: tuple[str, str]) -> dict[int, list[Claim]]:
    found = Spelled(
        [names.readings(name) for name in people],
        [(network, handles.read(handle, network)) for network, handle in written],
    )
    held = dict[int, list[Claim]]()
    for claim in found.claims():
        held.setdefault(claim.handle, []).append(claim)
    return held


def test_a_rare_name_spelled_whole_is_surer_than_a_family_name_that_many_bear() -> None:
    people = [*LIST, "Zebulon Quarrington"]

    held = _claims(people, ("twitter", "ZebulonQuarrington"), ("twitter", "repkeller"))

    assert people[held[0][0].person] == "Zebulon Quarrington"
    assert held[0][0].probability > 0.95
    assert held[1][0].probability < 0.2


def test_two_of_one_name_are_equally_likely_and_neither_is_sure() -> None:
    people = [*LIST, "Zebulon Quarrington", "Zebulon Quarrington"]

    held = _claims(people, ("github", "zebulonquarrington"))

    assert held[0][0].probability < 0.51
    assert abs(held[0][0].bits_before(held[0][1])) < 0.01


def test_whoever_else_may_have_written_it_makes_a_handle_less_sure() -> None:
    few = [*LIST, "Ida Zorn"]
    many = [*few, "Inga Zorn"]

    small, large = _claims(few, ("x", "izorn")), _claims(many, ("x", "izorn"))

    assert large[0][0].probability < small[0][0].probability


def test_another_handle_of_a_person_makes_a_poor_one_likelier() -> None:
    people = [*LIST, "Scott Fitzwilliam", "Erin Fitzwilliam", "Karl Fitzwilliam"]

    alone = _claims(people, ("x", "repfitzwilliam"))
    beside = _claims(people, ("x", "repfitzwilliam"), ("facebook", "ScottFitzwilliam"))

    scott = people.index("Scott Fitzwilliam")
    assert beside[0][0].person == scott
    assert beside[0][0].together > 2
    assert beside[0][0].probability > 2 * next(one.probability for one in alone[0] if one.person == scott)


def test_the_same_input_gives_the_same_numbers() -> None:
    written = [("x", "annabrandt"), ("y", "brandta77"), ("z", "teatime")]

    first, second = _claims(LIST, *written), _claims(LIST, *written)

    assert first == second


def test_nothing_is_claimed_of_nothing() -> None:
    assert _claims([], ("x", "annabrandt")) == {}
    assert _claims(LIST) == {}
    assert _claims(LIST, ("facebook", "70063393423"), ("x", "")) == {}


def test_a_name_alone_never_rules_a_namesake_out() -> None:
    people = [*LIST, "Zebulon Quarrington-Featherstonehaugh"]
    written = [(network, "zebulonquarringtonfeatherstonehaugh") for network in ("x", "github", "mastodon")]

    held = _claims(people, *written)

    assert people[held[0][0].person] == people[-1]
    assert 0.99 <= held[0][0].probability <= 0.995
