"""What the processes write into their logs: what failed and where, without the rows that a database quotes."""

from __future__ import annotations

import logging
import re

_QUOTED = re.compile(r"\n(?:DETAIL|CONTEXT|QUERY|LINE \d+):.*?(?=\n\n|\nTraceback |\Z)", re.DOTALL)


class Plain(logging.Formatter):
    """Leaves out of each error what PostgreSQL adds to it: values and statements, in which people are named."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of one record."""
        return _QUOTED.sub("", super().format(record))
