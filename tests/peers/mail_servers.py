"""A mail company on loopback: postfix takes mail in and hands it to dovecot, whose boxes IMAP reads.

Both from Debian, in private folders on free ports, with TLS under a certificate made for the run. No mail can leave:
every transport but the one into dovecot is an error. Postfix starts only as root.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mutuals.base.net import GuardedSockets, allow_list
from mutuals.connectors.contract import Context
from peers.harness import Workplace, free_port, missing, program
from peers.wiring import Kept, context

HOST = "localhost"
PASSWORD = "grüner-Kessel 7"
OURS = "help@works.example"
CUSTOMER = "bea@kettle.example"
OTHER = "bo@kettle.example"
GONE = "cyd@kettle.example"  # postfix takes mail for it, dovecot does not: it comes back as a report
ACCOUNTS = (OURS, CUSTOMER, OTHER)
DOMAINS = "works.example, kettle.example"


@dataclass(frozen=True)
class MailServers:
    """Where they listen, who has a box, and what a test may do to them."""

    folder: Path
    ports: dict[str, int]  # imap, imaps, smtp, lmtp, auth
    tls: ssl.SSLContext
    accounts: tuple[str, ...] = ACCOUNTS
    password: str = PASSWORD

    @property
    def allow(self) -> str:
        """For the guarded net."""
        return ",".join(f"{HOST}:{self.ports[name]}" for name in ("imap", "imaps", "smtp"))

    def settings(self, address: str = OURS, **more: Any) -> dict[str, Any]:
        """A source's form, filled in for one box, with TLS."""
        return {
            "address": address,
            "shown": "The Kettle Works",
            "user": address,
            "imap_host": HOST,
            "imap_port": str(self.ports["imaps"]),
            "imap_tls": "ssl",
            "smtp_host": HOST,
            "smtp_port": str(self.ports["smtp"]),
            "smtp_tls": "starttls",
            **more,
        }

    def context(self, address: str = OURS, **more: Any) -> Context:
        """A connector's context for one box; `more` goes over its settings."""
        given = context(self.settings(address, **more), allow=self.allow, secrets=Kept({"password": self.password}))
        return replace(given, sockets=GuardedSockets(allow=allow_list(self.allow), tls=self.tls))

    def write(self, message: EmailMessage) -> None:
        """A stranger's mail program hands in a mail, as it would from outside."""
        with smtplib.SMTP(HOST, self.ports["smtp"], local_hostname="kettle.example", timeout=20) as client:
            client.send_message(message)

    def box(self, address: str) -> Path:
        """The maildir of a box."""
        return self.folder / "boxes" / address

    def mails(self, address: str, folder: str = "") -> list[EmailMessage]:
        """What lies in a box, read from its files; `folder` is a maildir name like ".Sent"."""
        found = [*(self.box(address) / folder).glob("new/*"), *(self.box(address) / folder).glob("cur/*")]
        return [message_from_bytes(file.read_bytes(), policy=default) for file in found]

    def let_in(self, **passwords: str) -> None:
        """Change passwords by the part before the @; those not named have the usual one."""
        told = [(one, passwords.get(one.partition("@")[0], self.password)) for one in self.accounts]
        (self.folder / "users").write_text("".join(f"{one}:{{PLAIN}}{password}::::::\n" for one, password in told))

    def lets_in(self, address: str, password: str) -> bool:
        """Whether that password opens the box at this moment: a change is noticed after a second."""
        with imaplib.IMAP4(HOST, self.ports["imap"], timeout=20) as client:
            try:
                client.login(address, password)
            except imaplib.IMAP4.error:
                return False
        return True

    def renumber(self, address: str) -> None:
        """Lose the numbering of the inbox, as after a restored backup: the next look gives a new UIDVALIDITY."""
        for file in self.box(address).glob("dovecot*"):
            if file.name != "dovecot-uidvalidity" and file.is_file():
                file.unlink()


