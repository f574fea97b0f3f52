"""The brief of a customer: six sentences, each with the rows it rests on."""

from __future__ import annotations

from django.http import HttpRequest

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._types import Out, PathId
from mutuals.api.people import person_of
from mutuals.base import clock
from mutuals.insights import briefed
from mutuals.insights.brief import Sentence

router = Resource("brief")


class BriefSource(Out):
    """A row that a sentence rests on: its text key, what it is, and where its page is ("" where it has none)."""

    key: str
    words: str
    path: str


class BriefSentence(Out):
    """One sentence. `topic`: who, value, owns, contacts, promises or next; not `is_known` where no row says anything."""

    topic: str
    words: str
    is_known: bool
    is_late: bool
    sources: list[BriefSource]

    @classmethod
    def of(cls, row: Sentence) -> BriefSentence:
        """A sentence with its rows."""
        told = [BriefSource(key=one.key, words=one.words, path=briefed.address(one)) for one in row.sources]
        return cls(topic=row.topic, words=row.words, is_known=row.is_known, is_late=row.is_late, sources=told)


class BriefOut(Out):
    """The six sentences about a person, as the caller may know them."""

    person_id: int
    sentences: list[BriefSentence]


@router.read("/people/{int:person_id}/brief", act="person.view", out=BriefOut, also={308: None})
def brief(request: HttpRequest, person_id: PathId) -> BriefOut:
    """Who somebody is, what they are worth, own and said, what we promised them, and what comes next."""
    row = person_of(request, person_id)
    told = briefed.of_person(user_of(request), row, now=clock.now())
    return BriefOut(person_id=row.pk, sentences=[BriefSentence.of(one) for one in told])
