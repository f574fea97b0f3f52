"""I5: `mutuals read` from the terminal: files in, files out, each post positive, negative or neither."""

from __future__ import annotations

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutuals.cli import build
from mutuals.cli.readings import read
from mutuals.connectors.files.work import Refused
from mutuals.text.tests.test_endpoint import chat, labels, posts_of, served


def run(*words):
    return read(build(["read"]).parse_args(["read", *map(str, words)]))


def lines(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_file_of_posts_becomes_a_file_of_readings(tmp_path):
    posts = tmp_path / "posts.csv"
    posts.write_text(
        'id,text,lang\n7,"Worst service ever, I am furious",\n8,Danke für die tolle Hilfe,de\n9,,\n', encoding="utf-8"
    )

    counts = run(posts, "--out", tmp_path / "out.csv", "--json")

    first, second, third = lines(tmp_path / "out.csv")
    assert counts["posts"] == 3
    assert (first["id"], first["language"], first["sentiment"]) == ("7", "en", "negative")
    assert (second["language"], second["sentiment"]) == ("de", "positive")
    assert float(first["p_negative"]) + float(first["p_neutral"]) + float(first["p_positive"]) == pytest.approx(
        1, abs=0.001
    )
    assert (third["id"], third["sentiment"], third["p_negative"]) == ("9", "", "")


def test_parquet_goes_in_and_out_by_several_processes(tmp_path):
    texts = ["thank you, great help", "terrible delay, nobody answers"] * 1_100
    pq.write_table(pa.table({"tweet_id": list(range(2_200)), "Body": texts}), tmp_path / "posts.parquet")

    run(tmp_path / "posts.parquet", "--out", tmp_path / "out.parquet", "--map", "text=Body", "--processes", 2, "--json")

    out = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert out["id"] == [str(n) for n in range(2_200)]
    assert out["sentiment"] == ["positive", "negative"] * 1_100


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        (b"a,b\n1,2\n", [], "No column of posts.csv is known as the text"),
        (b"id,text\n1,x\n", ["--map", "text=Nope"], "no column"),
        (b"id,text\n1,x\n", ["--map", "mood=text"], "no word that columns are mapped to"),
        (b"id,body\n1,x\n", ["--map", "text=bodi"], "Did you mean “body”?"),
        (b"id,a,b\n1,x,y\n", ["--map", "text=a", "--map", "text=b"], "to “a” and to “b”; choose one"),
        (b"id,a\n1,x\n", ["--map", "text=a", "--map", "brand=a"], "is given to text and to brand"),
        (b"id,text\n1,x\n", ["--closer"], "install the extra"),
        (b"", [], "empty"),
        (b"\x1f\x8bxxxx", [], "gzip"),
    ],
)
def test_a_file_that_nothing_can_be_done_with_is_refused_and_nothing_written(tmp_path, content, words, told):
    posts = tmp_path / "posts.csv"
    posts.write_bytes(content)

    with pytest.raises(Refused, match=told):
        run(posts, "--out", tmp_path / "out.csv", *words)

    assert not (tmp_path / "out.csv").exists()


def test_cells_cannot_run_as_formulas(tmp_path):
    posts = tmp_path / "posts.csv"
    posts.write_text('id,text\n"=1+1",good morning everybody\n', encoding="utf-8")

    run(posts, "--out", tmp_path / "out.csv", "--json")

    assert lines(tmp_path / "out.csv")[0]["id"] == "'=1+1"


def test_a_language_model_is_asked_where_it_is_told_to_be_and_nothing_is_read_without_it(tmp_path, monkeypatch):
    posts = tmp_path / "posts.csv"
    posts.write_text('id,text\n1,"fine then, monday maybe"\n', encoding="utf-8")
    words = [posts, "--out", tmp_path / "out.csv", "--json", "--model", "small-one", "--ask"]

    with served(lambda body, _: (200, chat(labels(posts_of(body))))) as (address, held):
        monkeypatch.setenv("MUTUALS_NET_ALLOW", address.allow)
        counts = run(*words, address.url)

    assert counts["read by small-one too"] == len(held) - 1
    with pytest.raises(Refused, match="cannot be reached"):
        run(*words, address.url)


def test_ids_that_begin_like_a_formula_are_told_and_stay_whole_in_parquet(tmp_path):
    posts = tmp_path / "posts.csv"
    posts.write_text("id,text\n@bea,The lid broke\n=49301,Lovely kettle\n7,Where is it?\n", encoding="utf-8")

    counts = run(posts, "--out", tmp_path / "out.csv", "--json")
    run(posts, "--out", tmp_path / "out.parquet", "--json")

    assert [row["id"] for row in lines(tmp_path / "out.csv")] == ["'@bea", "'=49301", "7"]
    assert any("2 cells begin like a formula" in note for note in counts["notes"])
    assert pq.read_table(tmp_path / "out.parquet")["id"].to_pylist() == ["@bea", "=49301", "7"]
