"""Workbooks: what a cell holds that no program ever reckoned."""

import openpyxl

from mutuals.connectors.files.read import rows
from mutuals.connectors.files.sniff import sniff


def test_a_formula_that_was_never_reckoned_comes_in_as_its_text_and_not_as_nothing(tmp_path):
    book = openpyxl.Workbook()
    for line in (["name", "city"], ["=1+1", "Ulm"], [None, None], ["Bo", "Bonn"]):
        book.active.append(line)
    book.save(path := tmp_path / "a.xlsx")

    good = list(rows(path, sniff(path)))

    assert [(row.number, row.values["name"]) for row in good] == [(2, "=1+1"), (4, "Bo")]
