"""Orders out of files: rows of one number that stand together are one order with several lines.

Where a preset says that each row is a line, rows of one number may stand apart: a line is then known by its place among the
rows of its number, so equal rows are different lines, and the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from mutuals.capture.imports._orders_undo import orders_written, snapshot
from mutuals.capture.imports.decisions import KEPT_OUT, Decision, Outcome, Pair, Ref, RowIn, Shadow, joined, parted
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Import
from mutuals.connectors.contract import Handle
from mutuals.connectors.files.preset import preset_of
from mutuals.history import tally
from mutuals.identity import bought, cited, link
from mutuals.identity.models import LinkState
from mutuals.people import erased, profiles
from mutuals.people.models import Profile
from mutuals.people.names import tidy
from mutuals.people.profiles import stored_key
from mutuals.sales import rollups
from mutuals.sales.orders import MOST_LINES, LineIn, OrderIn, compare, fit, put


class OrdersPlanner:
    """Plans and writes orders. The customer is a profile: the shop's number if there is one, else the address.

    A profile is made when unknown, a person never. A shop's number without a person joins the person of the address in
    the same row.
    """

    def __init__(self, of: Import, shadow: Shadow) -> None:
        self._of, self._shadow = of, shadow
        self._rules = preset_of(str(of.options.get("preset") or "")).lines
        self._orders: list[tuple[OrderIn, Pair | None]] = []
        self._holders: dict[Pair, tuple[int | None, Ref | None]] = {}
        self._joins: dict[Pair, Ref] = {}
        self._erased: set[Pair] = set()
        self._names: dict[Pair, str] = {}
        self._seen: dict[str, Any] = {}

    def group(self, row: RowIn) -> str:
        """Rows of one order number."""
        return str(row.values.get("number") or "")

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]:
        """Decide a batch, order by order; four questions to the database."""
        groups = self._groups(rows)
        self._orders, self._joins, self._names = [], {}, {}
        self._seen = self._shadow.get(f"seen:{number}" for number, _ in groups)
        self._load([row.values for row in rows])
        read = [(members, *self._read(number, members)) for number, members in groups]
        states = compare([order for _, order, _ in read if order], source=self._of.source)
        return [one for members, order, reason in read for one in self._decide(members, order, reason, states)]

    def _groups(self, rows: Sequence[RowIn]) -> list[tuple[str, list[RowIn]]]:
        if not self._rules.each_row:
            return [(number, list(members)) for number, members in groupby(rows, self.group)]
        found: dict[str, list[RowIn]] = {}
        for row in rows:
            found.setdefault(self.group(row), []).append(row)
        return list(found.items())

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Note which orders are done."""
        if self._rules.each_row:
            known = self._shadow.get(f"seen:{number}" for number, _ in self._groups(rows))
            for number, members in self._groups(rows):
                lines, outcome = known.get(f"seen:{number}", (0, ""))
                known[f"seen:{number}"] = (lines + len(members), outcome)
            self._shadow.put(known)
            return
        told = {f"seen:{self.group(row)}": row.number for row in reversed(rows)}
        self._shadow.put({key: number for key, number in told.items() if key not in self._shadow.get(told)})

    def pretend(self) -> None:
        """Remember the last plan."""
        self._shadow.put(self._seen | {f"profile:{joined(pair)}": ref for pair, ref in self._joins.items()})

    def apply(self, *, now: datetime) -> None:
        """Write the last plan: profiles, orders, their interactions, links and counters."""
        self._shadow.put(self._seen)
        pairs = [pair for _, pair in self._orders if pair]
        found = profiles.ensure([Handle(*pair, pair[1], shown=self._names.get(pair, "")) for pair in pairs], now=now)
        told = [_placed(order, found[pair].id if pair else None) for order, pair in self._orders]
        before = snapshot([order.number for order in told], self._of.source)
        done = put(told, source=self._of.source, now=now)
        bought.note(done.changed, now=now)
        cited.bought(done.changed, now=now)
        clue = {"clue": "in the same row of an order file", "detail": self._of.file_name, "for": True}
        joins = [(found[pair].id, ref) for pair, ref in self._joins.items() if isinstance(ref, int)]
        link.attach(joins, state=LinkState.CONFIRMED, because=[clue], by=f"import:{self._of.pk}", now=now)
        people = {row.person_id for row in found.values() if row.person_id is not None} | {ref for _, ref in joins}
        rollups.recount(people)
        tally.recount(sorted(people))
        keep(self._of, [*self._profiles_written(found, dict(joins)), *orders_written(told, done.changed, before, now)])

    def _profiles_written(self, found: Mapping[Pair, profiles.Presence], joins: Mapping[int, int]) -> Iterator[Wrote]:
        """Profiles of customers that were made, or given to the person of an address."""
        for pair, row in found.items():
            whose = {"person": joins[row.id]} if row.id in joins else {}
            is_made = self._holders.get(pair, (None, None))[0] is None
            yield Wrote(f"profile:{row.id}", {} if is_made else dict.fromkeys(whose), whose, made=is_made)

    def _load(self, told: Sequence[Mapping[str, Any]]) -> None:
        pairs = {pair for values in told for pair in self._customer(values)}
        self._erased = erased.which(pairs)
        rows = Profile.objects.filter(network__in={one for one, _ in pairs}, key__in={key for _, key in pairs})
        self._holders = {
            (network, key): (pk, person)
            for network, key, pk, person in rows.values_list("network", "key", "pk", "person__canonical_id")
        }
        for key, ref in self._shadow.get(f"profile:{joined(pair)}" for pair in pairs).items():
            self._holders[parted(key)] = (self._holders.get(parted(key), (None, None))[0], ref)

    def _customer(self, values: Mapping[str, Any]) -> list[Pair]:
        pairs: list[Pair] = []
        if str(values.get("customer_id") or "").strip("\0 "):
            pairs.append(stored_key(f"crm:{self._of.source_id}", str(values["customer_id"])))
        if values.get("email"):
            pairs.append(stored_key("email", str(values["email"])))
        return pairs

    def _read(self, number: str, members: Sequence[RowIn]) -> tuple[OrderIn | None, str]:
        """The order that these rows make, or why not. One bad row spoils its order: half an order would be wrong."""
        if self._rules.each_row:
            return self._read_part(number, members)
        if number and self._seen.setdefault(f"seen:{number}", members[0].number) != members[0].number:
            return None, f"Rows of order {number} stand apart from each other; sort the file by order number"
        if reason := _reason(members):
            return None, reason
        return self._order(number, members, [line for row in members for line in _lines(row)])

    def _read_part(self, number: str, members: Sequence[RowIn]) -> tuple[OrderIn | None, str]:
        """The same for rows of which each is one line, known by its place among those of its order."""
        before, outcome = self._seen.get(f"seen:{number}", (0, ""))
        self._seen[f"seen:{number}"] = (before + len(members), outcome)
        if reason := _reason(members):
            return None, reason
        if outcome == Outcome.ERRORS:
            return None, f"Other rows of order {number} could not be taken; half an order would be wrong"
        if before + len(members) > MOST_LINES:
            return None, f"An order has at most {MOST_LINES:,} lines"
        lines = []
        for place, row in enumerate(members, before + 1):
            line = _line(row.values)
            kind = self._rules.kind(number, line.quantity)
            lines.append(replace(line, kind=kind, position=place))
        return self._order(number, members, lines, part="rest" if before else "first")

    def _order(
        self, number: str, members: Sequence[RowIn], lines: Sequence[LineIn], part: Literal["", "first", "rest"] = ""
    ) -> tuple[OrderIn | None, str]:
        whole = _whole(members)
        customer = self._customer(whole)
        if self._erased.intersection(customer):
            return None, f"{KEPT_OUT} This person asked to be forgotten."
        if not whole.get("placed_at"):
            return None, "Ordered at is missing"
        try:
            order = OrderIn(
                number=number,
                placed_at=whole["placed_at"],
                currency=str(whole.get("currency") or ""),
                total=whole.get("total") if not part else None,
                status=str(whole.get("status") or ""),
                profile_id=(self._holders.get(customer[0], (None, None))[0] or -1) if customer else None,
                lines=tuple(lines),
                part=part,
            )
            return fit(order), ""
        except ValueError as error:
            return None, str(error)

    def _decide(
        self, members: Sequence[RowIn], order: OrderIn | None, reason: str, states: Mapping[str, str]
    ) -> list[Decision]:
        state = self._state(self.group(members[0]), order, states)
        if order is None or state is Outcome.ERRORS:
            reason = reason or "The first rows of this order were not taken"
            return [Decision(row, Outcome.ERRORS, reason[:500]) for row in members]
        whole = _whole(members)
        customer = self._customer(whole)
        if customer:
            self._names[customer[0]] = tidy(str(whole.get("name") or ""), at_most=200)
        if self._join(customer) and state is Outcome.SAME:
            state = Outcome.UPDATED
        self._orders.append((order, customer[0] if customer else None))
        return [Decision(row, state) for row in members]

    def _state(self, number: str, order: OrderIn | None, states: Mapping[str, str]) -> Outcome:
        """What becomes of an order. Rows that stand apart add to it what its first rows began, so they count as those did."""
        state = Outcome(states[order.number]) if order else Outcome.ERRORS
        if not self._rules.each_row:
            return state
        lines, first = self._seen[f"seen:{number}"]
        if order and order.part == "rest":
            if first == Outcome.NEW:
                return Outcome.NEW
            return Outcome.ERRORS if state is Outcome.NEW else state
        self._seen[f"seen:{number}"] = (lines, state.value)
        return state

    def _join(self, customer: Sequence[Pair]) -> bool:
        if len(customer) < 2 or customer[0] in self._joins:
            return False
        number, address = (self._holders.get(pair, (None, None))[1] for pair in customer)
        if number is not None or address is None:
            return False
        self._joins[customer[0]] = address
        return True


def _whole(members: Sequence[RowIn]) -> dict[str, Any]:
    """What the rows of an order say together: of each field the first that is filled."""
    whole: dict[str, Any] = {}
    for row in members:
        whole |= {name: value for name, value in row.values.items() if name not in whole}
    return whole


def _reason(members: Sequence[RowIn]) -> str:
    reasons = [f"row {row.number}: {row.error}" for row in members if row.error]
    return "" if not reasons else reasons[0] if len(members) > 1 else members[0].error


def _lines(row: RowIn) -> list[LineIn]:
    told: list[Mapping[str, Any]] = list(row.values.get("lines", ()))
    told += [row.values] if row.values.get("line_name") or row.values.get("line_sku") else []
    return [_line(line) for line in told]


def _line(line: Mapping[str, Any]) -> LineIn:
    return LineIn(
        name=str(line.get("line_name") or line.get("line_sku") or "Article"),
        sku=str(line.get("line_sku") or ""),
        quantity=line.get("line_quantity", Decimal(1)),
        unit_price=line.get("line_unit_price", Decimal(0)),
    )


def _placed(order: OrderIn, profile_id: int | None) -> OrderIn:
    return replace(order, profile_id=profile_id)
