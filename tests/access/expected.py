"""Which act every operation of the API and every other address needs. A new one that is not named here fails the test.

Who may do an act is in `mutuals.staff.permissions.ACTS`; docs/access.md is made of both.
"""

from __future__ import annotations

EVERYBODY = "everybody"
SIGNED_IN = "anybody signed in"
SIGNATURE = "who holds the secret of the source"
"""No role helps: the connector checks the signature of each delivery."""

OPERATIONS: dict[str, str] = {
    "GET /health": EVERYBODY,
    "GET /me": SIGNED_IN,
    "PATCH /me": SIGNED_IN,
    # people
    "GET /people": "person.view",
    "GET /people/named": "person.view",
    "POST /people": "person.edit",
    "GET /people/{person_id}": "person.view",
    "PATCH /people/{person_id}": "person.edit",
    "GET /people/{person_id}/timeline": "person.view",
    "GET /people/{person_id}/orders": "order.view",
    "POST /people/{person_id}/notes": "interaction.add",
    "POST /people/{person_id}/export": "person.export",
    "POST /people/{person_id}/erase": "person.erase",
    "GET /receipts": "person.export",
    "GET /receipts/{receipt_id}/package": "person.export",
    "GET /profiles": "person.link",
    "GET /profiles/{profile_id}": "person.link",
    "POST /profiles/{profile_id}/confirm": "person.link",
    "POST /profiles/{profile_id}/reject": "person.link",
    # organisations
    "GET /organisations": "organisation.view",
    "POST /organisations": "organisation.edit",
    "GET /organisations/{organisation_id}": "organisation.view",
    "PATCH /organisations/{organisation_id}": "organisation.edit",
    "GET /organisations/{organisation_id}/affiliations": "organisation.view",
    "POST /organisations/{organisation_id}/affiliations": "person.edit",
    "POST /affiliations/{affiliation_id}/leave": "person.edit",
    # orders
    "GET /orders": "order.view",
    "PUT /orders": "order.edit",
    "GET /orders/{order_id}": "order.view",
    "GET /products": "order.view",
    # conversations and what was said
    "GET /conversations": "conversation.view",
    "GET /conversations/{conversation_id}": "conversation.view",
    "GET /conversations/{conversation_id}/messages": "conversation.view",
    "GET /conversations/{conversation_id}/ways": "conversation.reply",
    "POST /conversations/{conversation_id}/replies": "conversation.reply",
    "POST /conversations/{conversation_id}/notes": "conversation.note",
    "POST /conversations/{conversation_id}/assign": "conversation.view",  # to others: conversation.assign, in the act
    "POST /conversations/{conversation_id}/close": "conversation.close",
    "POST /conversations/{conversation_id}/reopen": "conversation.close",
    "POST /conversations/{conversation_id}/wait": "conversation.reply",
    "POST /conversations/{conversation_id}/snooze": "conversation.reply",
    "POST /interactions": "interaction.add",
    "GET /interactions/{interaction_id}": "conversation.view",
    "POST /interactions/{interaction_id}/like": "conversation.reply",
    "POST /interactions/{interaction_id}/take-back": "conversation.reply",
    "POST /interactions/{interaction_id}/unsay": "conversation.reply",
    "GET /search": "search.everything",
    # where we listen and speak
    "GET /connectors": "source.view",
    "GET /sources": "source.view",
    "POST /sources": "source.manage",
    "GET /sources/{source_id}": "source.view",
    "PATCH /sources/{source_id}": "source.manage",
    "DELETE /sources/{source_id}": "source.manage",
    "GET /sources/{source_id}/health": "source.view",
    "POST /sources/{source_id}/activate": "source.manage",
    "POST /sources/{source_id}/pause": "source.manage",
    "POST /sources/{source_id}/reauthorise": "source.manage",
    "POST /sources/{source_id}/check": "source.manage",
    "POST /sources/{source_id}/sync": "source.sync",
    "GET /channels": "source.view",
    "POST /channels": "channel.manage",
    "GET /channels/{channel_id}": "source.view",
    "PATCH /channels/{channel_id}": "channel.manage",
    "GET /parked": "parked.view",
    "GET /parked/{event_id}": "parked.view",
    "POST /parked/retry": "parked.retry",
    "POST /parked/drop": "parked.retry",
    "GET /imports": "import.run",
    "POST /imports": "import.run",
    "GET /imports/{import_id}": "import.run",
    "PUT /imports/{import_id}/choice": "import.run",
    "POST /imports/{import_id}/check": "import.run",
    "POST /imports/{import_id}/run": "import.run",
    "GET /imports/{import_id}/progress": "import.run",
    "GET /imports/{import_id}/errors.csv": "import.run",
    # who we are
    "GET /users": "user.view",
    "POST /users": "user.manage",
    "GET /users/{user_id}": "user.view",
    "PATCH /users/{user_id}": "user.manage",
    "POST /users/{user_id}/invite": "user.manage",
    "POST /users/{user_id}/deactivate": "user.manage",
    "POST /users/{user_id}/reactivate": "user.manage",
    "GET /teams": "user.view",
    "POST /teams": "team.manage",
    "PATCH /teams/{team_id}": "team.manage",
    "PUT /teams/{team_id}/members/{user_id}": "team.manage",
    "DELETE /teams/{team_id}/members/{user_id}": "team.manage",
    "GET /tokens": "token.own",
    "POST /tokens": "token.own",
    "DELETE /tokens/{token_id}": "token.own",
    "GET /journal": "journal.view",
}

ROUTES: dict[str, dict[str, str]] = {
    "api/v1/": {},  # the operations above; any other address below it is a 404
    "api/v1/openapi.json": {"GET": EVERYBODY},
    "hooks/<int:source_id>/": {"GET": SIGNATURE, "POST": SIGNATURE},
    "^files/(?P<sha>[0-9a-f]{64})$": {"GET": "file.view"},
}
"""Every address that is not an operation: its pattern, and the act that each method needs."""

FOREIGN = ("accounts/",)
"""Addresses of the sign-in library, open by their nature: it asks for the password itself."""

BODIES: dict[str, object] = {
    "PATCH /me": {"zone": "Europe/Lisbon"},
    "POST /people": {"name": "Bo Solmar"},
    "PATCH /people/{person_id}": {"city": "Porto"},
    "POST /people/{person_id}/notes": {"text": "Called about the lid."},
    "POST /organisations": {"name": "Cup and Co"},
    "PATCH /organisations/{organisation_id}": {"city": "Porto"},
    "POST /conversations/{conversation_id}/notes": {"text": "Ask Ben."},
    "POST /conversations/{conversation_id}/close": {"purpose": "fix", "outcome": "solved"},
    "POST /conversations/{conversation_id}/assign": {"to_id": None},
    "POST /sources": {"connector": "webhook", "name": "Hook", "answers": {"secret": "kettle-and-cup-26"}},
    "PATCH /sources/{source_id}": {"purpose": "Listen"},
    "POST /sources/{source_id}/activate": {},
    "POST /users": {"name": "Dora", "email": "dora@kettleworks.example"},
    "PATCH /users/{user_id}": {"zone": "Europe/Lisbon"},
    "POST /users/{user_id}/deactivate": {},
    "POST /teams": {"name": "Workshop"},
    "PATCH /teams/{team_id}": {"pillar": "sales"},
    "POST /tokens": {"name": "mine", "scopes": ["read"]},
    "POST /profiles/{profile_id}/reject": {},
    "POST /parked/retry": {"ids": [1]},
    "POST /parked/drop": {"ids": [1]},
}
"""Bodies with which the act is reached; the others are refused by their form, after the question who asks."""
