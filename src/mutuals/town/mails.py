"""An mbox as a mail server would keep it: threads in both directions, quoted text, signatures, HTML, attachments."""

from __future__ import annotations

import base64
import quopri
import re
from datetime import datetime
from email.utils import format_datetime
from html import escape
from random import Random
from zoneinfo import ZoneInfo

from mutuals.town.shapes import COMPANY, DOMAIN, Said

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_SIGNATURES = ("-- \n{name}", "-- \n{name}\nTel. 0221 555 01", "Sent from my phone", "{name}", "", "", "Best, {first}")
_INNER_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 '!?:/.-]*")
_ZONE = ZoneInfo("Europe/Berlin")


def message(rng: Random, said: Said) -> bytes:
    """One mail, CRLF line ends, as RFC 5322 and MIME want it."""
    ours = said.author.person == "kettleworks"
    body = said.text + "\n\n" + _signature(rng, said, ours=ours)
    if said.parent and rng.random() < 0.9:
        body += _quoted(said)
    heads = _headers(said)
    luck = rng.random()
    if said.parent is None and not ours and luck < 0.07:
        return _with_attachment(heads, body, rng, said.key)
    if luck < 0.2:
        return _alternative(heads, body, said.key)
    return _plain(heads, body, luck)


def mbox(raw: bytes, at: datetime, sender: str) -> bytes:
    """The mail as an entry of an mbox (mboxrd): a From line, `From ` inside quoted, a blank line after."""
    plain = raw.replace(b"\r\n", b"\n")
    if _INNER_FROM.search(plain):
        plain = _INNER_FROM.sub(rb">\1", plain)
    return f"From {sender} {at:%a %b %d %H:%M:%S %Y}\n".encode() + plain.rstrip(b"\n") + b"\n\n"


def _headers(said: Said) -> list[str]:
    to = said.to.key if said.to else f"care@{DOMAIN}"
    heads = [
        f"Return-Path: <{said.author.key}>",
        f"From: {_word(said.author.shown)} <{said.author.key}>",
        f"To: {_word(said.to.shown)} <{to}>" if said.to else f"To: {to}",
        f"Subject: {_word(said.subject)}",
        f"Date: {format_datetime(said.at.astimezone(_ZONE))}",
        f"Message-ID: {said.key}",
    ]
    if said.parent:
        line: list[str] = []
        older: Said | None = said.parent
        while older and len(line) < 12:
            line.append(older.key)
            older = older.parent
        heads.append(f"In-Reply-To: {said.parent.key}")
        heads.append("References: " + "\r\n ".join(reversed(line)))
    return [*heads, "MIME-Version: 1.0"]


def _word(text: str) -> str:
    """An encoded word (RFC 2047) where it is needed; a quoted string where the name has special characters."""
    if text.isascii():
        return text if _PLAIN_NAME.fullmatch(text) else '"' + text.replace('"', "'") + '"'
    chunks, chunk = [], ""
    for char in text:
        if len((chunk + char).encode()) > 42:
            chunks.append(chunk)
            chunk = ""
        chunk += char
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(one.encode()).decode()}?=" for one in [*chunks, chunk])


def _signature(rng: Random, said: Said, *, ours: bool) -> str:
    if ours:
        return f"-- \n{COMPANY} Care\nhttps://{DOMAIN}\n"
    first = said.author.shown.split(" ")[0]
    return rng.choice(_SIGNATURES).format(name=said.author.shown, first=first) + "\n"


def _quoted(said: Said) -> str:
    parent = said.parent
    if parent is None:
        return ""
    quoted = "\n".join(f"> {line}" for line in parent.text.split("\n"))
    when = parent.at.astimezone(_ZONE)
    lead = {
        "de": f"Am {when:%d.%m.%Y} um {when:%H:%M} schrieb {parent.author.shown}:",
        "fr": f"Le {when:%d/%m/%Y} à {when:%H:%M}, {parent.author.shown} a écrit :",
    }.get(said.language, f"On {when:%d %b %Y}, at {when:%H:%M}, {parent.author.shown} wrote:")
    return f"\n{lead}\n{quoted}\n"


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _part(kind: str, body: str) -> bytes:
    return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + _crlf(body)


def _plain(heads: list[str], body: str, luck: float) -> bytes:
    if luck < 0.9:
        return _crlf_join(heads) + _part("text/plain", body)
    if luck < 0.95:
        coded = base64.encodebytes(_crlf(body)).replace(b"\n", b"\r\n")
        return (
            _crlf_join(heads)
            + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + coded
        )
    latin = quopri.encodestring(body.encode("cp1252", "replace")).replace(b"\n", b"\r\n")
    kind = b"Content-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return _crlf_join(heads) + kind + latin


def _crlf_join(heads: list[str]) -> bytes:
    return ("\r\n".join(heads) + "\r\n").encode()


def _multipart(heads: list[str], kind: str, mark: str, parts: list[bytes]) -> bytes:
    head = _crlf_join([*heads, f'Content-Type: multipart/{kind}; boundary="{mark}"']) + b"\r\n"
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + b"--" + mark.encode() + b"--\r\n"


def _alternative(heads: list[str], body: str, key: str) -> bytes:
    rich = "<html><body>" + "".join(f"<p>{escape(line)}</p>" for line in body.split("\n") if line) + "</body></html>\n"
    return _multipart(heads, "alternative", _mark(key), [_part("text/plain", body), _part("text/html", rich)])


def _with_attachment(heads: list[str], body: str, rng: Random, key: str) -> bytes:
    picture = (
        b'Content-Type: image/png; name="kettle.png"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="kettle.png"\r\n\r\n' + _PIXEL.encode() + b"\r\n"
    )
    receipt = (
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''Beleg%20K%C3%B6ln.txt\r\n\r\nReceipt "
        + str(rng.randrange(10**6)).encode()
        + b"\r\n"
    )
    return _multipart(
        heads, "mixed", _mark(key), [_part("text/plain", body), picture if rng.random() < 0.7 else receipt]
    )


def _mark(key: str) -> str:
    return "=_" + "".join(char for char in key if char.isalnum())[:40]
