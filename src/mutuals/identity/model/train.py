"""Training without labels: Splink counts how pairs of strangers look (u) and learns how pairs of one person look (m)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from splink import Linker

from mutuals.identity.model.batch import BOUNDS, Bounds, Engine, Opening, Rows, duck, linker_of
from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.file import DIGITS, Model

UNSEEN = 1e-6
M_PAIRS, U_PAIRS = 20.0, 200.0
"""How many pairs of one person, and of strangers, the weights that a model begins with are worth."""
MOST_DIFFER = 4.0
"""How much oftener than a model begins with one person's records may differ; beyond that households were learned."""


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is trained.

    Each of `sessions` is a SQL condition on `l` and `r` within which m is learned for the comparisons that do not look at
    its columns. Of `pairs` strangers u is counted, unless it is kept. The prior is what `prior_rules` find, conditions that
    hold for pairs of one person almost only, with the share of all such pairs that they are held to find; without rules
    Splink's own estimate of the sessions, unless the model's is kept.
    """

    sessions: Sequence[str]
    prior_rules: Sequence[str] = ()
    prior_recall: float = 0.7
    pairs: int = 2_000_000
    session_pairs: int = 1_000_000
    keep_u: bool = False
    keep_prior: bool = False


@dataclass(frozen=True, slots=True)
class _Learned:
    """Splink's own model, and how many pairs it was learned from: of strangers, and of one person by comparison."""

    model: Mapping[str, Any]
    strangers: float
    matches: Mapping[str, float]


def train(model: Model, training: Training, *tables: Rows, bounds: Bounds = BOUNDS, opened: Opening = duck) -> Model:
    """The model with weights learned from one table (or two for a link). The same tables and seed give the same model.

    The m and u that the model's levels begin with count as M_PAIRS and U_PAIRS pairs, so that few pairs change little; a
    level without such a beginning and without any pair gets UNSEEN. A level that began as speaking for one person never
    weighs less than the difference. A session without pairs is passed over and named in the notes;
    ValueError where none had any. Without sessions m stays as the model has it.
    """
    with opened(replace(bounds, threads=1)) as on:  # sums of one thread are the same every time
        linker = linker_of(on, model, *tables)
        if training.prior_rules:
            linker.training.estimate_probability_two_random_records_match(
                list(training.prior_rules), recall=training.prior_recall
            )
        if not training.keep_u:
            linker.training.estimate_u_using_random_sampling(
                max_pairs=training.pairs, seed=model.seed, min_count_per_level=None, num_chunks=1
            )
        found = {session: _pairs(on, session, len(tables)) for session in training.sessions}
        if found and not any(found.values()):
            raise ValueError("there is nothing to learn from: no two rows agree on anything that a session asks for")
        matches: dict[str, float] = {}
        for session, number in found.items():
            if number:
                try:
                    _session(linker, training, session, number, matches)
                except ValueError:  # a share fell to nothing, and Splink's state is spoilt: anew, without this session
                    rest = replace(training, sessions=[one for one in training.sessions if one != session])
                    return train(model, rest, *tables, bounds=bounds, opened=opened)
        sizes = [int(on.ask(f"SELECT count(*) FROM rows_{number}")[0][0]) for number in range(len(tables))]  # noqa: S608
        learned = _Learned(linker.misc.save_model_to_json(), _strangers(sizes, training), matches)
    notes = {"sessions": list(training.sessions), "passed_over": [one for one, number in found.items() if not number]}
    return _with_weights(model, learned, notes, keep_prior=training.keep_prior)


def _session(linker: Linker, training: Training, session: str, number: int, matches: dict[str, float]) -> None:
    most = training.session_pairs
    own_prior = bool(training.prior_rules) or training.keep_prior
    done = linker.training.estimate_parameters_using_expectation_maximisation(
        session,
        estimate_without_term_frequencies=True,
        max_pairs=most if number > most else None,
        populate_probability_two_random_records_match_from_trained_values=not own_prior,
    )
    share = done.core_model_settings.probability_two_random_records_match
    for comparison in done.core_model_settings.comparisons:
        name = comparison.output_column_name
        matches[name] = matches.get(name, 0.0) + share * min(number, most)


def _pairs(on: Engine, session: str, tables: int) -> int:
    """How many pairs a session has; Splink's own state is spoilt by a session without any."""
    right, apart = ("rows_1", "true") if tables == 2 else ("rows_0", "l.unique_id < r.unique_id")
    counted = f"SELECT count(*) FROM rows_0 AS l JOIN {right} AS r ON {session} AND {apart}"  # noqa: S608
    return int(on.ask(counted)[0][0])


def _strangers(sizes: Sequence[int], training: Training) -> float:
    if training.keep_u:
        return float("inf")
    return float(min(training.pairs, sizes[0] * sizes[1] if len(sizes) == 2 else sizes[0] * (sizes[0] - 1) // 2))


def _with_weights(model: Model, learned: _Learned, notes: Mapping[str, Any], *, keep_prior: bool) -> Model:
    shares = {one["output_column_name"]: one["comparison_levels"] for one in learned.model["comparisons"]}
    comparisons = tuple(_comparison(one, shares[one.name], learned) for one in model.comparisons)
    prior = model.prior if keep_prior else _rounded(learned.model["probability_two_random_records_match"])
    return replace(model, comparisons=comparisons, prior=prior, notes={**model.notes, **notes})


def _comparison(comparison: Comparison, shares: Sequence[Mapping[str, Any]], learned: _Learned) -> Comparison:
    *steps, last = [share for share in shares if not share.get("is_null_level")]
    matches, strangers = learned.matches.get(comparison.name, 0.0), learned.strangers
    otherwise = _level(comparison.otherwise, last, matches, strangers)
    if comparison.otherwise.m is not None and otherwise.m is not None:
        otherwise = replace(otherwise, m=_rounded(min(otherwise.m, MOST_DIFFER * comparison.otherwise.m)))
    levels = [_level(level, share, matches, strangers) for level, share in zip(comparison.levels, steps, strict=True)]
    least = (otherwise.m or UNSEEN) / (otherwise.u or UNSEEN)
    levels = [
        replace(one, m=_rounded(max(one.m or 0.0, (one.u or UNSEEN) * least)))
        if (begun.m or 0.0) > (begun.u or 1.0)
        else one
        for one, begun in zip(levels, comparison.levels, strict=True)
    ]
    return replace(comparison, levels=tuple(levels), otherwise=otherwise)


def _level(level: Level, share: Mapping[str, Any], matches: float, strangers: float) -> Level:
    if level.fixed:
        return level
    m = _blended(share.get("m_probability"), matches, level.m, M_PAIRS)
    u = _blended(share.get("u_probability"), strangers, level.u, U_PAIRS)
    return replace(level, m=m, u=u)


def _blended(learned: float | None, pairs: float, begun: float | None, worth: float) -> float:
    """The share that was learned from `pairs`, steadied by the one that the model began with."""
    if begun is None or pairs == float("inf"):
        return _rounded(UNSEEN if learned is None else learned)
    return _rounded(((learned or 0.0) * pairs + begun * worth) / (pairs + worth))


def _rounded(value: float) -> float:
    return float(f"{max(value, 1e-12):.{DIGITS}g}")
