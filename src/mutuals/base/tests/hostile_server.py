"""A real server on loopback that answers as badly as a test wants, and a way out to it."""

import re
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mutuals.base.net import GuardedHttp, GuardedSockets


@contextmanager
def serving(answer, *, tls=None):
    """A loopback server: `answer(connection, request head as text)` for each connection. Gives port and requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection = tls.wrap_socket(connection, server_side=True) if tls else connection
                    connection.settimeout(5)
                    requests.append(whole(connection))
                    answer(connection, requests[-1])
                except OSError:
                    continue
                finally:
                    connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def whole(connection):
    """One request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def says(*lines, body=b""):
    head = "\r\n".join(lines or ("HTTP/1.1 200 OK",))
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def way_out(*ports, hosts=("127.0.0.1",), told=lambda _dialled: None, **more):
    sockets = GuardedSockets(allow=frozenset((host, port) for host in hosts for port in ports), told=told, **more)
    return GuardedHttp(sockets)


def made_up_authority(name):
    """A server context with a certificate for `name`, a client context trusting it, and the SNI names asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    server.sni_callback = lambda _sock, asked, _context: names.append(asked)
    with temporary(pem + secret) as path:
        server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode()), names


@contextmanager
def temporary(data):
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file.name
