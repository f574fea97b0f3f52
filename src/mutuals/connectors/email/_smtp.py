"""Handing one mail to an SMTP server, so that at every moment it is known whether it may have been taken."""

from __future__ import annotations

import re
import smtplib
import socket
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

from mutuals.base.net import NetError
from mutuals.connectors._answers import translate
from mutuals.connectors.contract import (
    AuthExpired,
    BadRequest,
    ConnectorError,
    Context,
    Forbidden,
    OutcomeUnknown,
    Transient,
)
from mutuals.connectors.email._headers import normalised
from mutuals.connectors.email._imap import TlsBy, credentials, dial, port
from mutuals.connectors.email._wire import TIMEOUT, Wire

LONGEST_ANSWER = 100_000  # bytes of one answer, all its lines together
PATIENCE = 300.0  # seconds from the greeting to the last byte of the mail
CONFIRMING = 60.0  # seconds for the answer to the closing dot
_DOT = re.compile(rb"^\.", re.MULTILINE)


class Session(smtplib.SMTP):
    """smtplib with its socket from outside and its answers bounded."""

    def __init__(self, context: Context, name: str, tls: str) -> None:
        self._context, self._tls = context, tls
        super().__init__(local_hostname=name, timeout=TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host
        raw = dial(self._context.sockets, host, port, self._tls)
        self.wire = Wire(raw, now=self._context.now, seconds=PATIENCE, most=LONGEST_ANSWER)
        return cast(socket.socket, self.wire)


def knock(context: Context) -> None:
    """Signs in and leaves."""
    with _signed_in(context):
        pass


def hand_over(context: Context, *, sender: str, recipients: Sequence[str], data: bytes) -> None:
    """Gives the mail to the server, for all recipients or for none.

    Before the closing dot the server must forget what it got (RFC 5321, 4.1.1.4), so everything up to there is
    certainly not sent; after it, only the server's answer tells, and without one the outcome is unknown.
    """
    with _signed_in(context) as session:
        try:
            _accepted(session.mail(sender), f"the sender {sender}")
            for one in recipients:
                _accepted(session.rcpt(one), one)
            code, words = session.docmd("DATA")
            if code != 354:
                raise _refusal(code, words, "the mail")
            session.send(_DOT.sub(b"..", data.rstrip(b"\r\n") + b"\r\n"))
        except (smtplib.SMTPException, OSError) as error:
            raise Transient(f"The mail server broke off before it had the mail: {error}") from error
        session.wire.give(CONFIRMING)  # our own limit never leaves it open whether the mail was taken
        try:
            session.send(b".\r\n")
            code, words = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise OutcomeUnknown(f"The mail was handed over, but the server did not confirm it: {error}") from error
        _accepted((code, words), "the mail")


@contextmanager
def _signed_in(context: Context) -> Iterator[Session]:
    settings = context.settings
    own = normalised(str(settings["address"]))
    session = Session(context, own.partition("@")[2] or "localhost", str(settings["smtp_tls"]))
    try:
        _entered(session, context)
        yield session
    finally:
        with suppress(smtplib.SMTPException, OSError):
            session.quit()
        session.close()


def _entered(session: Session, context: Context) -> None:
    """Connected and signed in, or a ConnectorError; nothing of a mail was sent yet."""
    try:
        _sign_in(session, context)
    except NetError as error:
        raise translate(error, writes=False) from error
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise Transient(f"The mail server cannot check the password now: {_said(error.smtp_error)}") from error
        raise AuthExpired(f"The mail server does not accept user and password: {_said(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"The mail server does not answer properly: {error}") from error


def _sign_in(session: Session, context: Context) -> None:
    settings = context.settings
    code, words = session.connect(str(settings["smtp_host"]), port(settings, "smtp"))
    if code != 220:
        raise Transient(f"The mail server is not ready: {code} {_said(words)}")
    session.ehlo_or_helo_if_needed()
    if str(settings["smtp_tls"]) == "starttls":
        session.starttls(context=TlsBy(context.sockets).as_context())
        session.ehlo()
    if session.has_extn("auth"):
        secret = credentials(str(settings["user"]), context.secrets.get().get("password", ""))
        _authenticate(session, secret)


def _authenticate(session: Session, secret: bytes) -> None:
    """By hand, because the library takes ASCII passwords only. PLAIN where offered, else LOGIN."""
    if "PLAIN" in session.esmtp_features["auth"].upper().split():
        code, words = session.docmd("AUTH PLAIN", b64encode(secret).decode())
    else:
        code, words = session.docmd("AUTH LOGIN")
        for part in secret.split(b"\0")[1:]:
            if code != 334:
                break
            code, words = session.docmd(b64encode(part).decode())
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, words)


def _accepted(answer: tuple[int, bytes], what: str) -> None:
    if not 200 <= answer[0] < 300:
        raise _refusal(*answer, what)


def _refusal(code: int, words: bytes, what: str) -> ConnectorError:
    said = f"The mail server refuses {what}: {code} {_said(words)}"
    if code in (530, 535, 538):
        return AuthExpired(said)
    if code < 500:
        return Transient(said)
    if what.startswith("the sender") and code in (550, 553, 554):
        return Forbidden(said)
    return BadRequest(said)


def _said(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]
