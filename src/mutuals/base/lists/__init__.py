"""The one engine of lists: a room says once what its list is, and the screens, the API and the terminal show it.

See README.md here for how to declare one. `walk` gives a page by key, `count`, `sums` and `grouped` its figures, `csv_lines`
the whole as a file; `chips` and `sentence` put its condition into words.
"""

from mutuals.base.lists.csv_lines import csv_lines
from mutuals.base.lists.figures import Group, Sum, count, grouped, sums
from mutuals.base.lists.listing import (
    Act,
    Column,
    Listing,
    Narrow,
    Ref,
    Sort,
    Unseen,
    is_listed,
    listing,
    listings,
    register,
)
from mutuals.base.lists.said import OP_WORDS, Chip, chips, part_of, sentence
from mutuals.base.lists.walking import LONGEST_PAGE, Asked, Page, rows_of, walk

__all__ = [
    "LONGEST_PAGE",
    "OP_WORDS",
    "Act",
    "Asked",
    "Chip",
    "Column",
    "Group",
    "Listing",
    "Narrow",
    "Page",
    "Ref",
    "Sort",
    "Sum",
    "Unseen",
    "chips",
    "count",
    "csv_lines",
    "grouped",
    "is_listed",
    "listing",
    "listings",
    "part_of",
    "register",
    "rows_of",
    "sentence",
    "sums",
    "walk",
]
