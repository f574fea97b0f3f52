"""A town in which every kind of row exists, with the id of one of each by the name of its path parameter."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import cast
from mutuals import privacy
from mutuals.base import clock, files
from mutuals.base.calendars import Holiday
from mutuals.base.filters import read
from mutuals.base.lists import listing
from mutuals.base.models import Batch, Rate
from mutuals.capture import receive
from mutuals.capture.imports import begin
from mutuals.capture.models import Import, RawEvent
from mutuals.channels import hooks
from mutuals.channels.models import Channel, HookDelivery
from mutuals.communities import ideas
from mutuals.communities.models import Asker
from mutuals.connectors.contract import Raw
from mutuals.history.models import Attachment, Interaction
from mutuals.identity import bought, offered
from mutuals.identity.proofs import codes
from mutuals.inbox import case_parts, cases, promises, tasks, work
from mutuals.inbox.tasks_read import TaskIn
from mutuals.insights import cost, exports, exports_run, reports, schedules
from mutuals.insights.pivot_asked import made
from mutuals.listening.board import boards
from mutuals.listening.card import cards, playbooks
from mutuals.listening.draft import drafts
from mutuals.listening.learning import correct, sayings
from mutuals.listening.models import Bar, Board, Card, CardKind, Correction, Draft, Lesson, Playbook, Told, Topic
from mutuals.listening.pillar import cues
from mutuals.listening.pillar.pillars import Way
from mutuals.listening.topic import topics
from mutuals.outreach import campaign_audience, campaigns, renewing, segments
from mutuals.outreach.models import Segment
from mutuals.people import joining, organisations, purposes, territories
from mutuals.people.models import Person, Profile
from mutuals.processes import hands, kinds, run, text
from mutuals.processes import keep as processes
from mutuals.records import definitions, own, relations, types
from mutuals.rules import keep
from mutuals.sales import deals, goods, invoices, leads, quotes
from mutuals.sales.models import Deal, Invoice, Order
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import bulk, calendars, filed, house, providers, saved, tokens
from mutuals.staff.models import Known, SavedView


@dataclass
class Town:
    """Everybody, and the ids."""

    staff: cast.Staff
    ids: dict[str, object]


def town() -> Town:
    """Bea with two handles, an order, a conversation and a file; the Kettle works; a source, an import, and so on."""
    staff, now = cast.staff(), clock.now()
    source = cast.source(owner=staff.aron, team=staff.service)
    channel = cast.channel(source, speakers=(staff.ada, staff.lea))
    bea = cast.person(by=staff.ada, email="bea@kettles.example")
    profile = cast.profile(of=bea)
    cast.profile("@nobody.yet")
    firm = organisations.add(by=staff.ada, name="The Kettle works", now=now)
    place = organisations.affiliate(bea, firm, by=staff.ada, role="Engineer")
    turn = cast.turn(source)
    work.assign(turn, by=staff.lea, to=staff.ada, now=now)
    message = cast.said(source, cast.event("p2", "It still leaks.", reply_to="p1"))[0]
    blob = files.keep([b"a picture of a kettle"], media_type="image/png")
    Attachment.objects.create(interaction_id=message.pk, blob=blob, name="kettle.png", media_type="image/png", size=21)
    line = LineIn("Kettle", "K-1", Decimal(1), Decimal("59.90"))
    order = bought.Bought(OrderIn("2026-1", cast.NOW, "EUR", lines=(line,)), person=bea)
    bought.take([order], source=None, by=staff.ada, now=now)
    receive.keep(source, [Raw(key="bad", body=b"{")], cursor=None, now=now)
    cast.said(source)
    _, receipt = privacy.export(bea, by=staff.aron, now=now)
    coming = _import(staff, now)
    address = Profile.objects.get(network="email", key="bea@kettles.example")
    code = codes.make(bea, sent_to=address, by=staff.ada, now=now)
    pair = cast.doubt(bea, cast.profile("@perhaps.bea"))
    case, _ = cases.open_case(by=staff.ada, now=now, title="It leaks", person=bea)
    told = {"when": "received", "if": ["words:says:leak*"], "then": [{"note": {"text": "A leak"}}]}
    rule = keep.write(told, by=staff.lea, now=now, name="Leaks")
    topic, card, correction = _heard(staff, message.pk, now)
    ids: dict[str, object] = {
        "topic_id": topic.pk,
        "board_id": boards.keep("Ours", topics=[topic.pk], roles=["lead"], by=staff.ada, now=now).pk,
        "told_id": _told(staff, topic, message.pk, now),
        "card_id": card.pk,
        "step_id": card.steps.order_by("-place")[0].pk,
        "playbook_id": Playbook.objects.get().pk,
        "correction_id": correction.pk,
        "lesson_id": Lesson.objects.create(number=0, is_taken=True, at=now).pk,
        "saying_id": sayings.say("leaks", "mood", "negative", by=staff.lea, now=now).pk,
        **_pillars(staff, message.pk, channel, now),
        "person_id": bea.pk,
        "organisation_id": firm.pk,
        "affiliation_id": place.pk,
        "profile_id": profile.pk,
        "conversation_id": turn.pk,
        "interaction_id": message.pk,
        "order_id": Order.objects.get().pk,
        **_sold(staff, bea, now),
        **_dealt(staff, bea, now),
        "source_id": source.pk,
        "channel_id": channel.pk,
        "import_id": coming.pk,
        "event_id": RawEvent.objects.get(state="parked").pk,
        "user_id": staff.ben.pk,
        "team_id": staff.sales.pk,
        "receipt_id": receipt.pk,
        "code_id": code.challenge.pk,
        "pair_id": pair.pk,
        "case_id": case.pk,
        "promise_id": promises.make(by=staff.ada, now=now, words="We call you back", person=bea)[0].pk,
        "task_id": tasks.add(TaskIn("Call Bo"), by=staff.ada, now=now)[0].pk,
        "secret": "nobody's",  # of a calendar
        "check_id": case_parts.add_check(case, "Ask for the receipt", by=staff.ada, now=now).pk,
        **_wished(staff, bea, message, now),
        "filed_id": filed.put(f"person:{bea.pk}", BytesIO(b"hello"), name="a.txt", by=staff.ada, now=now)[0].pk,
        "rule_id": rule.pk,
        **_runs(staff, bea, now),
        **_counted(staff),
        **_own(staff, now),
        **_listed(staff, now),
        **_hooked(staff, now),
        **_believed(staff, now),
        "field_id": definitions.add("person", by=staff.aron, now=now, label="Grade", kind="text").pk,
        "purpose_id": purposes.every()[0].pk,
        "export_id": _taken_out(staff, now),
        "first": 1,
        "second": 1,
        "number": 1,  # of the version of a rule
        "sha": blob.sha256,
        "relation_id": relations.add(
            f"person:{bea.pk}", "advises", f"organisation:{firm.pk}", by=staff.ada, now=now
        ).pk,
        "relation_kind": relations.add_kind("rides", by=staff.aron, now=now).key,
        "territory_id": territories.add(
            by=staff.lea, name="North", record="person", condition=read("city:is:Porto"), owner=staff.ben
        ).pk,
        "joining_id": joining.merge(
            firm, organisations.add(by=staff.ada, name="KW", now=now), by=staff.ada, now=now
        ).pk,
        "what": "people",  # of which nobody looks after some
    }
    return Town(staff, ids)


def _listed(staff: cast.Staff, now: datetime) -> dict[str, object]:
    """A view of a list, and what was written into many of its rows."""
    deal = Deal.objects.order_by("pk")[0]
    batch = bulk.write(listing("deal"), [deal.pk], {"probability": 35}, by=staff.ada, now=now)
    return {"view_id": saved.keep("Ours", record="deal", query="", by=staff.ada).pk, "batch_id": batch.pk}


def _hooked(staff: cast.Staff, now: datetime) -> dict[str, object]:
    """A program of others that is told of nothing that happens here, and what it was sent."""
    row, _ = hooks.add(by=staff.aron, name="Shop", url="http://127.0.0.1:9/hook", kinds=["import.none"], now=now)
    sent = HookDelivery.objects.create(hook=row, key=uuid4(), entries=[1], state="sent", made_at=now, changed_at=now)
    return {"webhook_id": row.pk, "hook_id": row.pk, "delivery_id": sent.pk}


def _believed(staff: cast.Staff, now: datetime) -> dict[str, object]:
    """A provider outside that knows a colleague."""
    row = providers.add(
        by=staff.olga, now=now, name="Login", issuer="https://127.0.0.1:9", client="mutuals", secret="nobody's"
    )
    known = Known.objects.create(provider=row, user=staff.ben, subject="u-1", email=staff.ben.email, at=now)
    return {"provider_id": row.pk, "known_id": known.pk}


def _taken_out(staff: cast.Staff, now: datetime) -> int:
    """A list that a lead has as a file."""
    row = exports.make("product", by=staff.lea, now=now)
    exports_run.run_now(row.pk)
    return row.pk


def _own(staff: cast.Staff, now: datetime) -> dict[str, object]:
    """A type of the house's own making with a record."""
    made = types.add(by=staff.aron, now=now, name="Machine")
    row = own.add(made.kind, by=staff.ada, now=now, title="Kettle 3000")
    return {"type_id": made.pk, "type_key": made.key, "own_id": row.pk, "pack_key": "membership"}


