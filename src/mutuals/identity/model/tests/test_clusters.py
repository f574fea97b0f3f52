"""Who is held to be one when pairs disagree."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.identity.model.clusters import STRONG, clusters

MOST = 9


def found(count, edges, **more):
    a, b, bits = zip(*edges, strict=True) if edges else ((), (), ())
    labels = clusters(count, list(a), list(b), list(bits), **more)
    return partition(labels)


def partition(labels):
    groups = {}
    for record, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(record)
    return sorted(groups.values())


def clique(members, bits):
    return [(x, y, bits) for x, y in combinations(members, 2)]


pairs = st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1)).filter(lambda pair: pair[0] != pair[1])
some_pairs = st.lists(pairs, max_size=3)
weights = st.one_of(st.sampled_from([-8.0, -1.0, 0.0, 3.0, 6.0, 25.0]), st.floats(-12, 30))
graphs = st.lists(st.tuples(pairs, weights), max_size=24).map(lambda found: [(x, y, bits) for (x, y), bits in found])
nets = st.one_of(st.none(), st.lists(st.integers(-1, 1), min_size=MOST, max_size=MOST))


@given(graphs, some_pairs, some_pairs, nets, st.permutations(range(MOST)), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_numbering_of_anything_matters(edges, must, cannot, accounts, new, chance):
    shuffled = chance.sample(edges, len(edges))
    moved = [(new[y], new[x], bits) for x, y, bits in shuffled]
    turned = None if accounts is None else [accounts[new.index(x)] for x in range(MOST)]

    first = found(MOST, edges, must=must, cannot=cannot, accounts=accounts, largest=5)
    second = found(
        MOST,
        moved,
        must=[(new[x], new[y]) for x, y in must],
        cannot=[(new[x], new[y]) for x, y in cannot],
        accounts=turned,
        largest=5,
    )

    assert sorted(sorted(new[x] for x in group) for group in first) == second


@given(graphs, some_pairs, some_pairs)
def test_what_must_not_be_one_never_is_and_what_is_proven_stays_together(edges, must, cannot):
    together = found(MOST, [], must=must)
    disputed = {x for group in together if any({x, y} <= set(group) for x, y in cannot) for x in group}

    groups = found(MOST, edges, must=must, cannot=cannot, largest=3)

    for group in groups:
        assert not any({x, y} <= set(group) for x, y in cannot)
    for x, y in must:
        assert x in disputed or any({x, y} <= set(group) for group in groups)


@given(graphs, some_pairs, some_pairs, nets)
def test_a_component_by_itself_comes_out_as_it_does_among_all(edges, must, cannot, accounts):
    whole = found(MOST, edges, must=must, cannot=cannot, accounts=accounts, largest=4)
    touched = found(
        MOST, [edge for edge in edges if edge[2] > 0] + [(x, y, 1e3) for x, y in must], absent=0, largest=99
    )

    again = []
    for members in touched:
        inside = set(members)
        again += [
            group
            for group in found(
                MOST,
                [edge for edge in edges if {edge[0], edge[1]} <= inside],
                must=[pair for pair in must if set(pair) <= inside],
                cannot=[pair for pair in cannot if set(pair) <= inside],
                accounts=[net if x in inside else -1 for x, net in enumerate(accounts)] if accounts else None,
                largest=4,
            )
            if set(group) <= inside
        ]

    assert sorted(again) == whole


@given(graphs)
def test_no_cluster_is_larger_than_a_machine_may_make_it(edges):
    groups = found(MOST, edges, largest=3)

    assert max(map(len, groups)) <= 3


@given(graphs, pairs)
def test_saying_that_two_are_one_never_parts_them(edges, pair):
    groups = found(MOST, edges, must=[pair])

    assert any(set(pair) <= set(group) for group in groups)


def test_a_weak_bridge_is_cut():
    edges = clique(range(4), 12.0) + clique(range(4, 8), 12.0) + [(3, 4, 8.0)]

    groups = found(8, edges)

    assert groups == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_missing_pair_does_not_part_what_hangs_together():
    edges = [edge for edge in clique(range(4), 9.0) if edge[:2] != (0, 3)]

    groups = found(4, edges)

    assert groups == [[0, 1, 2, 3]]


def test_who_could_be_either_of_two_that_are_not_one_is_neither():
    edges = [(0, 1, 10.0), (1, 2, 10.0), (0, 2, -30.0)]

    groups = found(3, edges)

    assert groups == [[0], [1], [2]]


def test_the_stronger_of_two_contenders_wins():
    edges = [(0, 1, 14.0), (1, 2, 10.0), (0, 2, -30.0)]

    groups = found(3, edges)

    assert groups == [[0, 1], [2]]


def test_two_accounts_of_one_network_need_more_than_a_likeness():
    like, strong = [(0, 1, STRONG - 1)], [(0, 1, STRONG)]

    alike = found(2, like, accounts=[0, 0])
    sure = found(2, strong, accounts=[0, 0])
    proven = found(2, like, accounts=[0, 0], must=[(0, 1)])
    elsewhere = found(2, like, accounts=[0, 1])

    assert (alike, sure, proven, elsewhere) == ([[0], [1]], [[0, 1]], [[0, 1]], [[0, 1]])


def test_a_contradiction_between_people_joins_nobody():
    must, cannot = [(0, 1), (1, 2)], [(0, 2)]

    groups = found(3, [], must=must, cannot=cannot)

    assert groups == [[0], [1], [2]]


def test_what_is_proven_may_be_larger_than_a_machine_may_make_it():
    must = [(x, x + 1) for x in range(7)]

    groups = found(8, [], must=must, largest=3)

    assert groups == [list(range(8))]


def test_a_crowd_of_equals_is_left_alone():
    edges = clique(range(40), 9.0)

    groups = found(40, edges, largest=30)

    assert groups == [[x] for x in range(40)]


def test_of_several_edges_of_one_pair_the_greatest_counts():
    groups = found(2, [(0, 1, -5.0), (1, 0, 4.0), (0, 1, 2.0), (0, 0, 9.0)])

    assert groups == [[0, 1]]


def test_nothing_comes_of_nothing():
    labels = clusters(0, [], [], [])

    assert labels.tolist() == []


@pytest.mark.parametrize("edge", [(0, 2, 1.0), (-1, 0, 1.0), (0, 1, float("nan"))])
def test_an_edge_that_names_nobody_or_weighs_nothing_is_refused(edge):
    with pytest.raises(ValueError):
        found(2, [edge])


def test_a_large_graph_comes_out_as_each_of_its_components_worked_through():
    chance = np.random.default_rng(3)
    count, many = 3_000, 6_000
    a = chance.integers(0, count, many)
    b = np.minimum(a + chance.integers(1, 4, many), count - 1)
    bits = chance.normal(2, 8, many)

    whole = partition(clusters(count, a, b, bits))
    one_by_one = partition(clusters(count, a, b, bits, must=[(x, x) for x in range(count)]))

    assert one_by_one == whole


def test_few_bits_join_two_only_when_they_are_as_many_as_asked_for():
    left, right, bits = [0, 2, 4], [1, 3, 5], [2.0, 5.0, 3.0]

    found = clusters(6, left, right, bits, least=3.0)

    assert found.tolist() == [0, 1, 2, 2, 4, 5]


def test_what_all_pairs_of_two_clusters_say_together_is_asked_for():
    left, right, bits = [0, 0, 1], [1, 2, 2], [9.0, 2.5, 2.5]

    found = clusters(3, left, right, bits, least=4.0)

    assert found.tolist() == [0, 0, 0]
