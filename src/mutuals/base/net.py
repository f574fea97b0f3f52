"""The only way out: HTTP and plain sockets that cannot be talked into calling our own network.

A name is resolved once, every address is judged (`_net_guard`), and the connection goes to the judged address itself,
so a name cannot change its meaning between the check and the call. Redirects are judged again. Proxies from the
environment are ignored. Each request has its own connection: whether it may have reached the server (`NetError.sent`)
is then a fact and not a guess about a shared one.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import httpcore
import httpx

from mutuals.base._net_errors import Broken, NetError, Refused, TimedOut, TooLarge, Unreachable
from mutuals.base._net_guard import allow_list, is_public, plain_host
from mutuals.base._net_reply import BadlyPacked, Headers, Reply, inflate

__all__ = [
    "ALLOW_VARIABLE",
    "Broken",
    "Dialled",
    "GuardedHttp",
    "GuardedSockets",
    "Headers",
    "Http",
    "NetError",
    "Refused",
    "Reply",
    "Sockets",
    "TimedOut",
    "TooLarge",
    "Unreachable",
    "allow_list",
    "guarded",
]

ALLOW_VARIABLE = "MUTUALS_NET_ALLOW"
MAX_REDIRECTS = 5
AGENT = "Mutuals (Social CRM)"
Params = Mapping[str, str | int | Sequence[str]]
Files = Mapping[str, tuple[str, bytes, str]]
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class Http(Protocol):
    """What a connector sees of HTTP."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        files: Files | None = None,
        timeout: float = 20.0,
        max_bytes: int = 10_000_000,
        follow: bool = True,
    ) -> Reply:
        """One request, any status. `timeout` seconds for all of it; raises NetError."""


