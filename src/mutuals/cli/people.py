"""`mutuals people`: find, show, link, merge, split, export, erase."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from mutuals import privacy
from mutuals.base import clock, files
from mutuals.cli import _joins
from mutuals.cli._say import Missing, me, verb
from mutuals.connectors.contract import Handle
from mutuals.identity import belongs, link, newcomer
from mutuals.identity.proofs import oauth
from mutuals.inbox import codes
from mutuals.inbox import queries as inbox
from mutuals.insights import briefed
from mutuals.people import labels, queries, visibility
from mutuals.people.models import Person, Profile
from mutuals.people.privacy import holder
from mutuals.sales import queries as sales
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 40  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `people` and its verbs."""
    verbs = groups.add_parser("people", help="whom we know").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "find", find, "find people by name, address, number or handle")
    parser.add_argument("text")
    parser.add_argument("--limit", type=int, default=20)
    parser = verb(verbs, "show", show, "one person: what we know, how we know it, and what was said last")
    parser.add_argument("id", type=int)
    parser.add_argument("--limit", type=int, default=20, help="how many of the newest interactions (20)")
    verb(verbs, "brief", brief, "six sentences on one person, each with its rows").add_argument("id", type=int)
    parser = verb(verbs, "add", add, "somebody new")
    parser.add_argument("--name", default="")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")
    parser = verb(verbs, "link", link_profile, "say that a profile is this person's")
    parser.add_argument("id", type=int)
    parser.add_argument("profile", type=int)
    parser = verb(verbs, "unlink", unlink_profile, "say that a profile is not this person's")
    parser.add_argument("profile", type=int)
    _about_profiles(verbs)
    parser = verb(verbs, "code", code, "send them a one-time code in private; whoever sends it back is linked")
    parser.add_argument("id", type=int)
    parser.add_argument("--profile", type=int, help="to which of theirs (where they last wrote in private)")
    parser = verb(
        verbs,
        "signed-in",
        signed_in,
        "say that they signed in with an account of theirs: a proof",
        more="For admins, and for programs of ours that finished the sign-in in the customer's own session.",
        examples=[
            "mutuals people signed-in 12 github 583231 --name beapours --url https://github.com/beapours",
            "mutuals people signed-in 12 bluesky did:plc:ewvi7nxzyoun6zhxrhs64oiz",
        ],
    )
    parser.add_argument("id", type=int)
    parser.add_argument("network", help="github, google, mastodon, bluesky …")
    parser.add_argument("key", help="the network's own id of the account, which never changes")
    parser.add_argument("--name", default="", help="what the account is called today")
    parser.add_argument("--url", default="", help="its page")
    _joins.register(verbs)
    parser = verb(verbs, "export", export, "hand over everything that is held of one person")
    parser.add_argument("id", type=int)
    parser.add_argument("--out", type=Path, required=True, help="the ZIP to write")
    parser = verb(verbs, "erase", erase, "erase one person everywhere and keep their handles out")
    parser.add_argument("id", type=int)
    parser.add_argument("--yes", action="store_true", help="needed: it cannot be undone")


def _about_profiles(verbs: Any) -> None:
    """What a profile is for, and whose organisation's it is."""
    parser = verb(
        verbs,
        "label",
        label,
        "say what a profile is for: personal, work, shared or bot",
        more="A machine links no profile that is shared or a bot. Two accounts of a network that allows a person one\n"
        "contradict each other only while both are personal or without a label.",
        examples=["mutuals people label 30 work", "mutuals people label 30 --none"],
    )
    parser.add_argument("profile", type=int)
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("label", nargs="?", default="", help="personal, work, shared or bot")
    said.add_argument(
        "--none", action="store_true", help="take the label away: what its network says of it counts again"
    )
    parser = verb(
        verbs,
        "organisation",
        organisation,
        "whose organisation's presence a profile may be, by its proofs; say so, or never",
        examples=[
            "mutuals people organisation 30",
            "mutuals people organisation 30 --is 4",
            "mutuals people organisation 30 --undo 812",
        ],
    )
    parser.add_argument("profile", type=int)
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--is", type=int, dest="theirs", metavar="ID", help="it is this organisation's")
    said.add_argument("--never", type=int, metavar="ID", help="it is never this organisation's; that is remembered")
    said.add_argument("--undo", type=int, metavar="KEY", help="take back what was said under this key")


def person(viewer: User, number: int) -> Person:
    """The person of this number, or of whom it was merged into."""
    row = Person.objects.filter(pk=number).first()
    found = visibility.visible_to(viewer).filter(pk=row.canonical_id).first() if row else None
    if found is None:
        raise Missing(f"There is no person {number}.")
    return found


