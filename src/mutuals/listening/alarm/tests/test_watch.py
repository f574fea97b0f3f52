"""Early warning on streams that are made here: what is raised, what is not, and that nothing hostile harms it."""

import json

import numpy as np
import pytest

from mutuals.listening.alarm.verdict import Incident, Level, judge
from mutuals.listening.alarm.watch import Counts, Stream, Watch, hours_of_week

HOUR, MONDAY = 3_600.0, 4 * 86_400.0


@pytest.fixture
def quiet():
    def make(days=14, series=1, level=20, share=0.15, seed=3):
        """Posts and negatives that scatter a little more than by chance."""
        chance = np.random.default_rng(seed)
        posts = chance.poisson(level * chance.gamma(10, 0.1, (days * 24, series))).astype(float)
        return posts, chance.binomial(posts.astype(int), share).astype(float)

    return make


def incidents(counts, strictness=5.0, watch=None, began=MONDAY):
    size = counts.posts.shape[1]
    standing = {}
    marks = (watch or Watch(size, HOUR)).take(counts, began=began)
    ended = judge(marks, np.full(size, strictness), standing)
    return ended + list(standing.values())


def test_quiet_streams_raise_nothing(quiet):
    posts, negatives = quiet(days=60, series=20)

    found = incidents(Counts(posts, negatives))

    assert len(found) <= 2


def test_a_burst_is_one_incident_with_what_was_expected(quiet):
    posts, _ = quiet()
    posts[240:250, 0] = 200

    (found,) = incidents(Counts(posts))

    assert found.level == Level.WATCH
    assert found.began == MONDAY + 240 * HOUR
    assert found.ended == MONDAY + 250 * HOUR
    assert found.value == 200
    assert 15 < found.expected < 25
    assert found.chance < 1e-12


def test_volume_and_negative_share_together_ask_to_act_and_a_double_doubling_is_a_crisis(quiet):
    posts, negatives = quiet(series=2)
    negatives[240:264] = np.round(posts[240:264] * 0.6)
    posts[246:256, 0] *= 3
    posts[246:256, 1] *= 8
    negatives[246:256] = np.round(posts[246:256] * 0.6)

    levels = {one.series: one for one in incidents(Counts(posts, negatives))}

    assert levels[0].level == Level.ACT
    assert levels[1].level == Level.CRISIS
    assert levels[0].reached[0] < levels[0].reached[1]
    assert levels[0].reached[2] is None


def test_two_communities_at_act_by_themselves_make_a_crisis(quiet):
    posts, negatives = quiet()
    posts[240:250] *= 3
    negatives[238:250] = np.round(posts[238:250] * 0.6)
    parts = np.zeros_like(posts)
    parts[249] = 2

    without = incidents(Counts(posts, negatives))
    found = incidents(Counts(posts, negatives, parts=parts))

    assert [one.level for one in without] == [Level.ACT]
    assert [one.level for one in found] == [Level.CRISIS]


def test_spread_and_reach_are_watched_as_well(quiet):
    posts, _ = quiet()
    spread, reach = posts / 4, posts / 2
    spread[200:203] = 60
    reach[280:283] = 150

    found = incidents(Counts(posts, spread=spread, reach=reach))

    assert [one.stream for one in found] == [Stream.SPREAD, Stream.REACH]


def test_six_quiet_hours_part_two_incidents(quiet):
    posts, _ = quiet()
    posts[[200, 206, 220], 0] = 300

    found = incidents(Counts(posts))

    assert [one.began for one in found] == [MONDAY + hour * HOUR for hour in (200, 220)]


def test_a_burst_is_not_learned_but_a_new_normal_is(quiet):
    posts, _ = quiet(days=70)
    posts[480:504, 0] *= 6
    posts[1_000:, 0] *= 4

    found = incidents(Counts(posts))

    assert [one.began for one in found[:1]] == [MONDAY + 480 * HOUR]
    assert found[-1].ended is not None
    assert found[-1].ended < MONDAY + (1_000 + 21 * 24) * HOUR


