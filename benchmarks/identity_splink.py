"""Splink beside us: its own library of comparisons, the blocking of its own examples, .95 and connected components.

`python -m benchmarks.identity_splink NAME RECORDS OUT` writes `id,cluster`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.csv as pacsv
import splink.comparison_library as library
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLD = 0.95


def _frequent(comparison: Any) -> Any:
    return comparison.configure(term_frequency_adjustments=True)


FEBRL = (
    [
        library.NameComparison("given_name"),
        library.NameComparison("surname"),
        library.LevenshteinAtThresholds("date_of_birth", [1]),
        library.LevenshteinAtThresholds("soc_sec_id", [1]),
        _frequent(library.ExactMatch("street_number")),
        library.DamerauLevenshteinAtThresholds("postcode", [1]),
    ],
    [
        block_on("soc_sec_id"),
        block_on("given_name"),
        block_on("surname"),
        block_on("date_of_birth"),
        block_on("postcode"),
    ],
    [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
    [block_on("date_of_birth"), block_on("surname")],
)
SETS: dict[str, tuple[list[Any], list[Any], list[Any], list[Any]]] = {
    "febrl1": FEBRL,
    "febrl2": FEBRL,
    "febrl3": FEBRL,
    "fake_1000": (
        [
            library.NameComparison("first_name"),
            library.NameComparison("surname"),
            library.DateOfBirthComparison("dob", input_is_string=True),
            _frequent(library.ExactMatch("city")),
            library.EmailComparison("email"),
        ],
        [block_on("first_name", "city"), block_on("surname"), block_on("dob"), block_on("email")],
        [block_on("first_name", "surname", "dob"), block_on("email")],
        [block_on("first_name", "surname"), block_on("dob")],
    ),
    "historical_50k": (
        [
            library.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_and_surname"
            ),
            library.DateOfBirthComparison("dob", input_is_string=True),
            library.PostcodeComparison("postcode_fake"),
            _frequent(library.ExactMatch("birth_place")),
            _frequent(library.ExactMatch("occupation")),
        ],
        [
            block_on("first_name", "surname"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        [
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        [block_on("first_name", "surname"), block_on("dob")],
    ),
}


def main(name: str, given: Path, out: Path) -> None:
    """Train, predict and cluster as the examples do."""
    comparisons, blocking, rules, sessions = SETS[name]
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(
        "CREATE TABLE rows AS SELECT id AS unique_id, * EXCLUDE (id) "
        "FROM read_csv($1, all_varchar = true, header = true)",
        [str(given)],
    )
    names = {str(row[0]) for row in connection.execute("DESCRIBE rows").fetchall()}
    if name == "historical_50k" and "first_and_surname" not in names:
        raise SystemExit("the file has no column first_and_surname")
    settings = SettingsCreator("dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=blocking)
    linker = Linker(DuckDBAPI(connection).register("rows"), settings)
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5_000_000, seed=7)
    for session in sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(session)
    found = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, THRESHOLD)
    table = connection.sql(f"SELECT unique_id AS id, cluster_id AS cluster FROM {clusters.physical_name}")
    pacsv.write_csv(table.to_arrow_table(), out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
