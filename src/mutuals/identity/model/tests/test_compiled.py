"""A model as one function: what it brings is compared and never run, and frequencies may come later."""

from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.file import Model
from mutuals.identity.model.score import Scorer

EVIL = 'names"); raise SystemExit(1) #'


def model(*comparisons):
    return Model("m", (), comparisons, prior=0.01, seed=1, pool=(), link=True, notes={})


def shares(column, tf=None):
    level = Level("same", ("share", column), tf=tf, m=0.8, u=0.01, floor=1e-6)
    return Comparison(column, ("missing", column), (level,), "name", Level("differs", ("otherwise",), m=0.5, u=0.5))


def test_no_word_of_a_model_is_run():
    scorer = Scorer(model(shares(EVIL, tf=EVIL)))

    found = scorer.score({EVIL: ("bea",)}, {EVIL: ("bea", "ann")})

    assert [(one.comparison, one.level) for one in found.evidence] == [(EVIL, "same")]


def test_what_is_asked_of_several_levels_is_answered_alike():
    both = Level("both", ("all", ("share", "a"), ("near", "a", 0.9)), m=0.8, u=0.01)
    one = Level("one", ("any", ("near", "a", 0.9), ("not", ("share", "a"))), m=0.4, u=0.2)
    scorer = Scorer(model(Comparison("a", ("missing", "a"), (both, one), "", Level("differs", (), m=0.5, u=0.5))))

    levels = [scorer.score({"a": ("martha",)}, {"a": held}).evidence for held in (["martha"], ["marhta"], None)]

    assert [[one.level for one in found] for found in levels] == [["both"], ["one"], []]


def test_a_frequency_that_is_written_later_weighs_as_if_it_had_stood_there():
    scorer = Scorer(model(shares("a", tf="first"), shares("b")))
    one, other = {"a": ("x",), "b": ("y",), "tf_first": 0.001}, {"a": ("x",), "b": ("z",)}
    before = scorer.score(one, other)

    other["tf_first"] = 0.02
    after = scorer.again(before, one, other)

    assert after == scorer.score(one, other)
    assert after.bits < before.bits