def _wished(staff: cast.Staff, bea: Person, message: Interaction, now: datetime) -> dict[str, object]:
    """An idea of a message."""
    idea, _ = ideas.ask_from(message, by=staff.ada, now=now, title="Lids that do not leak")
    ideas.vote(idea, person=bea, by=staff.ada, now=now)
    panel = segments.add(by=staff.ada, now=now, name="The panel", people=[bea.pk])
    asked = made("idea", None, ["state"])
    report = reports.keep("Ideas", asked, by=staff.ada, shared=True)
    board = reports.put_dashboard("Ideas", [(report.pk, "half")], by=staff.ada, shared=True)
    letter, _ = schedules.add(report, to=[staff.ada], hour=8, by=staff.ada)
    price, _ = cost.put(kind="", network="", amount=Decimal(1), since=now.date(), by=staff.aron)
    told = {"report_id": report.pk, "dashboard_id": board.pk, "letter_id": letter.pk, "cost_id": price.pk}
    told |= {"segment_id": panel.pk, "idea_id": idea.pk, "asker_id": Asker.objects.get(idea=idea).pk}
    return told | _spoken(staff, bea, panel, now)


def _spoken(staff: cast.Staff, bea: Person, panel: Segment, now: datetime) -> dict[str, object]:
    """A campaign with an answer."""
    renewing.look(panel.pk)
    told = campaigns.CampaignIn("Spring letter", purposes.named("service"), Segment.objects.get(pk=panel.pk))
    letter = campaign_audience.settle(campaigns.add(told, by=staff.ada, now=now), by=staff.ada, now=now)
    answer, _ = campaigns.respond(letter, bea, by=staff.ada, now=now)
    return {"campaign_id": letter.pk, "response_id": answer.pk}


