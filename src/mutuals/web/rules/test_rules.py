import pytest

import cast
from mutuals.inbox.models import Case
from mutuals.listening.models import Topic
from mutuals.processes import keep as drawn
from mutuals.processes import text as texts
from mutuals.rules import keep
from mutuals.rules.models import Firing, Rule, Run

SENTENCE = {
    "name": "Refunds", "when": "received", "match": "all", "i-0-field": "words", "i-0-op": "says",
    "i-0-value": "refund, money back", "i-1-field": "person.value", "i-1-op": "under", "i-1-value": "500",
    "t-0-act": "open_case", "t-0-title": "Refund", "t-0-priority": "high", "t-0-minutes": "30", "hourly": "200",
}  # fmt: skip
TEXT = """name: Refunds
when: received
if:
- words:says:refund|money back
then:
- open_case:
    title: Refund
    priority: high
quiet:
  from: 22:00
  to: 07:00
  zone: Europe/Lisbon
"""


@pytest.fixture
def us(db):
    return cast.staff()


@pytest.fixture
def lea(us, client):
    client.force_login(us.lea)
    return client


def test_the_first_page_offers_rules_that_work(lea):
    page = lea.get("/rules/")

    assert page.status_code == 200
    assert b"Bad word from a valuable customer" in page.content


@pytest.mark.parametrize("key", ["valuable", "silent", "wrong_channel", "refund", "wants_to_buy", "wish"])
def test_each_template_opens_as_a_sentence_and_is_kept(lea, key):
    shown = lea.get(f"/rules/new/?from={key}")

    assert shown.status_code == 200
    assert shown.context["draft"].then
    assert b"cannot" not in shown.content.split(b'class="says"')[1][:200]


def test_a_rule_is_built_tried_kept_turned_on_and_acts(us, lea):
    of = cast.source(owner=us.olga)
    bea = cast.person("Bea", by=us.ada)
    said = cast.said(of, cast.event("p0", "I want a refund"))[0]
    said.profile.__class__.objects.filter(pk=said.profile_id).update(person=bea)

    dry = lea.post("/rules/new/", SENTENCE | {"do": "dry"})
    tested = lea.post("/rules/new/", SENTENCE | {"do": "test", "number": str(said.pk)})
    kept = lea.post("/rules/new/", SENTENCE | {"do": "write"})
    rule = Rule.objects.get()
    lea.post(f"/rules/{rule.pk}/switch/", {"on": "1"})
    cast.said(of, cast.event("p1", "Money back, please"))

    assert not dry.context.get("refused")
    assert tested.context["test"].holds
    assert kept.status_code == 302
    assert Case.objects.get().title == "Refund"
    assert b"Refund" in lea.get(f"/rules/{rule.pk}/").content


def test_a_line_more_and_a_line_less_need_no_script(lea):
    more = lea.post("/rules/new/", SENTENCE | {"do": "add i"})
    less = lea.post("/rules/new/", SENTENCE | {"do": "drop i 0"})

    assert [one.line.path for one in more.context["tests"]] == ["words", "person.value", ""]
    assert [one.line.path for one in less.context["tests"]] == ["person.value"]


def test_the_same_rule_is_a_text_and_a_sentence(us, lea):
    rule = keep.write(
        {"when": "received", "if": ["words:says:refund"], "then": [{"note": {"text": "Look"}}]},
        by=us.lea, now=cast.NOW, name="Refunds",
    )  # fmt: skip

    page = lea.get(f"/rules/{rule.pk}/?as=text")
    kept = lea.post(f"/rules/{rule.pk}/", {"as": "text", "text": TEXT, "do": "write", "version": "1"})

    rule.refresh_from_db()
    assert b"words:says:refund" in page.content
    assert kept.status_code == 302
    assert rule.body["quiet"] == {"from": "22:00", "to": "07:00", "zone": "Europe/Lisbon"}
    assert lea.get(f"/rules/{rule.pk}/").context["draft"].quiet_from == "22:00"


