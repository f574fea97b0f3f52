"""Who we are, and the journal."""

from __future__ import annotations

from access.expected import EVERYBODY, SIGNED_IN

OPERATIONS: dict[str, str] = {
    "GET /me": SIGNED_IN,
    "PATCH /me": SIGNED_IN,
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
    "GET /providers": "provider.manage",
    "POST /providers": "provider.manage",
    "GET /providers/{provider_id}": "provider.manage",
    "PATCH /providers/{provider_id}": "provider.manage",
    "DELETE /providers/{provider_id}": "provider.manage",
    "POST /providers/{provider_id}/test": "provider.manage",
    "GET /providers/{provider_id}/accounts": "provider.manage",
    "DELETE /providers/{provider_id}/accounts/{known_id}": "provider.manage",
}

ROUTES: dict[str, dict[str, str]] = {
    "journal/": {"GET": "journal.view"},
    "journal/table/": {"GET": "journal.view"},
    "me/": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "me/password/": {"POST": SIGNED_IN},
    "me/tokens/": {"POST": "token.own"},
    "me/tokens/<int:token_id>/end/": {"POST": "token.own"},
    "staff/": {"GET": "user.view"},
    "staff/<int:user_id>/": {"GET": "user.view", "POST": "user.manage"},
    "staff/<int:user_id>/back/": {"POST": "user.manage"},
    "staff/<int:user_id>/invite/": {"POST": "user.manage"},
    "staff/<int:user_id>/leave/": {"POST": "user.manage"},
    "staff/new/": {"GET": "user.manage", "POST": "user.manage"},
    "staff/roles/": {"GET": "user.view"},
    "staff/teams/": {"GET": "user.view", "POST": "team.manage"},
    "staff/teams/<int:team_id>/": {"GET": "user.view", "POST": "team.manage"},
    "settings/providers/": {"GET": "provider.manage"},
    "settings/providers/new/": {"GET": "provider.manage", "POST": "provider.manage"},
    "settings/providers/<int:provider_id>/": {"GET": "provider.manage", "POST": "provider.manage"},
    "settings/providers/<int:provider_id>/do/": {"POST": "provider.manage"},
    "welcome/<str:token>/": {"GET": EVERYBODY},
}

BODIES: dict[str, object] = {
    "PATCH /me": {"zone": "Europe/Lisbon"},
    "POST /users": {"name": "Dora", "email": "dora@kettleworks.example"},
    "PATCH /users/{user_id}": {"zone": "Europe/Lisbon"},
    "POST /users/{user_id}/deactivate": {},
    "POST /providers": {"name": "Company", "issuer": "https://login.example.org", "client": "c", "secret": "s"},
    "PATCH /providers/{provider_id}": {"is_active": False},
    "POST /teams": {"name": "Workshop"},
    "PATCH /teams/{team_id}": {"pillar": "sales"},
    "POST /tokens": {"name": "mine", "scopes": ["read"]},
}
