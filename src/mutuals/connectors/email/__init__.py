"""Email: any mailbox that speaks IMAP, any server that speaks SMTP."""

from mutuals.connectors.contract import Connector, Do, Field, Limits
from mutuals.connectors.email.client import check, fetch, watch
from mutuals.connectors.email.compose import MOST_ATTACHED, find, send
from mutuals.connectors.email.parse import parse

_UNCHECKED = (
    ("nothing", "prove nothing"),
    ("count", "count: our server refuses forged senders by itself"),
)
_TLS = (("ssl", "TLS from the start"), ("starttls", "STARTTLS"), ("none", "none (only inside your own network)"))

CONNECTOR = Connector(
    name="email",
    label="Email",
    parse=parse,
    fields=(
        Field("address", "Our address", "Answers are sent from it.", kind="email"),
        Field("shown", "Our shown name", "Stands before the address.", required=False),
        Field("imap_host", "IMAP server", kind="host"),
        Field("imap_port", "IMAP port", "Empty: 993 with TLS, else 143.", required=False, kind="number"),
        Field("imap_tls", "IMAP safety", kind="choice", choices=_TLS, default="ssl"),
        Field("smtp_host", "SMTP server", kind="host"),
        Field("smtp_port", "SMTP port", "Empty: 465 with TLS, 587 with STARTTLS.", required=False, kind="number"),
        Field("smtp_tls", "SMTP safety", kind="choice", choices=_TLS, default="starttls"),
        Field("user", "User name", "Often the address itself."),
        Field("password", "Password", "An application password where the provider has them.", secret=True),
        Field("folders", "Folders", "Parted by commas. Empty: the inbox and the sent mails.", required=False),
        Field(
            "checked_by",
            "Server that checks senders",
            "Name it to let letters prove addresses: an answer does where your server found its sender genuine (dmarc=pass)."
            " The name begins the uppermost line Authentication-Results of a letter: mx.example.com. Empty: letters prove"
            " nothing, as strangers can write such lines.",
            required=False,
        ),
        Field(
            "unchecked",
            "Letters where no server is named",
            "Leave it at nothing unless your server refuses letters with a forged sender and writes no such line.",
            required=False,
            kind="choice",
            choices=_UNCHECKED,
            default="nothing",
        ),
        Field("back_days", "Days back", "How far back to read at first.", False, False, "number", default="90"),
        Field(
            "keep_sent",
            "Copy to Sent",
            "Put a copy of each answer into the Sent folder, if the server has not done it.",
            required=False,
            kind="choice",
            choices=(("yes", "yes"), ("no", "no")),
            default="yes",
        ),
    ),
    streams=("mail",),
    fetch=fetch,
    watch=watch,
    send=send,
    find=find,
    check=check,
    does=frozenset({Do.POST, Do.REPLY}),
    limits=Limits(media=20, media_bytes=MOST_ATTACHED),
    public=False,
    poll_seconds=120,
)
