"""What we do on the server, and finding out whether it was done already.

Servers that are not Mastodon itself ignore Idempotency-Key (snac2 does), so a lost answer is `OutcomeUnknown`, and
`find` compares our recent statuses: same parent, same text, not older than the first try.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from mutuals.connectors import _graphemes
from mutuals.connectors._text import plain
from mutuals.connectors.contract import Action, BadRequest, Context, Do, Kind, Media, NotFound, Receipt, Transient
from mutuals.connectors.mastodon.client import call, one, several, status_path, told
from mutuals.connectors.mastodon.fetch import my_id
from mutuals.connectors.mastodon.parse import bare, full_name, moment, part, parts, reaction_key, text, visibility

LENGTH = 500  # Mastodon's own limit; servers may allow more, and refuse by themselves what they do not
URL_LENGTH = 23
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg")
_NARROWER = ("public", "unlisted", "followers", "direct")
_URL = re.compile(r"https?://[^\s<>\"]+")
_MENTION = re.compile(r"(?<![\w/])@(\w[\w.-]*)@[\w.:-]*\w")
_CLOCKS = timedelta(minutes=5)  # how far the server's clock may be behind ours
_LOOK_BACK = timedelta(days=1)
_PAGES = 5
_ACTS = {Do.LIKE: "favourite", Do.UNLIKE: "unfavourite"}


def count(body: str) -> int:
    """Characters as Mastodon counts them: 23 for any address, a mention without its server, else what a reader sees."""
    return _graphemes.count(_MENTION.sub(r"@\1", _URL.sub("x" * URL_LENGTH, body)))


def send(context: Context, action: Action) -> Receipt:
    """Do it. Raises a ConnectorError; OutcomeUnknown when it may have been done."""
    if action.do is Do.POST:
        return _publish(context, action, action.body, {"visibility": _own_visibility(action)})
    status = _target(context, action)
    local = text(status, "id")
    if action.do is Do.REPLY:
        return _reply(context, action, status)
    if action.do in _ACTS:
        call(context, "POST", status_path(local, _ACTS[action.do]), writes=True)
        return _reaction(context, status)
    if action.do is Do.EDIT:
        return _edit(context, action, status)
    if action.do is Do.DELETE:
        return _delete(context, status)
    raise BadRequest(f"Mastodon cannot {action.do}.")


def find(context: Context, action: Action) -> Receipt | None:
    """What `action` wanted, if it already stands there."""
    if action.do is Do.POST:
        return _among_ours(context, action, action.body, parent="")
    try:
        status = _target(context, action)
    except NotFound:
        return Receipt(action.target, at=context.now()) if action.do is Do.DELETE else None
    if action.do is Do.REPLY:
        return _among_ours(context, action, addressed(action, status), parent=text(status, "id"))
    if action.do in _ACTS:
        return _reaction(context, status) if status.get("favourited") is (action.do is Do.LIKE) else None
    if action.do is Do.EDIT:
        return receipt(status) if _same(status, _edited(action, status)) else None
    return None


def addressed(action: Action, status: dict[str, Any]) -> str:
    """The answer, headed by everybody it is for and does not name yet: the author first, then those of `action.to`."""
    account = part(status, "account")
    home = text(account, "uri") or text(account, "url")
    names = [full_name(text(account, "acct"), home), *(handle.name for handle in action.to)]
    said = {name.lower() for name in re.findall(r"@([\w.-]+@[\w.:-]*\w)", action.body)}
    lacking = [name for name in dict.fromkeys(names) if name and name.lower() not in said]
    return " ".join([*(f"@{name}" for name in lacking), action.body])


def narrowest(*words: str) -> str:
    """The least public of several visibilities."""
    return max(words, key=lambda word: _NARROWER.index(word) if word in _NARROWER else len(_NARROWER))


def _reply(context: Context, action: Action, status: dict[str, Any]) -> Receipt:
    wanted = (action.visibility or "public") if action.public else "direct"
    form = {"in_reply_to_id": text(status, "id"), "visibility": narrowest(visibility(status), wanted)}
    if text(status, "spoiler_text"):
        form["spoiler_text"] = text(status, "spoiler_text")
    return _publish(context, action, addressed(action, status), form, parent=action.target)


def _own_visibility(action: Action) -> str:
    wanted = action.visibility or ("public" if action.public else "direct")
    return wanted if action.public else narrowest(wanted, "followers")


def _publish(context: Context, action: Action, body: str, form: Mapping[str, str], *, parent: str = "") -> Receipt:
    fields: dict[str, Any] = {**form, "status": body}
    fields["visibility"] = {"followers": "private"}.get(form["visibility"], form["visibility"])
    if action.subject and "spoiler_text" not in fields:
        fields["spoiler_text"] = action.subject
    if action.language:
        fields["language"] = action.language
    if action.media:
        fields["media_ids[]"] = [_upload(context, media) for media in action.media]
    headers = {"idempotency-key": action.key}
    made = one(call(context, "POST", "/api/v1/statuses", writes=True, headers=headers, form=fields))
    return receipt(made, parent=parent)


def receipt(status: dict[str, Any], *, parent: str = "") -> Receipt:
    """What the server says of a status that stands there."""
    extra = {"id": text(status, "id"), "visibility": visibility(status), "reply_to": parent}
    at = moment(status.get("edited_at")) or moment(status.get("created_at"))
    return Receipt(text(status, "uri"), text(status, "url") or text(status, "uri"), at, extra)


def _reaction(context: Context, status: dict[str, Any]) -> Receipt:
    my_id(context)
    key = reaction_key(Kind.LIKE, context.secrets.get().get("actor", ""), text(status, "uri"))
    return Receipt(key, at=context.now())


def _edited(action: Action, status: dict[str, Any]) -> str:
    """The new text, still headed by those whom the old one spoke to."""
    names = [text(told, "acct") for told in parts(status, "mentions")]
    lacking = [f"@{name}" for name in names if name and f"@{name}".lower() not in action.body.lower()]
    return " ".join([*lacking, action.body])


def _edit(context: Context, action: Action, status: dict[str, Any]) -> Receipt:
    form: dict[str, Any] = {"status": _edited(action, status)}
    for name in ("spoiler_text", "language"):
        if text(status, name):
            form[name] = text(status, name)
    kept = [text(told, "id") for told in parts(status, "media_attachments")]
    if kept:
        form["media_ids[]"] = kept
    changed = call(context, "PUT", status_path(text(status, "id")), writes=True, form=form)
    return receipt(one(changed))


def _delete(context: Context, status: dict[str, Any]) -> Receipt:
    """A server that answers 404 although the status stands there cannot delete over this API (snac2 2.75)."""
    try:
        call(context, "DELETE", status_path(text(status, "id")), writes=True)
    except NotFound as error:
        try:
            call(context, "GET", status_path(text(status, "id")))
        except NotFound:
            return Receipt(text(status, "uri"), at=context.now())
        raise BadRequest("This server does not let programs delete; delete it on the server's own page.") from error
    return Receipt(text(status, "uri"), at=context.now())


def _target(context: Context, action: Action) -> dict[str, Any]:
    """What the action is about, as the server has it now. Raises NotFound."""
    local = str(action.extra.get("id", ""))
    if local:
        try:
            status = bare(one(call(context, "GET", status_path(local))))
        except NotFound:
            status = {}
        if text(status, "uri") == action.target:
            return status
    query = {"q": action.target, "resolve": "true", "type": "statuses"}
    answer = told(call(context, "GET", "/api/v2/search", params=query))
    found = several(answer.get("statuses") if isinstance(answer, dict) else None)
    for status in map(bare, found):
        if text(status, "uri") == action.target:
            return status
    raise NotFound("It is not there any more.")


def _among_ours(context: Context, action: Action, body: str, *, parent: str) -> Receipt | None:
    since = (action.first_try_at or context.now() - _LOOK_BACK) - _CLOCKS
    older: dict[str, str] = {}
    for _ in range(_PAGES):
        path = f"/api/v1/accounts/{quote(my_id(context), safe='')}/statuses"
        ours = several(told(call(context, "GET", path, params={"limit": 40, **older})))
        for status in map(bare, ours):
            said = moment(status.get("created_at"))
            if said and said >= since and text(status, "in_reply_to_id") == parent and _same(status, body):
                return receipt(status, parent=action.target)
        last = moment(ours[-1].get("created_at")) if ours else None
        if last is None or last < since or older.get("max_id") == text(ours[-1], "id"):
            break
        older = {"max_id": text(ours[-1], "id")}
    return None


def _same(status: dict[str, Any], body: str) -> bool:
    return _bare(body) in (_bare(plain(text(status, "content"))), _bare(text(status, "text")))


def _bare(body: str) -> str:
    """A text without what servers change in it: the server of a mention, spaces, the closing slash of an address."""
    return " ".join(_MENTION.sub(r"@\1", body).replace("/ ", " ").split()).rstrip("/").casefold()


def _upload(context: Context, media: Media) -> str:
    """The server's id of an attachment, ready for use. An upload that nobody uses does no harm: it may be repeated."""
    if media.data is None:
        raise BadRequest(f"{media.name} is not here to be sent.")
    files = {"file": (media.name, media.data, media.media_type)}
    form = {"description": media.description} if media.description else None
    try:
        made = one(call(context, "POST", "/api/v2/media", files=files, form=form, timeout=60.0))
    except NotFound:
        made = one(call(context, "POST", "/api/v1/media", files=files, form=form, timeout=60.0))
    if not text(made, "id"):
        raise BadRequest(f"The server did not take {media.name}.")
    if made.get("url") is None:
        again = call(context, "GET", f"/api/v1/media/{quote(text(made, 'id'), safe='')}")
        if again.status == 206:
            raise Transient(f"The server is still working on {media.name}.")
    return text(made, "id")
