"""Who may do what. Denied unless the matrix says otherwise; asked inside each act, so no door can differ.

A scope answers *on which rows*: ALL, OWN (what is given to the user or to their teams), or nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mutuals.staff.models import Role, User


class Scope(StrEnum):
    """How far a right reaches."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


class NotAllowed(PermissionError):
    """The user may not do this. The message says whom to ask."""


_EVERYONE = {Role.OWNER: Scope.ALL, Role.ADMIN: Scope.ALL, Role.LEAD: Scope.ALL, Role.STAFF: Scope.ALL}
_WITH_OWN = {**_EVERYONE, Role.CONTRACTOR: Scope.OWN}
_LEADS = {Role.OWNER: Scope.ALL, Role.ADMIN: Scope.ALL, Role.LEAD: Scope.ALL}
_ADMINS = {Role.OWNER: Scope.ALL, Role.ADMIN: Scope.ALL}

ACTS: dict[str, dict[Role, Scope]] = {
    "person.view": _WITH_OWN,
    "person.view_contact": _EVERYONE,  # unmasked addresses and numbers
    "person.edit": _EVERYONE,
    "person.link": _EVERYONE,
    "person.merge": _EVERYONE,  # join two persons, split them, and undo both
    "person.merge_many": _ADMINS,  # accept pairs without looking at each; see how often the review was right
    "identity.sweep": _LEADS,
    "identity.model": _ADMINS,
    "identity.vouch": _ADMINS,  # tell that a customer signed in with an account of theirs: a proof that nobody weighs
    "person.export": _ADMINS,
    "person.erase": _ADMINS,
    "consent.view": _EVERYONE,
    "consent.edit": _EVERYONE,  # note what somebody gave, refused or withdrew
    "purpose.edit": _ADMINS,  # what data of people are used for
    "organisation.view": _EVERYONE,
    "organisation.edit": _EVERYONE,
    "organisation.merge": _EVERYONE,  # join two organisations, and undo it
    "relation.view": _EVERYONE,  # how two records stand to each other
    "relation.edit": _EVERYONE,
    "relation.set_up": _ADMINS,  # kinds of relations of the house's own making
    "territory.view": _EVERYONE,
    "territory.edit": _LEADS,  # who looks after whom; what newcomers are given to
    "territory.place": _LEADS,  # give all that is nobody's to its territory, and undo it
    "ownerless.view": _EVERYONE,  # what is nobody's; it is given away by the right of each record
    "owner.transfer": _ADMINS,  # give all that somebody looks after to a colleague
    "order.view": _WITH_OWN,
    "order.edit": _EVERYONE,
    "product.edit": _LEADS,  # products, price lists and prices
    "price.view": _EVERYONE,  # what organisations pay, so not contractors
    "quote.view": _WITH_OWN,
    "quote.edit": _EVERYONE,
    "invoice.view": _WITH_OWN,
    "invoice.edit": _EVERYONE,  # invoices and payments, as facts
    "deal.view": _EVERYONE,
    "deal.edit": _EVERYONE,
    "lead.view": _EVERYONE,
    "lead.edit": _EVERYONE,
    "selling.set_up": _ADMINS,  # whether people may buy without an organisation
    "conversation.view": _WITH_OWN,
    "conversation.reply": _WITH_OWN,
    "conversation.note": _WITH_OWN,
    "conversation.assign": _EVERYONE,
    "conversation.close": _WITH_OWN,
    "case.view": _WITH_OWN,
    "case.open": _EVERYONE,
    "case.edit": _EVERYONE,
    "promise.view": _WITH_OWN,
    "promise.edit": _WITH_OWN,  # make, move, keep, withdraw; contractors in their own conversations
    "task.view": _WITH_OWN,  # contractors: what is given to them
    "task.add": _EVERYONE,
    "task.edit": _WITH_OWN,  # change, end, move, put into the trash
    "idea.view": _EVERYONE,
    "idea.edit": _EVERYONE,  # write down, say who asked and votes, decide, merge, put into the trash
    "segment.view": _EVERYONE,
    "segment.edit": _EVERYONE,  # name groups of people, pick who is in them, put them into the trash
    "campaign.view": _EVERYONE,
    "campaign.edit": _EVERYONE,  # plan, settle whom it speaks to, note what came of it
    "campaign.export": _LEADS,  # whom it speaks to, with addresses, as a file
    "rule.view": _EVERYONE,
    "rule.edit": _LEADS,
    "process.view": _EVERYONE,
    "process.work": _EVERYONE,  # start, move, hand over, accept
    "process.edit": _LEADS,  # draw, publish, retire, bring running items to the newest version
    "house.view": _EVERYONE,  # currency, rates, calendars
    "house.edit": _ADMINS,
    "interaction.add": _EVERYONE,
    "interaction.delete": _LEADS,
    "search.everything": _EVERYONE,
    "listening.view": _EVERYONE,
    "listening.judge": _EVERYONE,  # correct a label, say that a mention is not relevant, settle a card
    "listening.learn": _LEADS,  # which version of the reader is used, what phrases mean, reading history again
    "topic.edit": _LEADS,
    "source.view": _EVERYONE,
    "source.manage": _ADMINS,
    "source.sync": _LEADS,
    "channel.manage": _ADMINS,
    "hook.manage": _ADMINS,  # programs of others that are told what happens here
    "parked.view": _LEADS,
    "parked.retry": _LEADS,
    "import.run": _LEADS,
    "file.view": _WITH_OWN,
    "filed.view": _EVERYONE,  # files that colleagues put on records which one sees
    "filed.edit": _EVERYONE,
    "trash.view": _EVERYONE,  # what is in the trash, each kind by its own right
    "field.view": _EVERYONE,  # fields of the house's own making, and their values
    "field.edit": _ADMINS,
    "type.edit": _ADMINS,  # kinds of records of the house's own making
    "own.view": _EVERYONE,  # the records of these kinds
    "own.edit": _EVERYONE,
    "user.view": _EVERYONE,
    "user.manage": _ADMINS,
    "team.manage": _ADMINS,
    "notice.view": _WITH_OWN,  # what one is told oneself
    "record.follow": _WITH_OWN,  # be told what happens to a record that one may see, and be seen beside others there
    "token.own": _EVERYONE,
    "provider.manage": {
        Role.OWNER: Scope.ALL
    },  # whom we believe who somebody is: it opens every account, so owners alone
    "journal.view": _ADMINS,
    "list.view": _WITH_OWN,  # views of one's own and shared ones, of lists that one sees
    "list.edit": _EVERYONE,  # write many rows at once, each by its own right, and undo it
    "list.export": _LEADS,
    "report.view": _WITH_OWN,  # reports of what one sees; contractors of what is given to them
    "report.edit": _EVERYONE,  # keep, share, put on a dashboard, let be written as letters
    "export.everything": _ADMINS,  # all that is kept here as one file, and the exports of others
}

