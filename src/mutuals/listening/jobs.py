"""The jobs of this room by name. Its digest is named by `rules`, which knows how it is mailed."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.listening import mentions
from mutuals.listening.board import stance
from mutuals.listening.card import back, known, rise, warn
from mutuals.listening.draft import drafts
from mutuals.listening.learning import correct, lessons, rereading
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.topic import fill, topics


def register_jobs() -> None:
    """Name them."""
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
    jobs.name("listening.fold", lambda timestamp=0: mentions.fold(), cron="*/10 * * * *")
    jobs.name(stance.JOB, lambda timestamp=0: stance.reckon(now=clock.now()), queue="long", cron="30 4 * * *")


def _who_they_are(timestamp: int = 0) -> None:
    """Who spoke is a customer by now, in what is counted and in what waits for somebody."""
    fill.known()
    known.again()
