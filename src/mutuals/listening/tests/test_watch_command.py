"""`mutuals watch` from the terminal."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mutuals.cli import main


@pytest.fixture
def counts(tmp_path):
    values = np.random.default_rng(1).poisson(20, 400)
    values[300:305] = 300
    began = datetime(2026, 1, 5, tzinfo=UTC)
    rows = [f"{(began + timedelta(hours=place)).isoformat()},{value}" for place, value in enumerate(values.tolist())]
    path = tmp_path / "counts.csv"
    path.write_text("when,mentions\n" + "\n".join(rows) + "\n")
    return str(path)


def test_what_was_found_is_said_as_json(counts, tmp_path, capsys):
    code = main(["watch", counts, "--out", str(tmp_path / "alarms.csv"), "--json", "--budget", "1 a year"])

    said = json.loads(capsys.readouterr().out)
    assert (code, said["alarms"], said["budget"]) == (0, 1, "1 a year")


def test_a_budget_that_says_nothing_is_refused_and_nothing_is_written(counts, tmp_path, capsys):
    code = main(["watch", counts, "--out", str(tmp_path / "alarms.csv"), "--json", "--budget", "few"])

    assert code == 1
    assert "says no budget" in json.loads(capsys.readouterr().err)["refused"]
    assert not (tmp_path / "alarms.csv").exists()


def test_a_step_that_is_none_is_not_understood(counts, tmp_path, capsys):
    code = main(["watch", counts, "--out", str(tmp_path / "alarms.csv"), "--step", "soon"])

    assert code == 2
    assert "15min, 1h, 1d or 1w" in capsys.readouterr().err
