"""How many columns a nested record may become."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.shapes import MAX_COLUMNS, flat, width
from mutuals.connectors.files.sniff import sniff


def lines(folder, *found):
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in found), encoding="utf-8")
    return path


def many(count, start=0):
    return {f"n{place}": 1 for place in range(start, start + count)}


def test_the_width_of_a_record_is_how_many_columns_it_becomes():
    record = {"a": {"b": 1, "c": {"d": 2}}, "e": [1, 2], "f": "x"}

    columns = width(record)

    assert columns == len(flat(record)) == 4


@pytest.mark.parametrize(
    "record",
    [many(MAX_COLUMNS + 1), {"a": many(MAX_COLUMNS + 1)}, {"a": many(600), "b": many(600)}, {"a": [many(1001)]}],
)
def test_too_many_names_within_names_are_refused_in_words(tmp_path, record):
    path = lines(tmp_path, record, record)

    with pytest.raises(Unreadable) as refusal:
        sniff(path)

    assert "names; at most 1,000 are read" in str(refusal.value)


def test_lines_that_each_name_others_are_refused_together(tmp_path):
    path = lines(tmp_path, *({"a": many(100, start)} for start in range(0, 1200, 100)))

    with pytest.raises(Unreadable) as refusal:
        sniff(path)

    assert "more than 1,000 names together" in str(refusal.value)


def test_a_thousand_names_within_a_name_are_read(tmp_path):
    path = lines(tmp_path, {"a": many(MAX_COLUMNS)})

    found = sniff(path)

    assert len(found.columns) == MAX_COLUMNS


def test_a_parquet_struct_counts_by_its_fields(tmp_path):
    pq.write_table(pa.table({"a": [many(MAX_COLUMNS + 1)]}), tmp_path / "a.parquet")

    with pytest.raises(Unreadable) as refusal:
        sniff(tmp_path / "a.parquet")

    assert "1,001 columns" in str(refusal.value)
