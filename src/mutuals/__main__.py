"""`mutuals`, the command."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from mutuals import cli, embedded

_NO_DATABASE = {"town", "openapi"}
_DJANGO = {
    "migrate",
    "makemigrations",
    "shell",
    "check",
    "showmigrations",
    "sqlmigrate",
    "createcachetable",
    "help-django",
}


def main() -> int:
    """Run one command; the exit code is 0 done, 1 refused, 2 not understood, 3 not found, 4 not allowed, 5 no database,
    6 done in part.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
    argv = sys.argv[1:]
    if argv[:1] == ["run"]:
        supervisor: Any = import_module("mutuals.config.supervisor")
        return int(supervisor.run(argv[1:]))
    if argv[:1] == ["db"] or (argv and argv[0] in cli.ALONE):
        return cli.main(argv)
    return _with_django(argv)


def _with_django(argv: list[str]) -> int:
    """A command that needs the house: files alone do without, and start in the time that their own libraries take."""
    if argv and argv[0] not in _NO_DATABASE and not {"-h", "--help"} & set(argv):
        try:
            embedded.ensure_up()
        except embedded.Refused as error:
            print(f"mutuals: {error}", file=sys.stderr)
            return 5
    if argv[:1] and argv[0] in _DJANGO:
        management: Any = import_module("django.core.management")
        management.execute_from_command_line(["mutuals", *argv])
        return 0
    import_module("django").setup()
    return cli.main(argv, more=("mutuals.config.openapi",))


if __name__ == "__main__":
    sys.exit(main())
