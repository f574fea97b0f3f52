"""What a case is about in things, and what is to be done in it: parts with their serial numbers, and a checklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox import stepped
from mutuals.inbox.models import Case, CaseCheck, CasePart
from mutuals.sales.models import Product
from mutuals.staff.models import User

MOST = 200
"""Parts of one case, and lines of its checklist."""
_MOST_QUANTITY = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class PartIn:
    """A thing of a case. With the number of a product that is known (`sku`) its name need not be told."""

    name: str = ""
    quantity: Decimal = Decimal(1)
    serial: str = ""
    sku: str = ""


@transaction.atomic
def put_parts(case: Case, parts: Sequence[PartIn], *, by: User, now: datetime) -> Case:
    """What a case is about, instead of what was. Twice is once. Refused, by its place: no name, none of it, no such product."""
    row = stepped.held(case, by=by)
    if len(parts) > MOST:
        raise Refusal(f"A case has at most {MOST} parts.", fields={"parts": f"At most {MOST}."})
    products = {one.sku: one for one in Product.objects.filter(sku__in={part.sku for part in parts if part.sku})}
    wanted = [_part(place, one, products) for place, one in enumerate(parts, 1)]
    names = ("position", "product_id", "name", "quantity", "serial")
    if wanted == list(row.parts.order_by("position").values_list(*names)):
        return row
    row.parts.all().delete()
    CasePart.objects.bulk_create([CasePart(case=row, **dict(zip(names, one, strict=True))) for one in wanted])
    journal.note("case.parts", row, by=by, case=row.reference, parts=len(wanted))
    return _changed(row, now)


@transaction.atomic
def add_check(case: Case, words: str, *, by: User, now: datetime) -> CaseCheck:
    """Write one more line into the checklist. The same words, while they are not done, are the same line."""
    row = stepped.held(case, by=by)
    label = one_line(words, what="Words", longest=200)
    there = row.checks.filter(words=label, done_at=None).first()
    if there is not None:
        return there
    last = row.checks.aggregate(last=Max("position"))["last"] or 0
    if row.checks.count() >= MOST:
        raise Refusal(f"A checklist has at most {MOST} lines.")
    made = CaseCheck.objects.create(case=row, position=last + 1, words=label)
    journal.note("case.check", row, by=by, case=row.reference, words=label, did="added")
    _changed(row, now)
    return made


@transaction.atomic
def check(line: CaseCheck, *, by: User, now: datetime, is_done: bool = True) -> CaseCheck:
    """Tick a line, or take the tick away. Twice is once; who ticked first stays named."""
    row, found = _line(line, by=by)
    if (found.done_at is not None) is is_done:
        return found
    found.done_at, found.by = (now, by) if is_done else (None, None)
    found.save(update_fields=["done_at", "by"])
    did = "done" if is_done else "not done"
    journal.note("case.check", row, by=by, case=row.reference, words=found.words, did=did)
    _changed(row, now)
    return found


@transaction.atomic
def drop_check(line: CaseCheck, *, by: User, now: datetime) -> None:
    """Take a line out of the checklist. Twice is once."""
    row = stepped.held(line.case, by=by)
    if CaseCheck.objects.filter(pk=line.pk).delete()[0]:
        journal.note("case.check", row, by=by, case=row.reference, words=line.words, did="taken out")
        _changed(row, now)


def _line(line: CaseCheck, *, by: User) -> tuple[Case, CaseCheck]:
    row = stepped.held(line.case, by=by)
    found = CaseCheck.objects.filter(pk=line.pk).select_related("by").first()
    if found is None:
        raise Refusal("This line is not there any more.")
    return row, found


def _part(place: int, one: PartIn, products: dict[str, Product]) -> tuple[int, int | None, str, Decimal, str]:
    product = products.get(one.sku)
    if one.sku and product is None:
        words = f"Part {place}: there is no product {one.sku[:40]}."
        raise Refusal(words, fields={"parts": words})
    name = one_line(one.name, what="Name", longest=200, needed=False) or (product.name[:200] if product else "")
    serial = " ".join(one_line(one.serial, what="Serial", longest=100, needed=False).split())
    quantity = (
        one.quantity.quantize(Decimal("0.001")) if one.quantity.is_finite() and one.quantity < _MOST_QUANTITY else 0
    )
    if not name or quantity <= 0:
        words = f"Part {place} {'has no name' if not name else 'is fewer than none, or too many'}."
        raise Refusal(words, fields={"parts": words})
    return place, product.pk if product else None, name, Decimal(quantity), serial


def _changed(row: Case, now: datetime) -> Case:
    Case.objects.filter(pk=row.pk).update(changed_at=now)
    row.changed_at = now
    return row
