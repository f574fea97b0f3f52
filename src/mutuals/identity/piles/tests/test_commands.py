"""The process of the piles, from files to files; and files that nothing good can come of."""

import csv
import json
import resource
import signal
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

NAMES = ("Bea", "Bo", "Cleo", "Ada", "Ben", "Dora", "Emil"), ("Brand", "Kettle", "Harbour", "Quay", "Moor")
BAD = {
    "empty": (b"", "The file is empty"),
    "no rows": (b"id,name\n", "has no row that can be read"),
    "one column": (b"name\nBea\nBo\n", "has only one column"),
    "doubled ids": (b"id,name\n7,Bea\n7,Bo\n", "1 id stands in more than one row"),
    "unknown columns": (b"shoe,surnmae\n39,Brand\n", "Is \u201csurnmae\u201d family_name?"),
    "no text": (bytes(range(256)) * 40, "This is not text"),
    "zip": (b"\x1f\x8b\x08\x00" + b"\0" * 99, "gzip archive. Unpack it"),
}


@pytest.fixture
def piles(tmp_path):
    def run(*words, most=1_500):
        """Run to the end; no process of it may take more than `most` MiB of memory."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        ended = subprocess.run(
            [sys.executable, "-m", "mutuals.identity.piles", *map(str, words)],
            cwd=tmp_path,
            env={"TMPDIR": str(tmp_path), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        assert used == before or used < most << 10
        return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr

    return run


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def crowd(count):
    """Every second of them is there twice, with another address."""
    lines = ["id,first name,surname,dob,city,email"]
    for person in range(count):
        names = f"{NAMES[0][person % 7]},{NAMES[1][person // 7 % 5]}{chr(97 + person // 35)}"
        for copy in range(1 + person % 2):
            mail = f"{'p' if copy else 'q'}{person}@harbour.example"
            lines.append(f"{person}-{copy},{names},19{person % 60 + 30}-0{person % 9 + 1}-1{person % 10},Cork,{mail}")
    return "\n".join(lines) + "\n"


def people(count):
    lines = ["id,name,city,email,website"]
    for person in range(count):
        name = f"{NAMES[0][person % 7]} {NAMES[1][person // 7 % 5]}{chr(97 + person // 35 % 26)}{person // 910 or ''}"
        lines.append(f"{person},{name},Cork,p{person}@harbour.example,https://p{person}.example")
    return "\n".join(lines) + "\n"


def profiles(count):
    lines = ["id,network,handle,display_name,url,bio"]
    for person in range(count):
        given = NAMES[0][person % 7]
        family = f"{NAMES[1][person // 7 % 5]}{chr(97 + person // 35 % 26)}{person // 910 or ''}"
        handle = f"{given}{family}".lower()
        lines.append(f"m{person},mastodon,{handle},{given} {family},https://p{person}.example,cooks")
    return "\n".join(lines) + "\n"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_records_come_out_with_the_cluster_that_each_belongs_to(piles, file, tmp_path):
    file("records.csv", crowd(200))

    code, said, _ = piles("dedupe", "records.csv", "--out", "clusters.parquet")

    found = pq.read_table(tmp_path / "clusters.parquet").to_pydict()
    assert code == 0
    assert said[-1]["counts"]["records"] == len(found["id"]) == 300
    assert list(found) == ["id", "cluster", "probability"]
    assert set(found["cluster"]) <= set(found["id"])
    assert all(0 <= probability <= 1 for probability in found["probability"])


def test_profiles_come_out_with_the_person_each_is_held_to_be(piles, file, tmp_path):
    file("people.csv", people(200))
    file("profiles.csv", profiles(60))

    code, said, _ = piles("link", "people.csv", "profiles.csv", "--out", "links.csv")

    found = rows(tmp_path / "links.csv")
    assert code == 0
    assert said[-1]["counts"]
    assert list(found[0]) == ["profile_id", "person_id", "decision", "probability", "margin", "evidence"]
    assert {row["profile_id"] for row in found} == {f"m{n}" for n in range(60)}
    assert {row["decision"] for row in found} <= {"link", "review", "leave"}
    assert all(isinstance(json.loads(row["evidence"]), list | dict) for row in found)
    assert all(row["person_id"] == row["profile_id"][1:] for row in found if row["decision"] == "link")


@pytest.mark.parametrize("words", [("dedupe", "people.csv"), ("link", "people.csv", "profiles.csv")])
def test_the_same_files_and_seed_give_the_same_bytes(piles, file, tmp_path, words):
    file("people.csv", crowd(80))
    file("profiles.csv", profiles(30))

    piles(*words, "--out", "one.csv", "--seed", 3)
    piles(*words, "--out", "two.csv", "--seed", 3)

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes() != b""


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["dedupe", "link"])
def test_a_bad_file_is_refused_in_words_and_nothing_is_written(piles, file, tmp_path, verb, name):
    content, words = BAD[name]
    file("bad.csv", content)
    file("profiles.csv", profiles(3))
    brought = ["bad.csv"] if verb == "dedupe" else ["bad.csv", "profiles.csv"]

    code, said, err = piles(verb, *brought, "--out", "out.csv")

    assert (code, err) == (1, "")
    assert said[-1]["refused"].startswith("bad.csv") or "bad.csv" in said[-1]["refused"]
    assert words in said[-1]["refused"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "profiles.csv"]


def test_what_is_said_of_one_file_of_two_is_meant_for_it_alone(piles, file):
    file("people.csv", "id,name,who\n1,Bea,x\n2,Bo,y\n")
    file("profiles.csv", "id,who,text\n1,bea,cooks\n2,bo,walks\n")
    words = ("link", "people.csv", "profiles.csv", "--out", "out.csv")

    _, known, _ = piles(*words, "--map", "profiles:handle=who", "--map", "bio=text", "--without", "people:who")
    _, unknown, _ = piles(*words, "--map", "handle=whoo")
    _, wrong, _ = piles(*words, "--map", "handle")

    assert "counts" in known[-1]
    assert "people.csv has no column “whoo”. Did you mean “who”?" in unknown[-1]["refused"]
    assert "--map wants OURS=THEIRS" in wrong[-1]["refused"]


def test_a_word_that_is_given_to_two_columns_is_refused(piles, file, tmp_path):
    file("people.csv", "id,name,city,email\n1,Bea,Cork,a@b.example\n")
    file("profiles.csv", "id,handle,city\n1,bea,Cork\n")

    code, one, _ = piles("dedupe", "people.csv", "--out", "out.csv", "--map", "id=city", "--map", "id=email")
    _, other, _ = piles(
        "link", "people.csv", "profiles.csv", "--out", "out.csv", "--map", "people:name=name", "--map", "name=city"
    )

    assert code == 1
    assert "--map gives id to “city” and to “email”; choose one" in one[-1]["refused"]
    assert "--map gives name to “name” and to “city”; choose one" in other[-1]["refused"]
    assert not (tmp_path / "out.csv").exists()


def test_a_guessed_encoding_is_told(piles, file):
    file("records.csv", crowd(60).replace("Kettle", "Kößler").encode("cp1252"))

    code, said, _ = piles("dedupe", "records.csv", "--out", "out.csv")

    assert code == 0
    assert {"note": "records.csv: Not UTF-8; read as cp1252. Check names with accents before importing."} in said


def test_a_quarter_million_of_identical_names_are_nobodys_doubles(piles, file, tmp_path):
    file("same.csv", "id,name\n" + "".join(f"{number},Bea Brand\n" for number in range(250_000)))

    code, said, _ = piles("dedupe", "same.csv", "--out", "out.parquet", most=600)

    assert code == 0
    assert said[-1]["counts"]["clusters"] == 250_000
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 250_000


def test_a_profile_that_matches_thousands_is_left_or_asked_about(piles, file, tmp_path):
    file("people.csv", "id,name,city\n" + "".join(f"{number},Bea Brand,Cork\n" for number in range(5_000)))
    file("profiles.csv", "id,network,handle,display_name\n1,mastodon,beabrand,Bea Brand\n2,mastodon,bo,Bo\n")

    code, _, _ = piles("link", "people.csv", "profiles.csv", "--out", "out.csv", most=900)

    assert code == 0
    assert "link" not in {row["decision"] for row in rows(tmp_path / "out.csv")}


def test_somebody_who_ends_it_finds_no_trace_of_it(file, tmp_path):
    file("same.csv", "id,name\n" + "".join(f"{number},Bea Brand\n" for number in range(400_000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "mutuals.identity.piles", "dedupe", "same.csv", "--out", "out.csv"],
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )

    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    code = process.wait(60)
    process.stdout.close()

    assert code == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["same.csv"]


def test_what_a_killed_process_left_is_cleared_by_the_command_and_by_the_next_start(piles, file, tmp_path):
    file("same.csv", "id,name\n" + "".join(f"{number},Bea Brand\n" for number in range(400_000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "mutuals.identity.piles", "dedupe", "same.csv", "--out", "out.csv"],
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    working, *_ = tmp_path.glob("mutuals-*")
    process.send_signal(signal.SIGSTOP)  # so that it works for as long as this takes
    file("few.csv", crowd(20))

    piles("dedupe", "few.csv", "--out", "few-out.csv")
    is_there_while_it_works = working.is_dir()
    process.kill()
    process.wait(60)
    process.stdout.close()
    piles("dedupe", "few.csv", "--out", "few-out.csv")

    assert is_there_while_it_works
    assert not list(tmp_path.glob("mutuals-*"))
