"""Secrets of one installation: made on first use, kept in 0600 files outside the database, replaceable by settings."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def _kept(folder: Path, name: str, make: str) -> str:
    """The secret `name`, made once. Two processes that start together agree on the one that was linked first."""
    path = folder / "keys" / name
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def secret_key(folder: Path) -> str:
    """Signs sessions and forms."""
    return os.environ.get("MUTUALS_SECRET_KEY") or _kept(folder, "secret", secrets.token_urlsafe(48))


def credential_keys(folder: Path) -> list[str]:
    """Fernet keys, newest first: the first encrypts, all decrypt. A key is added in front to rotate."""
    named = os.environ.get("MUTUALS_CREDENTIAL_KEYS")
    if named:
        return named.split(",")
    return _kept(folder, "credentials", Fernet.generate_key().decode()).split()


def erasure_key(folder: Path) -> str:
    """Keys the hashes that keep erased people out. Losing it lets them back in, so it is backed up with the state."""
    return os.environ.get("MUTUALS_ERASURE_KEY") or _kept(folder, "erasure", secrets.token_urlsafe(48))
