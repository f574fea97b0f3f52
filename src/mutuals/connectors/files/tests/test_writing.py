"""What comes out, whole or not at all."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutuals.connectors.files.work import Refused
from mutuals.connectors.files.writing import check, writing

COLUMNS = {"id": pa.string(), "cluster": pa.string(), "probability": pa.float64()}
ROWS = {"id": ["=1+1", "a,b", "@bea", "-5"], "cluster": [None, "x", "y", "z"], "probability": [0.5, None, 1.0, 0.25]}


def test_a_csv_holds_nothing_that_a_sheet_would_run(tmp_path):
    path = tmp_path / "out.csv"

    with writing(path, COLUMNS) as out:
        out.add(ROWS)

    assert path.read_text() == (
        '"id","cluster","probability"\n"\'=1+1",,0.5\n"a,b","x",\n"\'@bea","y",1\n"-5","z",0.25\n'
    )


def test_parquet_holds_everything_as_it_is(tmp_path):
    path = tmp_path / "out.parquet"

    with writing(path, COLUMNS) as out:
        out.add(ROWS)
        out.add({"id": pa.array(["9"]), "cluster": pa.chunked_array([["w"]]), "probability": [1]})

    assert pq.read_table(path).to_pydict() == {
        "id": [*ROWS["id"], "9"],
        "cluster": [*ROWS["cluster"], "w"],
        "probability": [*ROWS["probability"], 1.0],
    }


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_work_that_breaks_off_leaves_what_was_there(tmp_path, name):
    path = tmp_path / name
    path.write_text("before")

    with pytest.raises(ZeroDivisionError), writing(path, COLUMNS) as out:
        out.add(ROWS)
        raise ZeroDivisionError

    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert path.read_text() == "before"


@pytest.mark.parametrize(
    ("name", "words"),
    [("out.xls", "ends neither"), ("away/out.csv", "no folder"), ("sub.csv", "is a folder"), ("in.csv", "is read")],
)
def test_a_place_that_nothing_can_be_written_to_is_refused_beforehand(tmp_path, name, words):
    (tmp_path / "sub.csv").mkdir()
    (tmp_path / "in.csv").touch()

    with pytest.raises(Refused, match=words):
        check(tmp_path / name, tmp_path / "in.csv", tmp_path / "nobody.csv")
