"""Fields of the house's own making, as values: what a field is, what it takes, how it is kept and how it is shown. Pure.

A record keeps them in one JSON column, `custom`. Kept are: texts, choices, references ("person:12"), days (2026-05-01) and
moments (2026-05-01T10:00:00Z) as texts, which stand in their order; numbers and formulas as JSON numbers of at most 15 digits;
yes and no as booleans; several choices as a list; an amount as a number, with its currency under `key__currency` beside it.
What is not known is not there: no key holds nothing.
"""

from mutuals.base.fields.formula import Formula
from mutuals.base.fields.shapes import FILTERED, LONGEST_KEY, FieldKind, Misfit, Shape
from mutuals.base.fields.shown import plain, words
from mutuals.base.fields.values import currency_key, flat, reckoned, stored

__all__ = [
    "FILTERED",
    "LONGEST_KEY",
    "FieldKind",
    "Formula",
    "Misfit",
    "Shape",
    "currency_key",
    "flat",
    "plain",
    "reckoned",
    "stored",
    "words",
]
