"""How rules are called by their text keys."""

from __future__ import annotations

from mutuals.rules.queries import visible_to
from mutuals.staff.named import Named

NAMED = (Named("rule", "Rule", "/rules/{}/", visible_to),)
