import json

import pytest

import cast
from mutuals.people.models import Person
from mutuals.processes import hands, keep, kinds, run, text
from mutuals.processes.models import Handover, Item, Process, Version
from mutuals.staff import accounts

TEXT = """start: triage
steps:

- step: triage
  name: Triage
  owner: team Service
  limit: 1 hour
  next: [{to: reply, label: ours}]

- step: reply
  name: Reply
  next: [closed]

- step: closed
  end: done
"""


@pytest.fixture
def us(db):
    kinds.about(
        "complaint",
        label="Complaint",
        keys=("person",),
        read=lambda keys: {f"person:{one.pk}": {} for one in Person.objects.all()},
        shown=lambda keys: {f"person:{one.pk}": (one.name, f"/customers/{one.pk}/") for one in Person.objects.all()},
    )
    yield cast.staff()
    kinds.forget("complaint")


@pytest.fixture
def lea(us, client):
    client.force_login(us.lea)
    return client


def process(lea) -> Process:
    """Drawn and published by the screens."""
    lea.post("/processes/new/", {"name": "Complaint", "kind": "complaint", "pillar": "service"})
    made = Process.objects.get()
    answer = lea.post(f"/processes/{made.pk}/edit/", {"text": TEXT, "seen": "1", "note": "First", "do": "publish"})
    assert answer.status_code == 302, answer.content.decode()
    return made


def opened(of: Process) -> dict[str, str]:
    """What a form that is opened now says of the version that it shows."""
    row = keep.of_now(of)
    return {"base": str(row.pk), "seen": str(row.edits)}


def item(us, of: Process) -> Item:
    """Bea's complaint."""
    return run.start(f"person:{cast.person(by=us.ada).pk}", of, by=us.ada, now=cast.NOW)


def test_a_process_is_drawn_from_a_template_and_published(lea):
    assert b"Complaint from a public post" in lea.get("/processes/").content

    lea.post("/processes/new/?from=sales_business", {"name": "Sales", "kind": "deal", "pillar": "sales"})
    made = Process.objects.get()
    lea.post(f"/processes/{made.pk}/do/", {"do": "publish", "seen": "1"})

    page = lea.get(f"/processes/{made.pk}/?step=offer").content.decode()
    assert Version.objects.get().state == "in_use"
    assert page.count('<svg class="flow') == 2
    assert "Review by a lead" in page


def test_a_legal_check_is_put_between_triage_and_reply_without_script(us, lea):
    made = process(lea)
    old = item(us, made)

    step = lea.post(
        f"/processes/{made.pk}/edit/insert/",
        {"way": "triage reply", "name": "Legal check", "owner": "role lead", "limit": "2 working days", **opened(made)},
    )
    lea.post(
        step["Location"],
        {"name": "Legal check", "owner": "role lead", "limit": "1 day", "next": "reply: fine", "seen": "1"},
    )
    page = lea.get(f"/processes/{made.pk}/edit/").content.decode()
    lea.post(f"/processes/{made.pk}/do/", {"do": "publish", "seen": "2", "note": "Legal looks"})

    assert "New step “Legal check” after “Triage”, leading to “Reply”." in page
    assert run.move(old, to="reply", by=us.ada, now=cast.NOW).step == "reply"
    new = run.start(f"person:{cast.person('Bo', by=us.ada).pk}", made, by=us.ada, now=cast.NOW)
    assert run.move(new, to="legal_check", by=us.ada, now=cast.NOW).due_at is not None
    both = lea.get(f"/processes/{made.pk}/?from=1&to=2").content.decode()
    assert "Version 1 beside 2" in both


def test_what_is_typed_is_checked_and_nothing_of_it_is_kept(lea):
    made = process(lea)

    wrong = lea.post(f"/processes/{made.pk}/check/", {"text": TEXT.replace("1 hour", "soon")}).content.decode()
    alone = lea.post(
        f"/processes/{made.pk}/check/", {"text": TEXT + "\n- step: island\n  next: [closed]\n"}
    ).content.decode()

    assert "Line 7: Step 1, limit:" in wrong
    assert "reached by no way" in alone
    assert Version.objects.count() == 1


def test_a_refused_text_stays_in_the_form(lea):
    made = process(lea)

    answer = lea.post(f"/processes/{made.pk}/edit/", {"text": "steps: &a [*a]"} | opened(made))

    assert answer.status_code == 422
    assert b"steps: &amp;a [*a]" in answer.content
    assert b"has no anchors" in answer.content


