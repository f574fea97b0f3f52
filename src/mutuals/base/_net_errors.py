"""What can go wrong on the way out, told apart by whether the request may have arrived."""

from __future__ import annotations


class NetError(Exception):
    """No usable answer. `sent` tells whether the request may have reached the server."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class Refused(NetError):
    """Our own guard says no: the address, the scheme or the request itself."""


class Unreachable(NetError):
    """No connection: unknown name, nobody listening, or TLS failed. Nothing was sent."""


class TimedOut(NetError):
    """Connected, but the time ran out."""


class Broken(NetError):
    """The connection broke, or the answer is not HTTP."""


class TooLarge(NetError):
    """The answer is larger than the caller wants."""