def find(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A list of people."""
    viewer = me(args)
    return [_line(viewer, row) for row in queries.find_by_name(viewer, args.text)[: args.limit]]


def _line(viewer: User, row: Person) -> dict[str, Any]:
    email, phone = visibility.shown_contact(row, viewer)
    return {"id": row.pk, "name": row.name, "email": email, "phone": phone, "city": row.city, "last heard": row.last_at}


def show(args: argparse.Namespace) -> dict[str, Any]:
    """One person."""
    viewer = me(args)
    require(viewer, "person.view")
    row, full = person(viewer, args.id), visibility.sees_contacts(viewer)
    said = inbox.timeline(viewer, holder(row).profile_ids, limit=args.limit)
    return {
        **_line(viewer, row),
        "interactions": row.interaction_count,
        "orders": row.order_count,
        "profiles": [
            {
                "id": one.profile_id,
                "network": one.profile.network,
                "name": visibility.shown_name(one.profile, full=full),
                "state": one.state,
                "because": _because(one.because, full=full, as_json=args.json),
            }
            for one in link.links_of(row)
        ],
        "newest orders": [
            {"number": one.number, "placed": one.placed_at, "total": one.total, "currency": one.currency}
            for one in sales.of_person(viewer, row, limit=10)
        ],
        "newest": [
            {"id": one.pk, "at": one.occurred_at, "kind": one.kind, "direction": one.direction, "text": one.text[:200]}
            for one in said.rows
        ],
    }


def _because(clues: list[dict[str, Any]], *, full: bool, as_json: bool) -> Any:
    """How a link is known: clues for programs, a sentence each for people."""
    shown = visibility.shown_clues(clues, full=full)
    if as_json:
        return shown
    return [
        f"{'' if one.get('for', True) else 'against: '}{one.get('words') or one.get('clue', '')}"
        f"{' (' + str(one['detail']) + ')' if one.get('detail') else ''}"
        for one in shown
    ]


def brief(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    viewer = me(args)
    told = briefed.of_person(viewer, person(viewer, args.id), now=clock.now())
    return [
        {"about": one.topic, "words": one.words, "rests on": " ".join(row.key for row in one.sources)} for one in told
    ]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """A new person."""
    by = me(args)
    row = newcomer.add(by=by, name=args.name, email=args.email, phone=args.phone, now=clock.now())
    return _line(by, row)


def link_profile(args: argparse.Namespace) -> str:
    """A confirmed link."""
    by, profile = me(args), _profile(args.profile)
    row = link.confirm(profile, person=person(by, args.id), by=by, now=clock.now())
    return f"{profile} is held to be {row.person}: {row.state}"


def unlink_profile(args: argparse.Namespace) -> str:
    """A rejected link."""
    profile = _profile(args.profile)
    link.reject(profile, by=me(args), now=clock.now())
    return f"{profile} belongs to nobody now; the answer is remembered"


def label(args: argparse.Namespace) -> dict[str, Any]:
    """What it is for now."""
    by = me(args)
    require(by, "person.link")
    row = labels.label(_profile(args.profile), to=args.label, by=by, now=clock.now())
    return {"profile": row.pk, "label": "bot" if row.is_bot else row.label}


def _profile(number: int) -> Profile:
    """The profile of this number."""
    row = Profile.objects.select_related("person").filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no profile {number}.")
    return row


def organisation(args: argparse.Namespace) -> list[dict[str, Any]] | dict[str, Any]:
    """What the proofs suggest, or what was said, with the key to take it back."""
    by = me(args)
    require(by, "person.link")
    profile = _profile(args.profile)
    if args.undo is not None:
        done = belongs.undo(args.undo, by=by, now=clock.now())
        return {"key": done.key, "words": done.words}
    number = args.theirs if args.theirs is not None else args.never
    if number is None:
        full = visibility.sees_contacts(by)
        return [
            {
                "organisation": one.organisation.pk,
                "name": str(one.organisation),
                "because": _because(one.because, full=full, as_json=args.json),
            }
            for one in belongs.suggested([profile.pk]).get(profile.pk, [])
        ]
    firm = visibility.organisations_visible_to(by).filter(pk=number).first()
    if firm is None:
        raise Missing(f"There is no organisation {number}.")
    done = belongs.say(profile, firm, is_theirs=args.theirs is not None, by=by, now=clock.now())
    return {"key": done.key, "words": done.words}


def code(args: argparse.Namespace) -> dict[str, Any]:
    """An open code, and the message it leaves with."""
    by = me(args)
    row = person(by, args.id)
    to = Profile.objects.filter(pk=args.profile, person__canonical_id=row.pk).first() if args.profile else None
    if args.profile and to is None:
        raise Missing(f"{row} has no profile {args.profile}.")
    sent = codes.send(row, by=by, to=to, now=clock.now())
    told = visibility.shown_name(sent.challenge.sent_to, full=visibility.sees_contacts(by))
    return {"id": sent.challenge.pk, "to": told, "ends": sent.challenge.ends_at, "message": sent.message.pk}


def signed_in(args: argparse.Namespace) -> dict[str, Any]:
    """Whose the account is now, or the pair that waits in the review."""
    by = me(args)
    row = person(by, args.id)
    handle = Handle(args.network, args.key, args.name, url=args.url)
    done = oauth.vouch(row, handle, by=by, now=clock.now())
    words = {
        "linked": f"it is theirs, proven{'' if done.is_new else ' (known before)'}",
        "asked": "it is somebody else's on record; staff are asked, nothing was moved",
        "left": "staff said before that it is not theirs; that stays",
    }
    return {
        "person": f"{row.pk} {row}",
        "profile": done.profile.pk,
        "outcome": done.outcome,
        "words": words[done.outcome],
        "pair": done.pair,
    }


def export(args: argparse.Namespace) -> dict[str, Any]:
    """The package on disk, and its receipt."""
    by = me(args)
    blob, receipt = privacy.export(person(by, args.id), by=by, now=clock.now())
    shutil.copyfile(files.path(blob.sha256), args.out)
    return {"written": str(args.out), "bytes": blob.size, "receipt": receipt.reference, "counts": receipt.counts}


def erase(args: argparse.Namespace) -> dict[str, Any]:
    """The receipt."""
    by = me(args)
    row = person(by, args.id)
    if not args.yes:
        raise ValueError(f"This erases {row} for good. Say --yes if that is meant; nothing was changed.")
    receipt = privacy.erase(row, by=by, now=clock.now())
    named = [
        f"{one.about}, {one.where}" + (f", of {one.owner}" if one.owner else "") for one in privacy.places_of(receipt)
    ]
    return {"receipt": receipt.reference, "counts": receipt.counts, "kept": receipt.kept, "places": named}