def test_what_is_wrong_in_a_text_is_said_by_its_line(lea):
    page = lea.post("/rules/new/", {"as": "text", "text": TEXT.replace("high", "highest"), "do": "write"})

    assert page.status_code == 422
    assert page.context["refused"].startswith("Line 5: “then”: “priority” of open_case is one of")


def test_an_answer_that_lacks_is_marked_by_its_label_and_worked_on_next(lea):
    page = lea.post("/rules/new/", SENTENCE | {"t-0-title": ""})

    asked = {one.parameter.name: one.wrong for one in page.context["then"][0].asked}
    assert page.status_code == 422
    assert page.context["refused"] == "Step 1 of “then” (open the case “…”), Title: Please fill this in."
    assert asked == {"title": "Please fill this in.", "priority": "", "minutes": "", "severity": "", "each": ""}
    assert b'data-focus-on="id_t0title"' in page.content
    assert b'aria-invalid="true" aria-describedby="id_t0titlew"' in page.content


def test_a_step_begins_with_the_same_answers_as_in_a_text(lea):
    page = lea.post("/rules/new/", {"when": "received", "t-0-act": "open_case", "do": "again id_t0a"})

    asked = {one.parameter.name: (one.parameter.label, one.value) for one in page.context["then"][0].asked}
    assert asked["priority"] == ("Priority", "normal")
    assert asked["minutes"] == ("Limit in minutes (empty = none)", "")
    assert ("open_case", "open the case “…”") in page.context["acts"]


def test_topics_are_offered_and_one_that_is_not_there_is_marked(lea):
    Topic.objects.create(name="Lids", kind="brand")
    asked = SENTENCE | {"i-0-field": "topics", "i-0-op": "has", "i-0-value": "Lidds"}

    page = lea.post("/rules/new/", asked)

    assert page.status_code == 422
    assert page.context["tests"][0].names == ("Lids",)
    assert page.context["tests"][0].wrong == "There is no “Lidds” among Topics. Did you mean “Lids”?"
    assert b'<option value="Lids">' in page.content
    assert lea.post("/rules/new/", asked | {"i-0-value": "Lids"}).status_code == 302


@pytest.mark.parametrize(
    ("do", "place"),
    [("add i", "id_i2f"), ("add t", "id_t1a"), ("drop i 1", "id_i0f"), ("drop t 0", "id_add_t"), ("add o", "id_o0a"),
     ("again id_i0f", "id_i0f"), ("again <b>", "")],
)  # fmt: skip
def test_the_page_says_which_field_is_worked_on_next(lea, do, place):
    page = lea.post("/rules/new/", SENTENCE | {"do": do})

    assert page.context["focus"] == place


def test_two_colleagues_do_not_write_over_each_other(us, lea):
    lea.post("/rules/new/", SENTENCE)
    rule = Rule.objects.get()
    lea.post(f"/rules/{rule.pk}/", SENTENCE | {"i-0-value": "refund", "version": "1"})

    late = lea.post(f"/rules/{rule.pk}/", SENTENCE | {"i-0-value": "money", "version": "1"})

    assert late.status_code == 422
    assert "version 2" in late.context["refused"]


def test_an_earlier_version_comes_back_as_the_newest(us, lea):
    lea.post("/rules/new/", SENTENCE)
    rule = Rule.objects.get()
    lea.post(f"/rules/{rule.pk}/", SENTENCE | {"i-0-value": "refund", "version": "1"})

    lea.post(f"/rules/{rule.pk}/restore/1/")

    rule.refresh_from_db()
    assert rule.version == 3
    assert rule.body == rule.versions.get(number=1).body


def test_all_rules_go_out_as_a_file_and_come_back(us, lea):
    lea.post("/rules/new/", SENTENCE)
    told = lea.get("/rules/file.yaml").content.decode()
    keep.remove(Rule.objects.get(), by=us.lea)

    lea.post("/rules/read/", {"text": told})

    assert Rule.objects.get().name == "Refunds"


