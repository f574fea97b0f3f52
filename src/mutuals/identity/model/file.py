"""The model file: comparisons with their weights, the prior, how it was trained and calibrated. JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mutuals.identity.model.card import Column
from mutuals.identity.model.comparisons import DUCKDB, Comparison, Dialect, Level, from_json, sql

FORMAT = 1
DIGITS = 10
"""To how many digits a learned weight is told."""


@dataclass(frozen=True, slots=True)
class Model:
    """What both engines read.

    `prior` is the share of pairs of the pool that are one person. `pool` is the number of rows on each side that it was
    trained for. `link` says that rows of two tables are compared, not the rows of one among themselves. `calibration` belongs
    to `calibrate`; `notes` says how it came to be.
    """

    kind: str
    columns: tuple[Column, ...]
    comparisons: tuple[Comparison, ...]
    prior: float
    seed: int
    pool: tuple[int, ...]
    link: bool = False
    calibration: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    def calibrated(self, calibration: Mapping[str, Any]) -> Model:
        """The same model with another calibration."""
        return replace(self, calibration=dict(calibration))


def write(model: Model, path: Path) -> None:
    """As JSON with sorted keys; the same model gives the same bytes."""
    path.write_text(told(model), encoding="utf-8")


def read(path: Path) -> Model:
    """A written model. ValueError, in words, for what is none or comes from another version."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise ValueError(f"{path} is not a model file: {wrong}") from wrong
    return from_told(held)


def told(model: Model) -> str:
    """The text of the model file."""
    held = {"format": FORMAT, **asdict(model)}
    return json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def from_told(held: Any) -> Model:
    """The model of the JSON of a model file. ValueError for another format."""
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise ValueError(f"this is not a model file of format {FORMAT}")
    rest = {name: value for name, value in held.items() if name not in ("format", "columns", "comparisons", "pool")}
    return Model(
        columns=tuple(Column(**column) for column in held["columns"]),
        comparisons=tuple(_comparison(one) for one in held["comparisons"]),
        pool=tuple(held["pool"]),
        **rest,
    )


def _comparison(held: dict[str, Any]) -> Comparison:
    levels = tuple(_level(level) for level in held["levels"])
    return Comparison(held["name"], from_json(held["missing"]), levels, held["family"], _level(held["otherwise"]))


def _level(held: dict[str, Any]) -> Level:
    return Level(**{**held, "test": from_json(held["test"])})


def settings(
    model: Model, *, dialect: Dialect = DUCKDB, blocking: Sequence[str] = (), weights: bool = False
) -> dict[str, Any]:
    """The model in Splink's words. `weights` keeps each comparison's part in the result."""
    return {
        "link_type": "link_only" if model.link else "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": model.prior,
        "comparisons": [_said(comparison, dialect) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in blocking],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": weights,
        "em_convergence": 0.0001,
        "max_iterations": 100,
    }


def _said(comparison: Comparison, dialect: Dialect) -> dict[str, Any]:
    missing = {"sql_condition": sql(comparison.missing, dialect), "label_for_charts": "missing", "is_null_level": True}
    levels = [_step(level, sql(level.test, dialect)) for level in comparison.levels]
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [missing, *levels, _step(comparison.otherwise, "ELSE")],
    }


def _step(level: Level, condition: str) -> dict[str, Any]:
    said: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.name}
    if level.m is not None:
        said["m_probability"] = level.m
    if level.u is not None:
        said["u_probability"] = level.u
    if level.fixed:
        said |= {"fix_m_probability": True, "fix_u_probability": True}
    if level.tf:
        said |= {
            "tf_adjustment_column": level.tf,
            "tf_adjustment_weight": level.share,
            "tf_minimum_u_value": level.floor,
            "disable_tf_exact_match_detection": True,
        }
    return said
