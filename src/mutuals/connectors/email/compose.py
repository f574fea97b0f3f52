"""Writing a mail: an action becomes bytes, is handed over once, and can be found again by its own Message-ID."""

from __future__ import annotations

import imaplib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mutuals.connectors._text import clean, line
from mutuals.connectors.contract import Action, BadRequest, ConnectorError, Context, Do, Handle, Receipt
from mutuals.connectors.email._bodies import file_name
from mutuals.connectors.email._headers import ids, normalised
from mutuals.connectors.email._imap import Session, encoded, signed_in
from mutuals.connectors.email._smtp import hand_over
from mutuals.connectors.email.client import folders, ourselves

MOST_REFERENCES = 100
MOST_RECIPIENTS = 50
MOST_ATTACHED = 20_000_000  # bytes in all
_KEY = re.compile(r"[A-Za-z0-9-]{1,64}")
_ANSWERING = re.compile(r"^\s*(re|aw|sv|vs|antw|odp|ynt|atb|rv|rif|回复|答复|返信)(\[\d+\])?\s*[:：]", re.IGNORECASE)


def send(context: Context, action: Action) -> Receipt:
    """Sends a reply or a new mail; raises BadRequest before anything leaves when it cannot be a mail."""
    data = compose(action, sender=ourselves(context), at=context.now())
    context.limiter.take("send", urgent=action.do is Do.REPLY)
    recipients = [normalised(one.key) for one in action.to]
    hand_over(context, sender=ourselves(context).key, recipients=recipients, data=data)
    if str(context.settings.get("keep_sent") or "yes") == "yes":
        _keep(context, action, data)
    return Receipt(message_id(action, ourselves(context)), at=context.now())


def find(context: Context, action: Action) -> Receipt | None:
    """Our mail in the mailbox's folders, or an answer or report that names it; None = no trace of it."""
    wanted = message_id(action, ourselves(context))
    with signed_in(context) as session:
        for name in dict.fromkeys([*folders(context, session), session.sent_folder()]):
            if name and session.folder(name) and _names(session, wanted):
                return Receipt(wanted)
    return None


def message_id(action: Action, sender: Handle) -> str:
    """Made of the action's key, so that our own mail is recognised wherever it turns up."""
    if not _KEY.fullmatch(action.key):
        raise BadRequest("The key of this mail cannot stand in a Message-ID.")
    return f"<{action.key}@mutuals.{sender.key.partition('@')[2]}>"


def compose(action: Action, *, sender: Handle, at: datetime) -> bytes:
    """The mail as bytes with CRLF, all ASCII. Refused: no recipient or text, unreadable addresses, too much attached.

    The three fields of the thread are written by hand: the library would break up long identifiers.
    """
    if action.do not in (Do.REPLY, Do.POST):
        raise BadRequest("A mail can be answered or written, nothing else.")
    if not sender.key:
        raise BadRequest("The source has no sender address.")
    if not action.body.strip() and not action.media:
        raise BadRequest("There is nothing in this mail.")
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = _address(sender)
    message["To"] = _recipients(action)
    message["Subject"] = _subject(action)
    message["Date"] = format_datetime(at)
    if action.language:
        message["Content-Language"] = line(action.language, at_most=35)
    if stop := line(str(action.extra.get("unsubscribe", "")), at_most=600):
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(clean(action.body))
    _attach(message, action)
    thread = [f"Message-ID: {message_id(action, sender)}"]
    if action.do is Do.REPLY:
        parents = ids(action.target)
        chain = list(dict.fromkeys([*ids(" ".join(action.references)), *parents]))
        chain = chain if len(chain) <= MOST_REFERENCES else [chain[0], *chain[1 - MOST_REFERENCES :]]
        thread += [f"In-Reply-To: {parents[0]}"] if parents else []
        thread += ["References: " + "\r\n ".join(chain)] if chain else []
    return "".join(f"{one}\r\n" for one in thread).encode("ascii") + message.as_bytes()


def _recipients(action: Action) -> tuple[Address, ...]:
    if not 0 < len(action.to) <= MOST_RECIPIENTS:
        raise BadRequest(f"A mail goes to one to {MOST_RECIPIENTS} addresses, not {len(action.to)}.")
    return tuple(_address(one) for one in action.to)


def _address(who: Handle) -> Address:
    address = normalised(who.key)
    if not address or not address.isascii():
        raise BadRequest(f"{line(who.key, at_most=100)!r} is no mail address that every server takes.")
    local, _, domain = address.partition("@")
    return Address(display_name=line(who.shown, at_most=100), username=local, domain=domain)


def _subject(action: Action) -> str:
    subject = line(action.subject, at_most=300)
    if action.do is Do.REPLY and not _ANSWERING.match(subject):
        return f"Re: {subject}".strip()
    return subject


def _attach(message: EmailMessage, action: Action) -> None:
    if sum(len(one.data or b"") for one in action.media) > MOST_ATTACHED:
        raise BadRequest(f"More than {MOST_ATTACHED:,} bytes are attached.")
    for one in action.media:
        if one.data is None:
            raise BadRequest(f"The attachment {one.name!r} has no content.")
        main, _, sub = one.media_type.partition("/")
        if main not in ("image", "audio", "video", "text", "application") or not re.fullmatch(r"[\w.+-]{1,100}", sub):
            main, sub = "application", "octet-stream"
        message.add_attachment(one.data, maintype=main, subtype=sub, filename=file_name(one.name) or "attachment")


def _keep(context: Context, action: Action, data: bytes) -> None:
    """A copy into the Sent folder, unless the server has put it there itself. The mail is out: no error matters now."""
    wanted = message_id(action, ourselves(context))
    try:
        with signed_in(context) as session:
            name = session.sent_folder()
            if name and session.folder(name) and not session.uids("HEADER", "Message-ID", f'"{wanted}"'):
                session.append(f'"{encoded(name)}"', "(\\Seen)", imaplib.Time2Internaldate(context.now()), data)
    except ConnectorError as error:
        context.log(f"No copy in the Sent folder: {error}")


def _names(session: Session, wanted: str) -> bool:
    quoted = f'"{wanted}"'
    return any(session.uids("HEADER", name, quoted) for name in ("Message-ID", "In-Reply-To", "References"))
