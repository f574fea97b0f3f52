"""`mutuals watch` on files: whatever the step, the clock and the mess."""

import csv
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutuals.connectors.files.work import Refused
from mutuals.listening.alarm import files
from mutuals.listening.alarm.even import Said

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def counts(steps=500, seed=1, burst=400, level=20):
    values = np.random.default_rng(seed).poisson(level, steps)
    values[burst : burst + 5] = level * 15
    return values.tolist()


def lines(values, minutes=60, shape="%Y-%m-%dT%H:%M:%SZ", began=BEGAN):
    return [
        f"{(began + timedelta(minutes=minutes * place)).strftime(shape)},{value}" for place, value in enumerate(values)
    ]


@pytest.fixture
def watched(tmp_path):
    def run(content, name="counts.csv", **said):
        path, out = tmp_path / name, tmp_path / "alarms.csv"
        if isinstance(content, list):
            content = "\n".join(content) + "\n"
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        told = files.watch(path, out, said=Said(**said), now=NOW)
        with out.open() as file:
            return told, list(csv.DictReader(file))

    return run


@pytest.mark.parametrize("minutes", [60, 1_440, 10_080])
def test_a_burst_is_found_at_any_step(watched, minutes):
    steps = 500 if minutes == 60 else 120
    values = counts(steps, burst=steps - 20)

    told, alarms = watched(["timestamp,value", *lines(values, minutes, began=datetime(2023, 1, 2, tzinfo=UTC))])

    assert [alarm["value"] for alarm in alarms] == ["300"]
    assert alarms[0]["level"] == "watch"
    assert alarms[0]["chance_in_words"] == "less than once in a hundred years by chance"
    assert told["alarms"] == 1


