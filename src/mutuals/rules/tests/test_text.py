import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.rules import body, keep, registry, text
from mutuals.rules.models import Rule
from mutuals.rules.templates import templates

WHOLE = """name: Cool customer
when: received
among: [public:is:yes]
if:
  all:
  - {field: words, op: says, value: [leak*, on]}
  - {field: person, op: any, value: {field: value, op: over, value: 500}}
then:
- open_case: {title: Leak, priority: high, minutes: 30}
stop: yes
quiet: {from: 22:00, to: 07:00, zone: Europe/Lisbon}
hourly: 50
"""
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nwhen: *c\n"


@pytest.fixture
def us(db):
    return cast.staff()


def test_a_text_is_read_as_it_is_written_and_times_and_words_stay_texts(us):
    told = text.read(WHOLE)
    again = text.read(text.write("Cool customer", told))

    assert again == told
    assert told["quiet"]["from"] == "22:00"
    assert told["if"]["all"][0]["value"] == ["leak*", "on"]
    assert text.check(WHOLE, viewer=us.lea).stop is True


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("when: received\nthen: [note: {text: x}\n", "Line 3"),
        (BOMB, "Line 1|Line 2"),
        ("when: !!python/object/apply:os.system [ls]", "Line 1: a rule has no tags"),
        ("when: received\nwhen: clock", "Line 2: a name stands here once"),
        ("[" * 2000, "too deep"),
        ("- " * 3000, "too deep|Line 1"),
        ("? {a: b}\n: c", "Line 1"),
        ("x" * 20_001, "longer than 20,000"),
        ("- a\n- b", "beginning with when"),
        ("\0", "cannot be read|Line 1"),
        ("when: received\nthen:\n- sing: {}", "Line 2: “then” names “sing”"),
        ("when: received\nif: [words:matches:(a+)+$]\nthen: [note: {text: x}]", "Line 2"),
        ("when: received\nthen: [note: {text: x}]\ncolour: red", "Line 3: “colour” is not known"),
        ("when: received\nthen: [note: {text: x}]\nhourly: 0", "Line 3: “hourly”"),
        ("when: received\nthen: [note: {text: x}]\nquiet: {from: 22, to: 7}", "Line 3: “quiet”"),
        ("when: received\nthen: [note: {text: x}]\nquiet: {from: 22:00, to: 7:00, zone: ../../etc/passwd}", "Line 3"),
        ("when: received\nthen:\n" + "- note: {text: x}\n" * 11, "Line 2: “then” is a list of at most 10"),
    ],
)
def test_what_is_wrong_is_said_by_its_line(us, told, words):
    with pytest.raises(Refusal, match=words):
        text.check(told, viewer=us.lea)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ("rules:\n" + "- {when: received, name: abc}\n" * 60_000, 10_002),
        ("- {when: received}\n" * 20_000 + "- [", 10_001),
        ("- when: received\n  then: [note: {text: x}]\n" * 40_000, 20_001),
        ("\n".join(f"a{n}: b" for n in range(50_000)), 101),
        ("- [" + "x," * 9_999 + "x]\n" + ("- [" + "x," * 9_999 + "x]\n") * 49, 25),
    ],
)
def test_a_file_of_too_much_is_refused_where_it_becomes_too_much(told, line):
    with pytest.raises(Refusal, match=f"Line {line}:"):
        text.read_many(told)


def test_what_an_act_leaves_open_is_not_said_and_an_answer_is_no_mark():
    act = registry.find("open_case")

    assert act.said({"title": "Leak {minutes}"}) == "open the case “Leak {minutes}”, priority normal"
    assert (
        act.said({"title": "A", "priority": "high", "minutes": 5})
        == "open the case “A”, priority high, limit 5 minutes"
    )


def test_the_name_of_a_rule_is_no_list(us):
    [told] = text.read_many("- {name: [a], when: received, then: [note: {text: x}]}")

    with pytest.raises(Refusal, match="The name of a rule is one line"):
        keep.take([told], by=us.lea, now=cast.NOW)


NOTE = {"when": "received", "then": [{"note": {"text": "x"}}]}


def test_a_file_writes_new_rules_behind_the_others_and_the_next_version_of_those_that_it_changes(us):
    same, other = (keep.write(NOTE | {"name": name}, by=us.lea, now=cast.NOW) for name in ("Same", "Other"))
    changed = NOTE | {"then": [{"note": {"text": "y"}}]}
    keep.write(changed, by=us.lea, now=cast.NOW, rule=other, name="Other")

    told = [NOTE | {"name": name} for name in ("New", "Same", " Other ")]
    made = keep.take(told, by=us.olga, now=cast.NOW).rules

    assert [(row.name, row.version, row.owner, row.is_on) for row in made] == [
        ("New", 1, us.olga, False), ("Same", 1, us.lea, False), ("Other", 3, us.olga, False),
    ]  # fmt: skip
    assert list(Rule.objects.order_by("place").values_list("name", flat=True)) == ["Same", "Other", "New"]
    assert [row.body for row in other.versions.order_by("number")][2] == NOTE
    noted = Entry.objects.filter(kind="rule.written", by=f"staff:{us.olga.pk}")
    assert {(row.about, row.data["version"]) for row in noted} == {
        (f"rule:{made[n].pk}", v) for n, v in ((0, 1), (2, 3))
    }
    assert same.versions.count() == 1


def test_a_file_that_says_a_name_twice_is_refused_whole(us):
    with pytest.raises(Refusal, match="Rule 2, “One”: The file says this name twice"):
        keep.take([NOTE | {"name": "One"}] * 2, by=us.lea, now=cast.NOW)

    assert not Rule.objects.exists()


def test_a_file_of_many_rules_asks_the_database_a_few_things(us, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        keep.take([NOTE | {"name": f"Rule {number}"} for number in range(200)], by=us.lea, now=cast.NOW)


def test_a_file_is_two_million_letters_at_most():
    with pytest.raises(Refusal, match="longer than 2,000,000"):
        text.read_many("# " + "x" * 2_000_000)


def test_a_number_that_a_form_sent_as_a_text_is_written_as_a_number_and_a_text_of_digits_as_a_text(us):
    acts = [{"open_case": {"title": "42", "minutes": "240"}}, {"gone": {"minutes": "5"}}]

    told = text.read(text.write("Late", {"when": "received", "then": acts}))

    assert told["then"] == [{"open_case": {"title": "42", "minutes": 240}}, {"gone": {"minutes": "5"}}]


def test_each_template_is_a_rule_that_a_lead_may_write_and_a_text(us):
    for one in templates().values():
        told = text.read(text.write(one["name"], one))

        assert body.read(told, viewer=us.lea).then == body.read(one, viewer=us.lea).then


@settings(max_examples=200, deadline=None)
@given(told=st.text(alphabet="abc:-[]{}&*!|>'\"\n #?,%@`\t0", max_size=60))
def test_any_text_is_read_or_refused(told):
    try:
        found = text.read(told)
    except Refusal:
        found = {}

    assert isinstance(found, dict)