def _runs(staff: cast.Staff, bea: Person, now: datetime) -> dict[str, object]:
    """Something that runs, and is offered to another team; a draft of the next version."""
    kinds.about(
        "visit", label="Visit", keys=("person",), read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}
    )
    told = text.read("steps:\n- {step: begin, limit: 2 hours, next: done}\n- {step: done, end: done}").plain
    drawn = processes.draft(told, by=staff.lea, now=now, name="Visit", kind="visit")
    processes.publish(drawn, by=staff.lea, now=now)
    processes.redraft(drawn.process, by=staff.lea, now=now)
    item = run.start(f"person:{bea.pk}", drawn.process, by=staff.ada, now=now)
    offer = hands.hand_over(item, by=staff.ada, now=now, team=staff.service, reason="Yours")
    return {"process_id": drawn.process_id, "item_id": item.pk, "handover_id": offer.pk, "step": "begin"}


def _counted(staff: cast.Staff) -> dict[str, object]:
    """A rate, and a calendar with a holiday."""
    house.put_rates([house.RateIn("USD", cast.NOW.date(), Decimal("0.9"))], by=staff.aron)
    row = calendars.put("Support", "Europe/Lisbon", {0: [(time(9), time(17))]}, by=staff.aron)
    calendars.put_holidays(row, [Holiday(cast.NOW.date(), "Day off")], by=staff.aron)
    return {"calendar_id": row.pk, "rate_id": Rate.objects.get().pk}


