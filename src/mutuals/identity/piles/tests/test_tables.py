"""Any file becomes one table in our words."""

import csv
import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutuals.identity.piles import Refused, tables
from mutuals.identity.piles.tables import LONGEST, How, bring
from mutuals.identity.piles.words import Kind

PLAIN = How({})


@pytest.fixture
def brought(tmp_path):
    def bring_it(content, name="people.csv", kind=Kind.RECORDS, how=PLAIN):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        folder = tmp_path / "scratch"
        folder.mkdir(exist_ok=True)
        return bring(path, folder, kind, how=how)

    return bring_it


def held(table):
    return [{name: value for name, value in row.items() if name != "row"} for row in table.records()]


def test_a_csv_comes_out_in_our_words_trimmed_and_without_what_says_nothing(brought):
    table = brought("Kd-Nr; Vorname;Nachname;Note\n7; Bea ;Brand;NULL\n8;Bo;Brand;\n")

    rows = held(table)

    assert rows == [
        {"id": "7", "given_name": "Bea", "family_name": "Brand"},
        {"id": "8", "given_name": "Bo", "family_name": "Brand"},
    ]
    assert (table.rows, table.columns) == (2, ("given_name", "family_name"))
    assert pq.read_table(table.parquet)["row"].to_pylist() == [0, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_names_with_accents_arrive_from_every_encoding(brought, encoding):
    text = "id,name,city\n" + "".join(f"{n},Zoë Müller,Düsseldorf\n" for n in range(40))

    rows = held(brought(text.encode(encoding)))

    assert len(rows) == 40
    assert rows[0] == {"id": "0", "name": "Zoë Müller", "city": "Düsseldorf"}


def test_a_guess_at_the_encoding_is_told_and_can_be_overruled(brought):
    text = "id,name\n1,Łukasz Żółć\n".encode("cp1250")

    guessed = brought(text)
    said = brought(text, how=How({}, encoding="cp1250"))

    assert "Not UTF-8; read as" in " ".join(guessed.notes)
    assert held(said) == [{"id": "1", "name": "Łukasz Żółć"}]


def test_rows_that_cannot_be_read_are_left_out_and_told_by_their_lines(brought):
    table = brought("id,name,city\n1,Bea,Cork\n2,Bo\n3,Cleo,Cork,,\n4,Ada,Cork,x\n")

    rows = held(table)

    assert [row["id"] for row in rows] == ["1", "3"]
    assert any(note.startswith("2 rows could not be read and are left out. line 3: Row has 2") for note in table.notes)


def test_without_a_column_of_ids_the_rows_are_counted_and_that_is_told(brought):
    table = brought("name,city\nBea,Cork\nBo,Cork\n")

    rows = held(table)

    assert [row["id"] for row in rows] == ["1", "2"]
    assert "There is no column of ids, so the rows are counted from 1." in table.notes


def test_parquet_of_every_type_comes_out_as_text(brought):
    table = brought(
        pa.table(
            {
                "id": pa.array([1, 2], pa.int64()),
                "name": pa.array(["Bea", None]).dictionary_encode(),
                "dob": pa.array([datetime.date(1990, 5, 17), None]),
                "born at": pa.array([0, 30_600]).cast(pa.timestamp("s")),
                "email": pa.array([["a@b.example", "c@d.example"], []]),
                "height": pa.array([1.0, 1.75]),
                "loyal": pa.array([True, None]),
            }
        ),
        name="people.parquet",
    )

    rows = held(table)

    assert rows == [
        {
            "id": "1",
            "name": "Bea",
            "birth_date": "1990-05-17",
            "x_born_at": "1970-01-01",
            "email": "a@b.example;c@d.example",
            "x_height": "1",
            "x_loyal": "true",
        },
        {"id": "2", "x_born_at": "1970-01-01 08:30:00", "x_height": "1.75"},
    ]


def test_other_tables_are_read_too(brought):
    table = brought('{"id": 1, "name": "Bea \\ud800"}\n{"id": 2, "name": "Bo"}\n', name="people.jsonl")

    rows = held(table)

    assert rows == [{"id": "1", "name": "Bea �"}, {"id": "2", "name": "Bo"}]


def test_what_is_not_known_is_kept_as_evidence_of_records_and_named_for_the_others(brought):
    content = "id,name,shoe,surnmae\n1,Bea,39,Brand\n"

    records = brought(content)
    people = brought(content, kind=Kind.PEOPLE)

    assert dict(records.extras) == {"x_shoe": "shoe", "x_surnmae": "surnmae"}
    assert "If it is family_name, say --map family_name=surnmae" in records.notes[0]
    assert "Columns without a word of ours, kept as they are, as evidence: “shoe”." in records.notes
    assert "Columns without a word of ours, not used: “shoe”." in people.notes


def test_what_an_earlier_comparison_found_is_no_evidence(brought):
    told = brought(b"id,name,Cluster,born in\n1,Bea Lund,7,Porto\n2,Bo Lund,8,Faro\n", kind=Kind.RECORDS)

    assert "Cluster" not in told.extras.values()
    assert "born in" in told.extras.values()
    assert any("earlier comparison" in note and "Cluster" in note for note in told.notes)


@pytest.mark.parametrize(
    ("content", "how", "words"),
    [
        (b"", PLAIN, "The file is empty"),
        (b"\xef\xbb\xbf\n\n", PLAIN, "The file is empty"),
        ("id,name\n", PLAIN, "has no row that can be read"),
        ("name\nBea\nBo\n", PLAIN, "has only one column, “name”"),
        (
            "id,name\n7,Bea\n8,Bo\n7,Bea\n7,B\n",
            PLAIN,
            "people.csv: 1 id stands in more than one row, 3 rows together: “7” 3",
        ),
        ("id,name\n7,Bea\n,Bo\n,Cleo\n", PLAIN, "people.csv: 2 rows have no id; the first is row 2"),
        ("shoe,hat\n39,55\n", PLAIN, "No column of people.csv tells who somebody is; it has “shoe”, “hat”"),
        ("shoe,surnmae\n39,Brand\n", PLAIN, "Is “surnmae” family_name?"),
        ("shoe,nmae\n39,Brand\n", PLAIN, "Is “nmae” name?"),
        ("id,name\n1,Bea\n", How({}, delimiter="ab"), "is one character, such as ; or | or tab, not “ab”"),
        ("id,name\n1,Bea\n", How({}, delimiter="\n"), "is one character, such as ; or | or tab"),
        ("id,name\n1,Bea\n", How({}, delimiter='"'), "is one character, such as ; or | or tab"),
        ("id,name\n1,Bea\n", How({}, encoding="rot13"), "no encoding"),
        ("1,2020-05-17\n2,2020-05-18\n", PLAIN, "names no columns"),
        ("id,name\n1,Bea\n", How({"name": "Names"}), "has no column “Names”. Did you mean “name”?"),
        ("id,name\n1,Bea\n", How({}, encoding="latin-99"), "There is no encoding called “latin-99”"),
        (b"\x89PNG\r\n\x1a\n", PLAIN, "This is a picture, not a table"),
        (b"PAR1 and no more", PLAIN, "damaged or cut off"),
        ("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", PLAIN, "people.csv: 1 row has no id"),
        ("From bea Mon\nSubject: x\n\ny\n", PLAIN, "holds no table, but mbox"),
    ],
)
def test_what_nothing_can_be_done_with_is_refused_in_clear_words(brought, content, how, words):
    with pytest.raises(Refused) as refusal:
        brought(content, how=how)

    assert words in str(refusal.value)


def test_a_tab_can_be_said_in_words(brought):
    rows = held(brought("id\tname, first\n1\tBea\n", how=How({"name": "name, first"}, delimiter="tab")))

    assert rows == [{"id": "1", "name": "Bea"}]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"There is no file nobody\.csv"):
        bring(tmp_path / "nobody.csv", tmp_path, Kind.PEOPLE, how=PLAIN)


