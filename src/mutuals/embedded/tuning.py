"""The server's settings, as text. Sizes follow the machine; the figures behind the rest are in this room's README."""

from __future__ import annotations

import os
from collections.abc import Mapping

_MIB = 1024 * 1024


def memory_of_machine() -> int:
    """Physical memory in bytes; 1 GiB where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 1024 * _MIB


def settings_for(
    *, memory: int, socket_folder: str, host: str, port: int, statements: bool, extra: Mapping[str, str]
) -> dict[str, str]:
    """All settings of one server. `memory` is in bytes; `statements` says whether pg_stat_statements is at hand.

    An empty `host` means no TCP at all; `extra` wins over everything here.
    """
    chosen = {
        "shared_buffers": f"{max(16, min(memory // 4, 2048 * _MIB) // _MIB)}MB",
        "effective_cache_size": f"{max(64, memory // 2 // _MIB)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(memory // 16, 512 * _MIB) // _MIB)}MB",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "5min",
        "fsync": "on",
        "jit": "off",
        "random_page_cost": "1.1",
        "join_collapse_limit": "4",  # lists join 8 tables in a good order already: 2 ms of planning instead of 7 to 14
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "password_encryption": "scram-sha-256",
        "listen_addresses": host,
        "port": str(port),
        "unix_socket_directories": socket_folder,
        "unix_socket_permissions": "0700",
        "log_checkpoints": "off",
        "log_min_error_statement": "panic",  # a statement, its values and its details name people: the log tells what failed,
        "log_error_verbosity": "terse",  # the program that asked is told the rest
        "log_parameter_max_length_on_error": "0",
    }
    if statements:
        chosen["shared_preload_libraries"] = "pg_stat_statements"
    return chosen | dict(extra)


def as_file(settings: Mapping[str, str]) -> str:
    """The text of a configuration file; quotes are doubled, line ends refused."""
    if any(character in name + value for name, value in settings.items() for character in "\r\n\0"):
        raise ValueError("a setting of PostgreSQL is one line")
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    return "# Written at every start. Put your own lines into local.conf beside this file.\n" + "\n".join(lines) + "\n"
