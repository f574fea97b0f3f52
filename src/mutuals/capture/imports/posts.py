"""Posts and mails out of files: handed to the same way in as those of a network, raw first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection

from mutuals.base.ids import fit
from mutuals.capture import apart, receive
from mutuals.capture.imports.before import TAKEN, Before, Earlier
from mutuals.capture.imports.decisions import KEPT_OUT, Decision, Outcome, Pair, RowIn, Shadow
from mutuals.capture.imports.rows import reading_of
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Import, RawEvent
from mutuals.channels.models import Channel
from mutuals.connectors import get
from mutuals.connectors.contract import Envelope, Raw
from mutuals.connectors.files.posts import post_raw
from mutuals.history.models import Interaction, Tombstone
from mutuals.people import erased

_BODIES = """
SELECT key, CASE WHEN length(body) > 0 THEN encode(sha256(body), 'hex') ELSE '' END FROM capture_rawevent
WHERE source_id = %s AND key = ANY(%s)
"""

_Kept = tuple[str, str]  # the text of a stored post, and the key of its author
_NOTHING: _Kept = ("", "")


@dataclass(frozen=True, slots=True)
class _Post:
    row: RowIn
    raw: Raw | None
    envelope: Envelope | None
    reason: str = ""
    before: list[Before] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw.body).hexdigest() if self.raw else ""


class PostsPlanner:
    """Plans posts and mails. The same row again is the same; another wording under the same id is an edit.

    A row without an id that was brought before is found again though its columns meant something else then (`before`).
    A post that was deleted out there stays deleted; one of an erased author is kept out.
    """

    def __init__(self, of: Import, shadow: Shadow) -> None:
        self._of, self._shadow = of, shadow
        self._parse = get(of.source.connector).parse
        self._reading = reading_of(of.options)
        self._earlier = Earlier(of)
        self._ours = set(Channel.objects.filter(source=of.source_id).values_list("key", flat=True))
        self._raws: list[Raw] = []
        self._kept: dict[str, str] = {}
        self._same: set[str] = set()  # raws that say what rows of the batch say
        self._told: dict[str, list[str]] = {}  # under which keys what a new raw says may be kept
        self._row = 0

    def group(self, _row: RowIn) -> str:
        """Each row stands by itself."""
        return ""

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]:
        """Decide a batch; four questions to the database."""
        posts = [self._read(row) for row in rows]
        keys = [key for post in posts for key in self._keys(post)]
        known = self._bodies(keys)
        standing = [key for post in posts if post.envelope for key in apart.keys_of(post.envelope)]
        texts, deleted = self._stored([*standing, *(key for post in posts for one in post.before for key in one.keys)])
        mails = apart.standing(self._of.source_id, standing) if any(row.mail for row in rows) else {}
        out = erased.which([pair for post in posts for pair in _author(post)])
        self._raws, self._kept, self._same, self._told = [], {}, set(), {}
        self._row = rows[-1].number
        return [self._decide(post, known, texts, deleted, out, mails) for post in posts]

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Nothing: what was kept is found in the tables."""

    def pretend(self) -> None:
        """Remember the last plan."""
        self._shadow.put(self._kept)

    def apply(self, *, now: datetime) -> None:
        """Keep the raws, with how far the file was read."""
        cursor = (f"import:{self._of.pk}", {"row": self._row})
        is_history = bool(self._of.options.get("history_only"))
        receive.keep(self._of.source, self._raws, cursor=cursor, now=now, is_history=is_history)
        made = {fit(raw.key, 600) for raw in self._raws}
        rows = RawEvent.objects.filter(source=self._of.source_id, key__in=made | self._same).order_by("pk")
        told = list(rows.values_list("pk", "key"))
        keep(self._of, [Wrote(f"raw:{pk}", {"keys": self._told[key]}, made=True) for pk, key in told if key in made])
        keep(self._of, [Wrote(f"raw:{pk}") for pk, key in told if key not in made])

    def _read(self, row: RowIn) -> _Post:
        if row.error:
            return _Post(row, None, None, row.error)
        try:
            raw = Raw(_mail_key(row.mail), row.mail, "received") if row.mail else post_raw(row.values, self._reading)
            found = self._parse(raw)
            if row.mail and found and self._is_ours(found[0]):
                raw = replace(raw, kind="sent")
                found = self._parse(raw)
        except ValueError as error:
            return _Post(row, None, None, str(error)[:500])
        if not found:
            return _Post(row, None, None, "Nothing in the row is a post")
        before = [] if row.mail else self._earlier.of(row)
        return _Post(row, replace(raw, key=fit(raw.key, 560)), found[0], before=before)

    def _is_ours(self, mail: Envelope) -> bool:
        """Whether a presence of the mailbox wrote it. Whoever imports the file vouches for it.

        Nobody does for what is delivered. Where our own server found the sender forged (DMARC), it stays a stranger's.
        """
        return bool(mail.author and mail.author.key in self._ours) and mail.extra.get("dmarc") != "fail"

    def _keys(self, post: _Post) -> list[str]:
        if post.raw is None:
            return []
        keys = [post.raw.key, *(key for one in post.before for key in one.keys)]
        return [name for key in keys for name in (key, f"{key}#{post.digest[:16]}", f"{key}{TAKEN}")]

    def _bodies(self, keys: Sequence[str]) -> dict[str, str]:
        """Digest of the kept bytes by their key, as in the tables or pretended; "" = they are not kept any more."""
        with connection.cursor() as cursor:
            cursor.execute(_BODIES, [self._of.source_id, list(keys)])
            known: dict[str, str] = dict(cursor.fetchall())
        return known | {
            key.removeprefix("raw:"): one for key, one in self._shadow.get(f"raw:{key}" for key in keys).items()
        }

    def _stored(self, keys: Sequence[str]) -> tuple[dict[str, _Kept], set[str]]:
        rows = Interaction.objects.filter(source_id=self._of.source_id, key__in=keys)
        graves = Tombstone.objects.filter(source_id=self._of.source_id, key__in=keys)
        told = {key: (text, author or "") for key, text, author in rows.values_list("key", "text", "profile__key")}
        return told, set(graves.values_list("key", flat=True))

    def _decide(
        self,
        post: _Post,
        known: dict[str, str],
        texts: Mapping[str, _Kept],
        deleted: set[str],
        out: set[Pair],
        mails: Mapping[str, apart.Standing],
    ) -> Decision:
        if post.raw is None or post.envelope is None:
            return Decision(post.row, Outcome.ERRORS, post.reason)
        if out.intersection(_author(post)):
            return Decision(post.row, Outcome.ERRORS, f"{KEPT_OUT} Its author asked to be forgotten.")
        first, again = post.raw.key, f"{post.raw.key}#{post.digest[:16]}"
        key = apart.key_for(post.envelope, mails.get(fit(post.envelope.key)))
        if key in deleted or post.digest == known.get(first) or again in known:
            self._same |= {first, again} & known.keys()
            return Decision(post.row, Outcome.SAME)
        if not known.get(first) and texts.get(key, _NOTHING)[0] == post.envelope.body:
            return Decision(post.row, Outcome.SAME)
        is_new = first not in known and key not in texts
        if is_new and (there := _there(post, known, texts, deleted)) is not None:
            if there == "":
                return Decision(post.row, Outcome.SAME)
            first, is_new = there, False
        name = first if first not in known else again
        known[name] = self._kept[f"raw:{name}"] = post.digest
        self._raws.append(replace(post.raw, key=name))
        self._told[fit(name, 600)] = apart.keys_of(post.envelope)
        return Decision(post.row, Outcome.NEW if is_new else Outcome.UPDATED)


