"""`mutuals`, the command."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> int:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
    execute_from_command_line(["mutuals", *sys.argv[1:]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
