"""Start-up: what rooms hand to each other by name, because imports may not go up."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from mutuals import embedded, flow
from mutuals.api import _once
from mutuals.base import clock, files, jobs
from mutuals.capture import doubt, draw, outbox, receive, retention
from mutuals.capture.imports import running
from mutuals.channels import sources
from mutuals.conversations import hanging as conversations
from mutuals.history import fields as history_fields
from mutuals.history import hanging as history
from mutuals.history.models import Interaction
from mutuals.identity import cited, learn, link, live, sweep
from mutuals.identity.proofs import claims, looks
from mutuals.inbox import actions as inbox_actions
from mutuals.inbox import hanging as cases_hanging
from mutuals.inbox import queries as inbox
from mutuals.inbox import work
from mutuals.insights import passed
from mutuals.insights import watch as lineage
from mutuals.listening import fields as listening_fields
from mutuals.listening import mentions
from mutuals.listening.board import digest, stance
from mutuals.listening.card import back, known, rise, warn
from mutuals.listening.draft import drafts
from mutuals.listening.learning import correct, lessons, rereading
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.topic import fill, topics
from mutuals.people import fields as people_fields
from mutuals.people import hanging, visibility
from mutuals.people.models import Organisation, Person
from mutuals.processes import keep as drawn
from mutuals.processes import late
from mutuals.processes import run as processes
from mutuals.rules import fire, letters, registry, send, trial, watch
from mutuals.rules import keep as rules
from mutuals.rules.models import Rule
from mutuals.sales import fields as sales_fields
from mutuals.sales import hanging as sales
from mutuals.staff import accounts
from mutuals.staff import teams as groups
from mutuals.staff.models import User

MANY = 50_000  # conversations of a queue from which on they are not read whole
_ACTIONS = (inbox_actions, send)  # what rules may do is known by importing it
_NO_END = 2**60  # a subselect with a limit is done on its own, before what is around it


def connect() -> None:
    """Fill the registries and name the jobs."""
    visibility.own_people(spoke_in_own_queue)
    accounts.hold("sources and channels", count=sources.held_by, move=sources.hand_over)
    accounts.hold("people", count=_owned(Person), move=_handed(Person))
    accounts.hold("organisations", count=_owned(Organisation), move=_handed(Organisation))
    accounts.hold("open conversations", count=inbox.held_by, move=work.hand_over)
    accounts.hold("running items", count=processes.held_by, move=processes.hand_all)
    accounts.hold("rules", count=lambda user: Rule.objects.filter(owner=user).count(), move=rules.hand_over)
    groups.renamed("processes", drawn.follow_team)
    people_fields.register_fields()
    sales_fields.register_fields()
    history_fields.register_fields()
    listening_fields.register_fields()
    for room in (hanging, conversations, history, sales, cases_hanging):
        room.register_hanging()
    registry.load_foreign()
    files.carried_by(retention.carried)
    _name_jobs()


def _owned(model: type[Person] | type[Organisation]) -> Callable[[User], int]:
    return lambda user: model.objects.filter(owner=user).count()


def _handed(model: type[Person] | type[Organisation]) -> Callable[[User, User], int]:
    return lambda user, to: model.objects.filter(owner=user).update(owner=to)


def spoke_in_own_queue(user: User, *, many: int = MANY) -> Q:
    """The people whose words stand in a conversation of this user's own queue.

    Few conversations are read whole. With many, each person of the list is asked about on their own: every other one
    fits. An Exists would be made one join of everything, and a queue that was given away at once, of which the planner
    knows nothing yet, would be read whole for each person.
    """
    turns = inbox.visible_to(user)
    if inbox.own_up_to(user, many) < many:
        said = Interaction.objects.filter(conversation__in=turns.values("conversation_id"))
        people = said.filter(profile__person__isnull=False).values("profile__person__canonical_id")
        return Q(pk__in=people[:_NO_END])
    own = turns.filter(pk=OuterRef("conversation_id")).values("pk")[:1]
    said = Interaction.objects.filter(IsNull(Subquery(own), False), profile__person__canonical_id=OuterRef("pk"))
    return Q(IsNull(Subquery(said.values("pk")[:1]), False))


def _name_jobs() -> None:
    jobs.name(receive.ADVANCE, flow.run)
    jobs.name(draw.DRAW, draw.draw)
    jobs.name(outbox.SEND, outbox.send)
    jobs.name(outbox.LOOK, doubt.look)
    jobs.name("capture.recover", lambda: doubt.recover(clock.now()))
    jobs.name("capture.retention", lambda timestamp=0: retention.nightly(), queue="long", cron="45 2 * * *")
    jobs.name(running.CHECK, running.check_now, queue="import")
    jobs.name(running.RUN, running.run_now, queue="import")
    jobs.name("capture.take_up", lambda timestamp=0: running.take_up(now=clock.now()), cron="*/2 * * * *")
    jobs.name(claims.PAGE, looks.page_now)
    jobs.name(claims.DOMAIN, looks.domain_now)
    jobs.name(claims.PICTURES, looks.pictures_now)
    jobs.name(looks.RECHECK, looks.recheck_now, cron="17 * * * *")
    jobs.name(cited.JOB, cited.look_for)
    jobs.name(live.JOB, lambda timestamp=0: sweep.drain(now=clock.now()), cron="* * * * *")
    jobs.name(sweep.JOB, sweep.run, queue="long")
    jobs.name(link.SETTLE, link.settle_now)
    jobs.name(learn.JOB, lambda timestamp=0, by="": learn.run(by), queue="long", cron="10 3 * * *", retry=False)
    jobs.name(
        "identity.sweep_nightly", lambda timestamp=0: sweep.nightly(now=clock.now()), queue="long", cron="30 3 * * *"
    )
    jobs.name(lineage.JOB, lambda timestamp=0: lineage.watch() and None, cron="*/5 * * * *", retry=False)
    jobs.name("insights.forget", lambda timestamp=0: passed.forget(now=clock.now()), cron="55 2 * * *")
    jobs.name(late.JOB, lambda timestamp=0: late.tell(now=clock.now()) and None, cron="*/5 * * * *")
    jobs.name("inbox.wake_snoozed", lambda: work.wake_snoozed(clock.now()))
    jobs.name("api.forget", lambda timestamp=0: _once.forget(clock.now()), cron="30 2 * * *")
    jobs.name("base.backup", _backup, queue="long", cron="15 2 * * *")
    _name_jobs_of_listening_and_rules()


def _name_jobs_of_listening_and_rules() -> None:
    jobs.name(topics.FILL, fill.fill, queue="long")
    jobs.name(fill.CATCH_UP, lambda timestamp=0: fill.catch_up(), queue="long", cron="*/5 * * * *")
    jobs.name(warn.JOB, lambda timestamp=0: warn.watch_all(now=clock.now()), cron="7 * * * *")
    jobs.name(back.JOB, back.run, queue="long")
    jobs.name(rise.DUE, lambda timestamp=0: rise.due(now=clock.now()) and None, cron="*/2 * * * *")
    jobs.name(rise.JOB, lambda timestamp=0: rise.rise_all(now=clock.now()), queue="long", cron="10 4 * * *")
    jobs.name(correct.LEARN, lambda timestamp=0, by_id=None: lessons.learn_now(by_id), queue="long", cron="20 3 * * *")
    jobs.name(rereading.JOB, rereading.run, queue="long")
    jobs.name("listening.known", _who_they_are, queue="long", cron="*/10 * * * *")
    jobs.name("listening.tidy", lambda timestamp=0: fill.tidy(), queue="long", cron="50 3 * * *")
    jobs.name(cues.JOB, lambda timestamp=0: fourfold.ask_again(now=clock.now()), cron="20 4 * * *")
    jobs.name(drafts.JOB, lambda timestamp=0: drafts.follow(now=clock.now()), cron="40 * * * *")
    jobs.name("rules.read_on", lambda timestamp=0: watch.read_on(), cron="* * * * *")
    jobs.name("listening.fold", lambda timestamp=0: mentions.fold(), cron="*/10 * * * *")
    jobs.name(digest.JOB, lambda timestamp=0: digest.due(now=clock.now(), mailed=letters.of_digest), cron="25 * * * *")
    jobs.name(stance.JOB, lambda timestamp=0: stance.reckon(now=clock.now()), queue="long", cron="30 4 * * *")
    jobs.name("rules.strike", lambda timestamp=0: watch.strike(), cron="5 * * * *", retry=False)
    jobs.name(fire.FINISH, watch.finish_now)
    jobs.name(trial.APPLY, trial.go_on, queue="long")
    jobs.name(send.DELIVER, send.deliver)


def _who_they_are(timestamp: int = 0) -> None:
    """Who spoke is a customer by now, in what is counted and in what waits for somebody."""
    fill.known()
    known.again()


def _backup(timestamp: int = 0) -> None:
    """The nightly copy of our own database, and a bound for its log; an external one is backed up by those who run it."""
    if embedded.external() is None:
        embedded.backup_now(settings.STATE / "backups", keep=7)
        embedded.trim_log()
