"""`mutuals`, the command."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import execute_from_command_line

from mutuals import cli, embedded
from mutuals.config import supervisor

_NO_DATABASE = {"db", "town", "openapi", "link", "dedupe", "read"}
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
        return supervisor.run(argv[1:])
    if argv and argv[0] not in _NO_DATABASE and not {"-h", "--help"} & set(argv):
        try:
            embedded.ensure_up()
        except embedded.Refused as error:
            print(f"mutuals: {error}", file=sys.stderr)
            return 5
    if argv[:1] and argv[0] in _DJANGO:
        execute_from_command_line(["mutuals", *argv])
        return 0
    if argv[:1] != ["db"]:
        django.setup()
    return cli.main(argv, more=() if argv[:1] == ["db"] else ("mutuals.config.openapi",))


if __name__ == "__main__":
    sys.exit(main())
