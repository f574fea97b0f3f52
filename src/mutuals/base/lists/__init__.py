"""The one engine of lists: a room says once what its list is, and the screens, the API and the terminal show it.

See README.md here for how to declare one. `walk` gives a page by key, `count`, `sums` and `grouped` its figures, `csv_lines`
the whole as a file; `stand` is
its board, `month` its calendar, and `base.undo` writes many of its rows; `chips` and `sentence` put its condition into words.
"""

from mutuals.base.lists.boards import Standing, heads, more, stand
from mutuals.base.lists.csv_lines import csv_lines
from mutuals.base.lists.editing import Editing, Entry, Meanwhile
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
from mutuals.base.lists.months import Day, Month, month
from mutuals.base.lists.said import Chip, chips, part_of, sentence
from mutuals.base.lists.standing import Board, Card, Goal, Lane, Total
from mutuals.base.lists.walking import LONGEST_PAGE, TOO_SLOW, Asked, Page, rows_of, walk, walk_among

__all__ = [
    "LONGEST_PAGE",
    "TOO_SLOW",
    "Act",
    "Asked",
    "Board",
    "Card",
    "Chip",
    "Column",
    "Day",
    "Editing",
    "Entry",
    "Goal",
    "Group",
    "Lane",
    "Listing",
    "Meanwhile",
    "Month",
    "Narrow",
    "Page",
    "Ref",
    "Sort",
    "Standing",
    "Sum",
    "Total",
    "Unseen",
    "chips",
    "count",
    "csv_lines",
    "grouped",
    "heads",
    "is_listed",
    "listing",
    "listings",
    "month",
    "more",
    "part_of",
    "register",
    "rows_of",
    "sentence",
    "stand",
    "sums",
    "walk",
    "walk_among",
]