def test_applying_begins_a_job(us, lea):
    lea.post("/rules/new/", SENTENCE)
    rule = Rule.objects.get()

    lea.post(f"/rules/{rule.pk}/apply/")

    assert Run.objects.get().rule == rule
    assert not Firing.objects.exists()


def test_who_applies_a_rule_stops_it_by_a_button_and_reads_how_far_it_came(us, lea):
    lea.post("/rules/new/", SENTENCE)
    rule = Rule.objects.get()
    lea.post(f"/rules/{rule.pk}/apply/")
    under_way = lea.get(f"/rules/{rule.pk}/").content
    Run.objects.update(met=3)

    lea.post(f"/rules/{rule.pk}/apply/stop/")

    ended = lea.get(f"/rules/{rule.pk}/").content
    assert b"Stop applying" in under_way
    assert b"Stop applying" not in ended
    assert b"0 fired of 0, 3 met before and passed over. Stopped." in ended


def test_the_switch_of_a_held_rule_lets_it_go_on(us, lea):
    lea.post("/rules/new/", SENTENCE)
    Rule.objects.update(is_on=True, held_at=cast.NOW)
    rule = Rule.objects.get()
    page = lea.get(f"/rules/{rule.pk}/").content.decode()

    lea.post(f"/rules/{rule.pk}/switch/", {"on": "1"})

    rule.refresh_from_db()
    assert 'aria-checked="false" aria-label="Refunds">Held<' in page
    assert "Let it go on" in page
    assert "Turn it off" in page
    assert (rule.is_on, rule.held_at) == (True, None)


def test_staff_read_rules_and_write_none_and_a_contractor_sees_none(us, client):
    lea_rule = keep.write(
        {"when": "received", "then": [{"note": {"text": "x"}}]}, by=us.lea, now=cast.NOW, name="Notes"
    )

    client.force_login(us.ada)
    read, wrote = client.get(f"/rules/{lea_rule.pk}/"), client.post(f"/rules/{lea_rule.pk}/", SENTENCE)
    client.force_login(us.cleo)

    assert (read.status_code, wrote.status_code) == (200, 403)
    assert client.get("/rules/").status_code == 403


def test_the_page_asks_the_database_the_same_few_things_however_many_rules_there_are(
    us, lea, django_assert_max_num_queries
):
    for number in range(12):
        keep.write(
            {"when": "received", "then": ["note"]} | {"then": [{"note": {"text": "x"}}]},
            by=us.lea,
            now=cast.NOW,
            name=f"R{number}",
        )

    with django_assert_max_num_queries(28):
        assert lea.get(f"/rules/{Rule.objects.first().pk}/").status_code == 200


def test_the_builder_offers_processes_in_use_and_says_at_the_answer_why_one_cannot_start(us, lea):
    steps = "steps:\n- {step: a, next: [b]}\n- {step: b, end: done}\n"
    for name, kind in (("Repair", "case"), ("Autumn", "campaign")):
        made = drawn.draft(texts.read(steps).plain, by=us.lea, now=cast.NOW, name=name, kind=kind)
        drawn.publish(made, by=us.lea, now=cast.NOW)
    form = {"name": "R", "when": "received", "match": "all", "hourly": "200", "t-0-act": "start_process"}

    shown = lea.post("/rules/new/", form | {"do": "again"})
    refused = lea.post("/rules/new/", form | {"t-0-process": "Autumn", "do": "write"})
    kept = lea.post("/rules/new/", form | {"t-0-process": "Repair", "do": "write"})

    [asked] = shown.context["then"][0].asked
    assert asked.choices == (("Autumn", "Autumn"), ("Repair", "Repair"))
    assert "leads to no campaign" in refused.context["then"][0].asked[0].wrong
    assert kept.status_code == 302
    assert "start the process “Repair”" in lea.get(f"/rules/{Rule.objects.get().pk}/").text
