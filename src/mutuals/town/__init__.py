"""A town of people who buy kettles and talk about them: made-up data in each network's own format, and the truth."""

from mutuals.town.generate import TownReport, generate

__all__ = ["TownReport", "generate"]
