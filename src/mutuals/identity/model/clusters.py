"""From signed edges to clusters: who is held to be one, when pairs disagree.

Average linkage on a graph whose edges weigh in bits (log2 odds, positive for *one person*). The two clusters with the
highest average over all their cross pairs are joined, as long as it is above zero. A cross pair that nobody compared
counts too, as `absent` bits: keys find most true pairs, so not having been found speaks against (about log2 of the share
of true pairs that keys miss). That cuts weak bridges: two groups of four that hang together by one edge of eight bits
have fifteen pairs that nothing speaks for.

Equal contenders are told apart by nothing but chance, so they are joined all together or not at all: the result does not
depend on the order or the numbering of anything. Bits are rounded to 1/1024, so that sums are exact in any order.

What no positive edge connects does not touch: recomputing one component equals recomputing everything.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

LARGEST = 30
"""Records that a machine joins into one without asking."""
ABSENT = -1.0
"""Bits of a pair that nobody compared, when nothing better is known."""
STRONG = 20.0
"""Bits from which two accounts of one network may be one person's: that is normal, but never by a likeness alone."""
_PROVEN = 64.0
_PARTS = 1024  # of a bit
_MOST = 1e6  # bits beyond which more says no more

Numbers = Any  # a sequence or an array of integers
Pair = tuple[int, int]


def clusters(
    count: int,
    a: Numbers,
    b: Numbers,
    bits: Any,
    *,
    must: Collection[Pair] = (),
    cannot: Collection[Pair] = (),
    accounts: Numbers | None = None,
    largest: int = LARGEST,
    absent: float = ABSENT,
    least: float = 0.0,
) -> Any:
    """The cluster of each of `count` records, as an int64 array of labels: the smallest number of its members.

    Edge i says by bits[i] that records a[i] and b[i] are one; of several edges of one pair the greatest counts. `must` are
    pairs that are one by proof or by a person's word, `cannot` pairs that are not; where they contradict each other (a must
    b, b must c, a cannot c) the cannot holds, and the musts of that group count as edges of 64 bits. `accounts[i]` is the
    number of the single-account network that record i stands for, or -1: two of one network are joined only by `must` or
    by an edge of STRONG bits between them. A group of musts may be larger than `largest`, anything else not. Two clusters
    are joined where all their cross pairs together say more than `least` bits.

    ValueError for bits that are no numbers and records that do not exist.
    """
    first, second, weight = _edges(count, a, b, bits)
    musts = np.array([pair for pair in must if pair[0] != pair[1]], np.int64).reshape(-1, 2)
    speak_for = weight > 0
    labels = _connected(
        count, np.concatenate([first[speak_for], musts[:, 0]]), np.concatenate([second[speak_for], musts[:, 1]])
    )
    inside = labels[first] == labels[second]
    first, second, weight = first[inside], second[inside], weight[inside]
    plain = _plain(labels, first, weight, accounts, largest, _whole(least))
    for x, y in (*must, *cannot):
        plain[labels[x]] = plain[labels[y]] = False
    _work_through(labels, plain, (first, second, weight), must, cannot, accounts, largest, absent, least)
    return labels


def _whole(bits: float) -> int:
    return round(min(max(bits, -_MOST), _MOST) * _PARTS)


def _edges(count: int, a: Numbers, b: Numbers, bits: Any) -> tuple[Any, Any, Any]:
    """Each pair once, the smaller record first, with whole weights."""
    left, right = np.asarray(a, np.int64), np.asarray(b, np.int64)
    weight = np.asarray(bits, np.float64)
    if np.isnan(weight).any():
        raise ValueError("an edge weighs nothing that is a number")
    first, second = np.minimum(left, right), np.maximum(left, right)
    if len(first) and (first.min() < 0 or second.max() >= count):
        raise ValueError(f"an edge names a record beyond the {count:,} there are")
    other = first != second
    whole = np.rint(np.clip(weight[other], -_MOST, _MOST) * _PARTS).astype(np.int64)
    key = first[other] * count + second[other]
    order = np.lexsort((whole, key))
    key, whole = key[order], whole[order]
    last = np.append(key[1:] != key[:-1], True)[: len(key)]  # the greatest of each pair stands last
    return key[last] // count, key[last] % count, whole[last]