def test_one_step_at_a_time_gives_what_all_at_once_gives_and_state_survives_as_json(quiet):
    posts, negatives = quiet(days=50, series=3)
    posts[1_000:1_010, 1] *= 6
    negatives[990:1_010, 1] = np.round(posts[990:1_010, 1] * 0.7)
    posts[500:520, 2] = np.nan
    everything = Counts(posts, negatives, spread=posts / 5, reach=posts / 3)
    whole, standing = Watch(3, HOUR, "Europe/Lisbon"), {}
    expected = judge(whole.take(everything, began=MONDAY), np.full(3, 3.0), standing)

    part, kept, ended = Watch(3, HOUR, "Europe/Lisbon"), {}, []
    for hour in range(len(posts)):
        piece = [one[hour : hour + 1] for one in (posts, negatives, posts / 5, posts / 3)]
        marks = part.take(Counts(*piece), began=MONDAY + hour * HOUR)
        ended += judge(marks, np.full(3, 3.0), kept)
        if hour % 100 == 37:
            part = Watch.restored(json.loads(json.dumps(part.saved())))
            kept = {place: Incident.restored(json.loads(json.dumps(one.saved()))) for place, one in kept.items()}

    assert len(expected) >= 2
    assert sorted(ended, key=lambda one: (one.began, one.series)) == expected
    assert kept == standing
    assert json.dumps(part.saved()) == json.dumps(whole.saved())


def test_after_six_weeks_the_hours_of_the_week_are_expected(quiet):
    posts, _ = quiet(days=70, level=40)
    hour = np.arange(len(posts)) % 24
    posts *= np.where((hour >= 8) & (hour < 20), 1.8, 0.2)[:, None]

    marks = Watch(1, HOUR).take(Counts(posts), began=MONDAY)
    usual = marks.expected[Stream.VOLUME, :, 0]

    early, late = usual[20 * 24 : 21 * 24], usual[69 * 24 :]
    assert early.max() / early.min() < 1.5
    assert late.max() / late.min() > 5


def test_clocks_that_are_set_move_the_week():
    before, after = (
        np.array([1_743_206_400.0]),
        np.array([1_743_811_200.0]),
    )  # a Saturday's first hour of UTC in March, April

    hours = [int(hours_of_week(one, zone)[0]) for one in (before, after) for zone in ("UTC", "Europe/Berlin")]

    assert hours == [120, 121, 120, 122]


HOSTILE = {
    "negative": -5.0,
    "nothing": np.nan,
    "without end": np.inf,
    "immense": 1e18,
    "tiny": 1e-300,
    "beyond": 1e300,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_count_breaks_the_watch_and_none_decides_it(quiet, value):
    posts, negatives = quiet(days=20)
    posts[[0, 5, 200, 201, 202], 0] = value
    negatives[[0, 5, 200, 201, 202], 0] = value
    posts[400:410, 0] = 300

    found = incidents(Counts(posts, negatives, spread=posts, reach=posts))

    assert MONDAY + 400 * HOUR in [one.began for one in found]
    assert len(found) <= 2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 1.0, 1e6, 1e18, np.nan])
def test_what_never_changes_raises_nothing(value):
    found = incidents(Counts(np.full((1_000, 2), value), np.full((1_000, 2), value)))

    assert found == []


@pytest.mark.parametrize("step", [60.0, 900.0, 86_400.0, 604_800.0])
def test_any_step_from_a_minute_to_a_week_is_watched(step):
    chance = np.random.default_rng(1)
    posts = chance.poisson(30, (1_500, 1)).astype(float)
    posts[1_200] = 400

    marks = Watch(1, step).take(Counts(posts), began=MONDAY)

    assert marks.marks[0, 1_200, 0] > 6


def test_ten_thousand_series_are_watched_at_once():
    posts = np.random.default_rng(1).poisson(20, (120, 10_000)).astype(float)
    posts[110, 7_777] = 500

    found = incidents(Counts(posts), strictness=8)

    assert [one.series for one in found] == [7_777]


def test_one_row_says_nothing():
    assert incidents(Counts(np.array([[1e9]]))) == []


def test_a_step_that_cannot_be_watched_is_refused():
    with pytest.raises(ValueError, match="from a second to a week"):
        Watch(1, 0.0)
