"""How a customer shows that an account is theirs: a code that comes back, or a sign-in that a program of ours tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Id, In, Line, Out, Page, PathId
from mutuals.api.people import person_of
from mutuals.base import clock
from mutuals.connectors.contract import Handle
from mutuals.identity.models import Challenge
from mutuals.identity.proofs import codes as proofs
from mutuals.identity.proofs import oauth
from mutuals.inbox import codes
from mutuals.people.models import Profile
from mutuals.people.visibility import visible_to

router = Resource("codes")


class CodeOut(Out):
    """An open code: to which profile it went, and until when it is good. The code itself stands in the message alone."""

    id: int
    person_id: int
    profile_id: int
    made_at: datetime
    ends_at: datetime
    tries: int
    message_id: int | None

    @classmethod
    def of(cls, row: Challenge, *, message_id: int | None = None) -> CodeOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            person_id=row.person_id,
            profile_id=row.sent_to_id,
            made_at=row.made_at,
            ends_at=row.ends_at,
            tries=sum(guess.tries for guess in row.guesses.all()),
            message_id=message_id,
        )


class CodeAsked(In):
    """To which of their profiles; left out: where they last wrote in private."""

    profile_id: Id | None = None


class SignIn(In):
    """With which account of which network they signed in, as the network told it and not as a form said.

    `key` is the network's own id, which never changes (the `sub` of OpenID Connect, a DID at Bluesky, the account's address
    at Mastodon); `name` what it shows today.
    """

    network: Annotated[Line, Field(min_length=1, max_length=30, examples=["github"])]
    key: Annotated[Line, Field(min_length=1, max_length=512, examples=["583231"])]
    name: Annotated[Line, Field(max_length=300, examples=["beapours"])] = ""
    shown: Annotated[Line, Field(max_length=200)] = ""
    url: Annotated[Line, Field(max_length=1000)] = ""


class SignedIn(Out):
    """What follows. linked: the account is theirs, proven. asked: it is somebody else's on record, nothing was moved, and
    `pair_id` waits in the review. left: staff said before that it is not theirs, and that stays."""

    person_id: int
    profile_id: int
    outcome: Literal["linked", "asked", "left"]
    pair_id: int | None
    new: bool = Field(description="False: this was told before, and nothing was changed now.")


@router.read("/people/{int:person_id}/codes", act="person.link", out=Page[CodeOut], also={308: None})
def listed(request: HttpRequest, person_id: PathId) -> Page[CodeOut]:
    """The open codes of a person, the newest first."""
    rows = proofs.of_person(person_of(request, person_id), now=clock.now())
    return Page[CodeOut](items=[CodeOut.of(row) for row in rows], next=None)


@router.write("POST", "/people/{int:person_id}/codes", act="person.link", out=CodeOut, status=201, also={308: None})
def send(request: HttpRequest, person_id: PathId, body: CodeAsked) -> CodeOut:
    """Send a one-time code to a person in private; whoever sends it back is linked. 409 where nobody else must not read it."""
    by, person = user_of(request), person_of(request, person_id)
    to = one(Profile.objects.filter(person__canonical_id=person.pk), body.profile_id) if body.profile_id else None
    sent = codes.send(person, by=by, to=to, now=clock.now())
    return CodeOut.of(sent.challenge, message_id=sent.message.pk)


@router.write("POST", "/codes/{int:code_id}/withdraw", act="person.link", out=CodeOut)
def withdraw(request: HttpRequest, code_id: PathId) -> CodeOut:
    """End an open code before its time."""
    by = user_of(request)
    row = one(Challenge.objects.filter(person__canonical__in=visible_to(by)), code_id)
    proofs.withdraw(row, by=by, now=clock.now())
    row.refresh_from_db()
    return CodeOut.of(row)


@router.write("POST", "/people/{int:person_id}/sign-ins", act="identity.vouch", out=SignedIn, also={308: None})
def signed_in(request: HttpRequest, person_id: PathId, body: SignIn) -> SignedIn:
    """Tell that a customer signed in with an account, in a session of their own: a proof. Telling it twice changes nothing.

    409 for an account of ours, of an organisation, or of somebody who asked to be forgotten; 422 for a network that is
    unknown, or a key that is not the network's own id.
    """
    handle = Handle(body.network, body.key, body.name, shown=body.shown, url=body.url)
    person = person_of(request, person_id)
    done = oauth.vouch(person, handle, by=user_of(request), now=clock.now())
    return SignedIn(
        person_id=person.pk, profile_id=done.profile.pk, outcome=done.outcome, pair_id=done.pair, new=done.is_new
    )
