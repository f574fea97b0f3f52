"""Signed webhook: any program of one's own may hand in what people said, as JSON."""

from mutuals.connectors.contract import Connector, Field
from mutuals.connectors.webhook.parse import parse
from mutuals.connectors.webhook.verify import verify

CONNECTOR = Connector(
    name="webhook",
    label="Signed webhook",
    parse=parse,
    fields=(
        Field("secret", "Secret", "At least 16 signs, known to the sender and to nobody else.", secret=True),
        Field(
            "secret_before",
            "Earlier secret",
            "Also accepted while senders change over to the new one; then leave it empty.",
            secret=True,
            required=False,
        ),
    ),
    verify=verify,
)
