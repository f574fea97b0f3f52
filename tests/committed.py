"""Files that are made by the code and kept in the repository, so that a change of them is seen in review."""

from __future__ import annotations

import os
from pathlib import Path


def is_same(path: Path, made: str) -> bool:
    """Whether the committed file says what the code makes today. With MUTUALS_WRITE=1 it is written anew first."""
    if os.environ.get("MUTUALS_WRITE") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(made)
    return path.exists() and path.read_text() == made
