"""docs/access.md: who may do what, made of the table beside this file and the matrix of acts."""

from __future__ import annotations

from pathlib import Path

from access import expected
from mutuals.staff.models import Role
from mutuals.staff.permissions import ACTS, Scope

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
ROLES = [role.value for role in Role]


def reach(role: str, act: str) -> Scope:
    """How far an act reaches for a role; "" is a stranger."""
    if act == expected.EVERYBODY:
        return Scope.ALL
    if not role or act == expected.SIGNATURE:
        return Scope.NONE
    return Scope.ALL if act == expected.SIGNED_IN else ACTS[act].get(Role(role), Scope.NONE)


def page() -> str:
    """docs/access.md."""
    words = {Scope.ALL: "yes", Scope.OWN: "own", Scope.NONE: "–"}
    head = "| | act | " + " | ".join([*ROLES, "stranger"]) + " |\n|---|---|" + "---|" * (len(ROLES) + 1)

    def row(name: str, act: str) -> str:
        cells = " | ".join(words[reach(role, act)] for role in [*ROLES, ""])
        return f"| `{name}` | {act} | {cells} |"

    api_rows = [
        row(name, act) for name, act in sorted(expected.OPERATIONS.items(), key=lambda pair: pair[0].split(" ")[::-1])
    ]
    route_rows = [
        row(f"{method} /{route}".replace("|", "\\|"), act)
        for route, acts in sorted(expected.ROUTES.items())
        for method, act in acts.items()
    ]
    return "\n".join(
        [
            "# Who may do what",
            "",
            "Made by `tests/access` from its table and the matrix in `staff/permissions.py`, and tested against the",
            "running doors. *own*: only on what is given to the user or to their teams; anything else is not there for",
            "them (404). A token does at most what its user may, within its scopes.",
            "",
            "*user.manage* ends at owners: an admin makes none, and changes, invites or ends none (403); the last owner stays",
            "one.",
            "",
            "## API, below /api/v1",
            "",
            head,
            *api_rows,
            "",
            "## Other addresses",
            "",
            head,
            *route_rows,
            "",
        ]
    )