def _sold(staff: cast.Staff, bea: Person, now: datetime) -> dict[str, object]:
    """A product with a price, a quote that is sent, and an invoice of the order."""
    product = goods.add_product(by=staff.lea, sku="L-9", name="Lid")
    prices = goods.put_list(by=staff.lea, name="Everybody's", currency="EUR")
    goods.put_prices(prices, by=staff.lea, prices={product.pk: Decimal(3)})
    terms = quotes.Terms("EUR", (quotes.Offer("L-9"),))
    quote = quotes.send(offered.offer(terms, by=staff.ada, number="Q-1", person=bea, now=now), by=staff.ada, now=now)
    order = Order.objects.get(number="2026-1")
    bill = invoices.InvoiceIn("I-1", cast.NOW.date(), "EUR", Decimal(20), order_id=order.pk)
    invoices.put([bill], source=None, by=staff.ada)
    return {
        "product_id": product.pk,
        "list_id": prices.pk,
        "quote_id": quote.pk,
        "invoice_id": Invoice.objects.get().pk,
    }


def _dealt(staff: cast.Staff, bea: Person, now: datetime) -> dict[str, object]:
    """A deal and a lead."""
    deal, _ = deals.open_deal(deals.DealIn("Kettles", "EUR", bea, amount=Decimal(900)), by=staff.ada, now=now)
    lead, _ = leads.take_up(bea, by=staff.ada, now=now, source="Fair")
    return {"deal_id": deal.pk, "lead_id": lead.pk}


def _told(staff: cast.Staff, topic: Topic, number: int, now: datetime) -> int:
    """An item of a digest."""
    row = Told.objects.create(
        user=staff.ada, topic=topic, interaction_id=number, reason="praise", why="Praise", place=0, at=now
    )
    return row.pk


def _heard(staff: cast.Staff, interaction_id: int, now: datetime) -> tuple[Topic, Card, Correction]:
    """A topic with a card, and a reading that was corrected."""
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=staff.lea, now=now)
    card = cards.raise_(CardKind.ALARM, "leaks", topic, topic=topic, words="More than usual", now=now)
    assert card is not None
    book = playbooks.keep("Leaks", ["Read the examples", "Tell the workshop"], by=staff.lea, now=now)
    playbooks.start(card, book, by=staff.ada, now=now)
    return topic, card, correct.correct(interaction_id, "mood", ["negative"], by=staff.lea, now=now)


def _pillars(staff: cast.Staff, interaction_id: int, channel: Channel, now: datetime) -> dict[str, object]:
    """A cue that was judged, a bar that was moved, and drafts that were compared."""
    cues.judge(interaction_id, Way.SALES, is_right=True, by=staff.lea, now=now)
    bar = Bar.objects.create(way=Way.SALES, was=500, value=600, right=9, judged=10, at=now)
    made = drafts.compare(channel, drafts.Wanted(("New lids", "Which lid?"), now), by=staff.lea, now=now)
    draft = Draft.objects.filter(forecast=made).earliest("place")
    return {"way": "sales", "bar_id": bar.pk, "forecast_id": made.pk, "draft_id": draft.pk}


def _import(staff: cast.Staff, now: datetime) -> Import:
    with tempfile.NamedTemporaryFile(suffix=".csv") as draft:
        draft.write(b"Name,Email\nBo Solmar,bo@kettles.example\n")
        draft.flush()
        where = Path(draft.name)
        return begin.begin(where, by=staff.lea, target="people", file_name="people.csv", source_name="Till", now=now)


def own_board(user: cast.User, here: Town) -> int:
    """A board of this user's own, because nobody may change those of others."""
    row = Board.objects.filter(owner=user).first()
    return (row or boards.keep("Mine", topics=[here.ids["topic_id"]], by=user, now=clock.now())).pk


def own_view(user: cast.User) -> int:
    """A view of this user's own, for the same reason."""
    row = SavedView.objects.filter(owner=user).exclude(name="").first()
    return (row or saved.keep("Mine", record="deal", query="", by=user)).pk


def own_batch(user: cast.User, here: Town) -> int:
    """Something that this user wrote into many rows, because only admins look at those of others."""
    row = Batch.objects.filter(by=f"staff:{user.pk}").first()
    return (row or bulk.write(listing("deal"), [here.ids["deal_id"]], {"probability": 40}, by=user, now=clock.now())).pk


def own_token(user: cast.User) -> int:
    """The id of a key that this user may end."""
    return tokens.make(user, name="spare", scopes=["read"], now=clock.now())[0].pk
