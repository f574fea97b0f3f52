"""Whose is it? Tables of cases."""

from math import inf, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.identity.model.decide import RELATIVES, Candidate, Reason, Rule, Verdict, decide, posterior
from mutuals.identity.model.score import Evidence

POOL = 1_000


def one(key, *bits, proofs=(), conflicts=()):
    families = ("handle", "name", "site", "place")
    evidence = tuple(
        Evidence(f"{family}s", "same", worth, family) for family, worth in zip(families, bits, strict=False)
    )
    return Candidate(key, sum(bits), evidence, tuple(proofs), tuple(conflicts))


@pytest.mark.parametrize(
    ("candidates", "verdict", "reason"),
    [
        ([], Verdict.LEAVE, Reason.NOBODY),
        ([one("bea", 1.0)], Verdict.LEAVE, Reason.UNLIKELY),
        ([one("bea", 12.0, 10.0)], Verdict.LINK, Reason.SURE),
        ([one("bea", 22.0)], Verdict.REVIEW, Reason.ONE_FAMILY),
        ([one("bea", 22.0, 0.9)], Verdict.REVIEW, Reason.ONE_FAMILY),
        ([one("bea", 6.0, 5.0)], Verdict.REVIEW, Reason.LIKELY),
        ([one("bea", 12.0, 10.0, conflicts=["another birthday"])], Verdict.REVIEW, Reason.CONFLICT),
        ([one("bea", 12.0, 10.0), one("bo", 12.0, 10.0)], Verdict.AMBIGUOUS, Reason.CONTENDERS),
        ([one("bea", 12.0, 10.0), one("bo", 12.0, 6.5)], Verdict.AMBIGUOUS, Reason.CONTENDERS),
        ([one("bea", 14.0, 10.0), one("bo", 12.0, 2.0)], Verdict.LINK, Reason.SURE),
        ([one("bea", 1.0), one("bo", 1.0)], Verdict.LEAVE, Reason.UNLIKELY),
        ([one("bea", proofs=["her site names it"])], Verdict.LINK, Reason.PROVEN),
        ([one("bea", proofs=["a"]), one("bo", 12.0, 10.0)], Verdict.LINK, Reason.PROVEN),
        ([one("bea", proofs=["a"]), one("bo", proofs=["b"])], Verdict.AMBIGUOUS, Reason.TWO_PROOFS),
        ([one("bea", proofs=["a"], conflicts=["b"])], Verdict.REVIEW, Reason.CONFLICT),
    ],
)
def test_what_follows_from_whom(candidates, verdict, reason):
    found = decide(candidates, pool=POOL)

    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.words


def test_the_same_clues_are_worth_less_among_more():
    few = decide([one("bea", 10.0, 7.0)], pool=1_000)
    many = decide([one("bea", 10.0, 7.0)], pool=1_000_000)

    assert (few.verdict, many.verdict) == (Verdict.LINK, Verdict.LEAVE)
    assert few.probability > 0.99 > 0.25 > many.probability
    assert (few.pool, many.pool) == (1_000, 1_000_000)


def test_a_crowd_of_candidates_shares_what_one_alone_would_have():
    crowd = [one(f"name {number}", 12.0, 4.0) for number in range(500)]

    found = decide(crowd, pool=POOL)

    assert found.verdict == Verdict.LEAVE
    assert found.probability < 0.01


def test_why_not_the_next_one_is_told_by_kinds_of_clues():
    bea, bo = one("bea", 12.0, 10.0, 0.0), one("bo", 2.0, 10.0, 1.0)

    found = decide([bo, bea], pool=POOL)

    assert (found.best, found.runner_up, found.margin) == (bea, bo, 9.0)
    assert found.why_not == (("handle", 10.0),)
    assert "9.0 bits behind" in found.words


def test_without_a_next_one_the_margin_is_without_end():
    found = decide([one("bea", 12.0, 10.0)], pool=POOL)

    assert (found.margin, found.runner_up, found.why_not) == (inf, None, ())


def test_experience_that_speaks_against_the_model_stops_its_links():
    found = decide([one("bea", 12.0, 10.0)], pool=POOL, calibrated=lambda probability: probability * 0.9)

    assert (found.verdict, found.reason) == (Verdict.REVIEW, Reason.LIKELY)


def test_how_strict_it_is_can_be_said():
    candidates = [one("bea", 12.0, 10.0), one("bo", 12.0, 4.0)]

    found = decide(candidates, pool=POOL, rule=Rule(margin=8.0))

    assert found.verdict == Verdict.AMBIGUOUS


@given(st.lists(st.floats(-60, 2_000), max_size=8), st.integers(8, 10**9), st.floats(0.01, 0.99))
def test_probabilities_of_all_and_of_nobody_are_one_together(bits, pool, present):
    shares = posterior(bits, pool=pool, present=present)

    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) <= 1 + 1e-9
    assert [share for _, share in sorted(zip(bits, shares, strict=True))] == sorted(shares)


@given(
    st.lists(st.tuples(st.integers(0, 99), st.floats(-20, 40)), max_size=6, unique_by=lambda pair: pair[0]), st.data()
)
def test_the_order_of_candidates_does_not_matter(pairs, data):
    candidates = [one(key, bits) for key, bits in pairs]
    shuffled = data.draw(st.permutations(candidates))

    assert decide(candidates, pool=POOL) == decide(shuffled, pool=POOL)


def test_the_formula_holds():
    shares = posterior([10.0, 8.0], pool=1_000, present=0.5)

    assert shares == pytest.approx([1024 / (1024 + 256 + 1000), 256 / (1024 + 256 + 1000)])
    assert posterior([log2(1_000)], pool=1_000) == pytest.approx([0.5])


@pytest.mark.parametrize(("pool", "present"), [(0, 0.5), (5, 0.0), (5, 1.0)])
def test_a_pool_that_cannot_be_is_refused(pool, present):
    with pytest.raises(ValueError):
        decide([one("bea", 1.0)], pool=pool, present=present)


def test_certainty_is_never_rounded_up_to():
    found = decide([one("bea", 12.0, 9.0)], pool=POOL)

    assert found.words.startswith("Over 99.9 % among 1,000")


def test_fewer_kinds_of_clues_than_a_machine_needs_are_named_however_probable_it_is():
    name, place = Evidence("name", "same", 8.0, "name"), Evidence("site", "same page", 8.0, "site")

    found = [
        decide([Candidate(1, 16.0, evidence)], pool=1000).is_of_one_kind for evidence in ((name, name), (name, place))
    ]

    assert found == [True, False]


def test_a_relative_whom_nobody_listed_takes_from_what_relatives_share():
    shared = [decide([Candidate("bea", 30.0, kin=kin)], pool=POOL).probability for kin in (-inf, 10.0, 24.0, 30.0)]

    assert shared == sorted(shared, reverse=True)
    assert shared[0] > 0.999
    assert shared[-1] == pytest.approx(1 / (1 + RELATIVES), abs=1e-3)


def test_of_several_the_likeliest_relative_counts_once():
    together = posterior([20.0, 20.0], pool=2, kin=20.0)

    assert together == pytest.approx([1 / (2 + RELATIVES)] * 2, abs=1e-4)
