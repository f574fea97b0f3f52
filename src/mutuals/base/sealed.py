"""Secrets sealed under the installation's rotating keys, each together with the name of what it belongs to.

Fernet (AES-128-CBC with HMAC-SHA-256) takes no associated data, so the name is sealed in: a row copied to another thing does
not open.
"""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from mutuals.base.refusals import Refusal


def sealer() -> MultiFernet:
    """Seals under the newest key and opens under all."""
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def seal(about: str, text: str) -> bytes:
    """A secret of a thing such as "hook:3", sealed together with that name."""
    return sealer().encrypt(json.dumps({"about": about, "text": text}).encode())


def unseal(about: str, sealed: bytes | memoryview) -> str:
    """The secret again. Refused: another key, another thing's, or spoilt."""
    try:
        held = json.loads(sealer().decrypt(bytes(sealed)))
    except (InvalidToken, ValueError) as error:
        raise Refusal("The kept secret cannot be opened with the keys of this installation. Make a new one.") from error
    if held.get("about") != about:
        raise Refusal("The kept secret belongs to something else. Make a new one.")
    return str(held["text"])
