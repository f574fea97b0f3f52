"""n-plets of posts that are made here: what rises is found, and what only looks like it is not."""

import numpy as np
import pytest

from mutuals.listening.nplet.corpus import WIDEST, read
from mutuals.listening.nplet.nplets import chance, log_odds, rising

TALK = [
    first + second + third for first in "bdklmr" for second in ("ao", "eu", "io") for third in ("lk", "mp", "nt", "rb")
]


@pytest.fixture
def talk():
    def make(count, seed=1):
        """Posts of four words each that mean nothing together."""
        choose = np.random.default_rng(seed)
        return [" ".join(TALK[place] for place in choose.choice(len(TALK), 4, replace=False)) for _ in range(count)]

    return make


def mask(count, *parts):
    which = np.zeros(count, bool)
    for part in parts:
        which[part] = True
    return which


def words(found):
    return [frozenset(one.words) for one in found]


def test_three_words_that_a_segment_says_together_are_one_triple(talk):
    posts = talk(600)
    posts[:40] = [f"since the update my battery gets so hot {post}" for post in posts[:40]]
    posts[40:60] = [f"update {post}" for post in posts[40:60]]
    posts[300:340] = [f"battery {post}" for post in posts[300:340]]

    found = rising(read(posts), mask(600, slice(0, 300)))

    assert words(found) == [{"update", "battery", "hot"}]
    assert found[0].authors == 40
    assert found[0].elsewhere == 0
    assert set(found[0].examples) < set(range(40))
    assert found[0].posts.tolist() == list(range(40))


def test_what_was_said_as_much_before_does_not_rise(talk):
    posts = talk(900)
    now, before = slice(0, 300), slice(300, 600)
    posts[:40] = [f"broken pump {post}" for post in posts[:40]]
    posts[300:340] = [f"broken pump {post}" for post in posts[300:340]]
    posts[50:80] = [f"rusty seal {post}" for post in posts[50:80]]

    found = rising(read(posts), mask(900, now), before=mask(900, before))

    assert words(found) == [{"rusty", "seal"}]
    assert found[0].growth > 5
    assert found[0].growth_z > 2


def test_one_author_and_many_copies_are_one_voice(talk):
    posts = talk(600)
    authors = [f"a{number}" for number in range(600)]
    posts[:40] = [f"evil pump {post}" for post in posts[:40]]
    authors[:40] = ["bo"] * 40
    posts[40:80] = ["rusty seal everywhere shame company boycott disgrace now"] * 40

    found = rising(read(posts, authors=authors), mask(600, slice(0, 300)))

    assert found == []


def test_numbers_with_their_unit_are_one_word_however_it_is_written(talk):
    posts = talk(400)
    forms = ["waited 2 hours", "waiting 3hrs", "wait two hours", "waited 14 hour", "waiting 2-hour"]
    posts[:50] = [f"{forms[place % 5]} {post}" for place, post in enumerate(posts[:50])]

    found = rising(read(posts), mask(400, slice(0, 200)))

    assert [set(one.words) & {"<n> hours"} for one in found] == [{"<n> hours"}]
    assert found[0].authors == 50


def test_chance_alone_gives_no_n_plet(talk):
    corpus = read(talk(2_000))
    choose = np.random.default_rng(2)

    found = [rising(corpus, choose.random(2_000) < 0.3) for _ in range(5)]

    assert sum(map(len, found)) <= 3


def test_names_links_and_small_words_are_no_words(talk):
    posts = talk(300)
    posts[:60] = [f"@Kettleworks not the what https://t.example/x{n} #kettlefail {p}" for n, p in enumerate(posts[:60])]

    corpus = read(posts, dull=["kettlefail"])

    assert set(corpus.words) == set(TALK)


def test_forms_of_a_word_count_together_where_both_stand_there():
    corpus = read(
        ["delay of flights", "delay of a flight", "delayed flight", "glass", "glass", "nothing works", "it works"]
    )

    assert sorted(corpus.words) == ["delay", "flight", "glass", "works"]


HOSTILE = {
    "one letter": ["a" * 5_000_000] * 3,
    "nothing": ["", None, " ", "\0"] * 50,
    "signs": ["!?…—" * 10_000, "🙂" * 10_000, "\u202e\u200b" * 1_000],
    "half a letter": ["\ud800 broken lid"] * 20,
    "all different": [f"w{place} x{place} y{place}" for place in range(20_000)],
    "all the same": ["lid broken again"] * 20_000,
    "many words": [" ".join(f"w{place}" for place in range(5_000))] * 30,
    "other scripts": ["الغلاية مكسورة جدا", "केतली टूट गई है", "水壶坏了", "чайник сломан"] * 20,
}


@pytest.mark.parametrize("posts", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_is_sent_breaks_it(posts):
    corpus = read(posts)

    found = rising(corpus, mask(len(posts), slice(0, len(posts) // 2)))

    assert corpus.posts == len(posts)
    assert np.bincount(corpus.post, minlength=1).max(initial=0) <= WIDEST
    assert len(found) <= 30


def test_no_posts_and_no_segment_give_nothing(talk):
    corpus, none = read(talk(50)), read([])

    assert rising(corpus, mask(50)) == []
    assert rising(none, mask(0)) == []
    assert rising(none, mask(0), before=mask(0)) == []


def test_without_anything_to_compare_with_cohesion_decides(talk):
    posts = talk(300)
    posts[:40] = [f"rusty seal {post}" for post in posts[:40]]

    found = rising(read(posts), mask(300, slice(None)))

    assert words(found)[:1] == [{"rusty", "seal"}]


def test_authors_have_to_be_as_many_as_posts():
    with pytest.raises(ValueError, match="2 posts and 1 authors"):
        read(["a lid", "a lid"], authors=["bea"])


def test_log_odds_grow_with_the_evidence_and_chance_falls():
    z = [float(log_odds(np.float64(10 * many), 1_000 * many, np.float64(2 * many), 1_000 * many)) for many in (1, 10)]
    chances = [chance(10 * many, 1_000 * many, 2 * many, 1_000 * many) for many in (1, 10)]

    assert 0 < z[0] < z[1]
    assert chances[0] > chances[1] > 0
    assert chance(2, 1_000, 10, 1_000) == 1.0
