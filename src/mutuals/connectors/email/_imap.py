"""One signed-in IMAP session over the guarded sockets, with limits on what a server may make us hold."""

from __future__ import annotations

import base64
import imaplib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, cast

from mutuals.base.net import NetError, Sockets
from mutuals.connectors._answers import translate
from mutuals.connectors.contract import (
    AuthExpired,
    BadRequest,
    ConnectorError,
    Context,
    Forbidden,
    RateLimited,
    Transient,
)
from mutuals.connectors.email._wire import TIMEOUT, Wire

LONGEST_LINE = 16_000_000  # bytes: the numbers of some two million mails
LONGEST_ANSWER = 40_000_000  # bytes in answer to one command, all lines and literals together
MOST_LINES = 50_000  # in answer to one command
PATIENCE = 300.0  # seconds from signing in to the first mails, and again for each page of them
_ABSURD = re.compile(rb"\d{12}\}\r?\n$")  # a literal whose size has more digits than any mail
_NUMBER = re.compile(rb"(?<!\d)\d{1,10}(?!\d)")
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f]")


class TlsBy:
    """What the mail libraries take for a TLS context: hands the work to the guarded sockets."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def wrap_socket(self, wire: Wire, server_hostname: str) -> Wire:
        wire.raw = self._sockets.wrap_tls(wire.raw, server_hostname)
        return wire

    def as_context(self) -> ssl.SSLContext:
        return cast(ssl.SSLContext, self)


def dial(sockets: Sockets, host: str, port: int, tls: str) -> socket.socket:
    """Connected, under TLS when `tls` is "ssl". Without any TLS only machines of one's own network are spoken to."""
    sock = sockets.connect(host, port, timeout=TIMEOUT)
    if tls == "ssl":
        return sockets.wrap_tls(sock, host)
    if tls == "none":
        peer = ipaddress.ip_address(sock.getpeername()[0].partition("%")[0])
        if not peer.is_private:
            sock.close()
            raise Forbidden("Without TLS the password would travel readable over the internet. Choose TLS or STARTTLS.")
    return sock


