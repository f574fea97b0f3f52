"""Training without labels: Splink counts how pairs of strangers look (u) and learns how pairs of one person look (m)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow

from mutuals.identity.model.batch import BOUNDS, Bounds, engine, linker_of
from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.file import Model

DIGITS = 10
UNSEEN = 1e-6


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is trained.

    `prior_rules` are SQL conditions on `l` and `r` that hold for pairs of one person almost only, and `prior_recall` the share
    of all such pairs that they are held to find; without rules the model's own prior stays. Each of `sessions` is a SQL
    condition within which m is learned for the comparisons that do not look at its columns. Of `pairs` strangers u is counted.
    """

    sessions: Sequence[str]
    prior_rules: Sequence[str] = ()
    prior_recall: float = 0.7
    pairs: int = 2_000_000
    session_pairs: int = 1_000_000
    keep_u: bool = False


def train(model: Model, training: Training, *tables: pyarrow.Table, bounds: Bounds = BOUNDS) -> Model:
    """The model with weights learned from one table (or two for a link). The same tables and seed give the same model.

    A session without pairs is passed over and named in the notes. Levels that were never seen get a share of `UNSEEN`.
    ValueError where no session had any pairs.
    """
    with engine(replace(bounds, threads=1)) as connection:  # sums of one thread are the same every time
        linker = linker_of(connection, model, *tables)
        if training.prior_rules:
            linker.training.estimate_probability_two_random_records_match(
                list(training.prior_rules), recall=training.prior_recall
            )
        if not training.keep_u:
            linker.training.estimate_u_using_random_sampling(
                max_pairs=training.pairs, seed=model.seed, min_count_per_level=None, num_chunks=1
            )
        passed = []
        for session in training.sessions:
            found = _pairs(connection, session, len(tables))
            if not found:
                passed.append(session)
                continue
            most = training.session_pairs if found > training.session_pairs else None
            linker.training.estimate_parameters_using_expectation_maximisation(
                session, estimate_without_term_frequencies=True, max_pairs=most
            )
        if len(passed) == len(training.sessions):
            raise ValueError("there is nothing to learn from: no two rows agree on anything that a session asks for")
        learned = linker.misc.save_model_to_json()
    return _learned(model, learned, {"sessions": list(training.sessions), "passed_over": passed})


def _pairs(connection: duckdb.DuckDBPyConnection, session: str, tables: int) -> int:
    """How many pairs a session has; Splink's own state is spoilt by a session without any."""
    right, apart = ("rows_1", "true") if tables == 2 else ("rows_0", "l.unique_id < r.unique_id")
    counted = f"SELECT count(*) FROM rows_0 AS l JOIN {right} AS r ON {session} AND {apart}"  # noqa: S608
    return int(connection.execute(counted).fetchall()[0][0])


def _learned(model: Model, learned: Mapping[str, Any], notes: Mapping[str, Any]) -> Model:
    shares = {one["output_column_name"]: one["comparison_levels"] for one in learned["comparisons"]}
    comparisons = tuple(_with(comparison, shares[comparison.name]) for comparison in model.comparisons)
    prior = _rounded(learned["probability_two_random_records_match"])
    return replace(model, comparisons=comparisons, prior=prior, notes={**model.notes, **notes})


def _with(comparison: Comparison, shares: Sequence[Mapping[str, Any]]) -> Comparison:
    *steps, last = [share for share in shares if not share.get("is_null_level")]
    levels = tuple(_level(level, share) for level, share in zip(comparison.levels, steps, strict=True))
    return replace(comparison, levels=levels, otherwise=_level(comparison.otherwise, last))


def _level(level: Level, share: Mapping[str, Any]) -> Level:
    m, u = share.get("m_probability"), share.get("u_probability")
    return replace(level, m=_rounded(m if m is not None else UNSEEN), u=_rounded(u if u is not None else UNSEEN))


def _rounded(value: float) -> float:
    return float(f"{max(value, 1e-12):.{DIGITS}g}")