@contextmanager
def running(place: Workplace) -> Iterator[MailServers]:
    """Both servers, healthy. Ends the test where they are not installed or may not be started.

    Postfix leaves the process group that it was started in, so it is told to stop by its own command.
    """
    dovecot, postfix = program("dovecot", package="dovecot-imapd"), program("postfix", package="postfix")
    if not Path("/usr/lib/dovecot/lmtp").exists():
        missing("The lmtp part of dovecot (Debian package dovecot-lmtpd) is not installed.")
    if os.geteuid() != 0:
        missing("Postfix can be started only by root.", remedy="run make test-peers as root")
    servers = MailServers(
        place.folder,
        {name: free_port() for name in ("imap", "imaps", "smtp", "lmtp", "auth")},
        _certificate(place.folder),
    )
    place.spawn("dovecot", dovecot, "-F", "-c", _dovecot(servers))
    place.ready("dovecot", lambda: _greets(servers.ports["imap"], b"* OK"), seconds=30)
    place.spawn("postfix", postfix, "-c", _postfix(servers), "start-fg")
    try:
        place.ready("postfix", lambda: _greets(servers.ports["smtp"], b"220"), seconds=60)
        yield servers
    finally:
        subprocess.run([postfix, "-c", place.folder / "postfix", "stop"], capture_output=True, check=False, timeout=60)


def _greets(port: int, word: bytes) -> bool:
    sockets = GuardedSockets(allow=frozenset({(HOST, port)}))
    try:
        with sockets.connect(HOST, port, timeout=5) as sock:
            return sock.recv(200).startswith(word)
    except Exception:  # not listening yet, whatever the reason
        return False


def _certificate(folder: Path) -> ssl.SSLContext:
    """Writes tls.pem and tls.key for localhost; a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "tls.pem").write_bytes(pem)
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cadata=pem.decode())


def _dovecot(servers: MailServers) -> Path:
    folder, ports = servers.folder, servers.ports
    for name in ("boxes", "run", "state"):
        (folder / name).mkdir()
    shutil.chown(folder / "boxes", "nobody", "nogroup")
    servers.let_in()
    (folder / "users").chmod(0o644)
    file = folder / "dovecot.conf"
    file.write_text(f"""
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
ssl = yes
ssl_cert = <{folder}/tls.pem
ssl_key = <{folder}/tls.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mailbox_idle_check_interval = 1 secs
first_valid_uid = 1
mail_location = maildir:{folder}/boxes/%u
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/boxes/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {ports["imap"]}
  }}
  inet_listener imaps {{
    port = {ports["imaps"]}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {ports["lmtp"]}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {ports["auth"]}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@works.example
}}
""")
    return file


def _postfix(servers: MailServers) -> Path:
    folder, ports = servers.folder, servers.ports
    conf, queue, data = folder / "postfix", folder / "queue", folder / "data"
    for one in (conf, queue, data):
        one.mkdir()
    shutil.chown(data, "postfix")
    (conf / "boxes").write_text("".join(f"{one} yes\n" for one in (*servers.accounts, GONE)))
    (conf / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
maillog_file = /dev/stdout
myhostname = mail.works.example
mydestination =
mynetworks =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
local_transport = error:there are no local boxes
virtual_mailbox_domains = {DOMAINS}
virtual_mailbox_maps = texthash:{conf}/boxes
virtual_transport = lmtp:inet:127.0.0.1:{ports["lmtp"]}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{ports["auth"]}
smtpd_sasl_security_options = noanonymous
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/tls.pem
smtpd_tls_key_file = {folder}/tls.key
smtpd_forbid_bare_newline = yes
message_size_limit = 30000000
virtual_mailbox_limit = 0
""")
    rows = [f"127.0.0.1:{ports['smtp']} inet n - n - - smtpd"]
    rows += ["pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr"]
    rows += ["tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite"]
    rows += [f"{name} unix - - n - 0 bounce" for name in ("bounce", "defer", "trace")]
    rows += [f"{name} unix - - n - - {name}" for name in ("error", "discard", "lmtp", "proxymap")]
    rows += ["retry unix - - n - - error", "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush"]
    rows += ["anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd"]
    (conf / "master.cf").write_text("\n".join(rows) + "\n")
    return conf