SCOPES = ("read", "write", "admin", "ingest")
"""What a token may be limited to: reading, everyday acts, settings (and reading), and handing in events only."""


def scope(user: Any, act: str) -> Scope:
    """How far `user` may go with `act`. Nobody, inactive users and unknown acts get nothing."""
    if not isinstance(user, User) or not user.is_active:
        return Scope.NONE
    return ACTS[act].get(Role(user.role), Scope.NONE)


def may(user: Any, act: str) -> bool:
    """True where `user` may do `act` on some row at least."""
    return scope(user, act) is not Scope.NONE


def require(user: Any, act: str, thing: Any = None) -> None:
    """Begin an act: raise NotAllowed unless `user` may do `act` (on `thing`, when one is given).

    A row that is limited to its own people says so by `belongs_to(user) -> bool`; one that does not is nobody's own.
    """
    reach = scope(user, act)
    if reach is Scope.ALL:
        return
    if reach is Scope.OWN and (thing is None or _is_own(user, thing)):
        return
    raise NotAllowed(
        f"Your role does not include “{named_right(act)}”. Ask an admin or the owner of this installation."
    )


def named_right(act: str) -> str:
    """A right as people read it: "case: open"."""
    return act.replace(".", ": ").replace("_", " ")


def _is_own(user: User, thing: Any) -> bool:
    belongs = getattr(thing, "belongs_to", None)
    return bool(belongs and belongs(user))
