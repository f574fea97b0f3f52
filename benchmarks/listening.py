"""`python -m benchmarks.listening [NAME ...]`: early warning and n-plets, as a table and JSON. `make bench-listening`.

Figures go to .cache/bench/figures-listening.json. Nothing here was fitted to the labels of NAB: the strictness of the
figure asked is the guide's (chance below 1e-3, twice the usual, at least five), and how the baseline remembers was chosen
by the likelihood of counts without looking at labels. What is made up is made by `listening_made` with fixed seeds.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from benchmarks.figure import Figure, line
from benchmarks.listening_made import made
from mutuals.listening.alarm import budget
from mutuals.listening.alarm.verdict import hold, judge
from mutuals.listening.alarm.watch import Counts, Marks, Stream, Watch
from mutuals.listening.nplet.corpus import read
from mutuals.listening.nplet.nplets import rising

HERE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("MUTUALS_DATA", HERE.parent / "shared" / "data"))
FILE = HERE / ".cache" / "bench" / "figures-listening.json"
HOUR, DAY, WEEK = 3_600.0, 86_400.0, 604_800.0
MONDAY = 4 * DAY
SPEAKS, WARM = 3, 7  # days after which the detector speaks, and after which the guide counts windows
DULL = [
    "virgin",
    "america",
    "united",
    "southwest",
    "delta",
    "us",
    "airways",
    "american",
    "jetblue",
    "airlines",
    "jet",
    "blue",
    "usair",
    "flightled",
    "flightr",
]
"""Names of the airlines, and two words that the making of the data set left behind."""
Floats = npt.NDArray[np.float64]


class Absent(Exception):
    """What this measures with is not there."""


def nab() -> list[Figure]:
    """Mentions of ten companies for eight weeks (NAB realTweets), summed by the hour, with the windows somebody labelled."""
    brands, began, posts = _nab_counts()
    windows = _windows(brands)
    spent = time.process_time()
    marks = Watch(len(brands), HOUR).take(Counts(posts), began=began)
    spent = time.process_time() - spent
    figures = []
    for days, asked, note in ((SPEAKS, True, "speaks from day 3"), (WARM, False, "silent for 7 days")):
        for strictness in (3.0, 4.0, 5.0, 6.0):
            hit, of, outside = _nab_score(marks, strictness, windows, began, days)
            name = f"NAB: windows hit of {of}, strictness {strictness:g}"
            is_asked = asked and strictness == 3
            figures.append(Figure(name, hit, "", ">= 24" if is_asked else "", note))
            figures.append(Figure("     alarms outside, a brand-week", outside, "", "<= 1.1" if is_asked else "", note))
    z = _rolling_z(posts)
    for limit in (3.0, 6.0):
        hit, of, outside = _nab_score(z.marks, limit, windows, began, WARM)
        figures.append(
            Figure(f"     peer: rolling z > {limit:g} over 7 days, hit of {of}", hit, "", "", "silent for 7 days")
        )
        figures.append(Figure("     peer: alarms outside, a brand-week", outside, ""))
    figures.append(Figure("counts a CPU second, 10 series at once", posts.size / spent, "/s"))
    figures.append(
        Figure("     peer: rolling z, counts a CPU second", posts.size / z.spent, "/s", "", "hour by hour too")
    )
    return figures


def crises() -> list[Figure]:
    """Made-up streams: false alarms of quiet ones, and how soon a burst of five times and a share of 2.5 times is found."""
    figures = []
    for level in (5, 20, 100):
        quiet = made(3, level=level, weeks=12, series=200)
        marks = Watch(200, HOUR).take(Counts(quiet.posts, quiet.negatives), began=MONDAY)
        weeks = 200 * (12 - SPEAKS / 7)
        for stream, strictness, of_burst in ((Stream.VOLUME, 5.0, True), (Stream.NEGATIVE, 5.0, False)):
            name = "volume" if of_burst else "negative share"
            alarms = _incidents(marks.marks[stream] >= strictness) / weeks
            asked = ("<= 0.02" if of_burst else "<= 0.01") if level == 20 else ""
            figures.append(
                Figure(
                    f"{level} posts/h, {name}: false alarms a brand-week",
                    alarms,
                    "",
                    asked,
                    f"strictness {strictness:g}",
                )
            )
            times, share = (5.0, 1.0) if of_burst else (1.0, 2.5)
            delay = np.concatenate([_delays(seed, level, times, share, stream, strictness) for seed in range(6)])
            within = 7 if of_burst else 24
            asked = (">= 0.97" if of_burst else ">= 0.99") if level == 20 else ""
            figures.append(
                Figure(
                    f"     found within {within} h", float((delay <= within).mean()), "", asked, f"{delay.size} crises"
                )
            )
            figures.append(Figure("     found within 24 h", float((delay <= 24).mean()), ""))
            asked = "<= 5" if level == 20 and not of_burst else ""
            figures.append(Figure("     median delay", float(np.median(delay)), "h", asked))
    return [*figures, *_budgets()]


def speed() -> list[Figure]:
    """Ten thousand series at once, and one series an hour at a time as a worker does it."""
    many = made(5, level=20, weeks=2, series=10_000)
    spent = time.process_time()
    Watch(10_000, HOUR).take(Counts(many.posts), began=MONDAY)
    whole = time.process_time() - spent
    spent = time.process_time()
    Watch(10_000, HOUR).take(Counts(many.posts, many.negatives), began=MONDAY)
    both = time.process_time() - spent
    z = _rolling_z(many.posts)
    one = Watch(10, HOUR)
    spent = time.process_time()
    for hour in range(len(many.posts)):
        one.take(Counts(many.posts[hour : hour + 1, :10]), began=MONDAY + hour * HOUR)
    alone = time.process_time() - spent
    return [
        Figure("10,000 series: counts a CPU second, volume", many.posts.size / whole, "/s"),
        Figure("     volume and negative share", many.posts.size / both, "/s"),
        Figure("     peer: rolling z hour by hour", many.posts.size / z.spent, "/s"),
        Figure("10 series, one hour at a call: counts a CPU second", 10 * len(many.posts) / alone, "/s"),
    ]


def nplets() -> list[Figure]:
    """The negative posts of six airlines beside the others, printed; and a million posts made of them by varying."""
    file = DATA / "text" / "airline.parquet"
    if not file.exists():
        raise Absent(f"{file} is not there; say where with MUTUALS_DATA")
    rows = duckdb.sql(f"SELECT text, label FROM '{file}'").fetchnumpy()
    texts, is_negative = rows["text"].tolist(), np.asarray(rows["label"] == "negative")
    corpus = read(texts, dull=DULL)
    for one in rising(corpus, is_negative, most=40):
        print(
            f"    {' + '.join(one.words):<36} {one.authors:>5} {one.share:>7.2%} of these, {one.elsewhere:>6.2%} of others"
        )
    chance = np.random.default_rng(5)
    which, extra = chance.integers(0, len(texts), 1_000_000), chance.integers(0, 5_000, (1_000_000, 2))
    many = [f"{texts[i]} w{a} w{b}" for i, (a, b) in zip(which.tolist(), extra.tolist(), strict=True)]
    authors = [f"a{number}" for number in chance.integers(0, 400_000, 1_000_000).tolist()]
    week = chance.integers(0, 8, 1_000_000)
    spent = [time.process_time()]
    corpus = read(many, authors=authors, dull=DULL)
    spent.append(time.process_time())
    rising(corpus, is_negative[which])
    spent.append(time.process_time())
    noise = rising(corpus, is_negative[which] & (week == 7), before=is_negative[which] & (week < 7))
    spent.append(time.process_time())
    reading, segment, weekly = np.diff(spent).tolist()
    return [
        Figure("1,000,000 posts read into numbers", reading, "CPU s"),
        Figure("     n-plets of the segment", segment, "CPU s"),
        Figure("     n-plets of its last week beside seven before", weekly, "CPU s"),
        Figure("     of these, though nothing rises", len(noise), ""),
    ]


CLAIMS: dict[str, Callable[[], list[Figure]]] = {"nab": nab, "crises": crises, "speed": speed, "nplets": nplets}


def _nab_counts() -> tuple[list[str], float, Floats]:
    file = DATA / "predict" / "nab_tweets.parquet"
    if not file.exists():
        raise Absent(f"{file} is not there; say where with MUTUALS_DATA")
    query = f"""SELECT brand, (epoch(timestamp) // 3600)::BIGINT AS hour, sum(value) * 12.0 / count(*) AS posts
                FROM '{file}' GROUP BY ALL HAVING count(*) >= 6 ORDER BY ALL"""
    rows = duckdb.sql(query).fetchall()
    brands, first = sorted({row[0] for row in rows}), min(row[1] for row in rows)
    posts = np.full((max(row[1] for row in rows) - first + 1, len(brands)), np.nan)
    for brand, hour, number in rows:
        posts[hour - first, brands.index(brand)] = number
    return brands, first * HOUR, posts


def _windows(brands: Sequence[str]) -> list[list[tuple[float, float]]]:
    labels = json.loads((DATA / "predict" / "nab_tweets_labels.json").read_text())

    def moment(text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

    return [[(moment(a), moment(z)) for a, z in labels[brand]["windows"]] for brand in brands]


def _nab_score(
    marks: Marks | Any, strictness: float, windows: Any, began: float, days: float
) -> tuple[int, int, float]:
    """Windows hit, of those that end after seven days; and incidents that touch no window, a brand-week. Both count
    what is raised from `days` on.
    """
    raised = (marks.marks[0] if isinstance(marks, Marks) else marks) >= strictness
    times = began + np.arange(len(raised)) * HOUR
    hit = of = outside = 0
    for series, spans in enumerate(windows):
        lit = times[raised[:, series] & (times >= began + days * DAY)]
        late = [span for span in spans if span[1] >= began + WARM * DAY]
        of += len(late)
        hit += sum(bool(((lit > a - HOUR) & (lit <= z)).any()) for a, z in late)
        for burst in np.split(lit, np.flatnonzero(np.diff(lit) > hold(HOUR)) + 1):
            outside += bool(len(burst)) and not any(((burst > a - HOUR) & (burst <= z)).any() for a, z in spans)
    return hit, of, outside / (len(windows) * (len(raised) * HOUR / DAY - days) / 7)


class _rolling_z:
    """The peer: standard deviations above the mean of the last seven days, hour by hour for all series at once."""

    def __init__(self, posts: Floats) -> None:
        start = time.process_time()
        self.marks = np.zeros_like(posts)
        held = np.nan_to_num(posts)
        total, squares = held[:168].sum(axis=0), (held[:168] ** 2).sum(axis=0)
        for hour in range(168, len(posts)):
            mean = total / 168
            self.marks[hour] = (held[hour] - mean) / np.sqrt(np.maximum(squares / 168 - mean * mean, 1e-9))
            total += held[hour] - held[hour - 168]
            squares += held[hour] ** 2 - held[hour - 168] ** 2
        self.spent = time.process_time() - start


def _incidents(raised: npt.NDArray[np.bool_]) -> int:
    hours = [np.flatnonzero(column) for column in raised.T]
    return sum(1 + int((np.diff(one) > hold(HOUR) / HOUR).sum()) for one in hours if len(one))


def _delays(seed: int, level: float, times: float, share: float, stream: Stream, strictness: float) -> Floats:
    """Hours from the beginning to the end of the hour that is raised; 99 where none is within a day."""
    at = 9 * 168 + int(np.random.default_rng(seed + 50).integers(0, 168))
    crisis = made(seed + 10, level=level, weeks=11, series=60, at=at, times=times, share_times=share)
    marks = Watch(60, HOUR).take(Counts(crisis.posts, crisis.negatives), began=MONDAY)
    raised = marks.marks[stream, at : at + 24] >= strictness
    return np.where(raised.any(axis=0), raised.argmax(axis=0) + 1.0, 99.0)


def _budgets() -> list[Figure]:
    """A strictness found by replay of eight weeks, kept in the eight weeks after, with all four streams."""
    figures = []
    quiet = made(8, level=20, weeks=16, series=200)
    chance = np.random.default_rng(9)
    bad = quiet.negatives.astype(int)
    spread, reach = (chance.binomial(bad, share).astype(float) for share in (0.8, 0.9))
    marks = Watch(200, HOUR).take(Counts(quiet.posts, quiet.negatives, spread, reach), began=MONDAY)
    for words in ("one a week", "at most one false alarm a month", "one a quarter"):
        wanted = budget.read(words)
        found = budget.replay(_part(marks, slice(0, 8 * 168)), wanted)
        standing: dict[int, Any] = {}
        ended = judge(_part(marks, slice(8 * 168, None)), found.strictness, standing)
        figures.append(
            Figure(
                f"budget {words!r}: alarms a brand-week after", (len(ended) + len(standing)) / (200 * 8), "",
                f"<= {wanted.a_week:.3f}", f"median strictness {np.median(found.strictness):g}",
            )
        )  # fmt: skip
    return figures


def _part(marks: Marks, which: slice) -> Marks:
    cubes = {name: getattr(marks, name)[:, which] for name in ("marks", "values", "expected", "chances")}
    flat = {name: getattr(marks, name)[which] for name in ("times", "doubled", "parts", "known")}
    return Marks(step=marks.step, **cubes, **flat)


def main(names: Sequence[str]) -> int:
    """Measure all claims, or those named; 0 if all that is asked was reached, 1 if not, 2 for an unknown name."""
    if unknown := [name for name in names if name not in CLAIMS]:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(CLAIMS)}", file=sys.stderr)
        return 2
    found: dict[str, list[Figure]] = {}
    for name in names or CLAIMS:
        try:
            print(f"\n{name} (load {os.getloadavg()[0]:.1f})", flush=True)
            found[name] = CLAIMS[name]()
        except Absent as reason:
            print(f"  skipped, {reason}", flush=True)
            continue
        for figure in found[name]:
            print(line(figure), flush=True)
    _write(found)
    return 0 if all(figure.ok for figures in found.values() for figure in figures) else 1


def _write(found: dict[str, list[Figure]]) -> None:
    """What was not measured now stays as it was."""
    held = json.loads(FILE.read_text())["figures"] if FILE.exists() else {}
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name, figures in found.items():
        rows = [{**asdict(figure), "ok": figure.ok} for figure in figures]
        held[name] = {"at": at, "load": round(os.getloadavg()[0], 1), "figures": rows}
    machine = {"cores": str(os.cpu_count()), "python": platform.python_version(), "numpy": version("numpy")}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({"scale": "listening", "machine": machine, "figures": held}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