def _there(post: _Post, known: Mapping[str, str], texts: Mapping[str, _Kept], deleted: set[str]) -> str | None:
    """As what the row stands already under another key: the name of the raw that tells more of it, "" where it tells
    nothing new, and None where it does not stand.

    Of several rows that were one post while less was told of them, the first that comes again is that post.
    """
    ours = {post.digest, *(was.digest for was in post.before)}
    for one, key in [(was, key) for was in post.before for key in was.keys]:
        if key in deleted:
            return ""
        if key not in known and key not in texts:
            continue
        taken = known.get(f"{key}{TAKEN}")
        if taken is not None and not (taken in ours or (taken == "" and _may_be(post, texts.get(key, _NOTHING)))):
            continue
        again = f"{key}#{post.digest[:16]}"
        if one.is_now or taken == "" or post.digest in (known.get(key), taken) or again in known:
            return ""
        return f"{key}{TAKEN}" if taken is None else again
    return None


def _may_be(post: _Post, kept: _Kept) -> bool:
    """Whether nothing speaks against it that a post whose bytes are gone is this row: nobody else is its author."""
    author = post.envelope.author if post.envelope else None
    return not kept[1] or author is None or author.key == kept[1]


def _mail_key(mail: bytes) -> str:
    return f"mbox:{hashlib.sha256(mail).hexdigest()}"


def _author(post: _Post) -> list[Pair]:
    """Who speaks; where we spoke ourselves, also the one in whose history it would stand."""
    if post.envelope is None:
        return []
    told = [post.envelope.author, *(post.envelope.to[:1] if post.envelope.own else ())]
    return [pair for one in told if one and one.network and one.key.strip("\0 ") for pair in erased.known_as(one)]