def test_a_draft_that_a_colleague_wrote_is_not_written_over(us, lea):
    made = process(lea)
    both = opened(made)
    lea.post(f"/processes/{made.pk}/edit/", {"text": TEXT.replace("1 hour", "2 hours")} | both)

    answer = lea.post(f"/processes/{made.pk}/edit/", {"text": TEXT.replace("1 hour", "3 hours")} | both)
    step = lea.post(f"/processes/{made.pk}/edit/triage/", {"name": "Look", "next": "reply"} | both)

    assert (answer.status_code, step.status_code) == (422, 422)
    first = Version.objects.get(number=2).body["steps"][0]
    assert (first["name"], first["limit"]) == ("Triage", "2 hours")


def test_what_a_colleague_published_meanwhile_is_not_written_over(us, lea):
    made = process(lea)
    lea.post(f"/processes/{made.pk}/edit/", {"text": TEXT.replace("1 hour", "2 hours")} | opened(made))
    open_form = opened(made)
    theirs = keep.write(made, text.read(TEXT.replace("1 hour", "4 hours")).plain, by=us.olga, now=cast.NOW)
    keep.publish(theirs, by=us.olga, now=cast.NOW)

    mine = {"text": TEXT.replace("1 hour", "3 hours"), "do": "publish"}
    answer = lea.post(f"/processes/{made.pk}/edit/", mine | open_form)

    assert answer.status_code == 422
    assert "Olga published version 2 since you opened this" in answer.content.decode()
    assert "3 hours" in answer.content.decode()
    assert Version.objects.filter(state="in_use").get().body["steps"][0]["limit"] == "4 hours"
    assert not Version.objects.filter(state="draft").exists()


def test_a_draft_that_was_begun_anew_is_neither_written_over_nor_published(us, lea):
    made = process(lea)
    keep.redraft(made, by=us.lea, now=cast.NOW)
    open_form = opened(made)
    keep.discard(keep.of_now(made), by=us.olga)
    keep.redraft(made, by=us.olga, now=cast.NOW)

    answer = lea.post(f"/processes/{made.pk}/edit/", {"text": TEXT.replace("1 hour", "3 hours")} | open_form)
    lea.post(f"/processes/{made.pk}/do/", {"do": "publish"} | open_form)
    lea.post(f"/processes/{made.pk}/do/", {"do": "discard"} | open_form)

    assert answer.status_code == 422
    assert [one.state for one in Version.objects.order_by("number")] == ["in_use", "draft"]
    assert Version.objects.get(number=2).edits == 1


def test_an_item_is_moved_handed_over_and_accepted_on_its_page(us, lea, client):
    made = process(lea)
    lea.post(f"/processes/{made.pk}/start/", {"about": f"person:{cast.person(by=us.ada).pk}"})
    row = Item.objects.get()

    lea.post(f"/processes/items/{row.pk}/", {"do": "move reply", "because": "Ours", "seen": str(row.changes)})
    stale = lea.post(f"/processes/items/{row.pk}/", {"do": "move closed", "seen": str(row.changes)})
    lea.post(
        f"/processes/items/{row.pk}/hand-over/",
        {"to": f"team {us.sales.pk}", "reason": "Wants an offer", "next": "Call", "seen": str(row.changes + 1)},
    )
    assert stale.status_code == 422
    client.force_login(us.ben)
    page = client.get("/processes/waiting/").content.decode()
    client.post(f"/processes/hand-overs/{Handover.objects.get().pk}/", {"do": "accept"})
    shown = client.get(f"/processes/items/{row.pk}/").content.decode()

    row.refresh_from_db()
    assert "Wants an offer" in page
    assert (row.step, row.owner, row.team) == ("reply", us.ben, us.sales)
    assert "Triage → Reply" in shown
    assert "accepted by Ben" in shown


def test_who_gave_it_and_leads_can_take_back_what_nobody_accepts(us, lea, client):
    made = process(lea)
    one = hands.hand_over(item(us, made), by=us.ada, now=cast.NOW, team=us.elsewhere, reason="Yours")
    here = f"/processes/items/{one.item_id}/"

    by_lead = lea.get(here).content.decode()
    client.force_login(us.ben)
    by_another = client.get(here).content.decode()
    client.force_login(us.ada)
    by_giver = client.get(here).content.decode()
    client.post(f"/processes/hand-overs/{one.pk}/", {"do": "decline", "because": "Nobody is there"})

    one.refresh_from_db()
    assert ["Take it back" in page for page in (by_giver, by_lead, by_another)] == [True, True, False]
    assert "Accept</button>" not in by_giver
    assert (one.because, Item.objects.get().is_waiting) == ("Nobody is there", False)