class Sockets(Protocol):
    """What a connector sees of TCP (mail speaks it)."""

    def connect(self, host: str, port: int, *, timeout: float) -> socket.socket:
        """A connected socket with `timeout` seconds set; raises Refused or Unreachable."""

    def wrap_tls(self, sock: socket.socket, host: str) -> socket.socket:
        """The same connection under TLS, certificate checked for `host`; raises Unreachable and closes `sock`."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """One outgoing connection, told before it is opened."""

    host: str
    port: int
    address: str


def _resolve(host: str, port: int) -> list[str]:
    """Numeric addresses of a name in the system's order. Its waiting time is the system resolver's own."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _trusted() -> ssl.SSLContext:
    """Certificates of the system and of certifi; a company's own authority comes in by SSL_CERT_FILE."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


class GuardedSockets:
    """TCP to public addresses, and to `allow` (host, port) pairs wherever they lead. Every connection is `told`."""

    def __init__(
        self,
        *,
        allow: frozenset[tuple[str, int]] = frozenset(),
        told: Callable[[Dialled], None] = lambda _dialled: None,
        resolve: Callable[[str, int], list[str]] = _resolve,
        tls: ssl.SSLContext | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allow = allow
        self._told = told
        self._resolve = resolve
        self._tls = tls
        self._tick = tick

    def connect(self, host: str, port: int, *, timeout: float) -> socket.socket:
        """As `Sockets.connect`. A name with one forbidden address among good ones is refused as a whole."""
        end = self._tick() + timeout
        problem = "no address"
        for address in self._addresses(plain_host(host), port):
            left = end - self._tick()
            if left <= 0:
                raise Unreachable(f"{host}:{port} did not answer within {timeout:g} s.")
            self._told(Dialled(host, port, address))
            try:
                sock = socket.create_connection((address, port), left)
            except OSError as error:
                problem = str(error)
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(timeout)
            return sock
        raise Unreachable(f"{host}:{port} cannot be reached: {problem}.")

    def wrap_tls(self, sock: socket.socket, host: str) -> socket.socket:
        """As `Sockets.wrap_tls`."""
        self._tls = self._tls or _trusted()
        try:
            return self._tls.wrap_socket(sock, server_hostname=plain_host(host))
        except (OSError, ValueError) as error:
            sock.close()
            raise Unreachable(f"No safe connection to {host}: {error}.") from error

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"The name {host} is not known: {error}.") from error
        if (host, port) not in self._allow:
            bad = [address for address in addresses if not is_public(address)]
            if bad:
                raise Refused(
                    f"{host} points to {bad[0]}, which is inside a private network. An administrator may allow "
                    f"{host}:{port} in {ALLOW_VARIABLE}."
                )
        return addresses


class _Trail:
    """How far one request has come: seconds left, and whether a byte of it went out."""

    def __init__(self, end: float, tick: Callable[[], float]) -> None:
        self._end, self._tick = end, tick
        self.sent = False

    def left(self) -> float:
        """Seconds left; raises TimedOut when none are."""
        seconds = self._end - self._tick()
        if seconds <= 0:
            raise TimedOut("The server took too long.", sent=self.sent)
        return seconds


class _Stream(httpcore.NetworkStream):
    """One connection under the clock of one request."""

    def __init__(self, sock: socket.socket, trail: _Trail) -> None:
        self._sock, self._trail = sock, trail

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._trail.left())
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise TimedOut("The server did not answer in time.", sent=self._trail.sent) from error
        except OSError as error:
            raise Broken(f"The connection broke: {error}.", sent=self._trail.sent) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        while buffer:
            self._sock.settimeout(self._trail.left())
            self._trail.sent = True
            try:
                buffer = buffer[self._sock.send(buffer) :]
            except TimeoutError as error:
                raise TimedOut("The server did not take the request in time.", sent=True) from error
            except OSError as error:  # httpcore then still reads an early answer
                raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._sock.settimeout(self._trail.left())
        try:
            return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname), self._trail)
        except (OSError, ValueError) as error:
            self.close()
            raise Unreachable(f"No safe connection to {server_hostname}: {error}.") from error


class _Backend(httpcore.NetworkBackend):
    """httpcore dials through our guarded sockets."""

    def __init__(self, sockets: Sockets, trail: _Trail) -> None:
        self._sockets, self._trail = sockets, trail

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._sockets.connect(host, port, timeout=self._trail.left()), self._trail)


class GuardedHttp:
    """HTTP/1.1 over guarded sockets."""

    def __init__(
        self, sockets: Sockets, *, tls: ssl.SSLContext | None = None, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._sockets, self._tls, self._tick = sockets, tls, tick

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        files: Files | None = None,
        timeout: float = 20.0,
        max_bytes: int = 10_000_000,
        follow: bool = True,
    ) -> Reply:
        """As `Http.request`. At most five redirects; another origin never sees Authorization or cookies."""
        trail = _Trail(self._tick() + timeout, self._tick)
        body: dict[str, Any] = {"json": json, "data": form, "content": data, "files": files}
        kept = {name.lower(): value for name, value in (headers or {}).items()}
        where = _address(url, params)
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._once(_request(method, where, kept, body), trail, max_bytes)
            onward = reply.headers.get("location", "")
            if not follow or reply.status not in (301, 302, 303, 307, 308) or not onward:
                return reply
            target = _join(where, onward)
            if reply.status not in (307, 308) and method.upper() not in ("GET", "HEAD"):
                method, body = "GET", {}
                kept = {name: value for name, value in kept.items() if not name.startswith("content-")}
            if (target.scheme, target.host, target.port) != (where.scheme, where.host, where.port):
                kept = {name: value for name, value in kept.items() if name not in _SECRET_HEADERS}
            where = target
        raise Broken(f"{url} redirects more than {MAX_REDIRECTS} times.", sent=True)

    def _once(self, request: httpx.Request, trail: _Trail, max_bytes: int) -> Reply:
        self._tls = self._tls or _trusted()
        pool = httpcore.ConnectionPool(ssl_context=self._tls, network_backend=_Backend(self._sockets, trail))
        try:
            with closing(pool):
                answer = pool.handle_request(
                    httpcore.Request(
                        request.method, _target(request.url), headers=request.headers.raw, content=request.read()
                    )
                )
                with closing(answer):
                    return _reply(answer, str(request.url), trail, max_bytes)
        except NetError as error:
            error.sent = error.sent or trail.sent
            raise
        except httpcore.LocalProtocolError as error:
            raise Refused(f"This is not a request that can be sent: {error}.", sent=trail.sent) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, BadlyPacked) as error:
            raise Broken(f"The server broke off: {error or type(error).__name__}.", sent=trail.sent) from error


def _address(url: str, params: Params | None) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        merged = parsed.copy_merge_params(dict(params)) if params else parsed
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Refused(f"{url[:200]!r} is not a web address: {error}.") from error
    return _judged(merged)


def _judged(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused(f"Only http and https addresses are called, not {str(url)[:200]!r}.")
    if url.userinfo:
        raise Refused("An address with a password in it is not called; passwords belong into the form.")
    return url.copy_with(fragment=None)


def _join(where: httpx.URL, onward: str) -> httpx.URL:
    try:
        return _judged(where.join(onward))
    except (httpx.InvalidURL, ValueError) as error:
        raise Broken(f"The server redirects to {onward[:200]!r}: {error}.", sent=True) from error
    except Refused as error:
        error.sent = True
        raise


def _request(method: str, url: httpx.URL, headers: Mapping[str, str], body: Mapping[str, Any]) -> httpx.Request:
    own = {"user-agent": AGENT, "accept": "*/*", "accept-encoding": "gzip"}
    try:
        return httpx.Request(method.upper(), url, headers={**own, **headers, "connection": "close"}, **body)
    except (TypeError, ValueError) as error:
        raise Refused(f"This is not a request that can be sent: {error}.") from error


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _reply(answer: httpcore.Response, url: str, trail: _Trail, max_bytes: int) -> Reply:
    headers = Headers((name.decode("ascii", "replace"), value.decode("latin-1")) for name, value in answer.headers)
    stream = answer.iter_stream()
    parts, size = [], 0
    for part in _decoded(stream, headers.get("content-encoding", ""), max_bytes):
        size += len(part)
        if size > max_bytes:
            raise TooLarge(f"The answer is larger than {max_bytes:,} bytes.", sent=trail.sent)
        parts.append(part)
    return Reply(answer.status, headers, b"".join(parts), url)


def _decoded(stream: Iterator[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return stream
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Broken(f"The answer comes in the encoding {encoding[:40]!r}, which was not asked for.", sent=True)
    return inflate(stream, at_most=max_bytes + 1)


def guarded(
    allow: str = "", *, told: Callable[[Dialled], None] = lambda _dialled: None
) -> tuple[GuardedHttp, GuardedSockets]:
    """Both ways out, with the allow-list as written in the setting. Raises ValueError for an unreadable list."""
    sockets = GuardedSockets(allow=allow_list(allow), told=told)
    return GuardedHttp(sockets), sockets
