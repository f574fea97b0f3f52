"""Stories of the product as it runs: its own processes and its command, mails and posts of real servers. A7, E4."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest

import cast
from mutuals.base import clock
from mutuals.capture.models import Cursor
from mutuals.channels.models import Source
from mutuals.history.models import Interaction
from peers.harness import Workplace, until
from peers.mail_servers import CUSTOMER, OURS, MailServers
from peers.snac import Pair

pytestmark = [pytest.mark.peers, pytest.mark.django_db(transaction=True)]
Places = Callable[[str], AbstractContextManager[Workplace]]
GOVERNED = ("--purpose", "Answer customers", "--legal-basis", "Legitimate interest", "--data-class", "Messages")


@dataclass(frozen=True)
class Terminal:
    """`mutuals`, as somebody types it on the machine where it is installed."""

    environ: Mapping[str, str]

    def __call__(self, *words: str, typed: Any = None) -> Any:
        """What the command says, as JSON; `typed` goes to its standard input."""
        done = self.tried(*words, typed=typed)
        assert done.returncode == 0, (words, done.stderr)
        return json.loads(done.stdout)

    def tried(self, *words: str, typed: Any = None) -> subprocess.CompletedProcess[str]:
        """The same, whatever its exit code is."""
        return subprocess.run(
            [sys.executable, "-m", "mutuals", *words, "--json"],
            input=json.dumps(typed or {}),
            env=dict(self.environ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def keeps_up(self, place: Workplace, *parts: str) -> None:
        """The long-running processes of `mutuals run`, without the screens."""
        for part in parts:
            place.spawn(part, sys.executable, "-m", "mutuals", part, env=self.environ)


@pytest.fixture
def olga(transactional_db: None) -> cast.User:
    """The owner, on an empty installation."""
    return cast.user("Olga", "owner")


def _waiting(text: str) -> Interaction | None:
    return Interaction.objects.filter(text__contains=text, conversation__turn__state="open").first()


def test_a_mail_is_in_the_inbox_by_itself_and_the_answer_leaves_by_itself(
    mail_servers: MailServers, workplace: Places, child_environ: dict[str, str], olga: cast.User
) -> None:
    """A9, G1, J6."""
    trusted = {"MUTUALS_NET_ALLOW": mail_servers.allow, "SSL_CERT_FILE": str(mail_servers.folder / "tls.pem")}
    mutuals, text = Terminal({**child_environ, **trusted}), f"Is anybody up? {uuid4()}"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, OURS, "Late"
    mail["Date"], mail["Message-ID"] = format_datetime(clock.now()), f"<{uuid4()}@kettle.example>"
    mail.set_content(text)
    form = [word for name, value in mail_servers.settings().items() for word in ("--set", f"{name}={value}")]
    secret = {"password": mail_servers.password}
    number = mutuals("source", "add", "email", "Help desk", *form, "--secrets", "--live", *GOVERNED, typed=secret)["id"]
    mutuals("source", "check", str(number))

    with workplace("live") as place:
        mutuals.keeps_up(place, "worker", "scheduler")
        looked = until(lambda: Cursor.objects.filter(source=number).first(), what="the first look")
        waits = until(
            lambda: Source.objects.filter(pk=number, last_success_at__gte=looked.changed_at).first(),
            what="the end of the first look",
        )
        mail_servers.write(mail)
        row = until(lambda: _waiting(text), what="the mail in the inbox")
        made = mutuals("inbox", "reply", str(row.conversation_id), "We are, always.")
        arrived = until(
            lambda: [one for one in mail_servers.mails(CUSTOMER) if one["In-Reply-To"] == mail["Message-ID"]],
            what="our answer in their mailbox",
        )

        assert row.received_at < waits.next_try_at  # nobody looked: the server told
        assert (made["status"], made["public"]) == ("queued", False)
        assert "We are, always." in arrived[0].get_content()
        ours = until(
            lambda: Interaction.objects.filter(pk=made["interaction"], status="sent").first(),
            what="that the answer is known to be sent",
        )
        assert ours.key == arrived[0]["Message-ID"]


def test_a_public_post_is_answered_from_the_terminal_by_who_may_speak(
    snac_pair: Pair, workplace: Places, child_environ: dict[str, str], olga: cast.User
) -> None:
    """E3, P15."""
    mutuals = Terminal({**child_environ, "MUTUALS_NET_ALLOW": snac_pair.allow})
    ben, text = cast.user("Ben"), f"what fits my kettle {uuid4().hex}"
    secret = {"access_token": snac_pair.ours.token("kettleworks")}
    where = f"address={snac_pair.ours.address}"
    source = mutuals(
        "source", "add", "mastodon", "Town", "--set", where, "--secrets", "--live", *GOVERNED, typed=secret
    )
    known = mutuals("source", "check", str(source["id"]))
    asked = snac_pair.theirs.post_as("bo", f"@{snac_pair.ours.accounts['kettleworks'].handle} {text}")
    until(lambda: snac_pair.ours.told_of("kettleworks", asked["uri"]), what="the mention on our server")

    synced = mutuals("source", "sync", str(source["id"]))
    listed = [one for one in mutuals("inbox", "list", "--limit", "200") if text in one["text"]]
    refused = mutuals.tried("inbox", "reply", str(listed[0]["id"]), "The round one.", "--as", ben.email)
    made = mutuals("inbox", "reply", str(listed[0]["id"]), "The round one.")
    with workplace("worker") as place:
        mutuals.keeps_up(place, "worker")
        shown = until(lambda: snac_pair.theirs.answers_to("bo", asked), what="our answer on their server")

    assert known["signed_in_as"] == snac_pair.ours.accounts["kettleworks"].handle
    assert (synced["health"], synced["new"] > 0, synced["opened"]) == ("ok", True, synced["new"])
    assert (listed[0]["public"], listed[0]["from"]) == (True, snac_pair.theirs.accounts["bo"].handle)
    assert refused.returncode in (1, 4)
    assert "may not speak" in refused.stderr
    assert made["public"]
    assert ["The round one." in one["content"] for one in shown] == [True]