def test_a_refused_hand_over_keeps_what_was_typed(us, lea):
    row = item(us, process(lea))
    typed = {"to": f"team {us.sales.pk}", "reason": "", "next": "Call before Friday", "seen": str(row.changes)}

    page = lea.post(f"/processes/items/{row.pk}/hand-over/", typed)

    assert page.status_code == 422
    assert 'value="Call before Friday"' in page.content.decode()
    assert f'<option value="team {us.sales.pk}" selected>' in page.content.decode()


def test_a_step_of_somebody_who_left_is_told_on_the_page(us, lea):
    lea.post("/processes/new/", {"name": "Complaint", "kind": "complaint"})
    made = Process.objects.get()
    told = TEXT.replace("team Service", f"staff {us.ben.email}")
    lea.post(f"/processes/{made.pk}/edit/", {"text": told, "do": "publish"} | opened(made))
    before = lea.get(f"/processes/{made.pk}/").content.decode()

    accounts.deactivate(us.ben, by=us.olga, now=cast.NOW)

    assert "who does not work here" not in before
    assert "who does not work here" in lea.get(f"/processes/{made.pk}/").content.decode()


def test_who_may_not_edit_reads_and_who_may_not_see_gets_nothing(us, lea, client):
    made = process(lea)
    one = hands.hand_over(item(us, made), by=us.ada, now=cast.NOW, team=us.sales, reason="Yours")

    client.force_login(us.ada)
    read, written = client.get(f"/processes/{made.pk}/"), client.get(f"/processes/{made.pk}/edit/")
    client.force_login(us.cleo)

    assert (read.status_code, written.status_code) == (200, 403)
    assert client.get(f"/processes/items/{one.item_id}/").status_code == 403


def test_the_page_asks_as_often_for_fifty_items_as_for_one(us, lea, django_assert_max_num_queries):
    made = process(lea)
    item(us, made)
    with django_assert_max_num_queries(60) as few:
        lea.get(f"/processes/{made.pk}/")
    for number in range(20):
        run.start(f"person:{cast.person(f'P{number}', by=us.ada).pk}", made, by=us.ada, now=cast.NOW)

    with django_assert_max_num_queries(len(few)):
        lea.get(f"/processes/{made.pk}/")


def test_a_draft_is_edited_in_its_picture_and_nobody_is_written_over(us, lea):
    made = process(lea)
    draw = f"/processes/{made.pk}/draw/"

    def do(**told):
        return lea.post(draw, told | opened(made))

    first = lea.get(draw).json()
    stale = opened(made)
    added = do(do="add", step="triage", to="reply", name="Legal check", owner="role lead").json()
    do(do="move", step="legal_check", x="640", y="20")
    linked = do(do="link", step="legal_check", to="triage").json()
    named = lea.post(
        f"/processes/{made.pk}/edit/legal_check/to/triage/",
        {"label": "unclear"} | opened(made),
        headers={"X-Part": "1"},
    ).json()
    refused = lea.post(draw, {"do": "remove", "step": "reply"} | stale)
    wrong = [
        do(do="move", step="reply", x="-1", y="2"),
        do(do="fly"),
        do(do="body", body="{}"),
        do(do="remove", step="x"),
    ]
    back = do(do="body", body=json.dumps(first["body"])).json()

    assert (added["key"], [one["key"] for one in added["steps"]]) == (
        "legal_check",
        ["triage", "legal_check", "reply", "closed"],
    )
    assert [(one["x"], one["y"]) for one in linked["steps"] if one["key"] == "legal_check"] == [(640, 20)]
    assert "at: [640, 20]" in linked["text"]
    assert named["steps"][1]["ways"][1] == {"to": "triage", "label": "unclear", "asks": False}
    assert (refused.status_code, "began a draft since you opened this" in refused.json()["words"]) == (422, True)
    assert [one.status_code for one in wrong] == [422] * 4
    assert back["body"] == first["body"]
    assert Version.objects.get(state="in_use").body == first["body"]
