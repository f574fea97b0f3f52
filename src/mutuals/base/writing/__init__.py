"""Files of rows, written a stretch at a time in constant memory: CSV, XLSX, Parquet and JSON Lines; vCard by cards.

Give each writer its `Head`s and then rows of plain values: text, int, Decimal, float, bool, date, aware datetime, a list of
texts, or None. Where a value does not fit its head, text forms print it and typed forms leave it out. Moments are printed in
one zone, which the head names; what a spreadsheet would run is made harmless.
"""

from mutuals.base.writing.cards import Card, card
from mutuals.base.writing.rows import MEDIA, Head, Shape, Writer, writer

__all__ = ["MEDIA", "Card", "Head", "Shape", "Writer", "card", "writer"]