def test_cells_of_a_megabyte_and_nul_bytes_do_no_harm(brought):
    table = brought("id,name,bio\n1,B\0ea,\x00\n2," + "é" * 9_000 + ",x\n3," + "x" * (2 << 20) + ",y\n4,Bo,z\n")

    rows = held(table)

    assert rows[0] == {"id": "1", "name": "Bea"}
    assert (len(rows[1]["name"]), rows[-1]["id"]) == (LONGEST, "4")


def test_ids_are_told_apart_however_long_they_are(brought):
    rows = held(brought(f"id,name\n{'7' * 9_000}1,Bea\n{'7' * 9_000}2,Bo\n"))

    assert [row["id"][-1] for row in rows] == ["1", "2"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=30))
def test_what_a_program_wrote_is_read_as_it_was(tmp_path, rows):
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(["id", "name", "shoe"])
        out.writerows([number, *row] for number, row in enumerate(rows))

    table = bring(path, tmp_path, Kind.RECORDS, how=How({}, encoding="utf-8", delimiter=","))

    nothing = set(tables._NOTHING.to_pylist())
    wanted = [[cell.strip() if cell.strip() not in nothing else None for cell in row] for row in rows]
    assert [[row.get("name"), row.get("x_shoe")] for row in table.records()] == wanted


def test_the_fast_way_and_the_careful_one_read_the_same(tmp_path):
    lines = [f'{n},"Bea, the {n}th",  Cork ,"a ""quoted"" town\nof two lines"' for n in range(5_000)]
    even, broken = tmp_path / "even.csv", tmp_path / "broken.csv"
    even.write_text("\n".join(["id,name,city,note", *lines, ""]))
    broken.write_text("\n".join(["id,name,city,note", *lines, "only one", ""]))
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()

    fast, careful = (
        bring(path, folder, Kind.RECORDS, how=PLAIN) for path, folder in zip((even, broken), folders, strict=True)
    )

    assert held(fast) == held(careful)
    assert not any("left out" in note for note in fast.notes)
    assert any("1 row could not be read" in note for note in careful.notes)


def test_how_far_it_is_is_told(tmp_path):
    path, told = Path(tmp_path / "people.csv"), []
    path.write_text("id,name\n" + "".join(f"{n},Bea Brand\n" for n in range(300_000)))

    bring(path, tmp_path, Kind.PEOPLE, how=PLAIN, told=lambda *words: told.append(words))

    assert told[-1] == ("reading people.csv", 300_000, 300_000)
    assert all(done <= total for _, done, total in told)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
