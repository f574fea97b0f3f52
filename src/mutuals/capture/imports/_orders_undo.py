"""How orders that a file wrote are taken back, with their lines, their place in the history, and products only they name."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mutuals.capture.imports.linked import dropped, naming, pointing, worked_on
from mutuals.capture.imports.ways import Reasons, Told, Undoing, Way, undoes
from mutuals.capture.imports.written import Wrote
from mutuals.channels.models import Source
from mutuals.history import tally
from mutuals.history.models import Interaction
from mutuals.identity import bought, cited
from mutuals.identity.models import Cited
from mutuals.people.models import Profile
from mutuals.sales import rollups
from mutuals.sales.models import Order, OrderLine, Product
from mutuals.sales.orders import OrderIn

_OWN = ("profile_id", "organisation_id", "placed_at", "currency", "total", "status", "kind", "deal_id")
_LINE = ("position", "product_id", "name", "quantity", "unit_price", "kind")


def register() -> None:
    """Make the way known."""
    undoes("order", Way(_told, _write, _remove))
    undoes("product", Way(_products_told, lambda _values, _undoing: {}, _products_remove))


def snapshot(numbers: Sequence[str], source: Source | None) -> dict[int, dict[str, Any]]:
    """What the tables hold of these orders as plain values, by id; two questions."""
    return _plain(Order.objects.filter(source=source, number__in=numbers))


def orders_written(
    told: Sequence[OrderIn], changed: Sequence[Order], before: Mapping[int, dict[str, Any]], now: datetime
) -> Iterator[Wrote]:
    """What a batch of orders wrote. `before` is its `snapshot`; of a new order only a digest is kept, by which an edit
    shows.
    """
    skus = {line.sku for order in told for line in order.lines if line.sku}
    made = Product.objects.filter(sku__in=skus, created_at=now) if skus else Product.objects.none()
    yield from (Wrote(f"product:{pk}", after={"name": name}, made=True) for pk, name in made.values_list("pk", "name"))
    after = _plain(Order.objects.filter(pk__in=[row.pk for row in changed]))
    for pk, values in after.items():
        if pk in before:
            names = [name for name, value in values.items() if value != before[pk][name]]
            yield Wrote(
                f"order:{pk}", {name: before[pk][name] for name in names}, {name: values[name] for name in names}
            )
        else:
            yield Wrote(f"order:{pk}", after={"digest": _digest(values)}, made=True)
    yield from (Wrote(f"order:{pk}") for pk in before if pk not in after)


def _plain(rows: Any) -> dict[int, dict[str, Any]]:
    found = {
        pk: dict(zip(_OWN, map(_json, own), strict=True)) for pk, *own in rows.order_by("pk").values_list("pk", *_OWN)
    }
    lines: dict[int, list[list[Any]]] = defaultdict(list)
    for pk, *line in (
        OrderLine.objects.filter(order__in=list(found)).order_by("position").values_list("order_id", *_LINE)
    ):
        lines[pk].append([_json(value) for value in line])
    return {pk: {**own, "lines": lines[pk]} for pk, own in found.items()}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else value


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def _told(ids: Sequence[int], _names: Collection[str], _undoing: Undoing) -> Told:
    list(Order.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))
    return {
        pk: {**values, "digest": _digest(values)} for pk, values in _plain(Order.objects.filter(pk__in=ids)).items()
    }


def _write(values: Told, undoing: Undoing) -> Reasons:
    people = _people(list(values))
    for number, one in values.items():
        own = {name: value for name, value in one.items() if name != "lines"}
        if own:
            Order.objects.filter(pk=number).update(**own)
        if "lines" in one:
            OrderLine.objects.filter(order=number).delete()
            OrderLine.objects.bulk_create(
                OrderLine(order_id=number, **dict(zip(_LINE, line, strict=True))) for line in one["lines"]
            )
    bought.note(list(Order.objects.filter(pk__in=list(values)).prefetch_related("lines")), now=undoing.now)
    _count({*people, *_people(list(values))})
    return {}


def _remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    kept = pointing(Order, ids, besides=("sales.orderline",)) | worked_on("order", ids, undoing)
    kept |= naming("order", ids, besides=("history.interaction",))
    gone = [number for number in ids if number not in kept]
    people = _people(gone)
    keys = [f"order:{number}" for number in gone]
    cited.forget(Cited.objects.filter(about__in=keys))
    Interaction.objects.filter(about__in=keys, kind="order").delete()
    Order.objects.filter(pk__in=gone).delete()
    _count(people)
    return kept


def _products_told(ids: Sequence[int], names: Collection[str], _undoing: Undoing) -> Told:
    rows = Product.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: {name: getattr(row, name) for name in names} for row in rows}


def _products_remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    return dropped(Product, "product", ids, undoing)


def _people(ids: Sequence[int]) -> set[int]:
    told = Profile.objects.filter(orders__in=ids, person__isnull=False).values_list("person__canonical_id", flat=True)
    return {number for number in told if number is not None}


def _count(people: Collection[int]) -> None:
    rollups.recount(people)
    tally.recount(sorted(people))
