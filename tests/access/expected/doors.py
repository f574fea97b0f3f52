"""The doors themselves: first page, search, set-up, files."""

from __future__ import annotations

from access.expected import EVERYBODY, SIGNED_IN

OPERATIONS: dict[str, str] = {
    "GET /health": EVERYBODY,
    "GET /search": "search.everything",
}

ROUTES: dict[str, dict[str, str]] = {
    "api/v1/": {},  # the operations above; any other address below it is a 404
    "api/v1/openapi.json": {"GET": EVERYBODY},
    "^files/(?P<sha>[0-9a-f]{64})$": {"GET": "file.view"},
    "": {"GET": SIGNED_IN},
    "search/": {"GET": "person.view"},
    "search/quick/": {"GET": "person.view"},
    "setup/": {"GET": SIGNED_IN},  # open to a stranger only while nobody has an account
    "theme/": {"POST": SIGNED_IN},
}
