"""Families and merges of organisations, relations between records, territories, and what is nobody's."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /organisations/{organisation_id}/family": "organisation.view",
    "GET /organisations/{organisation_id}/merges": "organisation.view",
    "POST /organisations/{organisation_id}/merges": "organisation.merge",
    "POST /organisation-merges/{joining_id}/undo": "organisation.merge",
    "PATCH /affiliations/{affiliation_id}": "person.edit",
    "DELETE /affiliations/{affiliation_id}": "person.edit",
    "GET /people/{person_id}/affiliations": "organisation.view",
    "GET /people/{person_id}/affiliations/suggested": "organisation.view",
    "GET /relations": "relation.view",
    "POST /relations": "relation.edit",
    "PATCH /relations/{relation_id}": "relation.edit",
    "DELETE /relations/{relation_id}": "relation.edit",
    "GET /relation-kinds": "relation.view",
    "POST /relation-kinds": "relation.set_up",
    "DELETE /relation-kinds/{relation_kind}": "relation.set_up",
    "GET /territories": "territory.view",
    "POST /territories": "territory.edit",
    "PATCH /territories/{territory_id}": "territory.edit",
    "DELETE /territories/{territory_id}": "territory.edit",
    "GET /territories/shares": "territory.view",
    "POST /territories/place": "territory.place",
    "GET /ownerless": "ownerless.view",
    "GET /ownerless/{what}": "ownerless.view",
    "POST /ownerless/{what}/give": "ownerless.view",
    "GET /users/{user_id}/holdings": "owner.transfer",
    "POST /users/{user_id}/hand-over": "owner.transfer",
}

ROUTES: dict[str, dict[str, str]] = {
    "organisations/<int:organisation_id>/merge/": {"GET": "organisation.merge", "POST": "organisation.merge"},
    "organisations/merges/<int:joining_id>/undo/": {"POST": "organisation.merge"},
    "affiliations/<int:affiliation_id>/": {"GET": "person.edit", "POST": "person.edit"},
    "affiliations/<int:affiliation_id>/remove/": {"POST": "person.edit"},
    "customers/<int:person_id>/places/": {"GET": "organisation.view", "POST": "person.edit"},
    "relations/": {"GET": "relation.view", "POST": "relation.set_up"},
    "relations/<str:key>/": {"GET": "relation.view", "POST": "relation.edit"},
    "relations/<int:relation_id>/edit/": {"GET": "relation.edit", "POST": "relation.edit"},
    "relations/<int:relation_id>/remove/": {"POST": "relation.edit"},
    "relations/kinds/<slug:relation_kind>/retire/": {"POST": "relation.set_up"},
    "territories/": {"GET": "territory.view"},
    "territories/new/": {"GET": "territory.edit", "POST": "territory.edit"},
    "territories/<int:territory_id>/": {"GET": "territory.edit", "POST": "territory.edit"},
    "territories/<int:territory_id>/remove/": {"POST": "territory.edit"},
    "territories/place/": {"POST": "territory.place"},
    "ownerless/": {"GET": "ownerless.view"},
    "ownerless/<slug:what>/": {"GET": "ownerless.view", "POST": "ownerless.view"},
    "staff/<int:user_id>/owns/": {"GET": "owner.transfer", "POST": "owner.transfer"},
}

BODIES: dict[str, object] = {
    "POST /relation-kinds": {"words": "looks after", "inverse": "is looked after by"},
    "PATCH /relations/{relation_id}": {"note": "Since long"},
    "PATCH /territories/{territory_id}": {"name": "Porto"},
    "PATCH /affiliations/{affiliation_id}": {"role": "Maker"},
}