class Session(imaplib.IMAP4):
    """imaplib with its socket from outside and its answers bounded."""

    def __init__(self, context: Context, host: str, port: int, tls: str) -> None:
        self._context, self._tls = context, tls
        self._lines = 0
        super().__init__(host, port, TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        raw = dial(self._context.sockets, self.host, self.port, self._tls)
        self.wire = Wire(raw, now=self._context.now, seconds=PATIENCE, most=LONGEST_ANSWER)
        return cast(socket.socket, self.wire)

    def send(self, data: Any) -> None:
        self._lines = 0
        super().send(data)

    def read(self, size: int) -> bytes:
        if size > LONGEST_ANSWER:
            raise self.abort(f"The server announces {size:,} bytes in one piece.")
        return cast(bytes, self.file.read(size))

    def readline(self) -> bytes:
        self._lines += 1
        if self._lines > MOST_LINES:
            raise self.abort(f"The server answers with more than {MOST_LINES:,} lines.")
        text = cast(bytes, self.file.readline(LONGEST_LINE + 1))
        if len(text) > LONGEST_LINE:
            raise self.abort("The server sends an endless line.")
        if _ABSURD.search(text[-40:]):
            raise self.abort("The server announces an absurd number of bytes in one piece.")
        return text

    def leave(self) -> None:
        """Hang up without a word."""
        with suppress(OSError):
            self.shutdown()

    def ok(self, answer: tuple[str, list[Any]]) -> list[Any]:
        """The data of an OK answer; raises `error` with the server's words."""
        if answer[0] != "OK":
            raise self.error(_words(answer[1]))
        return answer[1]

    def folder(self, name: str, *, writing: bool = False) -> bool:
        """Select a folder; False when it is not there. Falls back to reading where writing is not allowed."""
        quoted = '"' + encoded(name).replace("\\", "\\\\").replace('"', '\\"') + '"'
        try:
            status, _ = self.select(quoted, readonly=not writing)
        except self.readonly:
            status, _ = self.select(quoted, readonly=True)
        return status == "OK"

    def number(self, name: str) -> int:
        """A number the server told on selecting, like UIDVALIDITY; 0 when it did not."""
        _, data = self.response(name)
        last = data[-1] if data else None
        return int(last) if isinstance(last, bytes) and _NUMBER.fullmatch(last) else 0

    def uids(self, *criteria: str) -> list[int]:
        """Sorted UIDs that fit."""
        data = self.ok(self.uid("SEARCH", *criteria))
        text = data[0] if data and isinstance(data[0], bytes) else b""
        return sorted({int(one[0]) for one in _NUMBER.finditer(text)})

    def sent_folder(self) -> str:
        """The folder that the server itself marks as \\Sent (RFC 6154), or ""."""
        for one in self.ok(self.list()):
            text = one if isinstance(one, bytes) else b""
            if re.search(rb"\\Sent\b", text.partition(b")")[0], re.IGNORECASE):
                name = text.rpartition(b'" ')[2] if b'" ' in text else text.rpartition(b" ")[2]
                return decoded(name.strip().strip(b'"').replace(b'\\"', b'"').decode("ascii", "replace"))
        return ""


@contextmanager
def signed_in(context: Context) -> Iterator[Session]:
    """A session, closed at the end; whatever goes wrong inside comes out as a ConnectorError."""
    settings, secrets = context.settings, context.secrets.get()
    try:
        session = Session(context, str(settings["imap_host"]), port(settings, "imap"), str(settings["imap_tls"]))
    except NetError as error:
        raise translate(error, writes=False) from error
    except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
        raise Transient(f"The IMAP server does not answer properly: {error}") from error
    try:
        _sign_in(session, context, str(settings["user"]), secrets.get("password", ""))
        yield session
    except NetError as error:
        raise translate(error, writes=False) from error
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        raise _understood(error, context) from error
    finally:
        try:
            session.wire.give(TIMEOUT)
            session.logout()
        except (imaplib.IMAP4.error, OSError, ValueError):
            session.leave()


def port(settings: Any, what: str) -> int:
    """The port as set, else the usual one for the kind of TLS. Raises BadRequest for nonsense."""
    usual = {"imap": {"ssl": 993}, "smtp": {"ssl": 465, "starttls": 587, "none": 25}}[what]
    text = str(settings.get(f"{what}_port") or usual.get(str(settings.get(f"{what}_tls")), 143))
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise BadRequest(f"The {what.upper()} port {text!r} is no port number.")
    return int(text)


def credentials(user: str, password: str) -> bytes:
    """SASL PLAIN (RFC 4616). Refuses signs that would end the line."""
    if not user or not password:
        raise AuthExpired("User name and password are needed.")
    if _UNREADABLE.search(user + password):
        raise AuthExpired("User name or password contains a sign that no mail server accepts.")
    return f"\0{user}\0{password}".encode()


def encoded(name: str) -> str:
    """A folder name in IMAP's own modified UTF-7 (RFC 3501, 5.1.3)."""

    def packed(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).rstrip(b"=").decode()
        return "&" + text.replace("/", ",") + "-"

    name = _UNREADABLE.sub("", name).replace("&", "\0")
    return re.sub(r"[^\x00-\x7e]+", packed, name).replace("\0", "&-")


def decoded(name: str) -> str:
    """The reverse of `encoded`; what is not well formed stays as it is."""

    def unpacked(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        data = match[1].replace(",", "/")
        try:
            return base64.b64decode(data + "=" * (-len(data) % 4)).decode("utf-16-be")
        except ValueError:
            return match[0]

    return re.sub(r"&([^-&]*)-", unpacked, name)


def _sign_in(session: Session, context: Context, user: str, password: str) -> None:
    secret = credentials(user, password)
    if str(context.settings["imap_tls"]) == "starttls":
        session.starttls(TlsBy(context.sockets).as_context())
    try:
        if "AUTH=PLAIN" in session.capabilities:
            session.authenticate("PLAIN", lambda _challenge: secret)
        else:
            session.login(user, password)
    except session.abort:
        raise
    except (session.error, UnicodeError) as error:
        words = str(error)
        if any(code in words for code in ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]")):
            raise Transient(f"The mailbox cannot be opened at the moment: {words}") from error
        if "[LIMIT]" in words or "too many" in words.lower():
            raise RateLimited(words, retry_at=context.now() + timedelta(minutes=5)) from error
        raise AuthExpired(f"The mail server does not accept user and password: {words}") from error


def _understood(error: Exception, context: Context) -> ConnectorError:
    words = str(error)
    if "[LIMIT]" in words or "[OVERQUOTA]" in words:
        return RateLimited(words, retry_at=context.now() + timedelta(minutes=5))
    return Transient(f"The IMAP server broke off: {words or type(error).__name__}")


def _words(data: list[Any]) -> str:
    return " ".join(one.decode("utf-8", "replace") for one in data if isinstance(one, bytes))[:300]