@pytest.mark.parametrize("minutes", [5, 15])
def test_finer_steps_are_watched_as_hours(watched, minutes):
    values = counts(10 * 1_440 // minutes, level=4, burst=0)
    values[:5] = [4] * 5
    at = 9 * 1_440 // minutes
    values[at : at + 60 // minutes] = [60] * (60 // minutes)

    told, alarms = watched(["timestamp,value", *lines(values, minutes)])

    assert told["step"] == "1 hour"
    assert [alarm["began"] for alarm in alarms] == ["2026-01-14T00:00:00Z"]


@pytest.mark.parametrize("head", ["Zeitpunkt;Anzahl;Marke", "date;count;brand", "Fecha;Cantidad;Marca"])
def test_columns_are_known_by_common_names_and_series_are_told_apart(watched, head):
    quiet, loud = counts(burst=0, seed=2)[5:], counts()
    rows = [f"{line.replace(',', ';')};Quay" for line in lines(quiet)] + [
        f"{line.replace(',', ';')};Kettle" for line in lines(loud)
    ]

    told, alarms = watched([head, *rows])

    assert told["series"] == 2
    assert {alarm["series"] for alarm in alarms} == {"Kettle"}


def test_order_and_doubles_and_gaps_change_little_and_are_told(watched):
    rows = lines(counts())
    messy = [*rows[250:], *rows[:240], rows[300], rows[-1], rows[20].rpartition(",")[0] + ",1"]

    told, alarms = watched(["timestamp,value", *messy])

    assert len(alarms) == 1
    assert any("2 rows stand there twice and count once" in note for note in told["notes"])
    assert any("1 rows name a time that their series has already" in note for note in told["notes"])
    assert any("10 steps (2.0%) are missing" in note for note in told["notes"])


def test_what_is_no_count_is_left_out_and_told(watched):
    rows = lines(counts())
    rows[10:13] = ["2026-01-05T10:00:00Z,-4", "2026-01-05T11:00:00Z,NaN", "soon,5"]
    rows += ["2199-01-01T00:00:00Z,7", "0001-01-01T00:00:00Z,7", "2026-01-06T00:00:00Z,=1+1"]

    told, alarms = watched(["timestamp,value", *rows])

    notes = " ".join(told["notes"])
    assert len(alarms) == 1
    assert "5 of 503 rows are left out, 1 of them for counts below zero" in notes
    assert "lie in the future" in notes


def test_an_hour_that_comes_twice_is_two_hours_where_the_zone_is_known(watched):
    began = datetime(2026, 3, 1)  # noqa: DTZ001 - a clock on a wall
    summer = [began + timedelta(hours=place) for place in range(28 * 24 + 400)]
    skipped = [moment for moment in summer if moment.strftime("%m-%d %H") != "03-29 02"]
    rows = [f"{moment:%Y-%m-%d %H:%M},{20 + place % 7}" for place, moment in enumerate(skipped)]

    told, alarms = watched(["time,count", *rows], zone="Europe/Berlin")
    autumn = [f"2025-10-{day:02} {hour:02}:00,20" for day in range(1, 32) for hour in range(24)]
    autumn.insert(25 * 24 + 3, "2025-10-26 02:00,21")
    back, _ = watched(["time,count", *autumn], zone="Europe/Berlin")

    assert alarms == []
    assert told["notes"] == []
    assert back["notes"] == []


def test_times_of_which_some_name_a_zone_are_refused_until_the_zone_of_the_others_is_said(watched):
    values = counts()
    bare, zoned = lines(values[:250], shape="%Y-%m-%dT%H:%M:%S"), lines(values, shape="%Y-%m-%dT%H:%M:%S+00:00")[250:]

    with pytest.raises(
        Refused, match=r"“2026-01-15T10:00:00\+00:00” names a time zone and “2026-01-05T00:00:00” does not"
    ):
        watched(["timestamp,value", *bare, *zoned])
    told, _ = watched(["timestamp,value", *bare, *zoned], zone="UTC")

    assert not any("missing" in note for note in told["notes"])


def test_days_that_begin_at_midnight_there_stay_days_when_clocks_are_set(watched):
    rows = [f"{datetime(2025, 8, 1) + timedelta(days=day):%Y-%m-%d},{50 + day % 5}" for day in range(150)]  # noqa: DTZ001

    told, alarms = watched(["day,value", *rows], zone="Europe/Berlin")

    assert told["step"] == "1 day"
    assert told["notes"] == []
    assert alarms == []


def test_missing_rows_are_zero_where_somebody_says_so(watched):
    rows = [line for line in lines(counts(level=1)) if not line.endswith(",0")]

    unknown, _ = watched(["timestamp,value", *rows])
    zero, _ = watched(["timestamp,value", *rows], empty_is_zero=True)

    assert any("say --empty zero" in note for note in unknown["notes"])
    assert zero["notes"] == []


def test_posts_one_by_one_are_added_up_where_a_step_is_said(watched):
    chance = np.random.default_rng(3)
    moments = sorted(chance.uniform(0, 20 * 86_400, 9_000).tolist())
    rows = [f"{(BEGAN + timedelta(seconds=int(moment))).isoformat()},1" for moment in moments]

    with pytest.raises(Refused, match="keep no regular step"):
        watched(["timestamp,value", *rows])
    told, _ = watched(["timestamp,value", *rows], step=3_600.0, empty_is_zero=True)

    assert told["step"] == "1 hour"


def test_parquet_is_read_and_written(tmp_path):
    values = counts()
    moments = [BEGAN + timedelta(hours=place) for place in range(len(values))]
    pq.write_table(pa.table({"timestamp": moments, "value": values}), tmp_path / "counts.parquet")

    files.watch(tmp_path / "counts.parquet", tmp_path / "alarms.parquet", said=Said(), now=NOW)

    assert pq.read_table(tmp_path / "alarms.parquet").column("value").to_pylist() == [300.0]


def test_three_days_have_to_pass_before_anything_is_said(watched):
    told, alarms = watched(["timestamp,value", *lines(counts(40, burst=30))])

    assert alarms == []
    assert any("nothing can be said of them yet" in note for note in told["notes"])


BAD = {
    "empty": (b"", "The file is empty"),
    "only a head": ("timestamp,value\n", "no row with a time and a count"),
    "one row": ("timestamp,value\n2026-01-05,4\n", "one time only"),
    "no times": ("timestamp,value\nsoon,4\nlater,5\n", "no row with a time and a count"),
    "unknown columns": ("shoe,size\n1,2\n3,4\n", "known as the timestamp"),
    "no text": (bytes(range(256)) * 40, "This is not text"),
    "a date far away": (
        "timestamp,value\n2000-01-01T00:00,1\n2000-01-01T00:01,1\n2000-01-01T00:02,1\n2025-12-31,1\n",
        "only 2 are there",
    ),
    "either order": ("timestamp,value\n01/02/2026,4\n02/02/2026,5\n", "day or month may be first"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_a_file_that_nothing_can_be_made_of_is_refused_with_the_remedy(watched, content, message, tmp_path):
    with pytest.raises(Refused, match=message):
        watched(content)

    assert not (tmp_path / "alarms.csv").exists()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"fields": {"value": "shoe"}}, "has no column"),
        ({"fields": {"colour": "value"}}, "no word that columns are mapped to"),
        ({"step": 1.0}, "only a minute to a week"),
        ({"step": 60.0}, "One of these dates may be wrong"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(watched, said, message):
    with pytest.raises(Refused, match=message):
        watched(["timestamp,value", "1971-01-01T00:00:00Z,1", "1971-01-01T00:01:00Z,1", *lines(counts(), 1)], **said)


def test_a_series_may_be_called_anything_and_no_sheet_runs_it(watched):
    rows = [f"{line},=cmd|'/c calc'!A1" for line in lines(counts())]

    _, alarms = watched(["timestamp,value,series", *rows])

    assert alarms[0]["series"].startswith("'=")