def _connected(count: int, a: Any, b: Any) -> Any:
    """The smallest record that each is connected with. Labels are pulled down along edges, then followed to their ends."""
    labels = np.arange(count, dtype=np.int64)
    while len(a):
        low, high = labels[a], labels[b]
        differ = low != high
        if not differ.any():
            break
        a, b, low, high = a[differ], b[differ], low[differ], high[differ]
        np.minimum.at(labels, np.maximum(low, high), np.minimum(low, high))
        while True:
            further = labels[labels]
            if (further == labels).all():
                break
            labels = further
    return labels


def _plain(labels: Any, first: Any, weight: Any, accounts: Numbers | None, largest: int, least: int) -> Any:
    """By label: whether all pairs of a component speak enough for it, so that it is one cluster without more ado."""
    count = len(labels)
    size = np.bincount(labels, minlength=count)
    pairs = np.bincount(labels[first[weight > max(least, 0)]], minlength=count)
    plain = (pairs == size * (size - 1) // 2) & (size <= largest)
    if accounts is not None:
        held = np.asarray(accounts, np.int64)
        has = held >= 0
        both = np.stack([labels[has], held[has]])
        found, times = np.unique(both, axis=1, return_counts=True)
        plain[found[0][times > 1]] = False
    return plain


def _work_through(
    labels: Any,
    plain: Any,
    edges: tuple[Any, Any, Any],
    must: Collection[Pair],
    cannot: Collection[Pair],
    accounts: Numbers | None,
    largest: int,
    absent: float,
    least: float,
) -> None:
    """Write the labels of every component that is not plain."""
    owner = labels.copy()
    whose = owner[edges[0]]
    open_edges = ~plain[whose]
    order = np.argsort(whose[open_edges], kind="stable")
    whose = whose[open_edges][order]
    first, second, weight = (one[open_edges][order].tolist() for one in edges)
    kept, starts = np.unique(whose, return_index=True)
    ends = [*starts.tolist()[1:], len(whose)]
    ranges = {label: (start, end) for label, start, end in zip(kept.tolist(), starts.tolist(), ends, strict=False)}
    musts, cannots = _by_owner(must, owner), _by_owner(cannot, owner)
    for label, members in _members(owner, plain):
        start, end = ranges.get(label, (0, 0))
        held = dict(zip(zip(first[start:end], second[start:end], strict=True), weight[start:end], strict=True))
        nets = {x: int(accounts[x]) for x in members if accounts[x] >= 0} if accounts is not None else {}
        bounds = (largest, _whole(absent), _whole(least))
        joining = _Joining(members, held, musts.get(label, ()), cannots.get(label, ()), nets, bounds)
        for found in joining.done():
            for one in found:
                labels[one] = found[0]


def _by_owner(pairs: Collection[Pair], owner: Any) -> dict[int, list[Pair]]:
    """Pairs by the component that holds both; others bind nobody."""
    done = defaultdict[int, list[Pair]](list)
    for x, y in pairs:
        if owner[x] == owner[y]:
            done[int(owner[x])].append((x, y))
    return done


def _members(owner: Any, plain: Any) -> Iterable[tuple[int, list[int]]]:
    rows = np.flatnonzero(~plain[owner])
    order = np.argsort(owner[rows], kind="stable")
    rows = rows[order]
    whose = owner[rows]
    cuts = np.flatnonzero(whose[1:] != whose[:-1]) + 1
    for part in np.split(rows, cuts):
        if len(part):
            yield int(owner[part[0]]), part.tolist()


class _Joining:
    """One component. A cluster is known by one of its members; `near[x][y]` is the sum and the number of their edges."""

    def __init__(
        self,
        members: Iterable[int],
        edges: Mapping[Pair, int],
        must: Collection[Pair],
        cannot: Collection[Pair],
        accounts: Mapping[int, int],
        bounds: tuple[int, int, int],
    ) -> None:
        self._edges = dict(edges)
        self._largest, self._absent, self._least = bounds
        self._accounts = accounts
        self._held = {x: [x] for x in members}
        self._apart = defaultdict[int, set[int]](set)
        for x, y in cannot:
            self._apart[x].add(y)
            self._apart[y].add(x)
        of = self._proven(must)
        self._near: dict[int, dict[int, tuple[int, int]]] = {x: {} for x in self._held}
        for (x, y), weight in self._edges.items():
            one, other = of.get(x, x), of.get(y, y)
            if one != other:
                total, number = self._near[one].get(other, (0, 0))
                self._near[one][other] = self._near[other][one] = (total + weight, number + 1)

    def done(self) -> list[list[int]]:
        """Join until nothing is left that speaks for joining."""
        heap = [(-self._worth(x, y), x, y) for x, near in self._near.items() for y in near if x < y]
        heap = [(worth, x, y) for worth, x, y in heap if self._is_enough(-worth, x, y)]
        heapq.heapify(heap)
        while heap:
            worth, tied = heap[0][0], set[Pair]()
            while heap and heap[0][0] == worth:
                _, x, y = heapq.heappop(heap)
                if y in self._near.get(x, ()) and -self._worth(x, y) == worth:
                    tied.add((x, y))
            for group in tied if len(tied) < 2 else _groups(tied):
                if self._may_join(group):
                    kept = self._join(group)
                    for entry in self._outlook(kept):
                        heapq.heappush(heap, entry)
        return sorted(sorted(found) for found in self._held.values())

    def _proven(self, must: Collection[Pair]) -> dict[int, int]:
        """Join what is proven, but for groups that hold two which cannot be one; whom each then belongs to."""
        of = dict[int, int]()
        for group in _groups(must):
            inside = set(group)
            if any(self._apart[x] & inside for x in group):
                for x, y in must:
                    if x in inside and x != y:
                        pair = (min(x, y), max(x, y))
                        self._edges[pair] = max(self._edges.get(pair, 0), _whole(_PROVEN))
                continue
            first = min(group)
            self._held[first] = sorted(group)
            for x in group:
                of[x] = first
                if x != first:
                    del self._held[x]
        for x in list(self._apart):
            for y in self._apart.pop(x) if x in of else ():
                self._apart[of[x]].add(y)
        for x in self._apart:
            self._apart[x] = {of.get(y, y) for y in self._apart[x]}
        return of

    def _worth(self, x: int, y: int) -> float:
        total, number = self._near[x][y]
        pairs = len(self._held[x]) * len(self._held[y])
        return (total + self._absent * (pairs - number)) / pairs

    def _is_enough(self, worth: float, x: int, y: int) -> bool:
        return worth > 0 and worth * len(self._held[x]) * len(self._held[y]) > self._least

    def _outlook(self, x: int) -> Iterable[tuple[float, int, int]]:
        room = self._largest - len(self._held[x])
        for y in self._near[x]:
            worth = self._worth(x, y)
            if self._is_enough(worth, x, y) and len(self._held[y]) <= room:
                yield -worth, min(x, y), max(x, y)

    def _may_join(self, group: Sequence[int]) -> bool:
        """All of them: of several that tie, each has to belong to the rest, or nobody knows which of them do."""
        if sum(len(self._held[x]) for x in group) > self._largest:
            return False
        if any(y in self._apart.get(x, ()) or self._clash(x, y) for x, y in combinations(group, 2)):
            return False
        return len(group) == 2 or all(self._belongs(x, group) for x in group)

    def _belongs(self, x: int, group: Sequence[int]) -> bool:
        sums = 0
        for y in group:
            if y != x:
                total, number = self._near[x].get(y, (0, 0))
                sums += total + self._absent * (len(self._held[x]) * len(self._held[y]) - number)
        return sums > 0

    def _clash(self, x: int, y: int) -> bool:
        """Two accounts of one network, of which nothing strong says that they are one person's."""
        if not self._accounts:
            return False
        nets = {one: net for one in self._held[x] if (net := self._accounts.get(one)) is not None}
        for other in self._held[y]:
            net = self._accounts.get(other)
            for one in self._held[x] if net in nets.values() else ():
                pair = (one, other) if one < other else (other, one)
                if nets.get(one) == net and self._edges.get(pair, 0) < _whole(STRONG):
                    return True
        return False

    def _join(self, group: Sequence[int]) -> int:
        kept, *others = sorted(group, key=lambda x: -len(self._near[x]))
        for x in others:
            self._near[kept].pop(x, None)
            for y, (total, number) in self._near.pop(x).items():
                if y == kept:
                    continue
                del self._near[y][x]
                sums, numbers = self._near[kept].get(y, (0, 0))
                self._near[kept][y] = self._near[y][kept] = (total + sums, number + numbers)
            self._held[kept] += self._held.pop(x)
            for y in self._apart.pop(x, ()):
                self._apart[y].discard(x)
                self._apart[y].add(kept)
                self._apart[kept].add(y)
        return kept


def _groups(pairs: Collection[Pair]) -> list[list[int]]:
    """What hangs together by the pairs."""
    of = dict[int, int]()

    def root(x: int) -> int:
        while of.setdefault(x, x) != x:
            of[x] = x = of[of[x]]
        return x

    for x, y in pairs:
        of[root(x)] = root(y)
    found = defaultdict[int, list[int]](list)
    for x in list(of):
        found[root(x)].append(x)
    return list(found.values())
