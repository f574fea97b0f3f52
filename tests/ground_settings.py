"""The product's settings for tests: a state folder of its own for every worker, and passwords that cost nothing."""

import os
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "tests"
os.environ["MUTUALS_STATE"] = str(CACHE / f"state-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
Path(os.environ["MUTUALS_STATE"]).mkdir(parents=True, exist_ok=True)

from mutuals.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
