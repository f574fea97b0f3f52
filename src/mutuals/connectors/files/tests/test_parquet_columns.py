"""Parquet as columns of texts: every type that it knows, and files that are small and unpack to gigabytes."""

import datetime
import resource

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.columns import columns
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import Row
from mutuals.connectors.files.sniff import sniff

MOMENT = 1_600_000_000_000_000_000  # 2020-09-13 12:26:40 in nanoseconds
FAR = 2**62


@pytest.fixture
def read(tmp_path):
    """heading -> cells, as batches of columns give them."""

    def read_it(table, **how):
        pq.write_table(pa.table(table) if isinstance(table, dict) else table, tmp_path / "a.parquet", **how)
        sniffed, left_out = sniff(tmp_path / "a.parquet"), []
        found = {name: [] for name in sniffed.columns}
        for batch in columns(tmp_path / "a.parquet", sniffed, again=found.clear, left_out=left_out):
            for name, cells in batch.items():
                found[name] += [cell or None for cell in cells.to_pylist()]
        assert not left_out
        return found

    return read_it


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def repeated(word, count):
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([word]))


def test_what_stands_in_a_struct_is_columns_of_their_own(read, tmp_path):
    who = [None, {"name": "Bea", "at": {"city": "Cork", "mails": ["a@b.example", "c@d.example"]}}]

    found = read({"id": [1, 2], "who": who})

    assert found == {
        "id": ["1", "2"], "who.name": [None, "Bea"], "who.at.city": [None, "Cork"],
        "who.at.mails": [None, "a@b.example;c@d.example"],
    }  # fmt: skip
    second = [
        row.values for row in rows(tmp_path / "a.parquet", sniff(tmp_path / "a.parquet")) if isinstance(row, Row)
    ][1]
    assert second == {
        "id": "2", "who.name": "Bea", "who.at.city": "Cork", "who.at.mails": ["a@b.example", "c@d.example"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pa.array([MOMENT + 1, None], pa.timestamp("ns")), ["2020-09-13 12:26:40", None]),
        (pa.array([MOMENT + 1, None], pa.timestamp("ns", "Europe/Berlin")), ["2020-09-13 14:26:40+02:00", None]),
        (pa.array([MOMENT, None], pa.timestamp("ns", "Not/AZone")), ["2020-09-13 12:26:40", None]),
        (
            pa.array([FAR, 86_400_000, 1_500, None], pa.timestamp("ms")),
            [None, "1970-01-02", "1970-01-01 00:00:01.500", None],
        ),
        (pa.array([0, None], pa.timestamp("s")), ["1970-01-01", None]),
        (pa.array([2**30, 1], pa.int32()).view(pa.date32()), [None, "1970-01-02"]),
        (pa.array([3_600_000_000_001], pa.time64("ns")), ["01:00:00.000000001"]),
        (pa.array([1_001], pa.duration("ns")), ["1001"]),
        (pa.array([[MOMENT + 1], [], None], pa.list_(pa.timestamp("ns"))), ["2020-09-13 12:26:40", None, None]),
        (pa.array([b"B\xe9a", b"Bo"]), ["B\ufffda", "Bo"]),
        (pa.array([datetime.date(1990, 5, 17)]), ["1990-05-17"]),
        (pa.array(["Bea", None], pa.large_string()), ["Bea", None]),
        (pa.array(["Bea", None]).dictionary_encode(), ["Bea", None]),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), ["('a', 1)"]),
        (pa.nulls(2), [None, None]),
    ],
    ids=str,
)
def test_every_type_comes_as_texts(read, cells, texts):
    found = read({"id": range(len(cells)), "it": cells})

    assert found["it"] == texts


def test_bytes_that_are_no_text_are_shown_as_such(read):
    broken = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\3\0\0\0\5\0\0\0"), pa.py_buffer(b"B\xe9aBo"))

    found = read({"id": [1, 2], "name": broken})

    assert found["name"] == ["B\ufffda", "Bo"]


@pytest.mark.parametrize("encoding", ["", "PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_rows_keep_their_order_over_groups_and_batches(read, encoding):
    how = {"use_dictionary": False, "column_encoding": {"name": encoding}} if encoding else {}
    names = [f"Bea {number % 700}" for number in range(50_000)]

    found = read({"name": names, "id": range(50_000)}, row_group_size=7_000, **how)

    assert found == {"name": names, "id": [str(number) for number in range(50_000)]}


def test_long_texts_are_read_whole_a_few_at_a_time(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": range(800), "bio": [f"{n:05} {'é' * 50_000}" for n in range(800)]}), path)
    sniffed, before = sniff(path), memory()

    batches = columns(path, sniffed, again=list, left_out=[])
    lengths = [length for batch in batches for length in pc.utf8_length(batch["bio"]).to_pylist()]

    assert lengths == [50_006] * 800
    assert memory() - before < 100


@pytest.mark.parametrize(
    ("names", "word"), [(["name"], "Z" * (1 << 20)), ([f"name {n}" for n in range(10)], "Z" * 9_000)]
)
def test_a_small_file_that_unpacks_to_gigabytes_is_refused_in_words_before_it_does(tmp_path, names, word):
    path, before, read = tmp_path / "a.parquet", memory(), 0
    table = pa.table({"id": range(200_000), **{name: repeated(word, 200_000) for name in names}})
    pq.write_table(table, path, compression="zstd", store_schema=False)
    sniffed = sniff(path)

    with pytest.raises(Unreadable, match=r"times its size.*1,024 MiB are read.*leave out the columns") as refusal:
        for batch in columns(path, sniffed, again=list, left_out=[]):
            read += len(batch["id"])

    assert "breaks off" not in str(refusal.value)
    assert read * len(names) * len(word) < 1 << 30
    assert memory() - before < 300


def test_many_rows_that_say_the_same_are_no_harm(read):
    found = read({"name": repeated("Bea Brand", 400_000), "city": repeated("Cork", 400_000)})

    assert (len(found["name"]), set(found["name"]), set(found["city"])) == (400_000, {"Bea Brand"}, {"Cork"})
